namespace Cairn.Homes;

/// <summary>
/// The changes a block makes to one tree: key, old value, new value and the height at which the key changed before. Sorted by key, each key
/// once. All bytes lie in one buffer, so that a list of many thousand changes is three objects. Immutable once built; safe for any thread.
/// </summary>
public sealed class ChangeList
{
    private byte[] _bytes;
    private Change[] _changes;

    private ChangeList(byte[] bytes, Change[] changes, int count, long byteCount)
    {
        _bytes = bytes;
        _changes = changes;
        Count = count;
        ByteCount = byteCount;
    }

    /// <summary>No changes.</summary>
    public static ChangeList Empty { get; } = new([], [], count: 0, byteCount: 0);

    /// <summary>The number of changes.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes of all keys, old values and new values together.</summary>
    public long ByteCount { get; private set; }

    /// <summary>The buffer behind the spans, for the tree: places in it instead of copies.</summary>
    internal byte[] Buffer => _bytes;

    /// <summary>The key of a change. Valid as long as the list.</summary>
    public ReadOnlySpan<byte> Key(int index)
    {
        ref readonly Change change = ref _changes[index];
        return _bytes.AsSpan(change.Start, change.KeyBytes);
    }

    /// <summary>Whether the key was there before.</summary>
    public bool HasOld(int index) => _changes[index].OldBytes >= 0;

    /// <summary>The value before; empty when the key was absent. Valid as long as the list.</summary>
    public ReadOnlySpan<byte> Old(int index)
    {
        ref readonly Change change = ref _changes[index];
        return change.OldBytes <= 0 ? default : _bytes.AsSpan(change.Start + change.KeyBytes, change.OldBytes);
    }

    /// <summary>Whether the key is there afterwards.</summary>
    public bool HasNew(int index) => _changes[index].NewBytes >= 0;

    /// <summary>The value afterwards; empty when the key is deleted. Valid as long as the list.</summary>
    public ReadOnlySpan<byte> New(int index)
    {
        ref readonly Change change = ref _changes[index];
        return change.NewBytes <= 0 ? default : _bytes.AsSpan(change.Start + change.KeyBytes + Math.Max(change.OldBytes, 0), change.NewBytes);
    }

    /// <summary>Key, old value and new value of a change, one behind the other. Valid as long as the list.</summary>
    internal ReadOnlySpan<byte> Content(int index)
    {
        ref readonly Change change = ref _changes[index];
        return _bytes.AsSpan(change.Start, change.KeyBytes + Math.Max(change.OldBytes, 0) + Math.Max(change.NewBytes, 0));
    }

    /// <summary>How long the parts of a change are; -1 for a value that is not there.</summary>
    internal (int Key, int Old, int New) Lengths(int index)
    {
        ref readonly Change change = ref _changes[index];
        return (change.KeyBytes, change.OldBytes, change.NewBytes);
    }

    /// <summary>The height at which the key changed before this block; only meaningful when <see cref="HasOld"/>.</summary>
    public BlockHeight PreviousHeight(int index) => _changes[index].PreviousHeight;

    /// <summary>Where key and new value of a change are in <see cref="Buffer"/>; a negative length means deleted.</summary>
    internal (int KeyStart, int KeyBytes, int NewStart, int NewBytes) NewPlace(int index)
    {
        ref readonly Change change = ref _changes[index];
        return (change.Start, change.KeyBytes, change.Start + change.KeyBytes + Math.Max(change.OldBytes, 0), change.NewBytes);
    }

    private readonly record struct Change(int Start, int KeyBytes, int OldBytes, int NewBytes, BlockHeight PreviousHeight);

    /// <summary>Builds a list; one thread at a time.</summary>
    public sealed class Builder
    {
        private const byte PoisonByte = 0xDD;
        private const int ChangeBytes = 24;

        private byte[] _bytes;
        private Change[] _changes;
        private int _used;
        private int _count;

        /// <summary>Makes a builder.</summary>
        /// <param name="expectedCount">How many changes to make room for.</param>
        /// <param name="expectedBytes">How many bytes to make room for.</param>
        public Builder(int expectedCount = 0, int expectedBytes = 0)
        {
            _bytes = expectedBytes == 0 ? [] : new byte[expectedBytes];
            _changes = expectedCount == 0 ? [] : new Change[expectedCount];
        }

        /// <summary>The number of changes so far.</summary>
        public int Count => _count;

        /// <summary>The bytes so far.</summary>
        public long ByteCount => _used;

        /// <summary>Adds a change. The caller adds in ascending order of the keys.</summary>
        /// <param name="key">The key.</param>
        /// <param name="hasOld">Whether the key was there before.</param>
        /// <param name="old">The value before; ignored when it was not.</param>
        /// <param name="previousHeight">The height of the change before; ignored when it was not there.</param>
        /// <param name="hasNew">Whether the key is there afterwards.</param>
        /// <param name="new">The value afterwards; ignored when it is not.</param>
        public void Add(ReadOnlySpan<byte> key, bool hasOld, ReadOnlySpan<byte> old, BlockHeight previousHeight, bool hasNew, ReadOnlySpan<byte> @new)
        {
            int oldBytes = hasOld ? old.Length : 0;
            int newBytes = hasNew ? @new.Length : 0;
            Reserve((long)_used + key.Length + oldBytes + newBytes);
            if (_count == _changes.Length)
            {
                Array.Resize(ref _changes, Math.Max(16, _count * 2));
            }

            _changes[_count++] = new Change(_used, key.Length, hasOld ? oldBytes : -1, hasNew ? newBytes : -1, hasOld ? previousHeight : default);
            key.CopyTo(_bytes.AsSpan(_used));
            old[..oldBytes].CopyTo(_bytes.AsSpan(_used + key.Length));
            @new[..newBytes].CopyTo(_bytes.AsSpan(_used + key.Length + oldBytes));
            _used += key.Length + oldBytes + newBytes;
        }

        /// <summary>The memory it keeps for its next use, about.</summary>
        internal long KeptBytes => _bytes.Length + ((long)_changes.Length * ChangeBytes);

        /// <summary>Ends building. The builder must not be used afterwards: the list owns its memory.</summary>
        public ChangeList Build() => _count == 0 ? Empty : new ChangeList(_bytes, _changes, _count, _used);

        /// <summary>Takes the memory of a list back, which is empty afterwards, and begins anew. Only for a list that nobody refers to any more.</summary>
        /// <param name="list">The list; one that this builder built, or the empty one.</param>
        /// <param name="poison">Overwrite what was in it, so that a use afterwards shows (tests).</param>
        internal void Reclaim(ChangeList list, bool poison)
        {
            if (list.Count > 0)
            {
                (_bytes, _changes) = (list._bytes, list._changes);
                (list._bytes, list._changes, list.Count, list.ByteCount) = ([], [], 0, 0);
            }

            if (poison)
            {
                _bytes.AsSpan(0, _used).Fill(PoisonByte);
            }

            _used = 0;
            _count = 0;
        }

        /// <summary>Forgets all changes and keeps the memory. Only where no list was built from it.</summary>
        internal void Clear()
        {
            _used = 0;
            _count = 0;
        }

        /// <summary>The bytes of some of the changes.</summary>
        internal long BytesOf(int start, int count) => count == 0 ? 0 : (start + count == _count ? _used : _changes[start + count].Start) - _changes[start].Start;

        /// <summary>Adds changes that another builder has.</summary>
        internal void AddRange(Builder other, int start, int count)
        {
            if (count == 0)
            {
                return;
            }

            int bytes = (int)other.BytesOf(start, count);
            int from = other._changes[start].Start;
            Reserve((long)_used + bytes);
            if (_count + count > _changes.Length)
            {
                Array.Resize(ref _changes, Math.Max(_count + count, _changes.Length * 2));
            }

            other._bytes.AsSpan(from, bytes).CopyTo(_bytes.AsSpan(_used));
            foreach (ref readonly Change change in other._changes.AsSpan(start, count))
            {
                _changes[_count++] = change with { Start = change.Start - from + _used };
            }

            _used += bytes;
        }

        /// <summary>Makes room for so many changes and bytes in all.</summary>
        internal void Expect(int count, int bytes)
        {
            if (_changes.Length < count)
            {
                Array.Resize(ref _changes, count);
            }

            if (_bytes.Length < bytes)
            {
                Array.Resize(ref _bytes, bytes);
            }
        }

        private void Reserve(long needed)
        {
            if (needed <= _bytes.Length)
            {
                return;
            }

            if (needed > StateLimits.MaxRecordBytes)
            {
                throw new InvalidOperationException($"A change list of {needed} bytes is more than the {StateLimits.MaxRecordBytes} a record may have.");
            }

            Array.Resize(ref _bytes, (int)Math.Min(StateLimits.MaxRecordBytes, Math.Max(needed, Math.Max(1024, _bytes.Length * 2L))));
        }
    }
}
