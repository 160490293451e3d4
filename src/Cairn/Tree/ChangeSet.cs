using System.Numerics;
using System.Runtime.InteropServices;

namespace Cairn.Tree;

/// <summary>
/// What a draft changes in one tree: the last put or delete of each key, with savepoints. All bytes are in one buffer; a key has a slot, found by hashing, and a place in key order, made when it is asked for. Used by one
/// thread at a time.
/// </summary>
/// <remarks>
/// Invariants: a slot never goes away, only its state changes; the undo log holds, for every change since the outermost open savepoint, what the slot was before; <see cref="_sorted"/> holds the first
/// <see cref="SortedCount"/> slots in key order; the table holds the first <see cref="_tabled"/> slots, which are all of them unless <see cref="_ascending"/> is set: as long as each new key is greater than all before
/// it, nothing has to be hashed or sorted.
/// </remarks>
internal sealed class ChangeSet
{
    private const int Deleted = -1;
    private const int Unchanged = -2;
    private const int SlotBytes = 4 * sizeof(int);

    /// <summary>The most bytes of keys and values, overwritten ones included: one buffer.</summary>
    public const long MaxBufferBytes = 3 * (StateLimits.MaxBlockBytes + (1 << 20));

    private readonly List<Undo> _undo = [];
    private readonly List<int> _savepoints = [];
    private byte[] _bytes = [];
    private int _used;
    private ChangeBatch.Entry[] _slots = []; // with Deleted or Unchanged for the length of the value
    private int[] _table = [];
    private int _tableSize; // the part of the table that is used, a power of two
    private int _tabled;
    private bool _ascending = true;
    private bool _rolledBack;
    private int[] _sorted = [];
    private int[] _spareSorted = [];
    private int[] _added = [];
    private ChangeBatch.Entry[] _batch = [];
    private readonly KeySorter _sorter = new();

    /// <summary>Holds nothing and takes nothing: what a disposed draft refers to.</summary>
    public static ChangeSet None { get; } = new();

    /// <summary>The memory it keeps for its next use, about.</summary>
    public long KeptBytes =>
        _bytes.Length + ((long)_slots.Length * SlotBytes) + ((long)(_table.Length + _sorted.Length + _spareSorted.Length + _added.Length) * sizeof(int)) + ((long)_batch.Length * SlotBytes) + ((long)_undo.Capacity * SlotBytes) + _sorter.KeptBytes;

    /// <summary>The number of slots: keys that were ever changed.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes of the keys changed and the values put, as they are now.</summary>
    public long ByteCount { get; private set; }

    /// <summary>Rises with every change.</summary>
    public int Version { get; private set; }

    /// <summary>How many slots are in key order.</summary>
    public int SortedCount { get; private set; }

    /// <summary>How many savepoints are open.</summary>
    public int SavepointDepth => _savepoints.Count;

    /// <summary>The key of a slot; valid until the next change.</summary>
    public ReadOnlySpan<byte> Key(int slot) => _bytes.AsSpan(_slots[slot].KeyStart, _slots[slot].KeyBytes);

    /// <summary>The value a slot puts; empty when it deletes. Valid until the next change.</summary>
    public ReadOnlySpan<byte> Value(int slot) => _slots[slot].ValueBytes <= 0 ? default : _bytes.AsSpan(_slots[slot].ValueStart, _slots[slot].ValueBytes);

    /// <summary>Whether the slot is a change at all: one that was rolled back is not.</summary>
    public bool IsChanged(int slot) => _slots[slot].ValueBytes != Unchanged;

    /// <summary>Whether the slot deletes its key.</summary>
    public bool IsDelete(int slot) => _slots[slot].ValueBytes == Deleted;

    /// <summary>Finds the change of a key.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, out int slot)
    {
        slot = -1;
        if (Count == 0 || (_ascending && IsAboveAll(key)))
        {
            return false;
        }

        CompleteTable();
        slot = _table[Probe(key)] - 1;
        return slot >= 0 && IsChanged(slot);
    }

    /// <summary>Puts a value.</summary>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        int slot = Touch(key);
        ref ChangeBatch.Entry known = ref _slots[slot];
        if (known.ValueBytes == value.Length && _savepoints.Count == 0)
        {
            value.CopyTo(_bytes.AsSpan(known.ValueStart));
            return;
        }

        int start = Append(value);
        Set(slot, start, value.Length);
    }

    /// <summary>Deletes a key.</summary>
    public void Delete(ReadOnlySpan<byte> key)
    {
        int slot = Touch(key);
        Set(slot, 0, Deleted);
    }

    /// <summary>How the byte count would be after a change.</summary>
    public long ByteCountAfter(ReadOnlySpan<byte> key, int valueBytes) =>
        ByteCount - (TryFind(key, out int slot) ? Weigh(_slots[slot]) : 0) + key.Length + valueBytes;

    /// <summary>Whether so many bytes more fit into the buffer.</summary>
    public bool HasRoomFor(long bytes) => _used + bytes <= MaxBufferBytes;

    /// <summary>Opens a savepoint.</summary>
    public void Begin() => _savepoints.Add(_undo.Count);

    /// <summary>Gives the changes since the innermost savepoint to the one around it.</summary>
    public void Release()
    {
        _savepoints.RemoveAt(_savepoints.Count - 1);
        if (_savepoints.Count == 0)
        {
            _undo.Clear();
        }
    }

    /// <summary>Takes the changes since the innermost savepoint back and closes it.</summary>
    public void Rollback()
    {
        int mark = _savepoints[^1];
        _savepoints.RemoveAt(_savepoints.Count - 1);
        Version++;
        _rolledBack = true;
        for (int i = _undo.Count - 1; i >= mark; i--)
        {
            Undo undo = _undo[i];
            ref ChangeBatch.Entry slot = ref _slots[undo.Slot];
            ByteCount -= Weigh(slot);
            slot = slot with { ValueStart = undo.ValueStart, ValueBytes = undo.ValueBytes };
            ByteCount += Weigh(slot);
        }

        _undo.RemoveRange(mark, _undo.Count - mark);
    }

    /// <summary>The place in key order of the first slot at or after a key.</summary>
    public int SortedFrom(ReadOnlySpan<byte> key)
    {
        Sort();
        int low = 0;
        int high = SortedCount;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (Key(_sorted[middle]).SequenceCompareTo(key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The slot at a place in key order.</summary>
    public int SortedSlot(int place) => _sorted[place];

    /// <summary>Forgets everything and keeps the memory. Whoever still refers to what was in it sees by <see cref="Version"/>, which goes on, that it is gone.</summary>
    /// <param name="poison">Overwrite what was in it, so that a use afterwards shows (tests).</param>
    public void Reset(bool poison)
    {
        if (poison)
        {
            _bytes.AsSpan(0, _used).Fill(PagePool.Poison);
        }

        Version++;
        _undo.Clear();
        _savepoints.Clear();
        if (_tabled > 0)
        {
            // The next block is about as large: what is cleared is in proportion to it, and the table seldom grows.
            _table.AsSpan(0, _tableSize).Clear();
            _tableSize = Math.Min(_tableSize, Math.Max(TableSizeFor(Count), _tableSize / 2));
        }

        _used = 0;
        Count = 0;
        SortedCount = 0;
        ByteCount = 0;
        _tabled = 0;
        _ascending = true;
        _rolledBack = false;
    }

    /// <summary>The changes as a batch for the tree; it refers to this set's memory, so nothing may be changed while it is used, and only one batch at a time.</summary>
    public ChangeBatch ToBatch()
    {
        if (Count == 0)
        {
            return ChangeBatch.Empty;
        }

        if (_ascending && !_rolledBack)
        {
            return new ChangeBatch(_bytes, _slots, Count);
        }

        Sort();
        Reserve(ref _batch, Count);
        int count = 0;
        for (int place = 0; place < Count; place++)
        {
            ref readonly ChangeBatch.Entry slot = ref _slots[_sorted[place]];
            if (slot.ValueBytes != Unchanged)
            {
                _batch[count++] = slot;
            }
        }

        return new ChangeBatch(_bytes, _batch, count);
    }

    private static long Weigh(in ChangeBatch.Entry slot) => slot.ValueBytes == Unchanged ? 0 : slot.KeyBytes + Math.Max(0, slot.ValueBytes);

    private void Set(int slot, int start, int length)
    {
        ref ChangeBatch.Entry known = ref _slots[slot];
        if (_savepoints.Count > 0)
        {
            _undo.Add(new Undo(slot, known.ValueStart, known.ValueBytes));
        }

        ByteCount -= Weigh(known);
        known = known with { ValueStart = start, ValueBytes = length };
        ByteCount += Weigh(known);
    }

    private int Touch(ReadOnlySpan<byte> key)
    {
        Version++;
        if (_ascending && (Count == 0 || IsAboveAll(key)))
        {
            return AddSlot(key);
        }

        CompleteTable();
        int at = Probe(key);
        if (_table[at] > 0)
        {
            return _table[at] - 1;
        }

        _ascending = false;
        int slot = AddSlot(key);
        _table[at] = slot + 1;
        _tabled = Count;
        return slot;
    }

    private int AddSlot(ReadOnlySpan<byte> key)
    {
        if (Count == _slots.Length)
        {
            Array.Resize(ref _slots, Math.Max(16, Count * 2));
        }

        _slots[Count] = new ChangeBatch.Entry(Append(key), key.Length, 0, Unchanged);
        return Count++;
    }

    /// <summary>Whether a key is greater than that of the last slot: than all, when they are in ascending order.</summary>
    private bool IsAboveAll(ReadOnlySpan<byte> key) => key.SequenceCompareTo(Key(Count - 1)) > 0;

    /// <summary>The least table that is at most half full with one slot more.</summary>
    private static int TableSizeFor(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(32, (count + 1) * 2));

    /// <summary>Brings all slots into the table, and makes room in it for one more.</summary>
    private void CompleteTable()
    {
        if ((Count + 1) * 2 > _tableSize)
        {
            _tableSize = TableSizeFor(Count);
            _tabled = 0;
            if (_tableSize > _table.Length)
            {
                _table = new int[_tableSize];
            }
            else
            {
                _table.AsSpan(0, _tableSize).Clear();
            }
        }

        for (; _tabled < Count; _tabled++)
        {
            _table[Probe(Key(_tabled))] = _tabled + 1;
        }
    }

    private int Append(ReadOnlySpan<byte> bytes)
    {
        long needed = (long)_used + bytes.Length;
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(needed, Math.Max(1024, _bytes.Length * 2L))));
        }

        bytes.CopyTo(_bytes.AsSpan(_used));
        int start = _used;
        _used += bytes.Length;
        return start;
    }

    /// <summary>The place in the table that holds the key's slot, or where it would go. The hash is seeded per process, so that nobody can choose keys that collide.</summary>
    private int Probe(ReadOnlySpan<byte> key)
    {
        HashCode hash = default;
        hash.AddBytes(key);
        int mask = _tableSize - 1;
        int at = hash.ToHashCode() & mask;
        while (_table[at] > 0 && !Key(_table[at] - 1).SequenceEqual(key))
        {
            at = (at + 1) & mask;
        }

        return at;
    }

    /// <summary>Sorts the slots that came since the last time and merges them in, so that scanning between puts stays cheap.</summary>
    private void Sort()
    {
        if (SortedCount == Count)
        {
            return;
        }

        Reserve(ref _added, Count - SortedCount);
        Span<int> added = _added.AsSpan(0, Count - SortedCount);
        for (int i = 0; i < added.Length; i++)
        {
            added[i] = SortedCount + i;
        }

        if (!_ascending)
        {
            _sorter.Sort(added, _bytes, _slots);
        }

        Reserve(ref _spareSorted, Count);
        int[] merged = _spareSorted;
        int left = 0;
        int right = 0;
        for (int place = 0; place < Count; place++)
        {
            bool takeLeft = left < SortedCount && (right == added.Length || Key(_sorted[left]).SequenceCompareTo(Key(added[right])) < 0);
            merged[place] = takeLeft ? _sorted[left++] : added[right++];
        }

        (_sorted, _spareSorted) = (merged, _sorted);
        SortedCount = Count;
    }

    /// <summary>Makes room; what was in it is lost.</summary>
    private static void Reserve<T>(ref T[] array, int count)
    {
        if (array.Length < count)
        {
            array = new T[Math.Max(16, Math.Max(count, array.Length * 2))];
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Undo(int Slot, int ValueStart, int ValueBytes);
}
