using System.Runtime.CompilerServices;

namespace Cairn.Format;

/// <summary>
/// The text of a check that is only put together when the check fails: pages are checked item by item whenever they are read, and the texts would cost more than the checks. Used by the compiler for interpolated
/// strings given to a method whose first argument says whether the check holds.
/// </summary>
[InterpolatedStringHandler]
internal ref struct FaultText
{
    private DefaultInterpolatedStringHandler _text;

    /// <summary>Made by the compiler.</summary>
    /// <param name="literalLength">The characters of the fixed parts.</param>
    /// <param name="formattedCount">The number of the others.</param>
    /// <param name="holds">Whether the check holds, so that no text is needed.</param>
    /// <param name="isNeeded">Whether the parts are to be added.</param>
    public FaultText(int literalLength, int formattedCount, bool holds, out bool isNeeded)
    {
        isNeeded = !holds;
        _text = holds ? default : new DefaultInterpolatedStringHandler(literalLength, formattedCount, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Adds a fixed part.</summary>
    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    /// <summary>Adds a value.</summary>
    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    /// <summary>Adds a value in a format.</summary>
    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    /// <summary>The text; only of a check that failed.</summary>
    public string ToStringAndClear() => _text.ToStringAndClear();
}
