using System.Numerics;

namespace Cairn.History;

/// <summary>
/// Which runs are merged next: as soon as there are eight in a row that are no larger than their class allows, a class being eight times as large as the one below. So each change is copied once a class, and the number of runs grows with the
/// logarithm of the history.
/// </summary>
internal static class MergePlan
{
    private const int BitsPerClass = 3;

    /// <summary>The runs to be merged; null when there is nothing to do.</summary>
    /// <param name="runs">All runs, ascending.</param>
    /// <param name="isMeant">Which of them may be merged.</param>
    /// <param name="unitBytes">The size of the lowest class.</param>
    public static IReadOnlyList<Run>? Find(ReadOnlySpan<Run> runs, Func<Run, bool> isMeant, long unitBytes)
    {
        for (int limit = 0; limit <= sizeof(long) * 8 / BitsPerClass; limit++)
        {
            List<Run> row = [];
            for (int i = 0; i <= runs.Length; i++)
            {
                bool fits = i < runs.Length && isMeant(runs[i]) && ClassOf(runs[i], unitBytes) <= limit;
                if (fits && (row.Count == 0 || row[^1].LastSequence + 1 == runs[i].FirstSequence))
                {
                    row.Add(runs[i]);
                    continue;
                }

                if (row.Count >= HistoryOptions.MergeCount)
                {
                    return row;
                }

                row = fits ? [runs[i]] : [];
            }
        }

        return null;
    }

    private static int ClassOf(Run run, long unitBytes) => BitOperations.Log2((ulong)Math.Max(1, run.Bytes / unitBytes)) / BitsPerClass;
}
