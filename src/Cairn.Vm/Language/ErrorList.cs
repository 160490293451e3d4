using System.Text;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>Collects the errors of one source text.</summary>
internal sealed class ErrorList(string sourceName)
{
    private const int MaxShownChars = 60;
    private readonly List<CompileError> _errors = [];

    /// <summary>Whether there is one.</summary>
    public bool Any => _errors.Count > 0;

    /// <summary>Whether there are so many that going on has no point.</summary>
    public bool IsFull => _errors.Count >= SourceLimits.MaxErrors;

    /// <summary>Whether there was one more than are kept.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Adds one.</summary>
    /// <param name="position">Where it is.</param>
    /// <param name="text">The text that is wrong.</param>
    /// <param name="problem">What is wrong; <c>{0}</c> stands for the text in quotes.</param>
    /// <param name="suggestion">What was meant.</param>
    /// <param name="advice">What to do.</param>
    public void Add(SourcePosition position, ReadOnlySpan<char> text, string problem, string? suggestion = null, string? advice = null)
    {
        if (IsFull)
        {
            HasMore = true;
            return;
        }

        string shown = Show(text);
        _errors.Add(new CompileError(sourceName, position, shown, problem.Replace("{0}", $"'{shown}'", StringComparison.Ordinal), suggestion, advice));
    }

    /// <summary>Throws what was collected, if anything was.</summary>
    /// <exception cref="CompileException">There are errors.</exception>
    public void ThrowIfAny()
    {
        if (Any)
        {
            throw new CompileException([.. _errors.OrderBy(static error => error.Line).ThenBy(static error => error.Column)], HasMore);
        }
    }

    /// <summary>A text as messages show it: not too long, with nothing in it that a terminal would obey.</summary>
    private static string Show(ReadOnlySpan<char> text)
    {
        bool isLong = text.Length > MaxShownChars;
        StringBuilder shown = new();
        foreach (Rune rune in (isLong ? text[..MaxShownChars] : text).EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune.Value is 0xFEFF or (>= 0x2028 and <= 0x202E) or (>= 0x2066 and <= 0x2069))
            {
                shown.Append($"\\u{{{rune.Value:x}}}");
            }
            else
            {
                shown.Append(rune.ToString());
            }
        }

        return isLong ? shown.Append('…').ToString() : shown.ToString();
    }
}
