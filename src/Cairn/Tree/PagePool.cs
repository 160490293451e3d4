namespace Cairn.Tree;

/// <summary>
/// Hands out native memory for pages, and the objects that stand for them: one pool for each worker slot of the commit, one for pages that are read. A pool keeps the free memory of one chunk at hand,
/// so that workers do not meet at one lock; the memory behind it is shared by the pools of a store, so that what one gives back serves the others. Objects serve one page after the other, so that changing pages leaves
/// next to nothing to the garbage collector. Safe for any thread.
/// </summary>
internal sealed class PagePool
{
    /// <summary>What memory is overwritten with when it is given back and tests ask for it.</summary>
    public const byte Poison = 0xDD;

    /// <summary>Unused objects for pages of entries that a pool keeps, 8 MB: those of some large blocks come back together when a checkpoint ends.</summary>
    private const int MostSpare = 1 << 16;

    /// <summary>The same for pages with stubs, of which there are fewer: 10 MB.</summary>
    private const int MostSpareWithChildren = 1 << 14;

    /// <summary>Pages given back at once under one lock.</summary>
    private const int FreedAtOnce = 64;

    private readonly Lock _lock = new();
    private readonly PageChunks _chunks;
    private readonly bool _poison;
    private PageRun _run;
    private SparePages _spare;
    private SparePages _spareWithChildren;
    private long _used;

    /// <summary>Makes a pool with memory of its own.</summary>
    /// <param name="poison">Overwrite freed pieces, so that a use after freeing shows (tests).</param>
    public PagePool(bool poison = false)
        : this(new PageChunks(), new SpareHandles(), poison)
    {
    }

    private PagePool(PageChunks chunks, SpareHandles handles, bool poison)
    {
        _chunks = chunks;
        Handles = handles;
        _poison = poison;
    }

    /// <summary>The bytes this pool has handed out.</summary>
    public long UsedBytes => Interlocked.Read(ref _used);

    /// <summary>The bytes taken from the operating system, by all pools that share memory with this one.</summary>
    public long ReservedBytes => _chunks.ReservedBytes;

    /// <summary>A pool that shares memory with this one.</summary>
    public PagePool Another() => new(_chunks, Handles, _poison);

    /// <summary>Handles to be used again, shared like the memory.</summary>
    public SpareHandles Handles { get; }

    /// <summary>Hands out memory of at least so many bytes, not cleared.</summary>
    public PageMemory Allocate(int bytes)
    {
        int granules = PageChunks.GranulesFor(bytes);
        PageMemory memory;
        lock (_lock)
        {
            while (!_run.TryTake(granules, out memory))
            {
                _chunks.Exchange(granules, ref _run);
            }
        }

        Interlocked.Add(ref _used, memory.Capacity);
        return memory;
    }

    /// <summary>Hands out an object for a page.</summary>
    /// <param name="hasChildren">Whether the page has stubs.</param>
    public Page RentPage(bool hasChildren)
    {
        Page page = null!;
        _ = TakeObjects(new Span<Page>(ref page), hasChildren);
        return page;
    }

    /// <summary>Hands out objects for pages.</summary>
    /// <param name="taken">Takes them: those used last at the end, or one new one.</param>
    /// <param name="hasChildren">Whether the pages have stubs.</param>
    /// <returns>How many, at least one.</returns>
    public int TakeObjects(Span<Page> taken, bool hasChildren)
    {
        int count;
        lock (_lock)
        {
            count = (hasChildren ? ref _spareWithChildren : ref _spare).Take(taken);
        }

        if (count > 0)
        {
            return count;
        }

        taken[0] = new Page(this, hasChildren);
        return 1;
    }

    /// <summary>Hands out free memory of a chunk for what is left of another run; whoever uses it counts it.</summary>
    /// <param name="granules">The size of the piece that is needed.</param>
    /// <param name="run">What was handed out before, or the default; what is handed out now.</param>
    public void Exchange(int granules, ref PageRun run) => _chunks.Exchange(granules, ref run);

    /// <summary>Counts memory that was handed out of a run.</summary>
    public void Count(long bytes) => Interlocked.Add(ref _used, bytes);

    /// <summary>Takes memory back that this pool handed out. Nobody may use it any more.</summary>
    public void Free(PageMemory memory) => Free([memory]);

    /// <summary>Takes a page back, object and memory, that this pool handed out. Nobody may use either any more.</summary>
    public void Free(Page page)
    {
        page.Next = null;
        FreeChain(page);
    }

    /// <summary>Gives a chain of pages back, each to its pool.</summary>
    public static void FreeChain(Page? first)
    {
        while (first is not null)
        {
            // Those of one pool first; the few pools of a store lie mixed in the chain.
            first = first.Pool.FreeOwn(first);
        }
    }

    /// <summary>Takes the pages of this pool out of a chain.</summary>
    /// <returns>The chain of the others.</returns>
    private Page? FreeOwn(Page? next)
    {
        Span<PageMemory> memory = stackalloc PageMemory[FreedAtOnce];
        Page? others = null;
        while (next is not null)
        {
            Page? freed = null;
            int count = 0;
            while (next is not null && count < FreedAtOnce)
            {
                Page page = next;
                next = page.Next;
                Page.Prefetch(page.Ahead ?? next);
                next?.PrefetchHandle();
                if (page.Pool != this)
                {
                    page.Next = others;
                    others = page;
                    continue;
                }

                memory[count++] = page.End();
                page.Next = freed;
                freed = page;
            }

            Free(memory[..count]);
            lock (_lock)
            {
                while (freed is { } page)
                {
                    freed = page.Next;
                    page.Next = null;
                    (page.HasChildren ? ref _spareWithChildren : ref _spare).Put(page, page.HasChildren ? MostSpareWithChildren : MostSpare);
                }
            }
        }

        return others;
    }

    private void Free(ReadOnlySpan<PageMemory> freed)
    {
        long bytes = 0;
        foreach (PageMemory memory in freed)
        {
            bytes += memory.Capacity;
            if (_poison)
            {
                memory.Span.Fill(Poison);
            }
        }

        Interlocked.Add(ref _used, -bytes);
        _chunks.Give(freed);
    }
}
