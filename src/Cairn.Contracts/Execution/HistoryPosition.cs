using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Cairn.Contracts.Execution;

/// <summary>
/// A place in the history of executions: newest first, and what is of the same time in the order in which it was inserted. A page ends at one and the next begins behind it, whatever was added meanwhile.
/// </summary>
/// <param name="TimeTicks">The time of the execution, in 100 ns ticks since 1970-01-01 UTC.</param>
/// <param name="Sequence">The number of the insertion, from 1.</param>
public readonly record struct HistoryPosition(long TimeTicks, ulong Sequence) : IComparable<HistoryPosition>
{
    /// <summary>Whether the left position comes first.</summary>
    public static bool operator <(HistoryPosition left, HistoryPosition right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left position comes last.</summary>
    public static bool operator >(HistoryPosition left, HistoryPosition right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left position comes first, or is the same.</summary>
    public static bool operator <=(HistoryPosition left, HistoryPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left position comes last, or is the same.</summary>
    public static bool operator >=(HistoryPosition left, HistoryPosition right) => left.CompareTo(right) >= 0;

    /// <summary>Reads what <see cref="ToString"/> writes: a continuation token.</summary>
    /// <param name="text">The text.</param>
    /// <param name="position">The position.</param>
    /// <returns>Whether the text is one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out HistoryPosition position)
    {
        position = default;
        int dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (dot < 0
            || !long.TryParse(text.AsSpan(0, dot), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long ticks)
            || !ulong.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ulong sequence))
        {
            return false;
        }

        position = new HistoryPosition(ticks, sequence);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(HistoryPosition other) => TimeTicks != other.TimeTicks ? other.TimeTicks.CompareTo(TimeTicks) : Sequence.CompareTo(other.Sequence);

    /// <summary>The position as a text that can be given to somebody and read back.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{TimeTicks}.{Sequence}");
}
