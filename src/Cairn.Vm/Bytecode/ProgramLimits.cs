namespace Cairn.Vm.Bytecode;

/// <summary>The limits of programs, whether they come from source or from bytecode. Every node has the same.</summary>
public static class ProgramLimits
{
    /// <summary>How deep blocks may lie in each other, <c>condition:</c>, <c>value:</c>, <c>case</c> and <c>def</c> counted as well: more nobody can read, and every pass over a program needs stack for each.</summary>
    public const int MaxNestingDepth = 64;

    /// <summary>The longest name of a variable, a function or a parameter, in characters, which are ASCII: as long as a segment of a key.</summary>
    public const int MaxIdentifierChars = 64;

    /// <summary>The longest text in a program, 16 KiB of UTF-8: a key, a message, the content of a constant. With every character escaped it still fits a line of source.</summary>
    public const int MaxTextBytes = 16 * 1024;

    /// <summary>The most constants: values that differ.</summary>
    public const int MaxConstants = 65_536;

    /// <summary>The most names, keys and texts that differ.</summary>
    public const int MaxNames = 65_536;

    /// <summary>The most functions, the main program included.</summary>
    public const int MaxFunctions = 4_096;

    /// <summary>The most parameters of a function.</summary>
    public const int MaxParameters = 32;

    /// <summary>The most instructions, 256 Ki: about as many as the longest source has lines.</summary>
    public const int MaxInstructions = 256 * 1024;

    /// <summary>The longest bytecode, 8 MiB: what the longest source can become, and what a reader holds in memory at once.</summary>
    public const int MaxBytecodeBytes = 8 * 1024 * 1024;

    /// <summary>The largest line and column that a position names: beyond the longest source.</summary>
    public const int MaxPosition = 2 * 1024 * 1024;
}
