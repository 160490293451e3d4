using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Cairn.Format;
using Cairn.Homes;

namespace Cairn.History;

/// <summary>Makes a run in memory of records that follow each other. Owned by one thread, used once.</summary>
internal sealed class TailBuilder(ILogRecords log, LogPosition before)
{
    private const int ChangeBytes = 64; // what a change takes beside its bytes while it waits here

    private readonly List<Part> _parts = [];
    private readonly List<RecordRow> _rows = [];

    /// <summary>The memory that the records take, about.</summary>
    public long Bytes { get; private set; }

    /// <summary>The place behind the last record.</summary>
    public LogPosition After => _rows.Count == 0 ? before : _rows[^1].After;

    /// <summary>Adds a record: the one behind the one before.</summary>
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
            _parts.Add(new Part(record.Sequence, record.Height.Value, record.Root, record.StateChanges, Places(placed, TreeKind.State), record.LocalChanges, Places(placed, TreeKind.Local)));
        }
    }

    /// <summary>A row of the records added.</summary>
    /// <param name="sequence">Its sequence, behind the place before.</param>
    public RecordRow Row(ulong sequence) => _rows[(int)(sequence - before.Sequence - 1)];

    /// <summary>Makes the run; at least one record was added.</summary>
    public Run Finish()
    {
        MemoryRunSink sink = new();
        RunWriter writer = new(sink, before, _parts.Count == 0 ? 0 : _parts.Min(static part => part.Height));
        AddChanges(writer, TreeKind.State);
        AddChanges(writer, TreeKind.Local);
        AddRoots(writer);
        foreach (RecordRow row in _rows)
        {
            writer.Add(row);
        }

        RunHeader header = writer.Finish(default);
        return new Run(header, sink.ToBlocks());
    }

    private ulong[] Places(in PlacedRecord placed, TreeKind tree)
    {
        ChangeList changes = tree == TreeKind.State ? placed.Record.StateChanges : placed.Record.LocalChanges;
        if (changes.Count == 0)
        {
            return [];
        }

        ulong[] places = new ulong[changes.Count];
        log.PlaceOld(placed, tree, places);
        return places;
    }

    private void AddChanges(RunWriter writer, TreeKind tree)
    {
        Item[] items = Sorted(tree);
        byte[] key = new byte[RunKey.MaxBytes];
        foreach (Item item in items)
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
                Place = part.Places(tree)[item.Change],
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

    /// <summary>The changes of a tree by key, those of the same key by sequence. Compared are eight bytes behind what all keys have in common, as a number; only where these are the same, the keys.</summary>
    private Item[] Sorted(TreeKind tree)
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

        int common = least.CommonPrefixLength(most);
        Item[] items = new Item[count];
        int next = 0;
        for (int i = 0; i < _parts.Count; i++)
        {
            ChangeList changes = _parts[i].Changes(tree);
            for (int change = 0; change < changes.Count; change++)
            {
                items[next++] = new Item(NumberOf(changes.Key(change)[common..]), i, change);
            }
        }

        Array.Sort(items, new ItemOrder(_parts, tree));
        return items;
    }

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

    private readonly record struct Part(ulong Sequence, ulong Height, Hash256 Root, ChangeList State, ulong[] StatePlaces, ChangeList Local, ulong[] LocalPlaces)
    {
        public ChangeList Changes(TreeKind tree) => tree == TreeKind.State ? State : Local;

        public ulong[] Places(TreeKind tree) => tree == TreeKind.State ? StatePlaces : LocalPlaces;
    }

    private readonly record struct Item(ulong Number, int Part, int Change);

    private sealed class ItemOrder(List<Part> parts, TreeKind tree) : IComparer<Item>
    {
        public int Compare(Item x, Item y)
        {
            int order = x.Number.CompareTo(y.Number);
            if (order == 0)
            {
                order = parts[x.Part].Changes(tree).Key(x.Change).SequenceCompareTo(parts[y.Part].Changes(tree).Key(y.Change));
            }

            return order != 0 ? order : x.Part.CompareTo(y.Part);
        }
    }
}
