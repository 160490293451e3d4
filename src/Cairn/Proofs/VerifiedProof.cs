using System.Diagnostics.CodeAnalysis;

namespace Cairn.Proofs;

/// <summary>A proof that was checked against a root. Made by <see cref="ProofVerifier"/> alone, so that having one is the proof. Immutable and thread-safe; it owns its bytes.</summary>
public sealed class VerifiedProof
{
    private readonly ProvedEntry[] _entries;

    internal VerifiedProof(CommitmentProof proof, Hash256 root, int depth)
    {
        Proof = proof;
        Root = root;
        Depth = depth;
        _entries = [.. proof.Entries.Select(entry => new ProvedEntry(entry))];
        Array.Sort(_entries, static (a, b) => a.Key.Span.SequenceCompareTo(b.Key.Span));
    }

    /// <summary>The root it was checked against.</summary>
    public Hash256 Root { get; }

    /// <summary>The depth of the deepest leaf in it.</summary>
    public int Depth { get; }

    /// <summary>What is proved, in the order of the keys.</summary>
    public IReadOnlyList<ProvedEntry> Entries => _entries;

    /// <summary>The decoded proof.</summary>
    public CommitmentProof Proof { get; }

    /// <summary>Looks for what is proved about a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="entry">What is proved about it.</param>
    /// <returns>False when the proof says nothing about the key.</returns>
    public bool TryFind(ReadOnlySpan<byte> key, [NotNullWhen(true)] out ProvedEntry? entry)
    {
        int low = 0;
        for (int high = _entries.Length; low < high;)
        {
            int middle = (low + high) / 2;
            if (_entries[middle].Key.Span.SequenceCompareTo(key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        entry = low < _entries.Length && _entries[low].Key.Span.SequenceEqual(key) ? _entries[low] : null;
        return entry is not null;
    }
}
