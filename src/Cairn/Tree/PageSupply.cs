namespace Cairn.Tree;

/// <summary>
/// What one thread makes pages from: memory and objects that it takes from a pool many at a time. A lock for each page would cost more than the lock: it waits until what was written before has reached the cache, and a page
/// just copied has not. Used by one thread at a time; what is left over stays here for the next pages.
/// </summary>
internal sealed class PageSupply(PagePool pool)
{
    private const int ObjectsAtOnce = 64;

    /// <summary>How many objects ahead their memory is asked for, and that of what goes with them.</summary>
    private const int ObjectsAhead = 4;
    private const int PartsAhead = 2;

    private readonly Page[] _objects = new Page[ObjectsAtOnce];
    private readonly Page[] _objectsWithChildren = new Page[ObjectsAtOnce];
    private PageRun _run;
    private int _count;
    private int _countWithChildren;
    private long _uncounted;

    /// <summary>Hands out memory of at least so many bytes, not cleared.</summary>
    public PageMemory Allocate(int bytes)
    {
        int granules = PageChunks.GranulesFor(bytes);
        PageMemory memory;
        while (!_run.TryTake(granules, out memory))
        {
            pool.Exchange(granules, ref _run);
        }

        _uncounted += memory.Capacity;
        return memory;
    }

    /// <summary>Hands out an object for a page.</summary>
    /// <param name="hasChildren">Whether the page has stubs.</param>
    public Page RentPage(bool hasChildren)
    {
        Page[] objects = hasChildren ? _objectsWithChildren : _objects;
        ref int count = ref hasChildren ? ref _countWithChildren : ref _count;
        if (count == 0)
        {
            count = pool.TakeObjects(objects, hasChildren);
        }

        Page page = objects[--count];
        if (count >= ObjectsAhead)
        {
            Page.Prefetch(objects[count - ObjectsAhead]);
            objects[count - PartsAhead].PrefetchParts();
        }

        return page;
    }

    /// <summary>Has the pool count what was handed out.</summary>
    public void Settle()
    {
        if (_uncounted > 0)
        {
            pool.Count(_uncounted);
            _uncounted = 0;
        }
    }
}
