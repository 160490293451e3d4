using Cairn.History;
using Cairn.Homes;
using Cairn.Tree;

namespace Cairn;

/// <content>
/// Reading at every retained height. Recent heights have versions of their own. Any other one is read from the head, which the reader pins, and the history of the log between the two: see <see cref="PastPoint"/>.
/// </content>
public sealed partial class StateStore
{
    /// <summary>What open readers of the past need of the log.</summary>
    private readonly LogPins _pins = new();

    /// <summary>
    /// Opens a view on the state after the newest block at or below a height. Every height from <see cref="FloorHeight"/> to <see cref="Height"/> is answered. Recent heights, as many as fit
    /// <see cref="StateStoreOptions.RecentViewBytes"/>, are read like the head; older ones from the head and the log.
    /// </summary>
    /// <exception cref="HeightNotRetainedException">The height is above the head, before the first block, or no longer retained.</exception>
    /// <exception cref="StateCorruptedException">The log is damaged.</exception>
    /// <exception cref="ViewOutdatedException">The store is read-only, and its writer has retired the log at that height.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public StateView ViewAt(BlockHeight height)
    {
        ThrowIfDisposed();
        ThrowIfNotRetained(height);
        if (Versions.PinAt(height) is { } recent)
        {
            return NewView(recent);
        }

        StateVersion head = Versions.PinHead(isView: true);
        try
        {
            return NewView(head, FindPast(height, head.After.Sequence));
        }
        catch
        {
            Versions.Unpin(head, isView: true);
            throw;
        }
    }

    /// <summary>Tells the state root after the newest block at or below a height.</summary>
    /// <exception cref="HeightNotRetainedException">The height is above the head, before the first block, or no longer retained.</exception>
    /// <exception cref="StateCorruptedException">The log is damaged.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public Hash256 RootAt(BlockHeight height)
    {
        using StateView view = ViewAt(height);
        return view.Root;
    }

    /// <summary>Finds the newest retained block after which the state had a root.</summary>
    /// <returns>Its height; null when there is none.</returns>
    /// <exception cref="StateCorruptedException">The log is damaged.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public BlockHeight? HeightOf(Hash256 root)
    {
        ThrowIfDisposed();
        StateVersion head = Versions.Head;
        if (head.Height is null || head.State.Hash == root)
        {
            return head.Height;
        }

        Manifest manifest = Volatile.Read(ref _manifest);
        return History.TryFindRoot(root, head.After.Sequence, out PastBlock block) && !(block.Height < FloorHeight) ? block.Height
            : manifest.HasInstalledFloor && manifest.Installed!.Root == root ? manifest.FloorHeight
            : null;
    }

    /// <summary>The changes of a key in the blocks between two heights, both included, oldest first. Read as they are asked for; they keep the log meanwhile.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="key">The key. Copied.</param>
    /// <param name="from">The first height; null for the oldest that is retained.</param>
    /// <param name="to">The last height; null, or one above the head, for the head.</param>
    /// <exception cref="HeightNotRetainedException">Blocks at or above <paramref name="from"/> are no longer retained. Thrown here or when the walk begins.</exception>
    /// <exception cref="StateCorruptedException">The log is damaged. Thrown in the walk.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public IEnumerable<KeyVersion> VersionsOf(TreeKind tree, ReadOnlySpan<byte> key, BlockHeight? from = null, BlockHeight? to = null)
    {
        ThrowIfDisposed();
        ThrowIfPruned(from);
        return Walk(key.ToArray());

        IEnumerable<KeyVersion> Walk(byte[] copy)
        {
            using PastRange range = OpenRange(from, to);
            foreach (PastVersion version in History.Versions(tree, copy, range.After, range.UpTo))
            {
                yield return new KeyVersion(version.Height, version.Old?.ToArray(), version.New?.ToArray());
                ThrowIfDisposed();
            }
        }
    }

    /// <summary>
    /// The net changes that lead from the state at one height to that at another: first those of the state tree, then those of the local tree, each in key order. What was changed and changed back is not among them. The second height may
    /// be below the first one. Read as they are asked for; they keep the log meanwhile.
    /// </summary>
    /// <param name="from">The height that has the old values; as in <see cref="ViewAt"/>, the newest block at or below it counts.</param>
    /// <param name="to">The height that has the new values.</param>
    /// <exception cref="HeightNotRetainedException">A height is above the head, before the first block, or no longer retained. Thrown here or when the walk begins.</exception>
    /// <exception cref="StateCorruptedException">A stored page or the log is damaged. Thrown in the walk.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public IEnumerable<EntryChange> Diff(BlockHeight from, BlockHeight to)
    {
        ThrowIfDisposed();
        ThrowIfNotRetained(from);
        ThrowIfNotRetained(to);
        return from <= to ? ChangesBetween(from, to) : ChangesBetween(to, from).Select(static change => change with { Old = change.New, New = change.Old });
    }

    /// <summary>The blocks between two heights, both included, ascending. Read as they are asked for, one at a time; they keep the log meanwhile.</summary>
    /// <param name="from">The first height; null for the oldest that is retained.</param>
    /// <param name="to">The last height; null, or one above the head, for the head.</param>
    /// <exception cref="HeightNotRetainedException">Blocks at or above <paramref name="from"/> are no longer retained. Thrown here or when the walk begins.</exception>
    /// <exception cref="StateCorruptedException">The log is damaged. Thrown in the walk.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public IEnumerable<BlockRecord> Blocks(BlockHeight? from = null, BlockHeight? to = null)
    {
        ThrowIfDisposed();
        ThrowIfPruned(from);
        return Walk();

        IEnumerable<BlockRecord> Walk()
        {
            using PastRange range = OpenRange(from, to);
            foreach (PastBlock block in History.Blocks(from ?? new BlockHeight(0), to ?? new BlockHeight(ulong.MaxValue), range.UpTo))
            {
                if (block.Sequence > range.After)
                {
                    yield return new BlockRecord(History.ReadRecord(block));
                    ThrowIfDisposed();
                }
            }
        }
    }

    /// <summary>Whether the writer, in another process, no longer keeps the log at a place. False in a store that is not read-only.</summary>
    internal bool IsRetiredByWriter(LogPosition place) => IsReadOnly && _pageFiles is not null && _pageFiles.LookAtNewest().LogFloor.Sequence >= place.Sequence;

    private IEnumerable<EntryChange> ChangesBetween(BlockHeight from, BlockHeight to)
    {
        using StateView after = ViewAt(to);
        using PastPoint before = FindPast(from, after.Sequence);
        foreach (TreeKind tree in (TreeKind[])[TreeKind.State, TreeKind.Local])
        {
            ITreeReader now = tree == TreeKind.State ? after.State : after.Local;
            using IPastCursor cursor = before.Scan(tree, [], [], reverse: false);
            while (before.Next(cursor))
            {
                byte[] key = cursor.Key.ToArray();
                byte[]? old = before.Value(cursor.Change);
                byte[]? @new = now.Get(key);
                if (old is null ? @new is not null : @new is null || !old.AsSpan().SequenceEqual(@new))
                {
                    yield return new EntryChange(tree, key, old, @new);
                    ThrowIfDisposed();
                }
            }
        }
    }

    /// <summary>Finds the newest block at or below a height, as a version knows it, and keeps the log from there on.</summary>
    /// <param name="height">The height.</param>
    /// <param name="upTo">The sequence of the last record of the version, which the caller pins.</param>
    private PastPoint FindPast(BlockHeight height, ulong upTo)
    {
        InstalledState? installed = null;
        if (!History.TryFindBlock(height, upTo, out PastBlock block))
        {
            // No record tells of the state that the store was installed with.
            installed = Volatile.Read(ref _manifest).Installed is { } first && first.Height <= height ? first : throw NotRetained(height);
            block = new PastBlock(installed.Height, Sequence: 0, installed.Root, installed.TimeTicks, LogPosition.Start, LogPosition.Start);
        }

        PastPoint past = new(this, block, upTo, _pins.Add(block.Before), installed);
        Manifest manifest = Volatile.Read(ref _manifest);
        if (installed is null ? block.Before.Sequence >= manifest.LogFloor.Sequence : manifest.HasInstalledFloor)
        {
            return past;
        }

        // The floor has gone past the block meanwhile: its record may have been retired before the pin was there.
        past.Dispose();
        throw NotRetained(height);
    }

    /// <summary>Keeps the log of the blocks between two heights.</summary>
    private PastRange OpenRange(BlockHeight? from, BlockHeight? to)
    {
        StateVersion head = Versions.Head;
        ulong upTo = to is not { } last || last >= head.Height ? head.After.Sequence : History.TryFindBlock(last, head.After.Sequence, out PastBlock newest) ? newest.Sequence : 0;
        LogPosition floor = Volatile.Read(ref _manifest).LogFloor;
        LogPosition after = from is { Value: > 0 } first && History.TryFindBlock(new BlockHeight(first.Value - 1), head.After.Sequence, out PastBlock before) && before.After.Sequence > floor.Sequence ? before.After : floor;
        PastRange range = new(_pins.Add(after), upTo);
        if (after.Sequence >= Volatile.Read(ref _manifest).LogFloor.Sequence)
        {
            return range;
        }

        // As above; where the beginning was left open, the next one will do.
        range.Dispose();
        return from is { } lost ? throw NotRetained(lost) : OpenRange(from, to);
    }

    private void ThrowIfNotRetained(BlockHeight height)
    {
        BlockHeight? newest = Height;
        if (newest is null || height > newest || height < FloorHeight)
        {
            throw NotRetained(height);
        }
    }

    /// <summary>Refuses a beginning before the floor where there were blocks before it.</summary>
    private void ThrowIfPruned(BlockHeight? from)
    {
        if (from < FloorHeight && Volatile.Read(ref _manifest).PrunedBlocks > 0)
        {
            throw NotRetained(from.Value);
        }
    }

    private HeightNotRetainedException NotRetained(BlockHeight height) => new(height, FloorHeight, Height);

    /// <summary>A stretch of the log that is kept while it is read.</summary>
    /// <param name="Pin">Keeps it.</param>
    /// <param name="UpTo">The sequence of its last record.</param>
    private sealed record PastRange(LogPins.Pin Pin, ulong UpTo) : IDisposable
    {
        /// <summary>The sequence before its first record.</summary>
        public ulong After => Pin.Place.Sequence;

        public void Dispose() => Pin.Dispose();
    }
}
