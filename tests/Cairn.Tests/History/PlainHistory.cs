using System.Runtime.InteropServices;
using Cairn.History;
using Cairn.Homes;

namespace Cairn.Tests.History;

/// <summary>The history as simply as it can be: all changes of the log in a dictionary. What the real one is held against.</summary>
internal sealed class PlainHistory(IBlockLog log, Func<LogPosition> keptFrom) : IChangeHistory
{
    private readonly Lock _gate = new();
    private readonly List<(PlacedRecord Placed, LogPosition Before)> _records = [];
    private readonly SortedDictionary<byte[], List<(ulong Sequence, ChangeList Changes, int Index, BlockHeight Height)>>[] _trees = [new(KeyOrder.Instance), new(KeyOrder.Instance)];

    public bool TryFindBlock(BlockHeight atOrBelow, ulong upTo, out PastBlock block)
    {
        block = Live(upTo).LastOrDefault(past => past.Height <= atOrBelow);
        return block.Sequence != 0;
    }

    public bool TryFindRoot(in Hash256 root, ulong upTo, out PastBlock block)
    {
        Hash256 wanted = root;
        block = Live(upTo).LastOrDefault(past => past.Root == wanted);
        return block.Sequence != 0;
    }

    public IEnumerable<PastBlock> Blocks(BlockHeight from, BlockHeight to, ulong upTo) => Live(upTo).Where(past => past.Height >= from && past.Height <= to);

    public LogRecord ReadRecord(in PastBlock block) => log.Records.ReadPlaced(block.Before, block.Sequence).First().Record;

    public bool TryFindFirst(TreeKind tree, ReadOnlySpan<byte> key, ulong after, ulong upTo, out PastChange change)
    {
        byte[] wanted = key.ToArray();
        lock (_gate)
        {
            Func<ulong, bool> isLive = Refresh(upTo);
            change = default;
            return _trees[(int)tree].TryGetValue(wanted, out var changes) && TryFirst(changes, isLive, after, upTo, out change);
        }
    }

    public IPastCursor Scan(TreeKind tree, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, ulong after, ulong upTo, bool reverse)
    {
        byte[] first = start.ToArray();
        byte[] behind = end.ToArray();
        List<(byte[] Key, PastChange Change)> found = [];
        lock (_gate)
        {
            Func<ulong, bool> isLive = Refresh(upTo);
            foreach ((byte[] key, var changes) in _trees[(int)tree])
            {
                if (key.AsSpan().SequenceCompareTo(first) >= 0 && (behind.Length == 0 || key.AsSpan().SequenceCompareTo(behind) < 0) && TryFirst(changes, isLive, after, upTo, out PastChange change))
                {
                    found.Add((key, change));
                }
            }
        }

        if (reverse)
        {
            found.Reverse();
        }

        return new Cursor(found);
    }

    public IEnumerable<PastVersion> Versions(TreeKind tree, byte[] key, ulong after, ulong upTo)
    {
        lock (_gate)
        {
            Func<ulong, bool> isLive = Refresh(upTo);
            return !_trees[(int)tree].TryGetValue(key, out var changes) ? [] :
            [
                .. changes.Where(change => change.Sequence > after && change.Sequence <= upTo && isLive(change.Sequence)).Select(static change => new PastVersion(
                    change.Height,
                    change.Sequence,
                    change.Changes.HasOld(change.Index) ? (ReadOnlyMemory<byte>?)change.Changes.Old(change.Index).ToArray() : null,
                    change.Changes.HasNew(change.Index) ? (ReadOnlyMemory<byte>?)change.Changes.New(change.Index).ToArray() : null)),
            ];
        }
    }

    private static bool TryFirst(List<(ulong Sequence, ChangeList Changes, int Index, BlockHeight Height)> changes, Func<ulong, bool> isLive, ulong after, ulong upTo, out PastChange change)
    {
        foreach ((ulong sequence, ChangeList list, int index, BlockHeight height) in CollectionsMarshal.AsSpan(changes))
        {
            if (sequence > after && sequence <= upTo && isLive(sequence))
            {
                change = list.HasOld(index) ? new PastChange(sequence, height, list.PreviousHeight(index), list.Old(index).ToArray()) : new PastChange(sequence, height);
                return true;
            }
        }

        change = default;
        return false;
    }

    private List<PastBlock> Live(ulong upTo)
    {
        lock (_gate)
        {
            Func<ulong, bool> isLive = Refresh(upTo);
            return
            [
                .. _records.Where(entry => entry.Placed.Record.Kind == RecordKind.Block && entry.Placed.Record.Sequence <= upTo && isLive(entry.Placed.Record.Sequence)).Select(static entry => new PastBlock(
                    entry.Placed.Record.Height, entry.Placed.Record.Sequence, entry.Placed.Record.Root, entry.Placed.Record.TimeTicks, entry.Before, entry.Placed.After)),
            ];
        }
    }

    /// <summary>Reads on to the end of the log.</summary>
    /// <returns>Whether a sequence is live for a version.</returns>
    private Func<ulong, bool> Refresh(ulong upTo)
    {
        LogPosition kept = keptFrom();
        LogPosition before = _records.Count == 0 || _records[^1].Placed.After.Sequence < kept.Sequence ? kept : _records[^1].Placed.After;
        foreach (PlacedRecord placed in log.Records.ReadPlaced(before, log.End.Sequence))
        {
            _records.Add((placed, before));
            before = placed.After;
            Add(placed.Record, placed.Record.StateChanges, TreeKind.State);
            Add(placed.Record, placed.Record.LocalChanges, TreeKind.Local);
        }

        LogRecord[] rewinds = [.. _records.Select(static entry => entry.Placed.Record).Where(record => record.Kind == RecordKind.Rewind && record.Sequence <= upTo)];
        return sequence => !rewinds.Any(rewind => rewind.AbandonedFrom <= sequence && sequence < rewind.Sequence);
    }

    private void Add(LogRecord record, ChangeList changes, TreeKind tree)
    {
        for (int i = 0; i < changes.Count; i++)
        {
            byte[] key = changes.Key(i).ToArray();
            if (!_trees[(int)tree].TryGetValue(key, out var list))
            {
                _trees[(int)tree].Add(key, list = []);
            }

            list.Add((record.Sequence, changes, i, record.Height));
        }
    }

    private sealed class KeyOrder : IComparer<byte[]>
    {
        public static KeyOrder Instance { get; } = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }

    private sealed class Cursor(List<(byte[] Key, PastChange Change)> found) : IPastCursor
    {
        private int _index = -1;

        public ReadOnlySpan<byte> Key => found[_index].Key;

        public PastChange Change => found[_index].Change;

        public bool Next() => ++_index < found.Count;

        public void Dispose()
        {
        }
    }
}
