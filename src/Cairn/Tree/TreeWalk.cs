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

        // The way to the page, as indexes of children: a handle must not be kept from one page to the next, since cleaning may move pages. Where the way leads never changes.
        List<(int Child, int Children)> path = [];
        bool more = root.Reference is not null;
        while (more)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
            Page page = pages.Get(root.Reference!);
            foreach ((int child, _) in path)
            {
                page = pages.Get(page.Children[child]);
            }

            count++;
            items += page.Count;
            leaves += page.StubMask == 0 ? 1 : 0;
            bytes += page.BodyBytes;
            depth = Math.Max(depth, path.Count + 1);
            more = Advance(path, page.Children.Length);
        }

        return new TreeShape(count, items, leaves, depth, bytes);
    }

    /// <summary>Goes on to the next page, parents before children.</summary>
    private static bool Advance(List<(int Child, int Children)> path, int children)
    {
        if (children > 0)
        {
            path.Add((0, children));
            return true;
        }

        while (path.Count > 0)
        {
            (int child, int siblings) = path[^1];
            if (child + 1 < siblings)
            {
                path[^1] = (child + 1, siblings);
                return true;
            }

            path.RemoveAt(path.Count - 1);
        }

        return false;
    }
}
