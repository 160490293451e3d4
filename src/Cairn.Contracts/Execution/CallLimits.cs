namespace Cairn.Contracts.Execution;

/// <summary>The limits of calls. Every node has the same.</summary>
public static class CallLimits
{
    /// <summary>The longest encoded arguments and the longest encoded result, 1 MiB: they are held in memory, several at a time.</summary>
    public const int MaxEncodedBytes = 1024 * 1024;

    /// <summary>The longest name of a method in bytes of UTF-8: what the record of an execution holds.</summary>
    public const int MaxMethodBytes = ExecutionRecord.MaxFunctionBytes;

    /// <summary>The most calls inside of each other, the outermost one included: each needs a part of the thread's stack.</summary>
    public const int MaxDepth = 64;

    /// <summary>The most pages of 32 bytes that an execution may write to unless told otherwise, 32 MiB of a slot: they are held in memory until it ends.</summary>
    public const long DefaultPages = 1024 * 1024;

    /// <summary>The gas of a call that names no limit, unless told otherwise.</summary>
    public const ulong DefaultGas = 10_000_000;
}
