namespace Cairn;

/// <summary>ICS-23 has no proof for a key in the spec that was asked for.</summary>
public sealed class NotProvableException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="key">The key in question.</param>
    /// <param name="reason">Why there is no proof.</param>
    public NotProvableException(ReadOnlySpan<byte> key, UnprovableReason reason)
        : base(TextOf(key, reason), RecoveryAction.FixTheCall)
    {
        Key = key.ToArray();
        Reason = reason;
    }

    /// <summary>The key in question.</summary>
    public ReadOnlyMemory<byte> Key { get; }

    /// <summary>Why there is no proof.</summary>
    public UnprovableReason Reason { get; }

    private static string TextOf(ReadOnlySpan<byte> key, UnprovableReason reason) => reason == UnprovableReason.EmptyState
        ? "The state is empty: ICS-23 has no proof of absence for it. Its root says it, or a range proof."
        : $"The key {Convert.ToHexStringLower(key[..Math.Min(key.Length, StateLimits.MaxKeyBytes)])}, or an entry beside it, has an empty value, which ICS-23 cannot prove by value. Prove it by value hash.";
}
