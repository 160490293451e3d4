using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>Clean pages give way where all kinds of pages are near their bounds, and only there.</summary>
public sealed class CacheRoomTests
{
    private const int Unit = 1 << 20;
    private const int PageBytes = 4096;

    [Fact]
    public void Commit_WhereOthersAreNearTheirBounds_MakesCleanPagesGiveWay()
    {
        PageCache pages = new(store: null, Unit, new PagePool(poison: true), others: new OtherBounds(Unit, Unit));
        List<PageReference> first = Commit(pages, Unit / PageBytes, superseded: []);
        pages.MakeClean(first);
        long clean = pages.Bytes(PageResidency.Clean);
        Assert.InRange(clean, Unit * 9 / 10, Unit);

        // A third of the room is taken: nothing has to go.
        List<PageReference> second = Commit(pages, Unit / 4 / PageBytes, superseded: []);
        Assert.Equal(clean, pages.Bytes(PageResidency.Clean));
        List<PageReference> third = Commit(pages, Unit * 3 / 4 / PageBytes, second);
        Assert.Equal(clean, pages.Bytes(PageResidency.Clean));
        List<PageReference> fourth = Commit(pages, Unit * 3 / 4 / PageBytes, third);
        long taken = Sum(pages);
        Assert.InRange(pages.Bytes(PageResidency.Clean), Unit / 4, clean - (Unit / 8));
        Assert.InRange(taken, Unit, 3L * Unit * 13 / 16);

        // What views alone keep has no bound, and part of the cache stays whatever comes.
        _ = Commit(pages, 4 * Unit / PageBytes, fourth);
        Assert.InRange(pages.Bytes(PageResidency.Clean), (Unit / 8) - (2 * PageBytes), clean / 2);
    }

    [Fact]
    public void Commit_WithoutBoundsForOthers_LeavesCleanPagesAlone()
    {
        PageCache pages = new(store: null, Unit, new PagePool(poison: true));
        pages.MakeClean(Commit(pages, Unit / 2 / PageBytes, superseded: []));
        long clean = pages.Bytes(PageResidency.Clean);
        List<PageReference> dirty = Commit(pages, 4 * Unit / PageBytes, superseded: []);
        _ = Commit(pages, 4 * Unit / PageBytes, dirty);
        Assert.Equal(clean, pages.Bytes(PageResidency.Clean));
    }

    private static long Sum(PageCache pages) => Enum.GetValues<PageResidency>().Sum(pages.Bytes);

    private static List<PageReference> Commit(PageCache pages, int count, List<PageReference> superseded)
    {
        List<PageReference> created = [.. Enumerable.Range(0, count).Select(_ => Make(pages.Pool).MakeHandle())];
        pages.AddDraft(created);
        pages.Commit(created, superseded);
        return created;
    }

    private static Page Make(PagePool pool)
    {
        PageMemory memory = pool.Allocate(PageBytes);
        memory.Span.Clear();
        memory.Span[PageHeaderLayout.ItemCountOffset] = 1;
        memory.Span[PageHeaderLayout.HeightWidthOffset] = 2;
        Page page = pool.RentPage(hasChildren: false);
        page.Begin(memory, PageBytes, [], born: 1);
        return page;
    }
}
