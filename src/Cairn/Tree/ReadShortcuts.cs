using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// What point reads ask before they walk the tree: copies of hot entries, and of each tree a filter over its keys. Both are made when reads call for them, within their share of the cache, and only while no version is being
/// published; commits tell what they change.
/// </summary>
/// <remarks>
/// The order for each version: <see cref="Note"/> or <see cref="NoteUnknown"/>, then <see cref="BeforeHead"/> under the lock of <see cref="VersionChain"/>, then the version becomes visible. <see cref="MakeHot"/> and <see cref="TryBeginFilter"/> are
/// called under that lock too. So whatever is there when a version becomes visible either knows what it changed, or has been told by <see cref="BeforeHead"/> that it does not.
/// </remarks>
internal sealed class ReadShortcuts
{
    /// <summary>The part of the cache that hot entries take: one in so many bytes.</summary>
    private const int HotShare = 32;

    /// <summary>The part that filters take.</summary>
    private const int FilterShare = 16;

    /// <summary>A cache with a smaller part for hot entries goes without.</summary>
    private const long LeastHotBytes = 512 << 10;

    /// <summary>More would miss the processor's caches on the way to what is hot.</summary>
    private const long MostHotBytes = 16 << 20;

    /// <summary>One in about so many pages found is that of an entry that is offered to the table, when it is not there: often enough for hot ones, too seldom for others to matter.</summary>
    private const int OfferedPages = 64;

    private const ulong NoVersion = 0;

    /// <summary>Threads that share what is known of the worth of shortcuts; a power of two.</summary>
    private const int Stripes = 16;

    private readonly ShortcutWorth.Stripe[] _worth = new ShortcutWorth.Stripe[Stripes];
    private readonly KeyFilter?[] _filters = new KeyFilter?[2];
    private readonly KeyFilter?[] _begun = new KeyFilter?[2];
    private long _hotBytes;
    private long _filterBytes;
    private long _bytes;
    private HotEntries? _hot;

    /// <summary>The hot entries; null while there are none.</summary>
    public HotEntries? Hot => Volatile.Read(ref _hot);

    /// <summary>After how many pages found by a thread an entry is offered to the table; a power of two.</summary>
    public int OfferEvery { get; private set; } = OfferedPages;

    /// <summary>Whether there may be shortcuts at all.</summary>
    public bool IsPossible => _hotBytes > 0;

    /// <summary>The memory taken.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>What the shortcuts are worth to this thread.</summary>
    public ref ShortcutWorth.Stripe Worth => ref _worth[Environment.CurrentManagedThreadId & (Stripes - 1)];

    /// <summary>The filter over the keys of a tree; null while there is none.</summary>
    public KeyFilter? Filter(TreeKind tree) => Volatile.Read(ref _filters[(int)tree]);

    /// <summary>Allows shortcuts, within their share of a cache.</summary>
    public void Allow(long cacheBytes)
    {
        long hot = Math.Min(cacheBytes / HotShare, MostHotBytes);
        if (hot >= LeastHotBytes)
        {
            Allow(hot, cacheBytes / FilterShare);
        }
    }

    /// <summary>Allows so much memory for hot entries, and so much for the filters.</summary>
    /// <param name="hotBytes">For hot entries.</param>
    /// <param name="filterBytes">For the filters.</param>
    /// <param name="offerEvery">See <see cref="OfferEvery"/>.</param>
    public void Allow(long hotBytes, long filterBytes, int offerEvery = OfferedPages)
    {
        OfferEvery = offerEvery;
        _hotBytes = hotBytes;
        _filterBytes = filterBytes;
    }

    /// <summary>A version is about to be published: what it changes.</summary>
    public void Note(ulong ordinal, ChangeList state, ChangeList local)
    {
        if (Hot is { } hot)
        {
            hot.Stamp(ordinal, TreeKind.State, state);
            hot.Stamp(ordinal, TreeKind.Local, local);
            hot.Stamped(ordinal);
        }

        AddTo(ordinal, TreeKind.State, state);
        AddTo(ordinal, TreeKind.Local, local);
    }

    /// <summary>A version is about to be published, and its changes are not at hand. What was noted for its ordinal, by a commit that did not come to its end, does not count.</summary>
    public void NoteUnknown()
    {
        Hot?.Stamped(NoVersion);
        for (int tree = 0; tree < _filters.Length; tree++)
        {
            Volatile.Read(ref _begun[tree])?.Stamped(NoVersion);
            Volatile.Read(ref _filters[tree])?.Stamped(NoVersion);
        }
    }

    /// <summary>A version becomes visible when this returns. The caller holds the lock of <see cref="VersionChain"/>.</summary>
    public void BeforeHead(ulong ordinal)
    {
        Hot?.BeforeHead(ordinal);
        for (int tree = 0; tree < _filters.Length; tree++)
        {
            _begun[tree]?.BeforeHead(ordinal);
            if (_filters[tree] is { } filter)
            {
                filter.BeforeHead(ordinal);
                if (filter.IsSpoiled)
                {
                    Volatile.Write(ref _filters[tree], null);
                    CountBytes();
                }
            }
        }
    }

    /// <summary>Makes the table of hot entries. The caller holds the lock of <see cref="VersionChain"/>.</summary>
    public void MakeHot(ulong head)
    {
        Volatile.Write(ref _hot, _hot ?? new HotEntries(_hotBytes, head));
        CountBytes();
    }

    /// <summary>Begins a filter over the head, which versions add to from now on. The caller holds the lock of <see cref="VersionChain"/>; one at a time.</summary>
    /// <returns>Null when there is not enough memory for one.</returns>
    public KeyFilter? TryBeginFilter(TreeKind tree, ulong entries, ulong head)
    {
        long room = _filterBytes - (_filters[1 - (int)tree]?.Bytes ?? 0);
        KeyFilter? filter = KeyFilter.TryBegin(tree, entries, room, head);
        Volatile.Write(ref _begun[(int)tree], filter);
        return filter;
    }

    /// <summary>Ends what <see cref="TryBeginFilter"/> began. The caller holds the lock of <see cref="VersionChain"/>.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="isBuilt">Whether the filter has all keys of the version it was begun at, and those put since.</param>
    public void EndFilter(TreeKind tree, bool isBuilt)
    {
        KeyFilter? filter = _begun[(int)tree];
        Volatile.Write(ref _begun[(int)tree], null);
        if (isBuilt && filter is { IsSpoiled: false })
        {
            Volatile.Write(ref _filters[(int)tree], filter);
            CountBytes();
        }
    }

    private void CountBytes() => Volatile.Write(ref _bytes, (Hot?.Bytes ?? 0) + (_filters[0]?.Bytes ?? 0) + (_filters[1]?.Bytes ?? 0));

    private void AddTo(ulong ordinal, TreeKind tree, ChangeList changes)
    {
        KeyFilter? begun = Volatile.Read(ref _begun[(int)tree]);
        begun?.Add(ordinal, changes);
        if (Filter(tree) is { } filter && !ReferenceEquals(filter, begun))
        {
            filter.Add(ordinal, changes);
        }
    }
}
