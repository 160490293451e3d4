using Cairn.Proofs;
using Cairn.Proving;

namespace Cairn;

/// <content>
/// Proofs of the state tree: what a key is, what a range holds, checked by anybody who has the root. At a height that is no longer recent the first one waits until the tree is rebuilt from the log, which may take long and
/// is refused above <see cref="StateStoreOptions.RebuildBytes"/>; those that follow find it.
/// </content>
public sealed partial class StateView
{
    /// <summary>Proves that a key is present or absent in the state tree, as ICS-23 has it.</summary>
    /// <param name="key">Any key.</param>
    /// <param name="spec">By value or by value hash.</param>
    /// <param name="cancellationToken">Ends it before the proof is built.</param>
    /// <returns>The proof; it stays valid. <see cref="CommitmentProof.Encode"/> gives its bytes, <see cref="ProofVerifier"/> checks them.</returns>
    /// <exception cref="NotProvableException">ICS-23 has no proof for it: by value beside an empty value, or of absence in the empty state.</exception>
    /// <exception cref="ProofTooLargeException">The proof would be longer than <see cref="ProofLimits.MaxProofBytes"/>.</exception>
    /// <exception cref="RebuildTooLargeException">The height is no longer recent, and rebuilding its tree takes more than <see cref="StateStoreOptions.RebuildBytes"/>.</exception>
    /// <exception cref="StateCorruptedException">A stored page or blob on the way, or the log, is damaged.</exception>
    public CommitmentProof Prove(ReadOnlySpan<byte> key, ProofSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        cancellationToken.ThrowIfCancellationRequested();
        using ProofTree tree = OpenProofTree(cancellationToken);
        return new KeyProver(tree, spec).Prove(key);
    }

    /// <summary>Proves of several keys that they are present or absent in the state tree, as an ICS-23 batch.</summary>
    /// <param name="keys">Any keys, at least one; the proof has them in this order.</param>
    /// <param name="spec">By value or by value hash.</param>
    /// <param name="isCompressed">Whether steps that paths share stand in the proof once: much shorter.</param>
    /// <param name="cancellationToken">Ends it between two keys.</param>
    /// <exception cref="ArgumentException">There is no key.</exception>
    /// <exception cref="NotProvableException">ICS-23 has no proof for one of the keys.</exception>
    /// <exception cref="ProofTooLargeException">The proof would be longer than <see cref="ProofLimits.MaxProofBytes"/>.</exception>
    /// <exception cref="RebuildTooLargeException">The height is no longer recent, and rebuilding its tree takes more than <see cref="StateStoreOptions.RebuildBytes"/>.</exception>
    /// <exception cref="StateCorruptedException">A stored page or blob on the way, or the log, is damaged.</exception>
    public CommitmentProof ProveMany(IReadOnlyList<ReadOnlyMemory<byte>> keys, ProofSpec spec, bool isCompressed = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(spec);
        using ProofTree tree = OpenProofTree(cancellationToken);
        return new KeyProver(tree, spec).Prove(keys, isCompressed, cancellationToken);
    }

    /// <summary>
    /// Proves which entries of the state tree a half-open range has, with their values, and that there are no others. With limits it proves the beginning of the range, and tells where the next part starts.
    /// </summary>
    /// <param name="start">The first key; empty for the beginning.</param>
    /// <param name="end">The key after the last; empty for no upper bound.</param>
    /// <param name="mostEntries">The most entries to show, at least 1.</param>
    /// <param name="mostBytes">The most bytes of keys and values to show, at least 1; a single entry may have more.</param>
    /// <param name="cancellationToken">Ends it between two stretches of entries.</param>
    /// <returns>A pruned-tree proof; it stays valid.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A limit is less than 1.</exception>
    /// <exception cref="ProofTooLargeException">The proof would be longer than <see cref="ProofLimits.MaxProofBytes"/>.</exception>
    /// <exception cref="RebuildTooLargeException">The height is no longer recent, and rebuilding its tree takes more than <see cref="StateStoreOptions.RebuildBytes"/>.</exception>
    /// <exception cref="StateCorruptedException">A stored page or blob on the way, or the log, is damaged.</exception>
    public RangeProof ProveRange(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, long mostEntries = long.MaxValue, long mostBytes = long.MaxValue, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostEntries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostBytes, 1);
        using ProofTree tree = OpenProofTree(cancellationToken);
        return PrunedProofs.Range(tree, start, end, (ulong)mostEntries, (ulong)mostBytes, cancellationToken);
    }

    /// <summary>Proves which entries of the state tree have keys that begin with a prefix, with their values, and that there are no others.</summary>
    /// <param name="prefix">The prefix; empty for everything.</param>
    /// <param name="cancellationToken">Ends it between two stretches of entries.</param>
    /// <returns>A pruned-tree proof; it stays valid.</returns>
    /// <exception cref="ProofTooLargeException">The proof would be longer than <see cref="ProofLimits.MaxProofBytes"/>.</exception>
    /// <exception cref="RebuildTooLargeException">The height is no longer recent, and rebuilding its tree takes more than <see cref="StateStoreOptions.RebuildBytes"/>.</exception>
    /// <exception cref="StateCorruptedException">A stored page or blob on the way, or the log, is damaged.</exception>
    public RangeProof ProvePrefix(ReadOnlySpan<byte> prefix, CancellationToken cancellationToken = default)
    {
        using ProofTree tree = OpenProofTree(cancellationToken);
        return PrunedProofs.Prefix(tree, prefix, cancellationToken);
    }

    /// <summary>Proves of several keys that they are present in the state tree, with their values, or absent: in one pruned tree, much shorter than a batch.</summary>
    /// <param name="keys">Any keys, in any order.</param>
    /// <param name="cancellationToken">Ends it between two keys.</param>
    /// <returns>A pruned-tree proof; it stays valid.</returns>
    /// <exception cref="ProofTooLargeException">The proof would be longer than <see cref="ProofLimits.MaxProofBytes"/>.</exception>
    /// <exception cref="RebuildTooLargeException">The height is no longer recent, and rebuilding its tree takes more than <see cref="StateStoreOptions.RebuildBytes"/>.</exception>
    /// <exception cref="StateCorruptedException">A stored page or blob on the way, or the log, is damaged.</exception>
    public byte[] ProveKeys(IEnumerable<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        using ProofTree tree = OpenProofTree(cancellationToken);
        return PrunedProofs.Keys(tree, keys, cancellationToken);
    }

    /// <summary>Proves the root of the entries of the state tree whose keys begin with a prefix. It depends on these entries alone.</summary>
    /// <param name="prefix">The prefix; it should end in a separator or have a fixed length.</param>
    /// <param name="cancellationToken">Ends it between two stretches of entries.</param>
    /// <returns>The root with its proof; it stays valid.</returns>
    /// <exception cref="RebuildTooLargeException">The height is no longer recent, and rebuilding its tree takes more than <see cref="StateStoreOptions.RebuildBytes"/>.</exception>
    /// <exception cref="StateCorruptedException">A stored page or blob on the way, or the log, is damaged.</exception>
    public NamespaceProof ProveNamespace(ReadOnlySpan<byte> prefix, CancellationToken cancellationToken = default)
    {
        using ProofTree tree = OpenProofTree(cancellationToken);
        return PrunedProofs.Namespace(tree, prefix, cancellationToken);
    }

    /// <summary>The state tree: that of the version, or where only the log has the height, rebuilt. Kept until the caller disposes it, so that many proofs rebuild it once.</summary>
    internal ProofTree OpenProofTree(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        return _past is null ? new ProofTree(_pages, _version.State, ThrowIfDisposed) : new ProofTree(_pages, _past.Rebuild(_version, cancellationToken), ThrowIfDisposed);
    }
}
