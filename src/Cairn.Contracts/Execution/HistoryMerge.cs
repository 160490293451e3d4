namespace Cairn.Contracts.Execution;

/// <summary>Several parts of the history as one: each is in order, and no position is in two of them.</summary>
internal static class HistoryMerge
{
    /// <summary>Walks all parts together. A part is begun when the walk begins, and ended with it.</summary>
    public static IEnumerable<PlacedExecution> Merge(IReadOnlyList<IEnumerable<PlacedExecution>> parts)
    {
        List<IEnumerator<PlacedExecution>> open = [];
        try
        {
            foreach (IEnumerable<PlacedExecution> part in parts)
            {
                IEnumerator<PlacedExecution> walk = part.GetEnumerator();
                open.Add(walk);
                if (!walk.MoveNext())
                {
                    open.Remove(walk);
                    walk.Dispose();
                }
            }

            while (open.Count > 0)
            {
                IEnumerator<PlacedExecution> first = open.MinBy(static walk => walk.Current.Position)!;
                yield return first.Current;
                if (!first.MoveNext())
                {
                    open.Remove(first);
                    first.Dispose();
                }
            }
        }
        finally
        {
            open.ForEach(static walk => walk.Dispose());
        }
    }
}
