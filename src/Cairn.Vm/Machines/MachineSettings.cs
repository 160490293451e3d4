using Cairn.Contracts.Execution;
using Cairn.Contracts.Values;

namespace Cairn.Vm.Machines;

/// <summary>How a machine runs its program.</summary>
internal sealed record MachineSettings
{
    public MachineLimits Limits { get; init; } = MachineLimits.Default;

    public GasSchedule Schedule { get; init; } = GasSchedule.Default;

    public MissingKey Missing { get; init; }

    /// <summary>Whether every outermost transaction, and every write outside of one, is a block.</summary>
    public bool BlockPerCommit { get; init; }

    /// <summary>Takes the steps; null for nobody.</summary>
    public Action<TraceStep>? Trace { get; init; }

    /// <summary>What is on the stack before the first instruction.</summary>
    public IReadOnlyList<StateValue> Stack { get; init; } = [];

    /// <summary>The global variables that are set before the first instruction.</summary>
    public IReadOnlyDictionary<string, StateValue> Memory { get; init; } = new Dictionary<string, StateValue>(StringComparer.Ordinal);
}
