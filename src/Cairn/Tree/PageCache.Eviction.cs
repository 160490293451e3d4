namespace Cairn.Tree;

/// <content>Keeping the clean pages within their bound. Everything here is done under the lock.</content>
internal sealed partial class PageCache
{
    /// <summary>The order is not swept for leftovers below this size.</summary>
    private const int MinSweep = 4096;

    /// <summary>How many pages an eviction may look at before it gives up: each one often enough for its uses to be used up, whatever the policy.</summary>
    private const int StepsPerPage = 16;
    private const int FreeSteps = 512;

    /// <summary>Of memory for pages, so many parts may be gaps between them.</summary>
    private const int GapsShare = 3;
    private const int GapShares = 16;

    /// <summary>The part of the cache that clean pages keep, whatever the others take.</summary>
    private const int LeastShare = 8;

    private readonly IEvictionPolicy _policy;
    private readonly byte _mostUses;
    private readonly Queue<PageReference> _outdated = new();
    private int _sweepAt = MinSweep;
    private int _sweepOutdatedAt = MinSweep;
    private int _tryAgainAt;
    private long _evictions;

    /// <summary>How many pages were dropped to make room.</summary>
    public long Evictions => Interlocked.Read(ref _evictions);

    /// <summary>
    /// The bound for clean pages: what shortcuts leave of that of the cache. Where all kinds of pages are near their bounds at once, clean ones make room for the gaps between pages and for the objects of the others, so that what is taken
    /// from the operating system and the garbage collector stays within the sum of the bounds. Pages that only views keep are beside that sum.
    /// </summary>
    private long LimitBytes
    {
        get
        {
            long limit = _limitBytes - Shortcuts.Bytes;
            if (_others is not { } others)
            {
                return limit;
            }

            long unstored = Math.Min(others.UnstoredBytes, _bytes[(int)PageResidency.Draft] + _bytes[(int)PageResidency.Dirty]);
            long recent = Math.Min(others.RecentBytes, _bytes[(int)PageResidency.Superseded]);
            long room = ((_limitBytes + others.UnstoredBytes + others.RecentBytes) / GapShares * (GapShares - GapsShare)) - unstored - recent - _otherObjectBytes;
            return Math.Clamp(room, limit / LeastShare, limit);
        }
    }

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

/// <summary>What pages keep within that are not clean.</summary>
/// <param name="UnstoredBytes">Those of the head and of drafts.</param>
/// <param name="RecentBytes">Those of recent heights.</param>
internal readonly record struct OtherBounds(long UnstoredBytes, long RecentBytes);
