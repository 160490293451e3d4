using System.Runtime.CompilerServices;
using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// Gives pages: from memory, or read from the page store. Holds the clean ones within a bound and accounts for the others, which no eviction may touch.
/// </summary>
/// <remarks>
/// Invariants: every page in memory is in exactly one of the residencies of <see cref="PageResidency"/>, and the byte sums of each are right; the ring holds the references of clean pages (and leftovers
/// whose page is gone); a clean page is evicted only when none of its children is in memory, so that no page is unreachable but resident. Residency changes under the lock; getting a page that is in memory
/// takes none.
/// </remarks>
internal sealed class PageCache
{
    private const int HitStripes = 16;
    private const int StripeWidth = 16;

    /// <summary>The ring is not swept below this size.</summary>
    private const int MinSweep = 4096;

    private readonly IPageStore? _store;
    private readonly long _limitBytes;
    private readonly Lock _lock = new();
    private readonly List<PageReference> _ring = [];
    private readonly long[] _bytes = new long[4];
    private readonly long[] _hits = new long[HitStripes * StripeWidth];
    private int _hand;
    private int _sweepAt = MinSweep;
    private long _misses;
    private long _evictions;

    /// <summary>Makes a cache.</summary>
    /// <param name="store">Where stored pages are; null when all pages stay in memory.</param>
    /// <param name="limitBytes">The bound for clean pages.</param>
    /// <param name="pool">The memory of pages.</param>
    public PageCache(IPageStore? store, long limitBytes, PagePool pool)
    {
        _store = store;
        _limitBytes = limitBytes;
        Pool = pool;
    }

    /// <summary>The memory of pages.</summary>
    public PagePool Pool { get; }

    /// <summary>Gives memory back when readers have left.</summary>
    public ReaderEpochs Epochs { get; } = new();

    /// <summary>How often a page was found in memory; approximate when several threads read.</summary>
    public long Hits
    {
        get
        {
            long sum = 0;
            for (int stripe = 0; stripe < HitStripes; stripe++)
            {
                sum += Volatile.Read(ref _hits[stripe * StripeWidth]);
            }

            return sum;
        }
    }

    /// <summary>How often a page had to be read.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>How many pages were dropped to make room.</summary>
    public long Evictions => Interlocked.Read(ref _evictions);

    /// <summary>The memory of pages of a residency.</summary>
    public long Bytes(PageResidency residency)
    {
        lock (_lock)
        {
            return _bytes[(int)residency];
        }
    }

    /// <summary>The page of a reference. The caller is inside <see cref="ReaderEpochs"/> and uses the page only there.</summary>
    /// <exception cref="StateCorruptedException">The stored page is damaged.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public Page Get(PageReference reference)
    {
        if (reference.Page is { } page)
        {
            if (!reference.Touched)
            {
                reference.Touched = true;
            }

            CountHits(1);
            return page;
        }

        return Load(reference);
    }

    /// <summary>Counts pages that were found in memory.</summary>
    public void CountHits(int pages) => _hits[(Environment.CurrentManagedThreadId & (HitStripes - 1)) * StripeWidth] += pages;

    /// <summary>As <see cref="Get(PageReference)"/>, but leaves it to the caller to count what was found in memory: <see cref="CountHits"/> once for a path of pages.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Page Get(PageReference reference, ref int hits)
    {
        if (reference.Page is not { } page)
        {
            return Load(reference);
        }

        hits++;
        if (!reference.Touched)
        {
            reference.Touched = true;
        }

        return page;
    }

    /// <summary>The bytes of a blob, checked against its hash when they were read.</summary>
    /// <exception cref="StateCorruptedException">The stored blob is damaged.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public byte[] ReadBlob(BlobReference blob)
    {
        if (blob.Bytes is { } bytes)
        {
            return bytes;
        }

        bytes = new byte[blob.Length];
        _store!.Read(blob.Id, bytes);
        Hash256 found = new(System.Security.Cryptography.SHA256.HashData(bytes));
        if (found != blob.Hash)
        {
            (string file, long offset) = _store.Locate(blob.Id);
            throw new StateCorruptedException(file, offset, "SHA-256 of a blob", blob.Hash.ToString(), found.ToString());
        }

        return bytes;
    }

    /// <summary>Enters pages that a draft made.</summary>
    public void AddDraft(List<PageReference> created)
    {
        lock (_lock)
        {
            foreach (PageReference reference in created)
            {
                Enter(reference.Page!, PageResidency.Draft);
            }
        }
    }

    /// <summary>A draft was committed: its pages are the head's now, those it replaced are no longer.</summary>
    public void Commit(List<PageReference> created, List<PageReference> superseded)
    {
        lock (_lock)
        {
            foreach (PageReference reference in created)
            {
                if (reference.Page is { } page)
                {
                    Move(page, PageResidency.Dirty);
                }
            }

            foreach (PageReference reference in superseded)
            {
                if (reference.Page is { Residency: PageResidency.Dirty or PageResidency.Draft } page)
                {
                    Move(page, PageResidency.Superseded);
                }
            }
        }
    }

    /// <summary>Pages have been stored durably: those still part of the head may be evicted from now on.</summary>
    public void MakeClean(IReadOnlyList<PageReference> stored)
    {
        lock (_lock)
        {
            foreach (PageReference reference in stored)
            {
                if (reference.Page is { Residency: PageResidency.Dirty } page)
                {
                    Move(page, PageResidency.Clean);
                    AddToRing(reference);
                }
            }

            Evict();
        }

        Epochs.Collect();
    }

    /// <summary>No version needs the pages any more.</summary>
    public void Discard(IReadOnlyList<PageReference> references)
    {
        foreach (PageReference reference in references)
        {
            Page? page;
            lock (_lock)
            {
                page = reference.Take();
                if (page is not null && page.IsEntered)
                {
                    _bytes[(int)page.Residency] -= page.MemoryBytes;
                }
            }

            if (page is not null)
            {
                Retire(page);
            }
        }
    }

    private Page Load(PageReference reference)
    {
        if (_store is null || reference.Id == PageId.None)
        {
            throw new ObjectDisposedException("StateView", "The view was disposed while it was being read.");
        }

        Interlocked.Increment(ref _misses);
        Page loaded = PageCodec.Read(_store, reference, Pool);
        bool published;
        lock (_lock)
        {
            published = reference.Publish(loaded);
            if (published)
            {
                reference.Touched = true;
                Enter(loaded, PageResidency.Clean);
                AddToRing(reference);
                Evict();
            }
        }

        if (!published)
        {
            loaded.FreeMemory();
            return reference.Page ?? Load(reference);
        }

        return loaded;
    }

    private void Enter(Page page, PageResidency residency)
    {
        page.Residency = residency;
        page.IsEntered = true;
        _bytes[(int)residency] += page.MemoryBytes;
    }

    private void Move(Page page, PageResidency residency)
    {
        _bytes[(int)page.Residency] -= page.MemoryBytes;
        page.Residency = residency;
        _bytes[(int)residency] += page.MemoryBytes;
    }

    /// <summary>Turns the clock until the clean pages are within the bound: a page touched since the hand last passed gets another round. Two rounds at most.</summary>
    private void Evict()
    {
        int looked = 0;
        int most = 2 * _ring.Count;
        while (_bytes[(int)PageResidency.Clean] > _limitBytes && looked++ < most && _ring.Count > 0)
        {
            if (_hand >= _ring.Count)
            {
                _hand = 0;
            }

            PageReference reference = _ring[_hand];
            if (reference.Page is not { } page)
            {
                RemoveAtHand();
            }
            else if (reference.Touched)
            {
                reference.Touched = false;
                _hand++;
            }
            else if (HasResidentChild(page))
            {
                _hand++;
            }
            else
            {
                RemoveAtHand();
                reference.Take();
                _bytes[(int)PageResidency.Clean] -= page.MemoryBytes;
                _evictions++;
                Retire(page);
            }
        }
    }

    /// <summary>Adds a clean page. Pages that versions gave up leave their references behind: they are swept out before they could outnumber the others.</summary>
    private void AddToRing(PageReference reference)
    {
        if (_ring.Count >= _sweepAt)
        {
            _ring.RemoveAll(static known => known.Page is not { Residency: PageResidency.Clean });
            _hand = 0;
            _sweepAt = Math.Max(MinSweep, 2 * _ring.Count);
        }

        _ring.Add(reference);
    }

    private void RemoveAtHand()
    {
        _ring[_hand] = _ring[^1];
        _ring.RemoveAt(_ring.Count - 1);
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

    private void Retire(Page page)
    {
        page.MarkRetired();
        Epochs.Retire(page);
    }
}
