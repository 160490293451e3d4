namespace Cairn.Tree;

/// <summary>
/// The worker slots of a store, and how many threads may help those that apply. A slot has what one thread needs for applying: memory for pages, appliers for both trees. Safe for any thread.
/// </summary>
/// <remarks>
/// Invariants: a slot is idle or used by one thread; page memory belongs to the slot that took it, whichever thread gives it back, so that what one block frees is what the next one is made on; a helper is counted from being asked for
/// until it has ended, whether it found work or came too late, so no more than that wait for the thread pool.
/// </remarks>
internal sealed class ApplyCrew
{
    /// <summary>Fewer changes under a page are applied faster than help comes.</summary>
    public const int DefaultForkChanges = 192;

    private readonly PageCache _pages;
    private readonly Lock _lock = new();
    private readonly List<ApplySlot> _slots = [];
    private readonly Stack<ApplySlot> _idle = new();
    private int _freeHelpers;

    /// <summary>Makes a crew.</summary>
    /// <param name="pages">Gives the pages; the first slot shares its pool.</param>
    /// <param name="workers">How many threads apply at once, the calling one included; 1 for no helpers.</param>
    /// <param name="forkChanges">The fewest changes under a page that helpers are called for.</param>
    public ApplyCrew(PageCache pages, int workers, int forkChanges = DefaultForkChanges)
    {
        _pages = pages;
        ForkChanges = forkChanges;
        Workers = workers;
        _freeHelpers = workers - 1;
        Add(pages.Pool);
    }

    /// <summary>The fewest changes under a page that helpers are called for.</summary>
    public int ForkChanges { get; }

    /// <summary>How many threads apply at once, the calling one included.</summary>
    public int Workers { get; }

    /// <summary>The memory for pages, the pool that all loaded pages share being the first.</summary>
    public IReadOnlyList<PagePool> Pools
    {
        get
        {
            lock (_lock)
            {
                return [.. _slots.Select(static slot => slot.Pool)];
            }
        }
    }

    /// <summary>Whether somebody could help now.</summary>
    public bool HasHelper => FreeHelpers > 0;

    /// <summary>How many could help now: one less than <see cref="Workers"/>, but for those that were called and have not ended.</summary>
    public int FreeHelpers => Volatile.Read(ref _freeHelpers);

    /// <summary>Takes a slot for one thread.</summary>
    public ApplySlot Rent()
    {
        lock (_lock)
        {
            if (_idle.Count == 0)
            {
                Add(_pages.Pool.Another());
            }

            return _idle.Pop();
        }
    }

    /// <summary>Gives a slot back.</summary>
    public void Return(ApplySlot slot)
    {
        lock (_lock)
        {
            _idle.Push(slot);
        }
    }

    /// <summary>Asks for help with a fork: threads of the pool that come when they can, or find that it is over.</summary>
    public void CallHelpers(ApplyFork fork, int atMost)
    {
        for (; atMost > 0 && TryTakeHelper(); atMost--)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static state =>
                {
                    state.Fork.Help();
                    Interlocked.Increment(ref state.Crew._freeHelpers);
                },
                (Crew: this, Fork: fork),
                preferLocal: false);
        }
    }

    private bool TryTakeHelper()
    {
        while (Volatile.Read(ref _freeHelpers) is int free and > 0)
        {
            if (Interlocked.CompareExchange(ref _freeHelpers, free - 1, free) == free)
            {
                return true;
            }
        }

        return false;
    }

    private void Add(PagePool pool)
    {
        ApplySlot slot = new(pool, new TreeApplier(_pages, TreeKind.State, pool, this), new TreeApplier(_pages, TreeKind.Local, pool, this));
        _slots.Add(slot);
        _idle.Push(slot);
    }
}

/// <summary>What one thread needs for applying.</summary>
/// <param name="Pool">Where its new pages are.</param>
/// <param name="State">Applies to state trees.</param>
/// <param name="Local">Applies to local trees.</param>
internal sealed record ApplySlot(PagePool Pool, TreeApplier State, TreeApplier Local)
{
    /// <summary>The applier of a kind of tree.</summary>
    public TreeApplier Of(TreeKind tree) => tree == TreeKind.State ? State : Local;
}
