namespace Cairn.Vm.Machines;

/// <summary>What a run may use only so much of: see <see cref="MachineLimits"/>.</summary>
public enum MachineLimit
{
    /// <summary>Commands that are executed.</summary>
    Steps,

    /// <summary>Values on the stack.</summary>
    StackValues,

    /// <summary>Calls inside of each other.</summary>
    CallDepth,

    /// <summary>Transactions inside of each other.</summary>
    TransactionDepth,

    /// <summary>Bytes of one string.</summary>
    StringBytes,

    /// <summary>Bytes of all strings together that a program can still reach.</summary>
    MemoryBytes,

    /// <summary>Bytes of emitted text, events and dumps together.</summary>
    EmittedBytes,

    /// <summary>Gas.</summary>
    Gas,

    /// <summary>Blocks of one run.</summary>
    Blocks,

    /// <summary>Bytes of one block.</summary>
    BlockBytes,
}
