using System.Text;
using Cairn.Contracts.Registry;

namespace Cairn.Contracts.Execution;

/// <summary>What is remembered of one execution. <see cref="ExecutionHistory"/> keeps records.</summary>
public sealed record ExecutionRecord
{
    /// <summary>The longest name of a function, in bytes of UTF-8.</summary>
    public const int MaxFunctionBytes = 255;

    /// <summary>The longest text of an error, in bytes of UTF-8: enough to say what is wrong, and a record stays an inline value.</summary>
    public const int MaxErrorBytes = 512;

    /// <summary>What names the execution in the whole history.</summary>
    public required ExecutionId Id { get; init; }

    /// <summary>The contract that was called.</summary>
    public required ContractId Contract { get; init; }

    /// <summary>The function that was called; empty, the default, for none. Up to <see cref="MaxFunctionBytes"/> bytes.</summary>
    public string Function { get; init; } = "";

    /// <summary>Who called; the zero address, the default, for nobody.</summary>
    public Address Caller { get; init; }

    /// <summary>The height of the block it was part of.</summary>
    public BlockHeight Height { get; init; }

    /// <summary>When it was, in 100 ns ticks since 1970-01-01 UTC. The history is ordered by it.</summary>
    public long TimeTicks { get; init; }

    /// <summary>How long it took; not negative.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The gas it used.</summary>
    public ulong GasUsed { get; init; }

    /// <summary>Whether it succeeded. A failed one changed nothing.</summary>
    public bool IsSuccess { get; init; }

    /// <summary>What went wrong; null, the default, for nothing. Up to <see cref="MaxErrorBytes"/> bytes: <see cref="ErrorText"/> shortens.</summary>
    public string? Error { get; init; }

    /// <summary>The time as an instant.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The ticks are before the year 1 or after the year 9999.</exception>
    public DateTimeOffset Time => DateTimeOffset.UnixEpoch.AddTicks(TimeTicks);

    /// <summary>The text of an error as a record takes it: cut to <see cref="MaxErrorBytes"/> bytes between two characters, half surrogate pairs replaced.</summary>
    /// <param name="text">The text; null for none.</param>
    public static string? ErrorText(string? text)
    {
        if (text is null)
        {
            return null;
        }

        int bytes = 0;
        StringBuilder? cut = null;
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            bool isHalf = rune == Rune.ReplacementChar && text[at] != '\uFFFD';
            if (cut is null && (isHalf || bytes > MaxErrorBytes))
            {
                cut = new StringBuilder(text, 0, at, MaxErrorBytes);
            }

            if (bytes > MaxErrorBytes)
            {
                break;
            }

            cut?.Append(rune.ToString());
            at += rune.Utf16SequenceLength;
        }

        return cut?.ToString() ?? text;
    }
}
