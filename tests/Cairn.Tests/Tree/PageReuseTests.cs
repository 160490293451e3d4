using Cairn.Homes;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>Page objects and their handles serve one page after the other: nobody takes a later page for an earlier one.</summary>
public sealed class PageReuseTests
{
    [Fact]
    public void Free_APage_LetsItsObjectServeTheNextOne()
    {
        PagePool pool = new(poison: true);
        Page page = Make(pool);
        page.Free();
        Assert.Equal(0, pool.UsedBytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => page.Body.Length);
        Assert.NotSame(page, pool.RentPage(hasChildren: true));
        Assert.Same(page, pool.RentPage(hasChildren: false));
        Assert.NotSame(page, pool.RentPage(hasChildren: false));
    }

    [Fact]
    public void Free_APageWithChildren_KeepsNoneOfThemAlive()
    {
        PagePool pool = new();
        Page page = pool.RentPage(hasChildren: true);
        page.PutChild(0, Make(pool).MakeHandle());
        page.Begin(OneItem(pool), 100, [], born: 1);
        Assert.Equal(1, page.Children.Length);
        page.Free();
        Assert.Equal(0, page.Children.Length);
        Assert.Same(page, pool.RentPage(hasChildren: true));
        page.PutChild(1, Make(pool).MakeHandle());
        Assert.Null(page.Children[0]);
    }

    [Fact]
    public void IsAlive_AfterRetiring_IsNeverTrueAgainForWhatWasSeen()
    {
        PagePool pool = new();
        Page page = Make(pool);
        uint seen = page.Life;
        Assert.True(page.IsAlive(seen));
        page.MarkRetired();
        uint late = page.Life;
        Assert.False(page.IsAlive(seen));
        Assert.False(page.IsAlive(late));
        page.Free();
        Assert.Same(page, pool.RentPage(hasChildren: false));
        Assert.True(page.IsAlive(page.Life));
        Assert.False(page.IsAlive(seen));
        Assert.False(page.IsAlive(late));

        // One that was read in vain: it was never found, so it was never retired.
        uint second = page.Life;
        page.Begin(OneItem(pool), 100, [], born: 0);
        page.Free();
        Assert.False(page.IsAlive(second));
    }

    [Fact]
    public void LikelyLeaf_IsWhatWasNotedInThisLifeOfTheObject()
    {
        PagePool pool = new();
        Page page = pool.RentPage(hasChildren: true);
        page.PutChild(0, Make(pool).MakeHandle());
        page.Begin(OneItem(pool), 100, [], born: 1);
        nint own = page.Address;
        Assert.Equal(0, page.LikelyLeaf(0, own));
        nint near = own + (3 * 256);
        page.NoteLeaf(0, own, near);
        page.NoteLeaf(5, own, near);
        Assert.Equal(near, page.LikelyLeaf(0, own));
        Assert.Equal(0, page.LikelyLeaf(1, own));
        page.NoteLeaf(5, own, own);
        Assert.Equal(0, page.LikelyLeaf(5, own));
        page.Free();
        Assert.Same(page, pool.RentPage(hasChildren: true));
        Assert.Equal(0, page.LikelyLeaf(0, own));
        page.NoteLeaf(1, own, near);
        Assert.Equal(0, page.LikelyLeaf(0, own));
        Assert.Equal(near, page.LikelyLeaf(1, own));
    }

    [Fact]
    public void MakeHandle_OfAReusedPage_IsAnotherOneUnlessItMayBeReused()
    {
        PagePool pool = new();
        Page page = Make(pool);
        PageReference uncommitted = page.MakeHandle();
        Renew(pool, page);
        PageReference stored = page.MakeHandle();
        Assert.NotSame(uncommitted, stored);
        stored.AllowReuse();
        stored.Place((PageId)7, 100, 1);
        Renew(pool, page);
        Assert.Same(stored, page.MakeHandle());
        Assert.Same(page, stored.Page);
        Assert.Equal(default, stored.CurrentPlace);
        Renew(pool, page);
        PageReference root = page.MakeHandle();
        Assert.NotSame(stored, root);
        root.AllowReuse();
        root.ForbidReuse();
        Renew(pool, page);
        Assert.NotSame(root, page.MakeHandle());
        Assert.Equal(0, pool.Handles.Count);
    }

    [Fact]
    public void MakeHandle_OfPagesWhoseHandlesAreKept_TakesThemWhenTheLastKeeperLetsGo()
    {
        PagePool pool = new();
        Page page = Make(pool);
        PageReference kept = page.MakeHandle();
        kept.AllowReuse();
        kept.Keep(HandleUse.IsReplaced);
        kept.Keep(HandleUse.IsOrigin);
        Renew(pool, page);
        PageReference other = page.MakeHandle();
        Assert.NotSame(kept, other);
        Assert.False(kept.LetGo(HandleUse.IsReplaced));
        Assert.True(kept.LetGo(HandleUse.IsOrigin));
        pool.Handles.Put(kept);
        Assert.Same(kept, Make(pool).MakeHandle());

        // Whoever lets go before the page is given back leaves the handle to it.
        other.AllowReuse();
        other.Keep(HandleUse.IsReplaced);
        Assert.False(other.LetGo(HandleUse.IsReplaced));
        Renew(pool, page);
        Assert.Same(other, page.MakeHandle());
    }

    [Fact]
    public void Discard_HandlesOfEvictedPages_ServeOthersOnceReadersHaveLeft()
    {
        PageCache pages = new(store: null, limitBytes: 1 << 20, new PagePool(poison: true));
        PageReference evicted = Evicted(pages.Pool);
        PageReference kept = Evicted(pages.Pool);
        kept.Keep(HandleUse.IsReplaced);
        PageReference readAgain = Evicted(pages.Pool);
        PageReference last = Evicted(pages.Pool);
        PageReference never = Make(pages.Pool).MakeHandle();
        never.Take();
        using (ReaderEpochs.Guard guard = ReaderEpochs.Enter())
        {
            pages.Discard([evicted, kept, readAgain, never]);
            pages.Epochs.Collect();
            Assert.Equal(0, pages.Pool.Handles.Count);
            Assert.True(readAgain.Publish(Make(pages.Pool)));
        }

        CollectUntil(1);
        Assert.True(kept.LetGo(HandleUse.IsReplaced));
        pages.Discard([evicted, last]);
        CollectUntil(2);
        Assert.Same(last, pages.Pool.Handles.TryTake());
        Assert.Same(evicted, pages.Pool.Handles.TryTake());

        // Readers of other tests are inside as well.
        void CollectUntil(int handles)
        {
            SpinWait.SpinUntil(
                () =>
                {
                    pages.Epochs.Collect();
                    return pages.Pool.Handles.Count >= handles;
                },
                TimeSpan.FromSeconds(30));
            Assert.Equal(handles, pages.Pool.Handles.Count);
        }

        static PageReference Evicted(PagePool pool)
        {
            PageReference handle = Make(pool).MakeHandle();
            handle.AllowReuse();
            Page page = handle.Take()!;
            page.LeaveHandle(handle);
            return handle;
        }
    }

    [Fact]
    public void MakeHandle_AfterThePageLeftItsHandle_IsAnotherOne()
    {
        PagePool pool = new();
        Page page = Make(pool);
        PageReference known = page.MakeHandle();
        known.AllowReuse();
        page.LeaveHandle(known);
        Renew(pool, page);
        PageReference next = page.MakeHandle();
        Assert.NotSame(known, next);

        // A handle that came with the page goes on with the object.
        page.LeaveHandle(next);
        known.AllowReuse();
        page.TakeHandle(known);
        Renew(pool, page);
        Assert.Same(known, page.MakeHandle());
    }

    [Fact]
    public void MakeHandle_WhereTheLastHandleWithBasesGoesOn_LetsThemServeOtherPages()
    {
        PagePool pool = new();
        Page first = Make(pool);
        PageReference stored = first.MakeHandle();
        stored.AllowReuse();
        PageBases bases = stored.ShareBases(pool.Handles);
        Assert.Same(bases, stored.ShareBases(pool.Handles));
        Page second = Make(pool);
        PageReference copy = second.MakeHandle(bases);
        copy.AllowReuse();
        bases.Set(PageChain.OfFull(new PagePlace((PageId)7, 100, 1), count: 3));

        // The first page is gone, its copy is not.
        Renew(pool, first);
        Assert.Same(stored, first.MakeHandle());
        Assert.Null(stored.Bases);
        Assert.NotSame(bases, pool.Handles.RentBases());
        Assert.Equal((PageId)7, copy.Bases!.Full.Id);
        Renew(pool, second);
        Assert.Same(copy, second.MakeHandle());
        PageBases again = pool.Handles.RentBases();
        Assert.Same(bases, again);
        Assert.Equal(default, again.Begin(origin: null).Chain);
    }

    [Fact]
    public void Adopt_WhereThereAreBases_GivesTheOthersBack()
    {
        SpareHandles spare = new();
        PageReference read = new((PageId)9, 100, 1, TreeKind.State, stub: null);
        PageBases known = new PageBases().Begin(PageChain.OfFull(new PagePlace((PageId)5, 100, 1), count: 2));
        PageBases late = new();
        Assert.Same(known, read.Adopt(known, spare));
        Assert.Same(known, read.Adopt(late, spare));
        Assert.Same(late, spare.RentBases());
        Assert.NotSame(known, spare.RentBases());
        read.DropBases(spare);
        Assert.Same(known, spare.RentBases());
        Assert.Null(read.Bases);
    }

    [Fact]
    public void FreeChain_OfPagesOfManyPools_GivesEachBackToItsOwn() => SeededRandom.ForEach(3, random =>
    {
        PagePool first = new();
        PagePool[] pools = [first, first.Another(), first.Another()];
        Dictionary<PagePool, HashSet<Page>> expected = pools.ToDictionary(static pool => pool, static _ => new HashSet<Page>());
        Page? chain = null;
        for (int i = 0; i < 1_000; i++)
        {
            PagePool pool = pools[random.Next(pools.Length)];
            Page page = Make(pool);
            expected[pool].Add(page);
            page.Next = chain;
            chain = page;
        }

        PagePool.FreeChain(chain);
        foreach ((PagePool pool, HashSet<Page> pages) in expected)
        {
            Assert.Equal(0, pool.UsedBytes);
            HashSet<Page> again = [.. pages.Select(_ => pool.RentPage(hasChildren: false))];
            Assert.Equal(pages, again);
        }
    });

    private static void Renew(PagePool pool, Page page)
    {
        page.MarkRetired();
        page.Free();
        Assert.Same(page, pool.RentPage(hasChildren: false));
        page.Begin(OneItem(pool), 100, [], born: 2);
    }

    private static Page Make(PagePool pool)
    {
        Page page = pool.RentPage(hasChildren: false);
        page.Begin(OneItem(pool), 100, [], born: 1);
        return page;
    }

    private static PageMemory OneItem(PagePool pool)
    {
        PageMemory memory = pool.Allocate(200);
        memory.Span.Clear();
        memory.Span[PageHeaderLayout.ItemCountOffset] = 1;
        memory.Span[PageHeaderLayout.HeightWidthOffset] = 2;
        return memory;
    }
}
