using Cairn.Format;
using Cairn.Proofs;
using Cairn.Tree;

namespace Cairn.Proving;

/// <summary>The pruned-tree proofs of a tree. Safe for any thread.</summary>
internal static class PrunedProofs
{
    /// <summary>Proves a half-open range, or as much of it as limits allow.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="start">The first key; empty for the beginning.</param>
    /// <param name="end">The key after the last; empty for no upper bound.</param>
    /// <param name="mostEntries">The most entries to show.</param>
    /// <param name="mostBytes">The most bytes of keys and values to show; one entry alone may have more.</param>
    /// <param name="cancellationToken">Ends it between two stretches.</param>
    public static RangeProof Range(ProofTree tree, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, ulong mostEntries, ulong mostBytes, CancellationToken cancellationToken)
    {
        byte[]? next;
        TreeTotals totals;
        using (ReaderEpochs.Guard guard = ReaderEpochs.Enter())
        {
            tree.ThrowIfInvalid();
            next = RangeLimit.FirstBeyond(tree, start, mostEntries, mostBytes);
            if (!end.IsEmpty && next?.AsSpan().SequenceCompareTo(end) >= 0)
            {
                next = null;
            }

            ReadOnlySpan<byte> behind = next ?? end;
            bool isEmpty = !behind.IsEmpty && behind.SequenceCompareTo(start) <= 0;
            totals = isEmpty ? default : (behind.IsEmpty ? tree.Root.Totals : TreeReading.TotalsBelow(tree.Pages, tree.Root, behind)) - TreeReading.TotalsBelow(tree.Pages, tree.Root, start);
        }

        if (totals.Bytes > ProofLimits.MaxProofBytes)
        {
            throw new ProofTooLargeException((long)Math.Min(totals.Bytes, long.MaxValue), ProofLimits.MaxProofBytes);
        }

        ReadOnlySpan<byte> bound = next ?? end;
        byte[] proof = new PrunedProver(tree, ShownKeys.Range(tree, start, bound, hasEnd: !bound.IsEmpty)).Write(cancellationToken);
        return new RangeProof(proof, totals, next is null ? (ReadOnlyMemory<byte>?)null : next);
    }

    /// <summary>Proves all entries under a prefix.</summary>
    public static RangeProof Prefix(ProofTree tree, ReadOnlySpan<byte> prefix, CancellationToken cancellationToken)
    {
        byte[] after = After(prefix);
        return Range(tree, prefix, after, ulong.MaxValue, ulong.MaxValue, cancellationToken);
    }

    /// <summary>Proves of several keys that they are present or absent.</summary>
    public static byte[] Keys(ProofTree tree, IEnumerable<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken) =>
        new PrunedProver(tree, ShownKeys.Many(tree, keys, cancellationToken)).Write(cancellationToken);

    /// <summary>Proves the root of the entries under a prefix.</summary>
    public static NamespaceProof Namespace(ProofTree tree, ReadOnlySpan<byte> prefix, CancellationToken cancellationToken)
    {
        ShownKeys shown;
        (Hash256 Hash, ProofStep[] Steps)? node = null;
        using (ReaderEpochs.Guard guard = ReaderEpochs.Enter())
        {
            tree.ThrowIfInvalid();
            shown = ShownKeys.Borders(tree, prefix, After(prefix), out TreePath? first, out TreePath? last);
            node = first?.CommonNode(last!);
        }

        return new NamespaceProof(node?.Hash, node?.Steps ?? [], new PrunedProver(tree, shown).Write(cancellationToken));
    }

    private static byte[] After(ReadOnlySpan<byte> prefix)
    {
        byte[] after = new byte[prefix.Length];
        return after[..KeyRange.After(prefix, after)];
    }
}
