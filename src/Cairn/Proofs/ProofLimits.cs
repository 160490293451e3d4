namespace Cairn.Proofs;

/// <summary>The limits of proofs. What exceeds one is refused before it costs anything.</summary>
public static class ProofLimits
{
    /// <summary>The deepest leaf a tree can have: nine levels for each byte of the longest key, 2,880. Also the <c>max_depth</c> of the published specs.</summary>
    public const int MaxDepth = 9 * StateLimits.MaxKeyBytes;

    /// <summary>The longest proof that is looked at, in bytes, 64 MiB: both neighbours of an absent key with the longest values, and room for their paths.</summary>
    public const int MaxProofBytes = 64 * 1024 * 1024;
}
