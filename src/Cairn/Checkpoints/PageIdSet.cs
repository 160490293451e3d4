using System.Numerics;
using Cairn.Homes;

namespace Cairn.Checkpoints;

/// <summary>A set of ids that is filled and asked a hundred thousand times each checkpoint: one place in one array for each, so that it takes one wait for memory. Used by one thread at a time.</summary>
internal sealed class PageIdSet
{
    private const int LeastSlots = 1 << 10;
    private const ulong Mixer = 0x9E3779B97F4A7C15;

    private ulong[] _slots = new ulong[LeastSlots]; // zero, which is no id, in free ones; at most half are not
    private int _shift = 64 - BitOperations.Log2(LeastSlots);

    /// <summary>How many ids there are.</summary>
    public int Count { get; private set; }

    /// <summary>Puts an id in, unless it is there.</summary>
    public void Add(PageId id)
    {
        if (2 * Count >= _slots.Length)
        {
            Grow();
        }

        ref ulong slot = ref _slots[Find(id.Value)];
        Count += slot == 0 ? 1 : 0;
        slot = id.Value;
    }

    /// <summary>Whether an id is there.</summary>
    public bool Contains(PageId id) => _slots[Find(id.Value)] != 0;

    /// <summary>Takes all out. The memory stays.</summary>
    public void Clear()
    {
        Array.Clear(_slots);
        Count = 0;
    }

    /// <summary>The place of an id, or the free one that it would be put into.</summary>
    private int Find(ulong id)
    {
        int at = (int)(id * Mixer >> _shift);
        while (_slots[at] != 0 && _slots[at] != id)
        {
            at = (at + 1) & (_slots.Length - 1);
        }

        return at;
    }

    private void Grow()
    {
        ulong[] before = _slots;
        _slots = new ulong[2 * before.Length];
        _shift--;
        foreach (ulong id in before)
        {
            if (id != 0)
            {
                _slots[Find(id)] = id;
            }
        }
    }
}
