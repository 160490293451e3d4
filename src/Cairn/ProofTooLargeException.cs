namespace Cairn;

/// <summary>A proof would be longer than any verifier looks at.</summary>
public sealed class ProofTooLargeException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="bytes">The length of the proof in bytes, at least.</param>
    /// <param name="limitBytes">The longest proof in bytes.</param>
    public ProofTooLargeException(long bytes, long limitBytes)
        : base($"The proof has at least {bytes} bytes, more than the {limitBytes} that are looked at. Ask for fewer keys, or for a range in parts, or by value hash.", RecoveryAction.FixTheCall)
    {
        Bytes = bytes;
        LimitBytes = limitBytes;
    }

    /// <summary>The length of the proof in bytes, at least.</summary>
    public long Bytes { get; }

    /// <summary>The longest proof in bytes.</summary>
    public long LimitBytes { get; }
}
