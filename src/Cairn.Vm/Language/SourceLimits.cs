namespace Cairn.Vm.Language;

/// <summary>The limits of source text, beside those of the programs made of it (<see cref="Bytecode.ProgramLimits"/>).</summary>
public static class SourceLimits
{
    /// <summary>The longest source, 1 MiB of UTF-8: it is held in memory, and a tree of about a hundred times its size with it when every line is as short as a command can be.</summary>
    public const int MaxSourceBytes = 1024 * 1024;

    /// <summary>The longest line in units of UTF-16, 256 Ki: two of the longest texts with every character escaped fit.</summary>
    public const int MaxLineChars = 256 * 1024;

    /// <summary>The most errors that are collected; nobody reads more.</summary>
    public const int MaxErrors = 100;
}
