namespace Cairn.Vm.Machines;

/// <summary>
/// What one run may use. Passing a limit ends the run with a fault that names it and the place; nothing of the run stays. Whoever replays blocks needs the same limits, as a program that one node ends and another lets go on has
/// different effects.
/// </summary>
public sealed record MachineLimits
{
    /// <summary>The limits unless others are chosen.</summary>
    public static MachineLimits Default { get; } = new();

    /// <summary>
    /// The most commands that are executed; a key that <c>listkeys</c> pushes counts as one too, and so do each 64 bytes of a string or object that a command makes or reads, and each 64 characters of the shorter one of two that it compares.
    /// Default: 100,000,000, some seconds.
    /// </summary>
    public long Steps { get; init; } = 100_000_000;

    /// <summary>The most values on the stack. Default: 65,536, which take 1.5 MiB without their texts.</summary>
    public int StackValues { get; init; } = 65_536;

    /// <summary>The most calls inside of each other. Default: 1,024. They take memory of the machine, not of the thread's stack.</summary>
    public int CallDepth { get; init; } = 1_024;

    /// <summary>The most transactions inside of each other. Default: 64.</summary>
    public int TransactionDepth { get; init; } = 64;

    /// <summary>The longest string or object a program can have, in bytes of UTF-8. Default: 1 MiB.</summary>
    public int StringBytes { get; init; } = 1024 * 1024;

    /// <summary>The most bytes of strings and objects together that a program can have on the stack and in variables. Default: 64 MiB. One that is in several places counts once.</summary>
    public long MemoryBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The most bytes of UTF-8 that a program gives out: emitted text, events and dumps together. Default: 1 MiB.</summary>
    public int EmittedBytes { get; init; } = 1024 * 1024;

    /// <summary>The most gas. Default: 20,000,000,000, which at the default prices pays for somewhat less than a million writes.</summary>
    public ulong Gas { get; init; } = 20_000_000_000;

    /// <summary>The most blocks of one run, where every transaction is one. Default: 1,000.</summary>
    public int Blocks { get; init; } = 1_000;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Steps);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(StackValues);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(CallDepth);
        ArgumentOutOfRangeException.ThrowIfNegative(TransactionDepth);
        ArgumentOutOfRangeException.ThrowIfNegative(StringBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(MemoryBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(EmittedBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Blocks);
    }
}
