using Cairn.Contracts.Execution;

namespace Cairn.Contracts.Registry;

/// <summary>How a <see cref="ContractStateStorage"/> works.</summary>
public sealed record ContractStorageOptions
{
    /// <summary>What a second writer meets while the first one is at work; it waits by default.</summary>
    public BusyBehavior WhenBusy { get; init; }

    /// <summary>Where executions are archived; null, the default, for nowhere.</summary>
    public ExecutionArchives? Archives { get; init; }
}
