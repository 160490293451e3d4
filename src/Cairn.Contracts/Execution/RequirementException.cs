namespace Cairn.Contracts.Execution;

/// <summary>A contract refuses to do what it was asked, and says why. Thrown by contracts; the call it ends fails as <see cref="ExecutionFailure.Refused"/>, and a contract that made the call can read the reason.</summary>
public sealed class RequirementException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="reason">Why: a text that is the same on every node.</param>
    public RequirementException(string reason)
        : base(reason, RecoveryAction.FixTheCall)
    {
    }
}
