using System.Buffers.Binary;

namespace Cairn.Tree;

/// <summary>
/// Sorts the slots of a change set by their keys, which are all different: by the seven bytes behind the prefix that keys have in common, as numbers, then those that agree in them by what follows. Keys are fetched from memory once
/// for each such step, not for each comparison. Keeps its storage; one thread at a time.
/// </summary>
internal sealed class KeySorter
{
    /// <summary>The bytes of a key in a head; the lowest byte of the head is how many there were, so that a key sorts before its extensions.</summary>
    private const int HeadKeyBytes = sizeof(ulong) - 1;

    /// <summary>Fewer keys are compared one with the other.</summary>
    private const int FewKeys = 6;

    /// <summary>More keys are first distributed by the highest bits of their heads, which spares comparisons that nobody can predict.</summary>
    private const int ManyKeys = 512;

    private const int BucketBits = 11;

    private readonly int[] _ends = new int[(1 << BucketBits) + 1];
    private ulong[] _heads = [];
    private ulong[] _spareHeads = [];
    private int[] _spareSlots = [];

    /// <summary>The memory it keeps for its next use, about.</summary>
    public long KeptBytes => ((long)(_heads.Length + _spareHeads.Length) * sizeof(ulong)) + ((long)_spareSlots.Length * sizeof(int));

    /// <summary>Sorts slots by the keys of their entries.</summary>
    /// <param name="slots">The slots.</param>
    /// <param name="bytes">Holds the keys.</param>
    /// <param name="entries">Tells where the key of each slot is.</param>
    public void Sort(Span<int> slots, byte[] bytes, ChangeBatch.Entry[] entries)
    {
        if (_heads.Length < slots.Length)
        {
            int length = Math.Max(slots.Length, _heads.Length * 2);
            _heads = new ulong[length];
            _spareHeads = length > ManyKeys ? new ulong[length] : [];
            _spareSlots = length > ManyKeys ? new int[length] : [];
        }

        SortBehind(0, slots, _heads.AsSpan(0, slots.Length), bytes, entries);
    }

    /// <summary>Sorts slots whose keys agree in so many bytes. Recurses at most as often as a key has heads.</summary>
    private void SortBehind(int common, Span<int> slots, Span<ulong> heads, byte[] bytes, ChangeBatch.Entry[] entries)
    {
        if (slots.Length <= FewKeys)
        {
            SortFew(common, slots, bytes, entries);
            return;
        }

        ReadOnlySpan<byte> first = Rest(common, slots[0], bytes, entries);
        int shared = first.Length;
        foreach (int slot in slots[1..])
        {
            shared = Math.Min(shared, first[..shared].CommonPrefixLength(Rest(common, slot, bytes, entries)));
        }

        common += shared;
        for (int i = 0; i < slots.Length; i++)
        {
            heads[i] = Head(Rest(common, slots[i], bytes, entries));
        }

        if (slots.Length < ManyKeys)
        {
            heads.Sort(slots);
        }
        else
        {
            Distribute(slots, heads);
        }

        int start = 0;
        for (int i = 1; i <= slots.Length; i++)
        {
            if (i == slots.Length || heads[i] != heads[start])
            {
                if (i - start > 1)
                {
                    SortBehind(common + HeadKeyBytes, slots[start..i], heads[start..i], bytes, entries);
                }

                start = i;
            }
        }
    }

    private static void SortFew(int common, Span<int> slots, byte[] bytes, ChangeBatch.Entry[] entries)
    {
        for (int i = 1; i < slots.Length; i++)
        {
            int slot = slots[i];
            ReadOnlySpan<byte> key = Rest(common, slot, bytes, entries);
            int place = i;
            for (; place > 0 && Rest(common, slots[place - 1], bytes, entries).SequenceCompareTo(key) > 0; place--)
            {
                slots[place] = slots[place - 1];
            }

            slots[place] = slot;
        }
    }

    /// <summary>Sorts by heads: into buckets by their highest bits, then each bucket.</summary>
    private void Distribute(Span<int> slots, Span<ulong> heads)
    {
        Span<int> ends = _ends;
        ends.Clear();
        foreach (ulong head in heads)
        {
            ends[(int)(head >> (64 - BucketBits)) + 1]++;
        }

        for (int bucket = 1; bucket < ends.Length; bucket++)
        {
            ends[bucket] += ends[bucket - 1];
        }

        Span<ulong> spareHeads = _spareHeads.AsSpan(0, slots.Length);
        Span<int> spareSlots = _spareSlots.AsSpan(0, slots.Length);
        heads.CopyTo(spareHeads);
        slots.CopyTo(spareSlots);
        for (int i = 0; i < slots.Length; i++)
        {
            int place = ends[(int)(spareHeads[i] >> (64 - BucketBits))]++;
            heads[place] = spareHeads[i];
            slots[place] = spareSlots[i];
        }

        int start = 0;
        foreach (int end in ends[..^1])
        {
            if (end - start > 1)
            {
                heads[start..end].Sort(slots[start..end]);
            }

            start = end;
        }
    }

    private static ReadOnlySpan<byte> Rest(int common, int slot, byte[] bytes, ChangeBatch.Entry[] entries)
    {
        ref readonly ChangeBatch.Entry entry = ref entries[slot];
        return bytes.AsSpan(entry.KeyStart + common, entry.KeyBytes - common);
    }

    private static ulong Head(ReadOnlySpan<byte> rest)
    {
        if (rest.Length >= sizeof(ulong))
        {
            return (BinaryPrimitives.ReadUInt64BigEndian(rest) & ~0xFFUL) | sizeof(ulong);
        }

        ulong head = 0;
        for (int i = 0; i < rest.Length; i++)
        {
            head |= (ulong)rest[i] << (56 - (8 * i));
        }

        return head | (uint)rest.Length;
    }
}
