namespace Cairn.Contracts;

/// <summary>What came over a connection is no message of the host protocol. Nothing was done; the connection cannot be used any more.</summary>
public sealed class HostProtocolException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="what">What was expected and found.</param>
    public HostProtocolException(string what)
        : base($"The other side does not keep to the host protocol: {what}. Close the connection.", RecoveryAction.FixTheCall)
    {
    }
}
