using Cairn.History;
using Cairn.Tree;

namespace Cairn.Proving;

/// <summary>What keys were, gathered in key order as changes to a tree: a bounded number at a time. For one thread.</summary>
internal sealed class PastBatch
{
    /// <summary>Enough that applying is cheap and few pages are made twice, few enough that a rebuilding that takes too much is noticed early.</summary>
    private const int MostBytes = 4 << 20;

    private const int MostKeys = 1 << 16;

    private byte[] _bytes = new byte[64 << 10];
    private ChangeBatch.Entry[] _entries = new ChangeBatch.Entry[256];
    private BlockHeight[] _heights = new BlockHeight[256];
    private int _used;
    private int _count;

    /// <summary>The last key.</summary>
    public ReadOnlySpan<byte> LastKey => _count == 0 ? default : _bytes.AsSpan(_entries[_count - 1].KeyStart, _entries[_count - 1].KeyBytes);

    /// <summary>Gathers the next keys.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool Fill(IPastCursor cursor)
    {
        _used = 0;
        _count = 0;
        while (_used < MostBytes && _count < MostKeys)
        {
            if (!cursor.Next())
            {
                return false;
            }

            Add(cursor.Key, cursor.Change);
        }

        return true;
    }

    /// <summary>The changes; they are valid until the next <see cref="Fill"/>.</summary>
    public ChangeBatch ToBatch() => new(_bytes, _entries, _count, _heights);

    private void Add(ReadOnlySpan<byte> key, in PastChange change)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, 2 * _count);
            Array.Resize(ref _heights, 2 * _count);
        }

        int needed = _used + key.Length + change.OldBytes;
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(needed, 2 * _bytes.Length));
        }

        key.CopyTo(_bytes.AsSpan(_used));
        int value = _used + key.Length;
        if (change.HasOld)
        {
            change.CopyOld(_bytes.AsSpan(value, change.OldBytes));
        }

        _heights[_count] = change.HasOld ? change.PreviousHeight : default;
        _entries[_count++] = new ChangeBatch.Entry(_used, key.Length, value, change.HasOld ? change.OldBytes : -1);
        _used = value + change.OldBytes;
    }
}
