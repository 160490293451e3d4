using Cairn.Contracts.Execution;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Registry;
using Cairn.Vm.Machines;

namespace Cairn.Vm.Running;

/// <summary>How a <see cref="ProgramRunner"/> runs programs.</summary>
public sealed class RunnerOptions
{
    /// <summary>What a run meets that wants to write while another one does: it waits, the default, or is refused with a <see cref="RunnerBusyException"/>.</summary>
    public BusyBehavior WhenBusy { get; init; }

    /// <summary>The most runs that wait for their turn on one store; a further one is refused. Default: 64.</summary>
    public int MaxWaiting { get; init; } = 64;

    /// <summary>What a run may use. Default: <see cref="MachineLimits.Default"/>.</summary>
    public MachineLimits Limits { get; init; } = MachineLimits.Default;

    /// <summary>What a run pays for. Default: <see cref="GasSchedule.Default"/>.</summary>
    public GasSchedule Schedule { get; init; } = GasSchedule.Default;

    /// <summary>Gives blocks their time and measures how long runs take; programs cannot ask it. Default: that of the system.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How the namespaces work on this node. Default: denied reads are not audited.</summary>
    public NamespaceStoreOptions Namespaces { get; init; } = new();

    /// <summary>Where signed calls have to be meant to count, such as the name of a network. Default: <c>cairn</c>.</summary>
    public string CallDomain { get; init; } = "cairn";

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxWaiting);
        ArgumentNullException.ThrowIfNull(Limits);
        ArgumentNullException.ThrowIfNull(Schedule);
        ArgumentNullException.ThrowIfNull(Clock);
        ArgumentNullException.ThrowIfNull(Namespaces);
        ArgumentException.ThrowIfNullOrEmpty(CallDomain);
        Limits.Check();
    }
}
