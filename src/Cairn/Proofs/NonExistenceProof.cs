namespace Cairn.Proofs;

/// <summary>
/// That a key is absent: existence proofs of the entries before and behind where it would be. It proves nothing until <see cref="ProofVerifier"/> has checked it. Immutable as long as the memory given to it is not changed.
/// </summary>
public sealed class NonExistenceProof
{
    /// <summary>Makes a proof out of its parts.</summary>
    /// <param name="key">The absent key; may be empty.</param>
    /// <param name="left">The entry before it; null when the key would be the first of the tree.</param>
    /// <param name="right">The entry behind it; null when the key would be the last of the tree.</param>
    public NonExistenceProof(ReadOnlyMemory<byte> key, ExistenceProof? left, ExistenceProof? right)
    {
        Key = key;
        Left = left;
        Right = right;
    }

    /// <summary>The absent key.</summary>
    public ReadOnlyMemory<byte> Key { get; }

    /// <summary>The entry before it; null when the key would be the first of the tree.</summary>
    public ExistenceProof? Left { get; }

    /// <summary>The entry behind it; null when the key would be the last of the tree.</summary>
    public ExistenceProof? Right { get; }
}
