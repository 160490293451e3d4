using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>Where a stored page is: enough to read it and to know it again.</summary>
/// <param name="Id">Its id; none while it is only in memory.</param>
/// <param name="StoredBytes">The bytes it is stored in.</param>
/// <param name="Crc">The CRC32C of the stored bytes.</param>
internal readonly record struct PagePlace(PageId Id, int StoredBytes, uint Crc);

/// <summary>
/// The new places that a cleaning run gave to pages and blobs, by their old ids. A page at its new place says the same as at its old one, but names the new places of what is below it. Filled by one thread; not changed once it is
/// handed to <see cref="PageCache"/>.
/// </summary>
internal sealed class PageMoves
{
    private readonly Dictionary<ulong, PagePlace> _pages = [];
    private readonly Dictionary<ulong, PageId> _blobs = [];

    /// <summary>How many pages have a new place.</summary>
    public int PageCount => _pages.Count;

    /// <summary>Notes the new place of a page.</summary>
    public void Add(PageId old, PagePlace place) => _pages.Add(old.Value, place);

    /// <summary>Notes the new place of a blob, which is as long as before.</summary>
    public void AddBlob(PageId old, PageId id) => _blobs.Add(old.Value, id);

    /// <summary>Where a page is after the run.</summary>
    public PagePlace Of(PagePlace place) => _pages.GetValueOrDefault(place.Id.Value, place);

    /// <summary>Whether a page has a new place.</summary>
    public bool HasMoved(PageId old) => _pages.ContainsKey(old.Value);

    /// <summary>Where a blob is after the run.</summary>
    public PageId OfBlob(PageId id) => _blobs.GetValueOrDefault(id.Value, id);
}
