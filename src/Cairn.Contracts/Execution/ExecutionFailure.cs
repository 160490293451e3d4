namespace Cairn.Contracts.Execution;

/// <summary>Why a call failed. The same on every node. A call that failed has changed nothing.</summary>
public enum ExecutionFailure
{
    /// <summary>It did not: it succeeded.</summary>
    None,

    /// <summary>There is no contract at the address, or none that this node can run.</summary>
    UnknownContract,

    /// <summary>The contract is deactivated.</summary>
    InactiveContract,

    /// <summary>The contract has no such method.</summary>
    UnknownMethod,

    /// <summary>The bytes are not the arguments of the method.</summary>
    InvalidArguments,

    /// <summary>The gas limit did not cover it.</summary>
    OutOfGas,

    /// <summary>Something was written in a view, or in a call made by one.</summary>
    ReadOnly,

    /// <summary>A method that is no view was asked as if it were one.</summary>
    NotAView,

    /// <summary>The contract is already being called, further out: contracts are not entered again.</summary>
    Reentered,

    /// <summary>More calls inside of each other than <see cref="CallLimits.MaxDepth"/>.</summary>
    TooDeep,

    /// <summary>A locked slot was written by somebody who is no upgrader.</summary>
    SlotLocked,

    /// <summary>It wrote to more pages than an execution may.</summary>
    TooManyPages,

    /// <summary>The contract refused: a requirement was not met.</summary>
    Refused,

    /// <summary>A contract that it called failed, and it did not go on.</summary>
    CalledContractFailed,

    /// <summary>The contract's code threw something else.</summary>
    Threw,
}
