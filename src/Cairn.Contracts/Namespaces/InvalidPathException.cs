using System.Globalization;
using System.Text;

namespace Cairn.Contracts.Namespaces;

/// <summary>A text is no path of a key or namespace. Nothing was read or written.</summary>
public sealed class InvalidPathException : StateStoreException
{
    private const int ShownCharacters = 80;

    /// <summary>Makes the exception.</summary>
    /// <param name="path">The text.</param>
    /// <param name="index">The index of the character at which the rule is broken.</param>
    /// <param name="rule">The rule.</param>
    public InvalidPathException(ReadOnlySpan<char> path, int index, PathRule rule)
        : this(Show(path), index, rule)
    {
    }

    private InvalidPathException(string shown, int index, PathRule rule)
        : base($"The path \"{shown}\" breaks a rule at index {index.ToString(CultureInfo.InvariantCulture)}: {Describe(rule)}.", RecoveryAction.FixTheCall)
    {
        Path = shown;
        Index = index;
        Rule = rule;
    }

    /// <summary>The text, its beginning if it is long, with control characters and halves of pairs written as <c>\u{…}</c>.</summary>
    public string Path { get; }

    /// <summary>The index of the character at which the rule is broken, zero-based.</summary>
    public int Index { get; }

    /// <summary>The rule.</summary>
    public PathRule Rule { get; }

    private static string Show(ReadOnlySpan<char> path)
    {
        StringBuilder shown = new();
        foreach (char one in path[..Math.Min(path.Length, ShownCharacters)])
        {
            if (char.IsControl(one) || char.IsSurrogate(one))
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{{{(int)one:x}}}");
            }
            else
            {
                shown.Append(one);
            }
        }

        return path.Length > ShownCharacters ? shown.Append('…').ToString() : shown.ToString();
    }

    private static string Describe(PathRule rule) => rule switch
    {
        PathRule.NotEmpty => "a path is not empty",
        PathRule.PathLength => $"a path has at most {NamespaceLimits.MaxPathBytes} bytes of UTF-8",
        PathRule.SegmentNotEmpty => "a segment is not empty",
        PathRule.SegmentLength => $"a segment has at most {NamespaceLimits.MaxSegmentBytes} bytes of UTF-8",
        PathRule.Characters => "control characters and \\ ? # [ ] * are not allowed",
        PathRule.Dots => "a segment is neither . nor ..",
        PathRule.Reserved => "the name 'global' is taken by the namespace around all others",
        _ => "a path is text without halves of surrogate pairs",
    };
}
