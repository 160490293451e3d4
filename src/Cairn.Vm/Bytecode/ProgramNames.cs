using System.Buffers;

namespace Cairn.Vm.Bytecode;

/// <summary>What may be the name of a variable, a parameter or a function.</summary>
internal static class ProgramNames
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";

    private static readonly SearchValues<char> Characters = SearchValues.Create(Letters + "0123456789");

    /// <summary>Whether a text is a letter or underscore, followed by letters, digits and underscores, all of ASCII, and not too long.</summary>
    public static bool IsIdentifier(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= ProgramLimits.MaxIdentifierChars && !char.IsAsciiDigit(text[0]) && !text.ContainsAnyExcept(Characters);
}
