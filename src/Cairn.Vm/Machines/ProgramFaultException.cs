namespace Cairn.Vm.Machines;

/// <summary>A program could not go on. What it wrote since its last block is taken back.</summary>
public sealed class ProgramFaultException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="fault">Why and where.</param>
    public ProgramFaultException(ProgramFault fault)
        : base(Checked(fault).ToString(), RecoveryAction.FixTheCall, fault.Cause) => Fault = fault;

    /// <summary>Why and where.</summary>
    public ProgramFault Fault { get; }

    private static ProgramFault Checked(ProgramFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault;
    }
}
