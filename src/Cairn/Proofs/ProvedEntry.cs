using Cairn.Hashing;

namespace Cairn.Proofs;

/// <summary>What a verified proof says about one key.</summary>
public sealed class ProvedEntry
{
    internal ProvedEntry(ProofEntry entry)
    {
        Key = entry.Key;
        IsPresent = entry.Existence is not null;
        Value = entry.Existence?.Value ?? default;
        ValueHash = entry.Existence is not { } existence ? null : existence.Spec.IsByValueHash ? new Hash256(existence.Value.Span) : CommitmentHash.Value(existence.Value.Span);
    }

    /// <summary>The key.</summary>
    public ReadOnlyMemory<byte> Key { get; }

    /// <summary>Whether it is in the state.</summary>
    public bool IsPresent { get; }

    /// <summary>By value, the value; by value hash, its SHA-256; empty of an absent key.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>The SHA-256 of the value; null of an absent key.</summary>
    public Hash256? ValueHash { get; }
}
