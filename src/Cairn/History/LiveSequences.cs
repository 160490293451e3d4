using Cairn.Homes;

namespace Cairn.History;

/// <summary>
/// Which sequences are live for a version: those that no rewind at or before it abandoned. Immutable.
/// </summary>
internal sealed class LiveSequences
{
    private readonly SequenceInterval[] _abandoned; // ascending, apart

    private LiveSequences(SequenceInterval[] abandoned) => _abandoned = abandoned;

    /// <summary>All are.</summary>
    public static LiveSequences All { get; } = new([]);

    /// <summary>Those that no rewind abandoned.</summary>
    public static LiveSequences Without(IEnumerable<PastRewind> rewinds)
    {
        List<SequenceInterval> abandoned = [];
        foreach (PastRewind rewind in rewinds.OrderBy(static rewind => rewind.AbandonedFrom))
        {
            if (abandoned.Count > 0 && rewind.AbandonedFrom <= abandoned[^1].Last + 1)
            {
                abandoned[^1] = abandoned[^1] with { Last = Math.Max(abandoned[^1].Last, rewind.Sequence - 1) };
            }
            else
            {
                abandoned.Add(new SequenceInterval(rewind.AbandonedFrom, rewind.Sequence - 1));
            }
        }

        return abandoned.Count == 0 ? All : new LiveSequences([.. abandoned]);
    }

    /// <summary>The first live sequence at or behind one.</summary>
    public ulong Next(ulong sequence)
    {
        int index = IndexBefore(sequence);
        return index >= 0 && _abandoned[index].Last >= sequence ? _abandoned[index].Last + 1 : sequence;
    }

    /// <summary>How many sequences up to one, itself included, are live.</summary>
    public ulong CountThrough(ulong sequence)
    {
        ulong live = sequence;
        foreach (SequenceInterval interval in _abandoned)
        {
            if (interval.First <= sequence)
            {
                live -= Math.Min(interval.Last, sequence) - interval.First + 1;
            }
        }

        return live;
    }

    /// <summary>The live sequence that so many live ones, itself included, lead to.</summary>
    /// <param name="count">At least 1.</param>
    public ulong At(ulong count)
    {
        ulong sequence = count;
        foreach (SequenceInterval interval in _abandoned)
        {
            if (interval.First > sequence)
            {
                break;
            }

            sequence += interval.Last - interval.First + 1;
        }

        return sequence;
    }

    private int IndexBefore(ulong sequence)
    {
        int low = 0;
        int high = _abandoned.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_abandoned[middle].First <= sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }
}
