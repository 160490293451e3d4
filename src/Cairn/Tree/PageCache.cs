using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// Gives pages: from memory, or read from the page store. Holds the clean ones within a bound and accounts for the others, which no eviction may touch.
/// </summary>
/// <remarks>
/// Invariants: every page in memory is in exactly one of the residencies of <see cref="PageResidency"/>, and the byte sums of each are right; the eviction policy holds the references of clean pages (and leftovers
/// whose page is gone); those of the head stay longer than those it has no longer; a clean page is evicted only when none of its children is in memory, so that no page is unreachable but resident. Residency changes under the lock; getting a page that is in memory
/// takes none.
/// </remarks>
internal sealed partial class PageCache
{
    private const int HitStripes = 16;
    private const int StripeWidth = 16;
    private const int MissesInStripe = 8;

    /// <summary>Pages given up or become clean under one lock, so that whoever loads or commits some does not wait for thousands.</summary>
    private const int PagesAtOnce = 256;

    /// <summary>How far ahead pages are asked for that are given back.</summary>
    private const int FreedAhead = 8;

    private readonly IPageStore? _store;
    private readonly long _limitBytes;
    private readonly OtherBounds? _others;
    private long _attention = long.MinValue;
    private Action? _onAttention;
    private readonly Lock _lock = new();
    private readonly long[] _bytes = new long[4];
    private long _objectBytes;
    private long _otherObjectBytes;
    private readonly long[] _hits = new long[HitStripes * StripeWidth];
    private readonly MissedPages _missed = new();

    /// <summary>Makes a cache.</summary>
    /// <param name="store">Where stored pages are; null when all pages stay in memory.</param>
    /// <param name="limitBytes">The bound for clean pages.</param>
    /// <param name="pool">The memory of pages.</param>
    /// <param name="policy">Which clean pages go first.</param>
    /// <param name="others">What the other pages keep within; null where the clean ones need not give way to them.</param>
    public PageCache(IPageStore? store, long limitBytes, PagePool pool, EvictionPolicy policy = EvictionPolicy.Clock, OtherBounds? others = null)
    {
        _store = store;
        _limitBytes = limitBytes;
        _others = others;
        _policy = IEvictionPolicy.Of(policy);
        _mostUses = _policy.MostUses;
        Pool = pool;
    }

    /// <summary>Whether pages are ever stored.</summary>
    public bool HasStore => _store is not null;

    /// <summary>The memory of pages.</summary>
    public PagePool Pool { get; }

    /// <summary>What point reads ask before the tree. Its memory counts against the bound for clean pages.</summary>
    public ReadShortcuts Shortcuts { get; } = new();

    /// <summary>Gives memory back when readers have left.</summary>
    public ReaderEpochs Epochs { get; } = new();

    /// <summary>How often a page was found in memory; approximate when several threads read.</summary>
    public long Hits => Sum(0);

    /// <summary>How often a page had to be read; approximate likewise.</summary>
    public long Misses => Sum(MissesInStripe);

    /// <summary>The memory of pages of a residency; of clean ones, with their objects and handles.</summary>
    public long Bytes(PageResidency residency)
    {
        lock (_lock)
        {
            return _bytes[(int)residency];
        }
    }

    /// <summary>The part of the bytes of clean pages that is not their memory.</summary>
    public long ObjectBytes
    {
        get
        {
            lock (_lock)
            {
                return _objectBytes;
            }
        }
    }

    /// <summary>The page of a reference. The caller is inside <see cref="ReaderEpochs"/> and uses the page only there.</summary>
    /// <exception cref="StateCorruptedException">The stored page is damaged.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public Page Get(PageReference reference)
    {
        if (reference.Page is { } page)
        {
            CountUse(reference);
            CountHits(1);
            return page;
        }

        return Load(reference);
    }

    /// <summary>Counts pages that were found in memory.</summary>
    public void CountHits(int pages) => _hits[(Environment.CurrentManagedThreadId & (HitStripes - 1)) * StripeWidth] += pages;

    /// <summary>Counts pages that a point read found in memory, and has done what <see cref="PayAttention"/> asked for.</summary>
    /// <returns>How many the threads of a stripe have found.</returns>
    public long CountReadHits(int pages)
    {
        ref long hits = ref _hits[(Environment.CurrentManagedThreadId & (HitStripes - 1)) * StripeWidth];
        long before = hits;
        long after = before + pages;
        hits = after;
        if (((before ^ after) & _attention) != 0)
        {
            _onAttention?.Invoke();
        }

        return after;
    }

    /// <summary>Has something done each time point reads of the threads of a stripe have found so many pages.</summary>
    /// <param name="pages">How many, a power of two.</param>
    /// <param name="act">What to do; called inside <see cref="ReaderEpochs"/> or outside.</param>
    public void PayAttention(int pages, Action act)
    {
        _onAttention = act;
        _attention = -pages;
    }

    /// <summary>Counts a question for a key that a tree does not have, which the tree had to answer.</summary>
    public void CountAbsent(TreeKind tree) => _hits[((Environment.CurrentManagedThreadId & (HitStripes - 1)) * StripeWidth) + 1 + (int)tree]++;

    /// <summary>How often that was; approximate when several threads read.</summary>
    public long Absent(TreeKind tree) => Sum(1 + (int)tree);

    private void CountMiss() => _hits[((Environment.CurrentManagedThreadId & (HitStripes - 1)) * StripeWidth) + MissesInStripe]++;

    /// <summary>Adds up a count of all stripes.</summary>
    private long Sum(int countInStripe)
    {
        long sum = 0;
        for (int stripe = 0; stripe < HitStripes; stripe++)
        {
            sum += Volatile.Read(ref _hits[(stripe * StripeWidth) + countInStripe]);
        }

        return sum;
    }

    /// <summary>As <see cref="Get(PageReference)"/>, but leaves it to the caller to count what was found in memory: <see cref="CountHits"/> or <see cref="CountReadHits"/> once for a path of pages.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Page Get(PageReference reference, ref int hits)
    {
        if (reference.Page is not { } page)
        {
            return Load(reference);
        }

        hits++;
        CountUse(reference);
        return page;
    }

    /// <summary>Counts a use as far as the policy wants it. Two threads may count one use, but never past the most.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountUse(PageReference reference)
    {
        byte uses = reference.Uses;
        if (uses < _mostUses)
        {
            reference.Uses = (byte)(uses + 1);
        }
    }

    /// <summary>The bytes of a blob, checked when they are read.</summary>
    /// <exception cref="StateCorruptedException">The stored blob is damaged.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public byte[] ReadBlob(BlobReference blob) => blob.Bytes ?? BlobCodec.ReadValue(_store!, blob);

    /// <summary>Enters pages that a draft made.</summary>
    public void AddDraft(List<PageReference> created)
    {
        lock (_lock)
        {
            PagesAhead ahead = new(CollectionsMarshal.AsSpan(created));
            foreach (PageReference reference in created)
            {
                ahead.Next();
                Enter(reference.Page!, PageResidency.Draft);
            }
        }
    }

    /// <summary>A draft was committed: its pages are the head's now, those it replaced are no longer.</summary>
    /// <param name="created">The pages of the draft.</param>
    /// <param name="superseded">The pages that it replaced.</param>
    /// <param name="reusesHandles">Whether the handles of both may serve other pages once no version needs theirs.</param>
    /// <returns>The memory of those of the pages replaced that only memory has.</returns>
    public long Commit(List<PageReference> created, List<PageReference> superseded, bool reusesHandles = false)
    {
        long bytes = 0;
        lock (_lock)
        {
            PagesAhead ahead = new(CollectionsMarshal.AsSpan(created));
            foreach (PageReference reference in created)
            {
                ahead.Next();
                if (reference.Page is { } page)
                {
                    Move(page, PageResidency.Dirty);
                    if (reusesHandles)
                    {
                        reference.AllowReuse();
                    }
                }
            }

            ahead = new(CollectionsMarshal.AsSpan(superseded));
            foreach (PageReference reference in superseded)
            {
                ahead.Next();
                if (reusesHandles)
                {
                    reference.AllowReuse();
                }

                if (reference.Page is not { } page)
                {
                    continue;
                }

                if (page.Residency is PageResidency.Dirty or PageResidency.Draft)
                {
                    Move(page, PageResidency.Superseded);
                    bytes += page.MemoryBytes;
                }
                else if (page.Residency == PageResidency.Clean)
                {
                    Outdate(reference, page);
                }
            }

            Evict();
        }

        return bytes;
    }

    /// <summary>Pages have been stored durably and may be evicted from now on: those still part of the head, and those replaced meanwhile that some version still has.</summary>
    public void MakeClean(List<PageReference> stored)
    {
        ReadOnlySpan<PageReference> open = CollectionsMarshal.AsSpan(stored);
        while (open.Length > 0)
        {
            ReadOnlySpan<PageReference> part = open[..Math.Min(PagesAtOnce, open.Length)];
            open = open[part.Length..];
            lock (_lock)
            {
                PagesAhead ahead = new(part);
                foreach (PageReference reference in part)
                {
                    ahead.Next();
                    if (reference.Page is { Residency: PageResidency.Dirty or PageResidency.Superseded } page)
                    {
                        bool isOutdated = page.Residency == PageResidency.Superseded;
                        Move(page, PageResidency.Clean);
                        TakeUp(reference);
                        if (isOutdated)
                        {
                            Outdate(reference, page);
                        }
                    }
                }

                Evict();
            }
        }

        Epochs.Collect();
    }

    /// <summary>No version needs the pages any more.</summary>
    public void Discard(List<PageReference> references)
    {
        ReadOnlySpan<PageReference> open = CollectionsMarshal.AsSpan(references);
        Page? first = null;
        PagesBefore before = default;
        List<PageReference>? evicted = null;
        int count = 0;
        long bytes = 0;
        while (open.Length > 0)
        {
            ReadOnlySpan<PageReference> part = open[..Math.Min(PagesAtOnce, open.Length)];
            open = open[part.Length..];
            lock (_lock)
            {
                PagesAhead ahead = new(part);
                foreach (PageReference reference in part)
                {
                    ahead.Next();
                    if (reference.Take() is not { } page)
                    {
                        (evicted ??= []).Add(reference);
                        continue;
                    }

                    page.TakeHandle(reference);
                    page.MarkRetired();
                    page.Next = first;
                    page.Ahead = before[count % FreedAhead];
                    before[count % FreedAhead] = page;
                    first = page;
                    count++;
                    bytes += page.MemoryBytes;
                    if (page.IsEntered)
                    {
                        Count(page, -1);
                    }
                }
            }
        }

        // Together, once none of them can be found: a reader that enters later comes upon none.
        if (first is not null || evicted is not null)
        {
            Epochs.Retire(first, count, bytes, evicted, Pool.Handles);
        }
    }

    /// <summary>Whether a point read should leave a page where it is: a leaf that is not in memory, and not worth making room for. <see cref="TryReadPassing"/> answers instead.</summary>
    public bool IsPassedBy(PageReference reference) =>
        reference.Page is null && reference.Claim is { Level: 0 } && _store is not null && Volatile.Read(ref _bytes[(int)PageResidency.Clean]) + reference.StoredBytes > LimitBytes && !_missed.Note(reference.Id, _policy.Count);

    /// <summary>Reads a key of a stored leaf without bringing the page into memory.</summary>
    /// <param name="reference">The leaf.</param>
    /// <param name="key">The key.</param>
    /// <param name="destination">Takes the value.</param>
    /// <param name="valueBytes">Its length.</param>
    /// <param name="isThere">Whether the page has the key.</param>
    /// <returns>False when the page has to be brought in for the answer.</returns>
    /// <exception cref="ArgumentException">The destination is shorter than the value.</exception>
    /// <exception cref="StateCorruptedException">The stored page is damaged.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public bool TryReadPassing(PageReference reference, ReadOnlySpan<byte> key, Span<byte> destination, out int valueBytes, out bool isThere)
    {
        // Without the lock, for which threads would wait for each other at each read: parts of two places do not go together, as the checksum shows.
        PagePlace place = reference.CurrentPlace;
        place = place.Id == PageId.None ? PlaceOf(reference) : place;
        try
        {
            if (!PassingRead.TryRead(_store!, reference, place, key, destination, out valueBytes, out isThere))
            {
                return false;
            }
        }
        catch (Exception exception) when (exception is StateCorruptedException or StoreFormatException or IOException && PlaceOf(reference) != place)
        {
            (valueBytes, isThere) = (0, false);
            return false;
        }

        CountMiss();
        return true;
    }

    /// <summary>Brings a page into memory where the bound allows it; no page of <paramref name="spared"/> leaves for it. The caller is inside <see cref="ReaderEpochs"/>.</summary>
    /// <returns>The page, or null when there is no room for it.</returns>
    /// <exception cref="StateCorruptedException">The stored page is damaged.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public Page? GetIfRoom(PageReference reference, HashSet<PageReference> spared)
    {
        if (reference.Page is { } page)
        {
            return page;
        }

        page = Load(reference, spared);
        lock (_lock)
        {
            if (CleanBytes > LimitBytes && ReferenceEquals(reference.Page, page) && page.Residency == PageResidency.Clean)
            {
                Drop(reference, page);
            }

            return reference.Page;
        }
    }

    /// <summary>Tells the page store which pages will be read soon.</summary>
    public ValueTask PrefetchAsync(ReadOnlyMemory<PageId> ids, CancellationToken cancellationToken) =>
        _store is null || ids.IsEmpty ? ValueTask.CompletedTask : _store.PrefetchAsync(ids, cancellationToken);

    private Page Load(PageReference reference, HashSet<PageReference>? spared = null)
    {
        while (true)
        {
            PagePlace place = PlaceOf(reference);
            CountMiss();
            Page loaded = PageCodec.Read(_store!, reference, place, Pool, out PageBases? bases);
            bool published;
            lock (_lock)
            {
                // Cleaning may have moved the page meanwhile: what was read names old places of pages below it.
                published = reference.Id == place.Id && TryPublish(reference, loaded, bases);
                if (published)
                {
                    reference.Uses = Math.Min(_mostUses, (byte)1);
                    Enter(loaded, PageResidency.Clean);
                    TakeUp(reference);
                    Evict(spared);
                }
            }

            if (published)
            {
                return loaded;
            }

            loaded.Free();
            if (reference.Page is { } page)
            {
                return page;
            }
        }
    }

    private PagePlace PlaceOf(PageReference reference)
    {
        PagePlace place;
        lock (_lock)
        {
            place = reference.CurrentPlace;
        }

        return _store is null || place.Id == PageId.None ? throw new ObjectDisposedException("StateView", "The view was disposed while it was being read.") : place;
    }

    /// <summary>Puts a page that was read in place, after what it builds on: whoever finds the page finds that too.</summary>
    private bool TryPublish(PageReference reference, Page page, PageBases? bases)
    {
        if (bases is not null)
        {
            reference.Adopt(bases, Pool.Handles);
        }

        return reference.Publish(page);
    }

    private void Enter(Page page, PageResidency residency)
    {
        page.Residency = residency;
        page.IsEntered = true;
        Count(page, 1);
    }

    private void Move(Page page, PageResidency residency)
    {
        Count(page, -1);
        page.Residency = residency;
        Count(page, 1);
    }

    private void Count(Page page, int times)
    {
        _bytes[(int)page.Residency] += times * page.CountedBytes;
        if (page.Residency == PageResidency.Clean)
        {
            _objectBytes += times * (page.CountedBytes - page.MemoryBytes);
        }
        else
        {
            _otherObjectBytes += times * page.ObjectBytes;
        }
    }

    private void Retire(Page page)
    {
        page.MarkRetired();
        page.Next = null;
        Epochs.Retire(page, count: 1, page.MemoryBytes);
    }

    /// <summary>The pages put into a chain last.</summary>
    [InlineArray(FreedAhead)]
    private struct PagesBefore
    {
        private Page? _page;
    }
}
