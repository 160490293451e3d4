using System.Numerics;

namespace Cairn.Tree;

/// <summary>
/// Gives handles of pages and blobs the new places that cleaning found for them: those that the version cleaned and later ones reach. Earlier versions keep the old places, whose files are kept for them; where they share a handle
/// with the others they get one of their own. So what a view held for long needs on the disk does not change, and does not grow, however often its pages are moved. Used once, under the lock of <see cref="PageCache"/>.
/// </summary>
/// <remarks>
/// Handles are many: a page that was dropped from memory and read again has handles of its own for what is below it. All that matter are found from the roots, because a page stays in memory as long as a page below it does.
/// </remarks>
internal sealed class PageMover(PageMoves moves, SpareHandles spare)
{
    /// <summary>How many handles ahead the processor is asked for: each is somewhere else in memory.</summary>
    private const int HandlesAhead = 12;

    private readonly HashSet<Page> _seen = [];
    private readonly Stack<Page> _open = new();
    private readonly Dictionary<PageReference, PagePlace> _movedPages = new(moves.PageCount);
    private readonly Dictionary<BlobReference, Homes.PageId> _movedBlobs = [];
    private readonly HashSet<Page> _movedInMemory = new(moves.PageCount);

    /// <summary>Moves what is reached from roots.</summary>
    public void Move(IEnumerable<PageReference?> roots)
    {
        foreach (PageReference root in roots.OfType<PageReference>())
        {
            Move(root);
            Open(root);
        }

        while (_open.TryPop(out Page? page))
        {
            MoveIn(page);
        }
    }

    /// <summary>Moves handles.</summary>
    public void MoveAll(List<PageReference> references)
    {
        for (int i = 0; i < references.Count; i++)
        {
            if (i + HandlesAhead < references.Count)
            {
                PageReference.PrefetchHandle(references[i + HandlesAhead]);
            }

            Move(references[i]);
        }
    }

    /// <summary>Moves one handle.</summary>
    public void Move(PageReference reference)
    {
        PagePlace old = reference.CurrentPlace;
        if (moves.MayConcern(old.Id) && moves.TryGet(old.Id, out MovedPage moved))
        {
            _movedPages.Add(reference, old);
            reference.Move(moved, spare);
            if (reference.Page is { } page)
            {
                page.ChangedItems = moved.ChangedItems;
                page.AddedItems = moved.AddedItems;
                _movedInMemory.Add(page);
            }
        }
    }

    /// <summary>Moves one handle.</summary>
    public void Move(BlobReference blob)
    {
        Homes.PageId old = blob.Id;
        blob.Move(moves);
        if (blob.Id != old)
        {
            _movedBlobs.Add(blob, old);
        }
    }

    /// <summary>Keeps a tree of an earlier version at the old places. Call it after everything has been moved.</summary>
    /// <returns>False when it cannot: the whole tree is also one of a version that was moved.</returns>
    public bool TryKeep(PageReference? root)
    {
        if (root is null)
        {
            return true;
        }

        if (_movedPages.ContainsKey(root))
        {
            return false;
        }

        Open(root);
        while (_open.TryPop(out Page? page))
        {
            KeepIn(page);
        }

        return true;
    }

    /// <summary>Moves what a page names. Where it goes on from a base that names the old places, it differs there from now on.</summary>
    private void MoveIn(Page page)
    {
        ulong changed = 0;
        ulong looked = moves.ItemsToLookAt(page);
        int stubs = FirstStub(page, looked);
        for (ulong left = page.StubMask & looked; left != 0; left &= left - 1)
        {
            PrefetchBehind(page, stubs);
            PageReference child = page.Children[stubs++];
            Move(child);
            changed |= moves.MayConcern(child.Id) && _movedPages.ContainsKey(child) ? left & ~(left - 1) : 0;
            OpenBelow(page, left, child);
        }

        int blobs = 0;
        for (ulong left = page.BlobMask; left != 0; left &= left - 1)
        {
            BlobReference blob = page.Blobs[blobs++];
            Move(blob);
            changed |= _movedBlobs.ContainsKey(blob) ? left & ~(left - 1) : 0;
        }

        if (!_movedInMemory.Contains(page))
        {
            page.ChangedItems |= changed;
        }
    }

    private void KeepIn(Page page)
    {
        ulong looked = moves.ItemsToLookAt(page);
        int stubs = FirstStub(page, looked);
        for (ulong left = page.StubMask & looked; left != 0; left &= left - 1, stubs++)
        {
            PrefetchBehind(page, stubs);
            PageReference child = page.Children[stubs];
            if (moves.MayConcern(child.Id) && _movedPages.TryGetValue(child, out PagePlace old))
            {
                int item = BitOperations.TrailingZeroCount(left);
                StubClaim claim = new((ushort)page.StubTopIndex(item), (ushort)page.StubLevel(item));
                child = new PageReference(old.Id, old.StoredBytes, old.Crc, page.Tree, claim);
                page.PutChild(stubs, child);
            }

            OpenBelow(page, left, child);
        }

        int blobs = 0;
        for (ulong left = page.BlobMask; left != 0; left &= left - 1, blobs++)
        {
            BlobReference blob = page.Blobs[blobs];
            if (_movedBlobs.TryGetValue(blob, out Homes.PageId old))
            {
                page.Blobs[blobs] = new BlobReference(old, blob.StoredBytes, blob.Length, blob.Hash);
            }
        }
    }

    /// <summary>How many stubs a page has before the first of some items that lie side by side.</summary>
    private static int FirstStub(Page page, ulong items) => items == 0 ? 0 : BitOperations.PopCount(page.StubMask & ((items & (~items + 1)) - 1));

    private static void PrefetchBehind(Page page, int child)
    {
        if (child + HandlesAhead < page.Children.Length)
        {
            PageReference.PrefetchHandle(page.Children[child + HandlesAhead]);
        }
    }

    /// <summary>Opens a child, unless its stub says that it has no stubs, and so nothing that could have moved but blobs.</summary>
    /// <param name="page">The page above.</param>
    /// <param name="stubs">Its stubs from that of the child on, as bits.</param>
    /// <param name="child">The child.</param>
    private void OpenBelow(Page page, ulong stubs, PageReference child)
    {
        if (moves.HasBlobs || page.StubLevel(BitOperations.TrailingZeroCount(stubs)) > 0)
        {
            Open(child);
        }
    }

    private void Open(PageReference reference)
    {
        if (reference.Page is { } page && (page.StubMask | page.BlobMask) != 0 && _seen.Add(page))
        {
            _open.Push(page);
        }
    }
}
