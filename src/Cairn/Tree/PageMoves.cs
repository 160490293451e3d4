using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>Where a stored page is: enough to read it and to know it again.</summary>
/// <param name="Id">Its id; none while it is only in memory.</param>
/// <param name="StoredBytes">The bytes it is stored in.</param>
/// <param name="Crc">The CRC32C of the stored bytes.</param>
internal readonly record struct PagePlace(PageId Id, int StoredBytes, uint Crc);

/// <summary>What cleaning made of a page.</summary>
/// <param name="Place">Where it is now.</param>
/// <param name="Chain">What its next versions can build on.</param>
/// <param name="ChangedItems">The items that differ from that.</param>
/// <param name="AddedItems">Those of them that it does not have.</param>
internal readonly record struct MovedPage(PagePlace Place, PageChain Chain, ulong ChangedItems, ulong AddedItems)
{
    /// <summary>The tags of its bases, for its stub.</summary>
    public uint BaseTags => Chain.TagsBelow(Place.Id);
}

/// <summary>
/// The new places that a cleaning run gave to pages and blobs, by their old ids. A page at its new place says the same as at its old one, but names the new places of what is below it. Filled by one thread; not changed once it is
/// handed to <see cref="PageCache"/>.
/// </summary>
internal sealed class PageMoves
{
    private const int FilterBitsPerId = 16;

    private readonly Dictionary<ulong, MovedPage> _pages = [];
    private readonly Dictionary<ulong, PageId> _blobs = [];
    private readonly KeySpan?[] _spans = new KeySpan?[2]; // by tree
    private bool _isLimited;
    private ulong[] _filter = [];

    /// <summary>How many pages have a new place.</summary>
    public int PageCount => _pages.Count;

    /// <summary>Whether blobs have new places.</summary>
    public bool HasBlobs => _blobs.Count > 0;

    /// <summary>Makes room for so many pages.</summary>
    public void Expect(int pages) => _pages.EnsureCapacity(pages);

    /// <summary>Notes the new place of a page.</summary>
    public void Add(PageId old, in MovedPage moved) => _pages.Add(old.Value, moved);

    /// <summary>Notes the new place of a blob, which is as long as before.</summary>
    public void AddBlob(PageId old, PageId id) => _blobs.Add(old.Value, id);

    /// <summary>Says between which keys everything is that has a new place in a tree.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="span">The keys; null when nothing has.</param>
    public void Limit(TreeKind tree, KeySpan? span)
    {
        _spans[(int)tree] = span;
        _isLimited = true;
    }

    /// <summary>The items of a page that may have a new place, or something below them that has one, as bits.</summary>
    public ulong ItemsToLookAt(Page page) => !_isLimited || HasBlobs ? ulong.MaxValue : _spans[(int)page.Tree]?.ItemsIn(page) ?? 0;

    /// <summary>Makes <see cref="MayConcern"/> ready, when everything has been added.</summary>
    public void Seal()
    {
        int words = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, _pages.Count * 2 * FilterBitsPerId / 64));
        _filter = new ulong[words];
        foreach ((ulong old, MovedPage moved) in _pages)
        {
            Note(old);
            Note(moved.Place.Id.Value);
        }

        void Note(ulong id)
        {
            uint bit = BitOf(id);
            _filter[bit >> 6] |= 1UL << (int)(bit & 63);
        }
    }

    /// <summary>Whether a place may be the old or the new one of a page, decided by few bits: nearly all of a large tree are neither.</summary>
    public bool MayConcern(PageId id)
    {
        uint bit = BitOf(id.Value);
        return ((_filter[bit >> 6] >> (int)(bit & 63)) & 1) != 0;
    }

    private uint BitOf(ulong id) => (uint)((id * 0x9E3779B97F4A7C15) >> 32) & (uint)((_filter.Length * 64) - 1);

    /// <summary>Where a page is after the run.</summary>
    public PagePlace Of(PagePlace place) => _pages.TryGetValue(place.Id.Value, out MovedPage moved) ? moved.Place : place;

    /// <summary>What became of a page.</summary>
    /// <returns>False when it is where it was.</returns>
    public bool TryGet(PageId old, out MovedPage moved) => _pages.TryGetValue(old.Value, out moved);

    /// <summary>Where a blob is after the run.</summary>
    public PageId OfBlob(PageId id) => _blobs.GetValueOrDefault(id.Value, id);

    /// <summary>The items of a page whose child or blob has a new place.</summary>
    public ulong ItemsMovedIn(Page page)
    {
        ulong moved = 0;
        for (ulong stubs = page.StubMask; stubs != 0; stubs &= stubs - 1)
        {
            int item = System.Numerics.BitOperations.TrailingZeroCount(stubs);
            moved |= _pages.ContainsKey(page.Child(item).Id.Value) ? 1UL << item : 0;
        }

        for (ulong blobs = _blobs.Count == 0 ? 0 : page.BlobMask; blobs != 0; blobs &= blobs - 1)
        {
            int item = System.Numerics.BitOperations.TrailingZeroCount(blobs);
            moved |= _blobs.ContainsKey(page.Blob(item).Id.Value) ? 1UL << item : 0;
        }

        return moved;
    }
}
