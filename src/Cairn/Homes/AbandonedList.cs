namespace Cairn.Homes;

/// <summary>The sequences that rewinds abandoned, as a list of intervals: ascending, not overlapping. A rewind goes back to a live block, so what an earlier one abandoned lies either before or within what it abandons.</summary>
internal static class AbandonedList
{
    /// <summary>Adds what a rewind abandons; what lies within it goes.</summary>
    public static void Add(List<SequenceInterval> list, SequenceInterval interval)
    {
        int kept = list.Count;
        while (kept > 0 && list[kept - 1].First >= interval.First)
        {
            kept--;
        }

        list.RemoveRange(kept, list.Count - kept);
        list.Add(interval);
    }

    /// <summary>The list with what a rewind abandons.</summary>
    public static IReadOnlyList<SequenceInterval> With(IReadOnlyList<SequenceInterval> list, SequenceInterval interval)
    {
        List<SequenceInterval> longer = [.. list];
        Add(longer, interval);
        return longer;
    }

    /// <summary>The list without the intervals that lie before a place.</summary>
    public static IReadOnlyList<SequenceInterval> From(IReadOnlyList<SequenceInterval> list, LogPosition place) =>
        list.Count == 0 || list[0].Last > place.Sequence ? list : [.. list.Where(interval => interval.Last > place.Sequence)];

    /// <summary>Whether a sequence was abandoned.</summary>
    public static bool Holds(IReadOnlyList<SequenceInterval> list, ulong sequence)
    {
        int low = 0;
        int high = list.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (list[middle].Last < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < list.Count && list[low].First <= sequence;
    }
}
