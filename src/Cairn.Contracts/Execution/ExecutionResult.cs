namespace Cairn.Contracts.Execution;

/// <summary>How a call ended.</summary>
public record ExecutionResult
{
    /// <summary>Why it failed; <see cref="ExecutionFailure.None"/> when it succeeded.</summary>
    public required ExecutionFailure Failure { get; init; }

    /// <summary>What went wrong, for people; null when it succeeded. A contract that looks at a call it made sees the text of refusals only: other texts may differ between nodes.</summary>
    public string? Error { get; init; }

    /// <summary>The gas it used. When it ran out of gas: all of its limit.</summary>
    public required ulong GasUsed { get; init; }

    /// <summary>The encoded result; empty for none, and when it failed.</summary>
    public ReadOnlyMemory<byte> Output { get; init; }

    /// <summary>Whether it succeeded. A call that did not has changed nothing.</summary>
    public bool IsSuccess => Failure == ExecutionFailure.None;

    /// <summary>The result as a contract may see it, the same on every node.</summary>
    internal ExecutionResult WithoutLocalText() => Error is null || Failure == ExecutionFailure.Refused ? this : this with { Error = null };
}
