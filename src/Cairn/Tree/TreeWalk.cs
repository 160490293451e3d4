namespace Cairn.Tree;

/// <summary>Visits every page of a version.</summary>
internal static class TreeWalk
{
    /// <summary>Measures a version; reads every page of it.</summary>
    public static TreeShape Measure(PageCache pages, in TreeRoot root, CancellationToken cancellationToken)
    {
        long count = 0;
        long items = 0;
        long leaves = 0;
        long bytes = 0;
        int depth = 0;
        Stack<(PageReference Reference, int Depth)> open = new();
        if (root.Reference is not null)
        {
            open.Push((root.Reference, 1));
        }

        while (open.TryPop(out (PageReference Reference, int Depth) next))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
            Page page = pages.Get(next.Reference);
            count++;
            items += page.Count;
            leaves += page.StubMask == 0 ? 1 : 0;
            bytes += page.BodyBytes;
            depth = Math.Max(depth, next.Depth);
            foreach (PageReference child in page.Children)
            {
                open.Push((child, next.Depth + 1));
            }
        }

        return new TreeShape(count, items, leaves, depth, bytes);
    }
}
