using Cairn.History;
using Cairn.Homes;
using Cairn.Proving;
using Cairn.Tree;

namespace Cairn;

/// <summary>
/// The state after a block as seen from a newer version, which its owner pins: where a key has changed between the two, the history tells what it was. Keeps the log that it needs until it is disposed. Safe for any thread.
/// </summary>
internal sealed class PastPoint : IDisposable
{
    private readonly StateStore _store;
    private readonly LogPins.Pin _pin;
    private readonly Lazy<TreeTotals[]> _totals;
    private int _disposed;

    /// <summary>Makes a point.</summary>
    /// <param name="store">Has the history.</param>
    /// <param name="block">The block.</param>
    /// <param name="upTo">The sequence of the last record of the newer version.</param>
    /// <param name="pin">Keeps the log from the block on.</param>
    /// <param name="installed">What the store was installed with, where that is the state meant: no record tells of it.</param>
    public PastPoint(StateStore store, in PastBlock block, ulong upTo, LogPins.Pin pin, InstalledState? installed)
    {
        _store = store;
        _pin = pin;
        Block = block;
        UpTo = upTo;
        _totals = new Lazy<TreeTotals[]>(() => installed is null ? ReadTotals() : [installed.StateTotals, installed.LocalTotals], LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>The newest block the state contains.</summary>
    public PastBlock Block { get; }

    /// <summary>The sequence of the last record of the newer version.</summary>
    public ulong UpTo { get; }

    /// <summary>What a tree held.</summary>
    public TreeTotals TotalsOf(TreeKind tree) => _totals.Value[(int)tree];

    /// <summary>Finds what a key was that may have changed since.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="key">The key.</param>
    /// <param name="changedAt">The height of the change that the newer version has; null when it has no such key.</param>
    /// <param name="change">The first change since the block. Only meaningful when the key was there.</param>
    /// <returns>Whether the key was there.</returns>
    public bool TryFind(TreeKind tree, ReadOnlySpan<byte> key, BlockHeight? changedAt, out PastChange change)
    {
        try
        {
            if (_store.History.TryFindFirst(tree, key, Block.Sequence, UpTo, out change))
            {
                return change.HasOld;
            }
        }
        catch (Exception exception) when (exception is StateCorruptedException or IOException)
        {
            ThrowIfGone(exception);
            throw;
        }

        return changedAt is null ? false : throw Missing(tree, key, changedAt.Value);
    }

    /// <summary>Copies the value a key had.</summary>
    public void Copy(in PastChange change, Span<byte> destination)
    {
        try
        {
            change.CopyOld(destination);
        }
        catch (Exception exception) when (exception is StateCorruptedException or IOException)
        {
            ThrowIfGone(exception);
            throw;
        }
    }

    /// <summary>The value a key had; null when it was absent.</summary>
    public byte[]? Value(in PastChange change)
    {
        if (!change.HasOld)
        {
            return null;
        }

        byte[] value = new byte[change.OldBytes];
        Copy(change, value);
        return value;
    }

    /// <summary>Walks over the keys of a range that have changed since.</summary>
    public IPastCursor Scan(TreeKind tree, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, bool reverse)
    {
        try
        {
            return _store.History.Scan(tree, start, end, Block.Sequence, UpTo, reverse);
        }
        catch (Exception exception) when (exception is StateCorruptedException or IOException)
        {
            ThrowIfGone(exception);
            throw;
        }
    }

    /// <summary>Goes to the next key of such a walk.</summary>
    public bool Next(IPastCursor cursor)
    {
        try
        {
            return cursor.Next();
        }
        catch (Exception exception) when (exception is StateCorruptedException or IOException)
        {
            ThrowIfGone(exception);
            throw;
        }
    }

    /// <summary>Gives the state tree as it was, rebuilt from a version and checked. The caller returns it.</summary>
    /// <param name="from">The newer version.</param>
    /// <param name="cancellationToken">Ends waiting and rebuilding.</param>
    /// <exception cref="RebuildTooLargeException">It takes more memory than it may.</exception>
    public RebuiltTree Rebuild(StateVersion from, CancellationToken cancellationToken)
    {
        RebuildRequest request = new(
            Block.Sequence,
            Block.Height,
            Block.Root,
            from,
            () => TotalsOf(TreeKind.State),
            () => _store.History.Scan(TreeKind.State, [], [], Block.Sequence, UpTo, reverse: false),
            () => (ulong)_store.History.Blocks(new BlockHeight(0), new BlockHeight(ulong.MaxValue), UpTo).Count(block => block.Sequence > Block.Sequence));
        try
        {
            return _store.Rebuilt.Rent(request, cancellationToken);
        }
        catch (Exception exception) when (exception is StateCorruptedException or IOException)
        {
            ThrowIfGone(exception);
            throw;
        }
    }

    /// <summary>A change that the newer version knows of and the history does not: an answer without it would be wrong.</summary>
    public StateCorruptedException Missing(TreeKind tree, ReadOnlySpan<byte> key, BlockHeight changedAt) => new(
        _store.Location,
        -1,
        $"history of key {Convert.ToHexStringLower(key)} in the {(tree == TreeKind.State ? "state" : "local")} tree",
        $"a change at height {changedAt}",
        $"none in the records {Block.Sequence + 1} to {UpTo}");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _pin.Dispose();
        }
    }

    private TreeTotals[] ReadTotals()
    {
        try
        {
            LogRecord record = _store.History.ReadRecord(Block);
            return [record.StateTotals, record.LocalTotals];
        }
        catch (Exception exception) when (exception is StateCorruptedException or IOException)
        {
            ThrowIfGone(exception);
            throw;
        }
    }

    /// <summary>What a failure of reading the log means when the log behind the block need not be there any more: nothing is damaged then.</summary>
    private void ThrowIfGone(Exception exception)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, typeof(StateView));
        _store.ThrowIfOutdated(_pin.Place, exception);
    }
}
