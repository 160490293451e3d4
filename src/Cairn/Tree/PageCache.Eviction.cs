namespace Cairn.Tree;

/// <content>Keeping the clean pages within their bound. Everything here is done under the lock.</content>
internal sealed partial class PageCache
{
    /// <summary>The order is not swept for leftovers below this size.</summary>
    private const int MinSweep = 4096;

    /// <summary>How many pages an eviction may look at before it gives up: each one often enough for its uses to be used up, whatever the policy.</summary>
    private const int StepsPerPage = 16;
    private const int FreeSteps = 512;

    private readonly IEvictionPolicy _policy;
    private readonly byte _mostUses;
    private readonly Queue<PageReference> _outdated = new();
    private int _sweepAt = MinSweep;
    private int _sweepOutdatedAt = MinSweep;
    private int _tryAgainAt;
    private long _evictions;

    /// <summary>How many pages were dropped to make room.</summary>
    public long Evictions => Interlocked.Read(ref _evictions);

    /// <summary>The bound for clean pages: what shortcuts leave of that of the cache.</summary>
    private long LimitBytes => _limitBytes - Shortcuts.Bytes;

    private long CleanBytes => _bytes[(int)PageResidency.Clean];

    /// <summary>
    /// Drops clean pages until they are within the bound, first those that the head has no longer and that nobody has asked for since. Where none can go it gives up, and tries again only when there are an eighth more of them, so that looking in vain costs each page read a fixed number of steps.
    /// </summary>
    /// <param name="spared">Pages that must stay; null for none.</param>
    private void Evict(HashSet<PageReference>? spared = null)
    {
        while (CleanBytes > LimitBytes && _outdated.TryDequeue(out PageReference? outdated))
        {
            if (outdated.Page is { Residency: PageResidency.Clean, IsOutdated: true } page && outdated.Uses == 0 && !HasResidentChild(page) && spared?.Contains(outdated) != true)
            {
                Drop(outdated, page);
            }
        }

        if (CleanBytes <= LimitBytes || _policy.Count < _tryAgainAt)
        {
            return;
        }

        int steps = (StepsPerPage * _policy.Count) + FreeSteps;
        while (CleanBytes > LimitBytes && _policy.Next(ref steps) is { } reference)
        {
            if (reference.Page is not { Residency: PageResidency.Clean } page)
            {
                Remove(reference);
            }
            else if (HasResidentChild(page) || spared?.Contains(reference) == true)
            {
                _policy.Pass();
            }
            else
            {
                Remove(reference);
                Drop(reference, page);
            }
        }

        _tryAgainAt = CleanBytes > LimitBytes && spared is null ? _policy.Count + (_policy.Count / 8) : 0;
    }

    private void Drop(PageReference reference, Page page)
    {
        reference.Take();
        page.LeaveHandle(reference);
        Count(page, -1);
        Interlocked.Increment(ref _evictions);
        Retire(page);
    }

    /// <summary>Takes note that the head has a clean page no longer. Recent heights and views may have it, and read it again; but they seldom do.</summary>
    private void Outdate(PageReference reference, Page page)
    {
        page.IsOutdated = true;
        reference.Uses = 0;
        if (_outdated.Count >= _sweepOutdatedAt)
        {
            for (int left = _outdated.Count; left > 0; left--)
            {
                PageReference known = _outdated.Dequeue();
                if (known.Page is { Residency: PageResidency.Clean, IsOutdated: true })
                {
                    _outdated.Enqueue(known);
                }
            }

            _sweepOutdatedAt = Math.Max(MinSweep, 2 * _outdated.Count);
        }

        _outdated.Enqueue(reference);
    }

    private void Remove(PageReference reference)
    {
        reference.IsTakenUp = false;
        _policy.Remove();
    }

    /// <summary>Takes up a clean page. Pages that versions gave up leave their references behind: they are swept out before they could outnumber the others. One that serves another page by now keeps its turn, and gets a use for it.</summary>
    private void TakeUp(PageReference reference)
    {
        if (reference.IsTakenUp)
        {
            reference.Uses = Math.Max(reference.Uses, Math.Min(_mostUses, (byte)1));
            return;
        }

        reference.IsTakenUp = true;
        if (_policy.Count >= _sweepAt)
        {
            _policy.RemoveAll(static known => !(known.IsTakenUp = known.Page is { Residency: PageResidency.Clean }));
            _sweepAt = Math.Max(MinSweep, 2 * _policy.Count);
            _tryAgainAt = 0;
        }

        _policy.Add(reference);
    }

    private static bool HasResidentChild(Page page)
    {
        foreach (PageReference child in page.Children)
        {
            if (child.Page is not null)
            {
                return true;
            }
        }

        return false;
    }
}
