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
        PastBlock? found = Ask(manifest.LogFloor, history => history.TryFindRoot(root, head.After.Sequence, out PastBlock block) ? block : (PastBlock?)null);
        return found is { } block && !(block.Height < FloorHeight) ? block.Height
            : manifest.HasInstalledFloor && manifest.Installed!.Root == root ? manifest.FloorHeight
            : null;
    }

    /// <summary>The changes of a key in the blocks between two heights, both included, oldest first. Read as they are asked for; they keep the log until the walk ends or is disposed. What a store was installed with is no change.</summary>
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
            foreach (PastVersion version in Ask(range.Pin.Place, history => history.Versions(tree, copy, range.After, range.UpTo)))
            {
                yield return new KeyVersion(version.Height, version.Old?.ToArray(), version.New?.ToArray());
                ThrowIfDisposed();
            }
        }
    }

    /// <summary>
    /// The net changes that lead from the state at one height to that at another: first those of the state tree, then those of the local tree, each in key order. What was changed and changed back is not among them. The second height may
    /// be below the first one. Read as they are asked for; they keep the log until the walk ends or is disposed.
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

    /// <summary>The blocks between two heights, both included, ascending. Read as they are asked for, one at a time; they keep the log until the walk ends or is disposed. The state a store was installed with is no block of it.</summary>
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
            IEnumerable<PastBlock> blocks = History.Blocks(from ?? new BlockHeight(0), to ?? new BlockHeight(ulong.MaxValue), range.UpTo).Where(block => block.Sequence > range.After);
            foreach (LogRecord record in Ask(range.Pin.Place, _ => RecordsOf(blocks, range.UpTo)))
            {
                yield return new BlockRecord(record);
                ThrowIfDisposed();
            }
        }
    }

    /// <summary>What a failure of reading the log means to a reader beside a writer who no longer keeps what the reader needs: nothing is damaged.</summary>
    /// <param name="needed">The place from which on the log is needed.</param>
    /// <param name="failure">The failure.</param>
    internal void ThrowIfOutdated(LogPosition needed, Exception failure)
    {
        if (IsReadOnly && _pageFiles is not null && _pageFiles.LookAtNewest().LogFloor.Sequence > needed.Sequence)
        {
            throw new ViewOutdatedException((failure as StateCorruptedException)?.File ?? Location, failure);
        }
    }

    /// <summary>The records of live blocks, ascending: the log is read in one go, and what lies between them is passed over.</summary>
    private IEnumerable<LogRecord> RecordsOf(IEnumerable<PastBlock> blocks, ulong upTo)
    {
        using IEnumerator<PastBlock> block = blocks.GetEnumerator();
        if (!block.MoveNext())
        {
            yield break;
        }

        foreach (PlacedRecord placed in _log.Records.ReadPlaced(block.Current.Before, upTo))
        {
            if (placed.Record.Sequence == block.Current.Sequence)
            {
                yield return placed.Record;
                if (!block.MoveNext())
                {
                    yield break;
                }
            }
        }
    }

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
        PastBlock block;
        if (FindBlock(height, upTo) is { } found)
        {
            block = found;
        }
        else
        {
            // No record tells of the state that the store was installed with.
            installed = Volatile.Read(ref _manifest).Installed is { } first && first.Height <= height ? first
                : height >= FloorHeight ? throw new StateCorruptedException(Location, -1, $"the newest block at or below height {height}", $"one from height {FloorHeight} on", "none in the log")
                : throw NotRetained(height);
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

    private PastBlock? FindBlock(BlockHeight height, ulong upTo) => Ask(Volatile.Read(ref _manifest).LogFloor, history => history.TryFindBlock(height, upTo, out PastBlock block) ? block : (PastBlock?)null);

    /// <summary>Asks the history what needs the log from a place on.</summary>
    private T Ask<T>(LogPosition needed, Func<IChangeHistory, T> question)
    {
        try
        {
            return question(History);
        }
        catch (Exception exception) when (exception is StateCorruptedException or IOException)
        {
            ThrowIfOutdated(needed, exception);
            throw;
        }
    }

    /// <summary>Asks the history for a walk.</summary>
    private IEnumerable<T> Ask<T>(LogPosition needed, Func<IChangeHistory, IEnumerable<T>> question)
    {
        using IEnumerator<T> walk = Ask(needed, history => question(history).GetEnumerator());
        while (Ask(needed, _ => walk.MoveNext()))
        {
            yield return walk.Current;
        }
    }

    /// <summary>Keeps the log of the blocks between two heights.</summary>
    private PastRange OpenRange(BlockHeight? from, BlockHeight? to)
    {
        StateVersion head = Versions.Head;
        ulong upTo = to is { } last && last < head.Height ? FindBlock(last, head.After.Sequence)?.Sequence ?? 0 : head.After.Sequence;
        LogPosition floor = Volatile.Read(ref _manifest).LogFloor;
        PastBlock? before = from is { Value: > 0 } first ? FindBlock(new BlockHeight(first.Value - 1), head.After.Sequence) : null;
        LogPosition after = before is { } known && known.After.Sequence > floor.Sequence ? known.After : floor;
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
