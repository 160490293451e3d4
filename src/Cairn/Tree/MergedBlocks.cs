using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// Blocks of the log that follow each other, gathered to be applied again in one go: of each key only the newest change, with the height of its own block. Or to be undone: of each key what it was before the oldest change, with
/// the height it had then. A page that many of the blocks changed is then made once. Used by one thread.
/// </summary>
internal sealed class MergedBlocks(bool undo = false)
{
    private readonly MergedChanges _state = new(undo);
    private readonly MergedChanges _local = new(undo);

    /// <summary>The first of them; null when there are none.</summary>
    public LogRecord? First { get; private set; }

    /// <summary>The last of them; null when there are none.</summary>
    public LogRecord? Last { get; private set; }

    /// <summary>How many there are.</summary>
    public ulong Count { get; private set; }

    /// <summary>The memory of the gathered changes.</summary>
    public long Bytes => _state.Bytes + _local.Bytes;

    /// <summary>How many changes are gathered, those of the same key counted apart.</summary>
    public long Changes => _state.Count + (long)_local.Count;

    /// <summary>Whether the changes of a record still fit.</summary>
    public bool HasRoomFor(LogRecord record) => _state.HasRoomFor(record.StateChanges) && _local.HasRoomFor(record.LocalChanges);

    /// <summary>Adds the next block. Its place after the one before has been checked.</summary>
    public void Add(LogRecord record)
    {
        _state.Add(record.StateChanges, record.Height);
        _local.Add(record.LocalChanges, record.Height);
        First ??= record;
        Last = record;
        Count++;
    }

    /// <summary>The changes of both trees, merged. Nothing may be added afterwards.</summary>
    public (ChangeBatch State, ChangeBatch Local) Merge() => (_state.Merge(), _local.Merge());
}

/// <summary>The changes of one tree by several blocks, or what undoes them: sorted runs, one a block, in one buffer.</summary>
internal sealed class MergedChanges(bool undo = false)
{
    private readonly List<int> _runs = [];
    private byte[] _bytes = [];
    private ChangeBatch.Entry[] _entries = [];
    private BlockHeight[] _heights = [];
    private int _used;
    private int _count;

    /// <summary>How many changes there are.</summary>
    public int Count => _count;

    /// <summary>The memory taken.</summary>
    public long Bytes => _used + ((long)_count * EntryBytes);

    private static int EntryBytes => (4 * sizeof(int)) + sizeof(ulong);

    /// <summary>Whether places in the buffer still fit their type with these changes in it.</summary>
    public bool HasRoomFor(ChangeList changes) => _used + changes.ByteCount <= Array.MaxLength && _count + (long)changes.Count <= Array.MaxLength / EntryBytes;

    /// <summary>Adds the changes of the next block: keys and new values, or the old ones.</summary>
    public void Add(ChangeList changes, BlockHeight height)
    {
        if (changes.Count == 0)
        {
            return;
        }

        _runs.Add(_count);
        Grow(ref _bytes, _used, _used + changes.ByteCount);
        Grow(ref _entries, _count, _count + (long)changes.Count);
        Grow(ref _heights, _count, _count + (long)changes.Count);
        for (int i = 0; i < changes.Count; i++)
        {
            ReadOnlySpan<byte> key = changes.Key(i);
            ReadOnlySpan<byte> value = undo ? changes.Old(i) : changes.New(i);
            bool hasValue = undo ? changes.HasOld(i) : changes.HasNew(i);
            key.CopyTo(_bytes.AsSpan(_used));
            value.CopyTo(_bytes.AsSpan(_used + key.Length));
            _entries[_count] = new ChangeBatch.Entry(_used, key.Length, _used + key.Length, hasValue ? value.Length : -1);
            _heights[_count++] = undo && hasValue ? changes.PreviousHeight(i) : height;
            _used += key.Length + value.Length;
        }
    }

    /// <summary>Merges the runs, neighbours first, so that of two changes of a key the later one stays, or the earlier one where they are undone.</summary>
    public ChangeBatch Merge()
    {
        int[] from = new int[_count];
        int[] to = new int[_count];
        for (int i = 0; i < _count; i++)
        {
            from[i] = i;
        }

        List<int> starts = [.. _runs, _count];
        while (starts.Count > 2)
        {
            List<int> merged = [0];
            int write = 0;
            for (int run = 0; run + 1 < starts.Count; run += 2)
            {
                int end = run + 2 < starts.Count ? starts[run + 2] : starts[run + 1];
                write += MergeTwo(from.AsSpan(starts[run]..starts[run + 1]), from.AsSpan(starts[run + 1]..end), to.AsSpan(write));
                merged.Add(write);
            }

            starts = merged;
            (from, to) = (to, from);
        }

        int count = starts[^1];
        ChangeBatch.Entry[] entries = new ChangeBatch.Entry[count];
        BlockHeight[] heights = new BlockHeight[count];
        for (int i = 0; i < count; i++)
        {
            entries[i] = _entries[from[i]];
            heights[i] = _heights[from[i]];
        }

        return new ChangeBatch(_bytes, entries, count, heights);
    }

    private int MergeTwo(ReadOnlySpan<int> earlier, ReadOnlySpan<int> later, Span<int> to)
    {
        int count = 0;
        int left = 0;
        int right = 0;
        while (left < earlier.Length && right < later.Length)
        {
            int order = Key(earlier[left]).SequenceCompareTo(Key(later[right]));
            to[count++] = order < 0 || (order == 0 && undo) ? earlier[left] : later[right];
            left += order <= 0 ? 1 : 0;
            right += order >= 0 ? 1 : 0;
        }

        earlier[left..].CopyTo(to[count..]);
        count += earlier.Length - left;
        later[right..].CopyTo(to[count..]);
        return count + later.Length - right;
    }

    private ReadOnlySpan<byte> Key(int entry) => _bytes.AsSpan(_entries[entry].KeyStart, _entries[entry].KeyBytes);

    private static void Grow<T>(ref T[] array, int used, long needed)
    {
        if (needed > array.Length)
        {
            T[] larger = GC.AllocateUninitializedArray<T>((int)Math.Min(Array.MaxLength, Math.Max(needed, Math.Max(64, 2L * used))));
            array.AsSpan(0, used).CopyTo(larger);
            array = larger;
        }
    }
}
