using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Cairn.Format;
using Cairn.Homes;

namespace Cairn.History;

/// <summary>Makes runs in memory of records that follow each other, one after the other. Owned by one thread at a time; keeps its memory from run to run.</summary>
internal sealed class TailBuilder(ILogRecords log, SpareBlocks spare)
{
    private const int ChangeBytes = 64; // what a change takes beside its bytes while it waits here
    private const int MostKeptItems = 1 << 18; // so that one huge block does not hold memory for ever

    private readonly List<Part> _parts = [];
    private readonly List<RecordRow> _rows = [];
    private LogPosition _before;
    private readonly List<int> _ends = []; // of the changes of each record, or of several that are merged
    private Item[] _items = [];
    private Item[] _merged = []; // as long
    private ulong[] _places = [];
    private int _placeCount;

    /// <summary>The memory that the records take, about.</summary>
    public long Bytes { get; private set; }

    /// <summary>The place behind the last record.</summary>
    public LogPosition After => _rows.Count == 0 ? _before : _rows[^1].After;

    /// <summary>Begins a run.</summary>
    /// <param name="before">The place before its first record.</param>
    public void Begin(LogPosition before) => _before = before;

    /// <summary>Gives up what it has of the records; a run made of them is not affected.</summary>
    public void Forget()
    {
        foreach (Part part in _parts)
        {
            log.Release(part.Record);
        }

        _parts.Clear();
        _rows.Clear();
        _placeCount = 0;
        Bytes = 0;
        (_items, _merged) = _items.Length > MostKeptItems ? ([], []) : (_items, _merged);
        _places = _places.Length > MostKeptItems ? [] : _places;
    }

    /// <summary>Adds a record: the one behind the one before. It is released when the builder forgets it.</summary>
    /// <param name="placed">The record.</param>
    /// <param name="row">The same as the run has it.</param>
    public void Add(in PlacedRecord placed, in RecordRow row)
    {
        LogRecord record = placed.Record;
        Bytes += ((long)record.StateChanges.Count + record.LocalChanges.Count) * ChangeBytes;
        Bytes += record.StateChanges.ByteCount + record.LocalChanges.ByteCount + HistoryRecordLayout.SizeBytes;
        _rows.Add(row);
        if (record.Kind == RecordKind.Block)
        {
            _parts.Add(new Part(record, Places(placed, TreeKind.State), Places(placed, TreeKind.Local)));
        }
    }

    /// <summary>A row of the records added.</summary>
    /// <param name="sequence">Its sequence, behind the place before.</param>
    public RecordRow Row(ulong sequence) => _rows[(int)(sequence - _before.Sequence - 1)];

    /// <summary>Makes the run; at least one record was added.</summary>
    public Run Finish()
    {
        MemoryRunSink sink = new(spare);
        RunWriter writer = new(sink, _before, _parts.Count == 0 ? 0 : _parts.Min(static part => part.Height));
        AddChanges(writer, TreeKind.State);
        AddChanges(writer, TreeKind.Local);
        AddRoots(writer);
        foreach (RecordRow row in _rows)
        {
            writer.Add(row);
        }

        return sink.ToRun(writer.Finish(default));
    }

    /// <returns>Where the places of the changes begin.</returns>
    private int Places(in PlacedRecord placed, TreeKind tree)
    {
        int count = (tree == TreeKind.State ? placed.Record.StateChanges : placed.Record.LocalChanges).Count;
        if (count == 0)
        {
            return 0;
        }

        int start = _placeCount;
        if (_places.Length - start < count)
        {
            Array.Resize(ref _places, Math.Max(start + count, _places.Length * 2));
        }

        _placeCount += count;
        log.PlaceOld(placed, tree, _places.AsSpan(start, count));
        return start;
    }

    private void AddChanges(RunWriter writer, TreeKind tree)
    {
        Span<byte> key = stackalloc byte[RunKey.MaxBytes];
        foreach (ref readonly Item item in Sorted(tree))
        {
            Part part = _parts[item.Part];
            ChangeList changes = part.Changes(tree);
            ReadOnlySpan<byte> old = changes.Old(item.Change);
            bool hasOld = changes.HasOld(item.Change);
            bool isInline = hasOld && old.Length <= EntryBlock.MaxInlineBytes;
            RunEntry entry = new()
            {
                Sequence = part.Sequence,
                Height = part.Height,
                PreviousHeight = changes.PreviousHeight(item.Change).Value,
                OldBytes = hasOld ? old.Length : RunEntry.NoOld,
                InlineOffset = isInline ? 1 : 0,
                Place = _places[part.Places(tree) + item.Change],
                Checksum = isInline ? 0 : Crc32C.Compute(old),
            };
            writer.Add(RunKey.Of(tree, changes.Key(item.Change), key), entry, isInline ? old : default);
        }
    }

    private void AddRoots(RunWriter writer)
    {
        byte[] key = new byte[RunKey.MaxBytes];
        foreach (Part part in _parts.OrderBy(static part => PrefixOf(part.Root)).ThenBy(static part => part.Sequence))
        {
            writer.Add(RunKey.OfRoot(part.Root, key), new RunEntry { Sequence = part.Sequence, Height = part.Height, OldBytes = RunEntry.NoOld }, default);
        }
    }

    private static ulong PrefixOf(Hash256 root)
    {
        Span<byte> key = stackalloc byte[RunKey.MaxBytes];
        return BinaryPrimitives.ReadUInt64BigEndian(RunKey.OfRoot(root, key)[1..]);
    }

    /// <summary>
    /// The changes of a tree by key, those of the same key by sequence. Those of a record are sorted already, so that only records are merged, two by two. Compared are eight bytes behind what all keys have in common, as a
    /// number; only where these are the same, the keys.
    /// </summary>
    private ReadOnlySpan<Item> Sorted(TreeKind tree)
    {
        int count = Fill(tree);
        while (_ends.Count > 1)
        {
            int start = 0;
            int merged = 0;
            for (int i = 0; i < _ends.Count; i += 2)
            {
                int middle = _ends[i];
                int end = _ends[Math.Min(i + 1, _ends.Count - 1)];
                Merge(tree, _items.AsSpan(start, middle - start), _items.AsSpan(middle, end - middle), _merged.AsSpan(start, end - start));
                _ends[merged++] = end;
                start = end;
            }

            _ends.RemoveRange(merged, _ends.Count - merged);
            (_items, _merged) = (_merged, _items);
        }

        return _items.AsSpan(0, count);
    }

    /// <summary>Lists the changes record by record.</summary>
    /// <returns>How many there are.</returns>
    private int Fill(TreeKind tree)
    {
        ReadOnlySpan<byte> least = default;
        ReadOnlySpan<byte> most = default;
        int count = 0;
        foreach (ref readonly Part part in CollectionsMarshal.AsSpan(_parts))
        {
            ChangeList changes = part.Changes(tree);
            if (changes.Count > 0)
            {
                least = count == 0 || changes.Key(0).SequenceCompareTo(least) < 0 ? changes.Key(0) : least;
                most = count == 0 || changes.Key(changes.Count - 1).SequenceCompareTo(most) > 0 ? changes.Key(changes.Count - 1) : most;
                count += changes.Count;
            }
        }

        if (_items.Length < count)
        {
            _items = new Item[Math.Max(count, _items.Length * 2)];
            _merged = new Item[_items.Length];
        }

        int common = least.CommonPrefixLength(most);
        int next = 0;
        _ends.Clear();
        for (int i = 0; i < _parts.Count; i++)
        {
            ChangeList changes = _parts[i].Changes(tree);
            for (int change = 0; change < changes.Count; change++)
            {
                _items[next++] = new Item(NumberOf(changes.Key(change)[common..]), i, change);
            }

            if (changes.Count > 0)
            {
                _ends.Add(next);
            }
        }

        return count;
    }

    /// <summary>Merges the items of records with those of later ones.</summary>
    private void Merge(TreeKind tree, ReadOnlySpan<Item> earlier, ReadOnlySpan<Item> later, Span<Item> merged)
    {
        while (!earlier.IsEmpty && !later.IsEmpty)
        {
            if (IsBefore(tree, later[0], earlier[0]))
            {
                merged[0] = later[0];
                later = later[1..];
            }
            else
            {
                merged[0] = earlier[0];
                earlier = earlier[1..];
            }

            merged = merged[1..];
        }

        earlier.CopyTo(merged);
        later.CopyTo(merged[earlier.Length..]);
    }

    private bool IsBefore(TreeKind tree, in Item item, in Item other) => item.Number != other.Number
        ? item.Number < other.Number
        : _parts[item.Part].Changes(tree).Key(item.Change).SequenceCompareTo(_parts[other.Part].Changes(tree).Key(other.Change)) < 0;

    private static ulong NumberOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(bytes);
        }

        ulong number = 0;
        foreach (byte value in bytes)
        {
            number = (number << 8) | value;
        }

        return bytes.Length == 0 ? 0 : number << (8 * (sizeof(ulong) - bytes.Length));
    }

    private readonly record struct Part(LogRecord Record, int StatePlaces, int LocalPlaces)
    {
        public ulong Sequence => Record.Sequence;

        public ulong Height => Record.Height.Value;

        public Hash256 Root => Record.Root;

        public ChangeList Changes(TreeKind tree) => tree == TreeKind.State ? Record.StateChanges : Record.LocalChanges;

        public int Places(TreeKind tree) => tree == TreeKind.State ? StatePlaces : LocalPlaces;
    }

    private readonly record struct Item(ulong Number, int Part, int Change);
}
