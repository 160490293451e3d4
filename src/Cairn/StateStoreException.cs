namespace Cairn;

/// <summary>The base of every exception that is the store's own.</summary>
public abstract class StateStoreException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is wrong with which thing, both values, and what to do.</param>
    /// <param name="action">What the receiver can do.</param>
    /// <param name="cause">The exception behind it, if any.</param>
    protected StateStoreException(string message, RecoveryAction action, Exception? cause = null)
        : base(message, cause) => RecoveryAction = action;

    /// <summary>What the receiver can do about it.</summary>
    public RecoveryAction RecoveryAction { get; }
}
