namespace Cairn.Vm.Machines;

/// <summary>Carries a fault out of a command; the machine, which knows the place, makes a <see cref="ProgramFault"/> of it. Never leaves the machine.</summary>
internal sealed class FaultSignal(FaultKind kind, string message, Exception? cause = null) : Exception(message, cause)
{
    public FaultKind Kind { get; } = kind;

    public MachineLimit? Limit { get; init; }

    public ulong? Allowed { get; init; }

    /// <summary>Says that a limit was passed.</summary>
    public static FaultSignal Passed(MachineLimit limit, ulong allowed, string what) =>
        new(FaultKind.LimitExceeded, $"{what}, more than the limit of {allowed} (MachineLimits.{limit}).") { Limit = limit, Allowed = allowed };
}
