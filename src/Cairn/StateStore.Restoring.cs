using Cairn.Homes;
using Cairn.Snapshots;

namespace Cairn;

/// <content>Going back to the state of a named snapshot, by a block.</content>
public sealed partial class StateStore
{
    /// <summary>
    /// Commits a block after which the state is exactly that of a named snapshot: what was changed is changed back, what was added is removed, what was deleted is there again. The snapshots it builds on are read as well. Heights, history
    /// and the local tree go on. A snapshot of the present state gives a block without changes.
    /// </summary>
    /// <param name="name">The snapshot.</param>
    /// <param name="height">The height of the block; null for the one above the head.</param>
    /// <param name="timeTicks">The time of the block; null for none.</param>
    /// <param name="cancellationToken">Ends it before the block is committed; then nothing was changed.</param>
    /// <returns>The block.</returns>
    /// <exception cref="SnapshotNotFoundException">There is none of that name.</exception>
    /// <exception cref="SnapshotChainException">A snapshot that it builds on is missing.</exception>
    /// <exception cref="SnapshotDamagedException">A snapshot is damaged. Nothing was changed.</exception>
    /// <exception cref="BlockTooLargeException">The changes are more than a block may have. Copy the snapshot out and import it into a new store.</exception>
    /// <exception cref="HeightNotAboveException">The height is not above the head's.</exception>
    /// <exception cref="StaleDraftException">Another block was committed meanwhile.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only, or another commit is running.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    public async Task<CommittedBlock> RestoreSnapshotAsync(string name, BlockHeight? height = null, long? timeTicks = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ISnapshotStore snapshots = SnapshotsToWrite();
        SnapshotInfo? wanted = null;
        List<SnapshotCursor> chain = [];
        try
        {
            foreach (string part in ChainOf(snapshots, name))
            {
                chain.Add(new SnapshotCursor(Open(snapshots, part), part));
                wanted = await chain[^1].BeginAsync(cancellationToken).ConfigureAwait(false);
            }

            using StateView now = OpenView();
            ulong head = now.Height?.Value ?? 0;
            using BlockDraft draft = CreateDraftOn(now, height ?? new BlockHeight(Math.Max(head, unchecked(head + 1)))); // above the highest there is none, which the draft says
            draft.TimeTicks = timeTicks;
            using SnapshotRestore restore = new(draft.State, now.State);
            await restore.RunAsync(chain, cancellationToken).ConfigureAwait(false);
            Hash256 root = draft.ComputeRoot();
            return root == wanted!.Root
                ? await CommitAsync(draft, cancellationToken).ConfigureAwait(false)
                : throw new SnapshotDamagedException(name, 0, "state that the snapshot leads to", $"root {wanted.Root}", $"root {root}");
        }
        finally
        {
            chain.ForEach(static cursor => cursor.Dispose());
        }
    }

    /// <summary>The names of the snapshots that lead to one, the full one first.</summary>
    private List<string> ChainOf(ISnapshotStore snapshots, string name)
    {
        Open(snapshots, name).Dispose();
        IReadOnlyList<NamedSnapshot> all = ListSnapshots();
        List<string> chain = [];
        for (string next = name; ;)
        {
            chain.Insert(0, next);
            SnapshotInfo info = InfoOf(snapshots, next);
            if (!info.IsIncremental)
            {
                return chain;
            }

            // Each is of a lower height than the one above it, so that this ends.
            next = all.FirstOrDefault(other => other.Info is { } below && below.Height == info.BaseHeight && below.Root == info.BaseRoot)?.Name
                ?? throw new SnapshotChainException(SnapshotChainFault.MissingBase, next, info.BaseHeight!.Value, info.BaseRoot!.Value, "no snapshot of it is kept in the store");
        }
    }
}
