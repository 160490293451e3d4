namespace Cairn.Vm.Machines;

/// <summary>Why a program could not go on.</summary>
public enum FaultKind
{
    /// <summary>A command needs more values than the stack has.</summary>
    StackUnderflow,

    /// <summary>A value is of a kind that the command cannot use.</summary>
    WrongType,

    /// <summary>A value is of the right kind, but out of the range that the command can use.</summary>
    OutOfRange,

    /// <summary>A variable is loaded that was not stored.</summary>
    UndefinedVariable,

    /// <summary>A key of the storage is not there.</summary>
    MissingKey,

    /// <summary>A key or prefix breaks the rules of keys, or the operation cannot be done with it.</summary>
    InvalidKey,

    /// <summary>A version of a key is not there.</summary>
    UnknownVersion,

    /// <summary>A key has another version than the write expected.</summary>
    VersionConflict,

    /// <summary>The principal may not do it.</summary>
    AccessDenied,

    /// <summary>A quota would be passed.</summary>
    QuotaExceeded,

    /// <summary>A transaction is ended that was not begun.</summary>
    NoTransaction,

    /// <summary>The program has ended inside of a transaction.</summary>
    UnclosedTransaction,

    /// <summary>What <c>assertequalstack</c> demands is not so.</summary>
    AssertionFailed,

    /// <summary>A limit of <see cref="MachineLimits"/> was passed.</summary>
    LimitExceeded,

    /// <summary>The program writes where it can only read.</summary>
    ReadOnly,
}
