namespace Cairn;

/// <summary>What the receiver of an exception can do about it.</summary>
public enum RecoveryAction
{
    /// <summary>Nothing helps; the condition is permanent.</summary>
    None,

    /// <summary>The call was wrong: change its arguments or its order.</summary>
    FixTheCall,

    /// <summary>The same call may succeed later.</summary>
    Retry,

    /// <summary>Free disk space, then reopen the store.</summary>
    FreeSpace,

    /// <summary>Dispose the store and open it again.</summary>
    Reopen,

    /// <summary>The data is damaged: run <c>cairn check</c>, then restore from a backup or another node.</summary>
    Restore,
}
