using Cairn.History;
using Cairn.Tree;

namespace Cairn.Proving;

/// <summary>
/// Rebuilds a state tree of the past: puts back what the keys were that have changed since, into copies of the pages of a newer version, and holds the result against the root and the totals that were logged. Nobody sees the tree before
/// that. Safe for any thread; one rebuilding at a time.
/// </summary>
internal sealed class TreeRebuilder(PageCache pages, ApplyCrew crew, string location, long limitBytes)
{
    /// <summary>Rebuilds a tree. Its pages are entered as a draft's. Pages are not moved meanwhile.</summary>
    /// <param name="request">Which tree. Its version is pinned.</param>
    /// <param name="makeRoom">Told how many bytes it takes so far, before it goes on.</param>
    /// <param name="cancellationToken">Ends it between two batches of keys; nothing is left of it then.</param>
    /// <exception cref="RebuildTooLargeException">It takes more memory than it may.</exception>
    /// <exception cref="StateCorruptedException">What comes out is not what was logged.</exception>
    public TreeChange Rebuild(RebuildRequest request, Action<long> makeRoom, CancellationToken cancellationToken)
    {
        UndoneTree tree = new(pages, TreeKind.State, request.From.State, crew);
        try
        {
            using IPastCursor cursor = request.Scan();
            PastBatch batch = new();
            bool more = true;
            while (more)
            {
                cancellationToken.ThrowIfCancellationRequested();
                more = batch.Fill(cursor);
                tree.Apply(batch.ToBatch(), request.Height, request.From.Ordinal);
                makeRoom(tree.Bytes);
                ThrowIfTooLarge(request, tree.Bytes, batch.LastKey, more);
            }

            TreeTotals totals = request.Totals();
            Require(request, tree.Root.Hash == request.Root, "state root", $"{request.Root}", $"{tree.Root.Hash}");
            Require(request, tree.Root.Totals == totals, "totals of the state tree", $"{totals}", $"{tree.Root.Totals}");
            TreeChange undone = tree.ToChange();
            TreeChange rebuilt = new() { Root = undone.Root };
            rebuilt.Created.AddRange(undone.Created);
            rebuilt.CreatedBlobs.AddRange(undone.CreatedBlobs);
            return rebuilt;
        }
        catch
        {
            tree.Discard();
            throw;
        }
    }

    /// <summary>Ends what takes too much memory, with an estimate of the whole: what it took up to a key, for all keys.</summary>
    private void ThrowIfTooLarge(RebuildRequest request, long bytes, ReadOnlySpan<byte> key, bool more)
    {
        if (bytes <= limitBytes)
        {
            return;
        }

        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        TreeRoot from = request.From.State;
        double passed = more && from.Totals.Entries > 0 ? (double)Math.Max(1, TreeReading.TotalsBelow(pages, from, key).Entries) / from.Totals.Entries : 1;
        throw new RebuildTooLargeException(request.Height, request.CountBlocks(), (long)Math.Min(bytes / passed, long.MaxValue / 2), limitBytes);
    }

    private void Require(RebuildRequest request, bool holds, string what, string expected, string found)
    {
        if (!holds)
        {
            throw new StateCorruptedException(location, -1, $"rebuilding the state at height {request.Height}: {what}", expected, found);
        }
    }
}
