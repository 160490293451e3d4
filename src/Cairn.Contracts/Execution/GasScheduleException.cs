namespace Cairn.Contracts.Execution;

/// <summary>A text is no gas schedule. Nothing was read of it.</summary>
public sealed class GasScheduleException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is wrong with it.</param>
    /// <param name="cause">The exception behind it, if any.</param>
    public GasScheduleException(string message, Exception? cause = null)
        : base(message, RecoveryAction.FixTheCall, cause)
    {
    }
}
