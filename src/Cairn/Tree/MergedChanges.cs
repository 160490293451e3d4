using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// The changes of one tree by several blocks, or what undoes them: one sorted run a block. Merging cuts all runs at the same keys into parts that are small enough for a processor's cache, merges the parts each for itself, on several
/// threads, and copies what is left in the order of the keys, so that whoever applies it reads it from front to back.
/// </summary>
internal sealed class MergedChanges(bool undo = false)
{
    /// <summary>About so many changes a part: their keys and places stay in the second level of a processor's cache.</summary>
    private const int PartChanges = 4096;

    /// <summary>How many keys are looked at for each cut; more make the parts more alike.</summary>
    private const int SamplesAPart = 8;

    private readonly List<ChangeList> _runs = [];
    private readonly List<BlockHeight> _runHeights = [];
    private long _bytes;
    private int _count;

    /// <summary>How many changes there are.</summary>
    public int Count => _count;

    /// <summary>The memory taken.</summary>
    public long Bytes => _bytes + ((long)_count * EntryBytes);

    private static int EntryBytes => (4 * sizeof(int)) + sizeof(ulong);

    /// <summary>Whether places in a buffer still fit their type with these changes in it.</summary>
    public bool HasRoomFor(ChangeList changes) => _bytes + changes.ByteCount <= Array.MaxLength && _count + (long)changes.Count <= Array.MaxLength / EntryBytes;

    /// <summary>Adds the changes of the next block: keys and new values, or the old ones.</summary>
    public void Add(ChangeList changes, BlockHeight height)
    {
        if (changes.Count > 0)
        {
            _runs.Add(changes);
            _runHeights.Add(height);
            _bytes += changes.ByteCount;
            _count += changes.Count;
        }
    }

    /// <summary>Merges the runs, so that of two changes of a key the later one stays, or the earlier one where they are undone.</summary>
    /// <param name="workers">How many threads work on it.</param>
    public ChangeBatch Merge(int workers)
    {
        Part[] parts = Cut();
        ParallelOptions options = new() { MaxDegreeOfParallelism = workers };
        Parallel.For(0, parts.Length, options, part => FindStarts(parts[part]));
        Parallel.For(0, parts.Length, options, part => MergePart(parts[part], part + 1 < parts.Length ? parts[part + 1] : null));
        int count = 0;
        int bytes = 0;
        foreach (Part part in parts)
        {
            part.FirstEntry = count;
            part.FirstByte = bytes;
            count += part.Count;
            bytes += part.Bytes;
        }

        byte[] buffer = GC.AllocateUninitializedArray<byte>(bytes);
        ChangeBatch.Entry[] entries = new ChangeBatch.Entry[count];
        BlockHeight[] heights = new BlockHeight[count];
        Parallel.For(0, parts.Length, options, part => CopyPart(parts[part], buffer, entries, heights));
        return new ChangeBatch(buffer, entries, count, heights);
    }

    /// <summary>The parts with the keys they begin with: the first with none, the others with every so manieth of keys picked from all runs alike.</summary>
    private Part[] Cut()
    {
        Part[] parts = new Part[Math.Max(1, _count / PartChanges)];
        List<Place> samples = [];
        long step = Math.Max(1, _count / ((long)parts.Length * SamplesAPart));
        long before = 0;
        for (int run = 0; run < _runs.Count; run++)
        {
            for (long at = (step - (before % step)) % step; at < _runs[run].Count; at += step)
            {
                samples.Add(new Place(0, run, (int)at));
            }

            before += _runs[run].Count;
        }

        samples.Sort((a, b) => Key(a).SequenceCompareTo(Key(b)));
        for (int part = 0; part < parts.Length; part++)
        {
            parts[part] = new Part(_runs.Count, part == 0 ? null : samples[(int)((long)samples.Count * part / parts.Length)]);
        }

        return parts;
    }

    /// <summary>Finds the first change of each run that is in a part.</summary>
    private void FindStarts(Part part)
    {
        if (part.Begin is not { } begin)
        {
            return;
        }

        ReadOnlySpan<byte> key = Key(begin);
        for (int run = 0; run < _runs.Count; run++)
        {
            int low = 0;
            int high = _runs[run].Count;
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                if (_runs[run].Key(middle).SequenceCompareTo(key) < 0)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            part.Starts[run] = low;
        }
    }

    private void MergePart(Part part, Part? next)
    {
        int count = 0;
        int common = CommonBytes(part, next);
        for (int run = 0; run < _runs.Count; run++)
        {
            count += EndOf(run, next) - part.Starts[run];
        }

        Place[] from = ArrayPool<Place>.Shared.Rent(count);
        Place[] to = ArrayPool<Place>.Shared.Rent(count);
        List<int> starts = [0];
        count = 0;
        for (int run = 0; run < _runs.Count; run++)
        {
            for (int change = part.Starts[run]; change < EndOf(run, next); change++)
            {
                from[count++] = new Place(Head(_runs[run].Key(change)[common..]), run, change);
            }

            if (count > starts[^1])
            {
                starts.Add(count);
            }
        }

        while (starts.Count > 2)
        {
            MergeNeighbours(from, to, starts);
            (from, to) = (to, from);
        }

        ArrayPool<Place>.Shared.Return(to);
        part.Places = from;
        part.Count = starts[^1];
        foreach (ref readonly Place place in from.AsSpan(0, part.Count))
        {
            part.Bytes += Key(place).Length + Value(place).Length;
        }
    }

    /// <summary>Merges each two runs; <paramref name="starts"/> has where they begin, and the end.</summary>
    private void MergeNeighbours(Place[] from, Place[] to, List<int> starts)
    {
        int write = 0;
        int kept = 1;
        for (int run = 0; run + 1 < starts.Count; run += 2)
        {
            int middle = starts[run + 1];
            int end = run + 2 < starts.Count ? starts[run + 2] : middle;
            write += MergeTwo(from.AsSpan(starts[run]..middle), from.AsSpan(middle..end), to.AsSpan(write));
            starts[kept++] = write;
        }

        starts.RemoveRange(kept, starts.Count - kept);
    }

    private int MergeTwo(ReadOnlySpan<Place> earlier, ReadOnlySpan<Place> later, Span<Place> to)
    {
        int count = 0;
        int left = 0;
        int right = 0;
        while (left < earlier.Length && right < later.Length)
        {
            int order = Compare(earlier[left], later[right]);
            to[count++] = order < 0 || (order == 0 && undo) ? earlier[left] : later[right];
            left += order <= 0 ? 1 : 0;
            right += order >= 0 ? 1 : 0;
        }

        earlier[left..].CopyTo(to[count..]);
        count += earlier.Length - left;
        later[right..].CopyTo(to[count..]);
        return count + later.Length - right;
    }

    private void CopyPart(Part part, byte[] buffer, ChangeBatch.Entry[] entries, BlockHeight[] heights)
    {
        int used = part.FirstByte;
        int entry = part.FirstEntry;
        foreach (ref readonly Place place in part.Places.AsSpan(0, part.Count))
        {
            ChangeList run = _runs[place.Run];
            ReadOnlySpan<byte> key = Key(place);
            ReadOnlySpan<byte> value = Value(place);
            bool hasValue = undo ? run.HasOld(place.Change) : run.HasNew(place.Change);
            key.CopyTo(buffer.AsSpan(used));
            value.CopyTo(buffer.AsSpan(used + key.Length));
            entries[entry] = new ChangeBatch.Entry(used, key.Length, used + key.Length, hasValue ? value.Length : -1);
            heights[entry++] = undo && hasValue ? run.PreviousHeight(place.Change) : _runHeights[place.Run];
            used += key.Length + value.Length;
        }

        ArrayPool<Place>.Shared.Return(part.Places);
        part.Places = [];
    }

    /// <summary>How many bytes all keys of a part begin with: those its first and its last key do.</summary>
    private int CommonBytes(Part part, Part? next)
    {
        ReadOnlySpan<byte> lowest = default;
        ReadOnlySpan<byte> highest = default;
        bool any = false;
        for (int run = 0; run < _runs.Count; run++)
        {
            int first = part.Starts[run];
            int end = EndOf(run, next);
            if (first < end)
            {
                ReadOnlySpan<byte> low = _runs[run].Key(first);
                ReadOnlySpan<byte> high = _runs[run].Key(end - 1);
                lowest = !any || low.SequenceCompareTo(lowest) < 0 ? low : lowest;
                highest = !any || high.SequenceCompareTo(highest) > 0 ? high : highest;
                any = true;
            }
        }

        return lowest.CommonPrefixLength(highest);
    }

    private int EndOf(int run, Part? next) => next is null ? _runs[run].Count : next.Starts[run];

    /// <summary>The first bytes of a key as a number, zeros behind a shorter one: where two differ, so do the keys, in the same order.</summary>
    private static ulong Head(ReadOnlySpan<byte> key)
    {
        if (key.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(key);
        }

        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        padded.Clear();
        key.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }

    private int Compare(in Place a, in Place b) => a.Head != b.Head ? (a.Head < b.Head ? -1 : 1) : Key(a).SequenceCompareTo(Key(b));

    private ReadOnlySpan<byte> Key(in Place place) => _runs[place.Run].Key(place.Change);

    private ReadOnlySpan<byte> Value(in Place place) => undo ? _runs[place.Run].Old(place.Change) : _runs[place.Run].New(place.Change);

    /// <summary>Where a change is.</summary>
    /// <param name="Head">The key behind what all keys of its part begin with, as <see cref="MergedChanges.Head"/> says.</param>
    /// <param name="Run">Which run.</param>
    /// <param name="Change">Which change of it.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Place(ulong Head, int Run, int Change);

    /// <summary>The changes from one key up to another.</summary>
    private sealed class Part(int runs, Place? begin)
    {
        /// <summary>The change whose key it begins with; null for the first.</summary>
        public Place? Begin => begin;

        /// <summary>Its first change of each run.</summary>
        public int[] Starts { get; } = new int[runs];

        /// <summary>What is left after merging, in order.</summary>
        public Place[] Places { get; set; } = [];

        public int Count { get; set; }

        /// <summary>The bytes of the keys and values that are left.</summary>
        public int Bytes { get; set; }

        public int FirstEntry { get; set; }

        public int FirstByte { get; set; }
    }
}
