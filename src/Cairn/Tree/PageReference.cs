using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// The handle of a page: where it is stored and, if it is in memory, the page. Parents of many versions share it, so a checkpoint that stores the page or an eviction that drops it reaches them all.
/// </summary>
/// <remarks>
/// Invariants: a page without a place is in memory as long as any version needs it; a place is given by a checkpoint, and another one only by cleaning, under the lock of <see cref="PageCache"/>, to all handles of
/// the page at once; whoever reads the page takes the place under that lock, or has the checksum tell that its parts go together. Checkpoints and cleaning exclude each other. The one who exchanges the page for null retires its memory.
/// A handle that blocks had for their own and that was never a root serves another page when its page is given back: it was known only to parents, which went with it or before it, and to the versions it died with. Whoever keeps
/// handles elsewhere keeps those of versions it has pinned, or says so (<see cref="Keep"/>). The order of eviction alone may hold handles that have become another page's.
/// </remarks>
internal sealed class PageReference
{
    /// <summary>The cache lines of a handle.</summary>
    public const int Lines = 2;
    private const int BasesLines = 2;

    private Page? _page;
    private PageBases? _bases;
    private nint _address;
    private PageShape _shape;
    private int _use; // HandleUse

    /// <summary>Makes the handle of a page in memory.</summary>
    /// <param name="page">The page.</param>
    /// <param name="bases">What is stored of the page it is a patched copy of; null for one that was built.</param>
    public PageReference(Page page, PageBases? bases = null)
    {
        Begin(page, bases);
    }

    /// <summary>Makes the handle of a stored page.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="storedBytes">Its length as stored.</param>
    /// <param name="crc">Its checksum.</param>
    /// <param name="tree">The tree it has to belong to.</param>
    /// <param name="stub">What its stub says of it, to be held against it when it is read; null for a root page.</param>
    public PageReference(PageId id, int storedBytes, uint crc, TreeKind tree, StubClaim? stub)
    {
        Id = id;
        StoredBytes = storedBytes;
        Crc = crc;
        Tree = tree;
        Claim = stub;
    }

    /// <summary>The tree the page belongs to; held against the page when it is read.</summary>
    public TreeKind Tree { get; private set; }

    /// <summary>What the stub of a stored page says of it; null for a root page and for one made in this process.</summary>
    public StubClaim? Claim { get; private set; }

    /// <summary>The stored page; none while it is only in memory. Written by the checkpoint writer alone.</summary>
    public PageId Id { get; private set; }

    /// <summary>The bytes it is stored in.</summary>
    public int StoredBytes { get; private set; }

    /// <summary>The CRC32C of the stored bytes.</summary>
    public uint Crc { get; private set; }

    /// <summary>What is stored of the page that further versions can build on; null where nobody needed it: then the page is stored in full, or has not been read yet.</summary>
    public PageBases? Bases => Volatile.Read(ref _bases);

    /// <summary>Counted up by readers as far as the eviction policy of the cache wants, and down by that policy.</summary>
    public byte Uses { get; set; }

    /// <summary>Whether the order of eviction holds the handle; guarded by the lock of <see cref="PageCache"/>.</summary>
    public bool IsTakenUp { get; set; }

    /// <summary>The page, or null when it is not in memory.</summary>
    public Page? Page => Volatile.Read(ref _page);

    /// <summary>
    /// Where the memory of <see cref="Page"/> is. Inside <see cref="ReaderEpochs"/>, once <see cref="Page"/> was not null, it is that of the page seen or of one put in place since: either stays as it is until the reader
    /// leaves, and both have the same content.
    /// </summary>
    public nint Address => Volatile.Read(ref _address);

    /// <summary>The shape of every page this ever was; known once <see cref="Page"/> was not null.</summary>
    public PageShape Shape => _shape;

    /// <summary>Asks the processor for the beginning of the page's memory, if it has any, and for the page.</summary>
    public void Prefetch()
    {
        PageProbe.PrefetchObject(_page, Cairn.Tree.Page.ObjectLines);
        new PageProbe(Address, Shape).Prefetch();
    }

    /// <summary>Asks the processor for the page and the beginning of its memory.</summary>
    /// <param name="bytes">How much of that.</param>
    public void Prefetch(int bytes)
    {
        PageProbe.PrefetchObject(_page, Cairn.Tree.Page.ObjectLines);
        PageProbe.Prefetch(Address, bytes);
    }

    /// <summary>Asks the processor for a handle. No method of the handle itself, as calling one waits for it.</summary>
    public static void PrefetchHandle(PageReference reference) => PageProbe.PrefetchObject(reference, Lines);

    /// <summary>Asks the processor for what is stored of the page.</summary>
    public void PrefetchBases() => PageProbe.PrefetchObject(_bases, BasesLines);

    /// <summary>Asks the processor for what storing the page needs, if it is not stored.</summary>
    public void PrefetchToStore()
    {
        if (Id == PageId.None)
        {
            PrefetchBases();
            Prefetch();
        }
    }

    /// <summary>Asks the processor for the items that storing the page writes, if it is not stored. To be called a while after <see cref="PrefetchToStore"/>.</summary>
    public void PrefetchChanges()
    {
        if (Id == PageId.None)
        {
            _page?.PrefetchChanged();
        }
    }

    /// <summary>Says, when a block has made the page or replaced it, that nobody keeps the handle beyond its page without saying so.</summary>
    public void AllowReuse()
    {
        // A replaced page was said so of when it was made.
        if ((Volatile.Read(ref _use) & (int)HandleUse.Reusable) == 0)
        {
            Add(HandleUse.Reusable);
        }
    }

    /// <summary>Says that the handle is a root, which views ask for without being inside <see cref="ReaderEpochs"/> all the time.</summary>
    public void ForbidReuse() => Add(HandleUse.IsRoot);

    /// <summary>Says that the handle is kept, perhaps beyond its page, whose version needs it still.</summary>
    /// <param name="use">What for: one keeper each.</param>
    public void Keep(HandleUse use) => Add(use);

    /// <summary>Ends <see cref="Keep"/>.</summary>
    /// <returns>Whether the handle belongs to the caller: its page has been given back, and it may serve another one.</returns>
    public bool LetGo(HandleUse use) => (HandleUse)Interlocked.And(ref _use, (int)~use) == (HandleUse.Reusable | HandleUse.IsGivenBack | use);

    /// <summary>Says that the page is given back.</summary>
    /// <returns>Whether the handle may serve another page at once; otherwise that is for whoever keeps it, or for nobody.</returns>
    public bool TryGiveBack() => (Add(HandleUse.IsGivenBack) | HandleUse.IsGivenBack) == (HandleUse.Reusable | HandleUse.IsGivenBack);

    /// <summary>Says, once, that nobody can reach a handle whose page was evicted before no version needed it any more.</summary>
    /// <returns>Whether the handle may serve another page at once; otherwise that is for whoever keeps it, or for nobody.</returns>
    public bool TryGiveBackEvicted() => Page is null && Add(HandleUse.IsGivenBack) == HandleUse.Reusable;

    /// <summary>Makes the handle that of a new page in memory.</summary>
    /// <param name="page">The page.</param>
    /// <param name="bases">What is stored of the page it is a patched copy of; null for one that was built.</param>
    public void Begin(Page page, PageBases? bases)
    {
        bases?.Hold();
        _bases = bases;
        _use = (int)HandleUse.None;
        Claim = null;
        Place(PageId.None, storedBytes: 0, crc: 0);
        Tree = page.Tree;
        Uses = 0;
        _shape = page.Shape;
        Volatile.Write(ref _address, page.Address);
        Volatile.Write(ref _page, page);
    }

    /// <summary>Puts a page that was read in place, unless another thread did already. The caller holds the lock of <see cref="PageCache"/>.</summary>
    /// <returns>Whether this page is in place now.</returns>
    public bool Publish(Page page)
    {
        if (Page is not null)
        {
            return false;
        }

        // Shape and address first: a reader that finds the page reads them afterwards.
        _shape = page.Shape;
        Volatile.Write(ref _address, page.Address);
        Volatile.Write(ref _page, page);
        return true;
    }

    /// <summary>Takes the page out of memory; whoever gets it retires it. The caller holds the lock of <see cref="PageCache"/>.</summary>
    public Page? Take()
    {
        Page? page = Page;
        Volatile.Write(ref _page, null);
        return page;
    }

    /// <summary>Where the page is stored.</summary>
    public PagePlace CurrentPlace => new(Id, StoredBytes, Crc);

    /// <summary>Records where the page is stored.</summary>
    public void Place(PageId id, int storedBytes, uint crc)
    {
        StoredBytes = storedBytes;
        Crc = crc;
        Id = id;
    }

    /// <summary>Lets go of what the page before was stored as, for a handle that serves no page and belongs to the caller.</summary>
    /// <param name="spare">Takes it, if no other handle has it.</param>
    public void DropBases(SpareHandles spare)
    {
        if (_bases is { } bases && bases.Release())
        {
            spare.Put(bases);
        }

        _bases = null;
    }

    /// <summary>What a patched copy of the page shares with it.</summary>
    /// <param name="spare">Gives an object for it.</param>
    public PageBases ShareBases(SpareHandles spare)
    {
        if (Bases is { } bases)
        {
            return bases;
        }

        // What is not stored yet has no place to tell.
        bool isOrigin = Id != PageId.None;
        if (isOrigin)
        {
            Keep(HandleUse.IsOrigin);
        }

        return Adopt(spare.RentBases().Begin(isOrigin ? this : null), spare);
    }

    /// <summary>Takes what was found when the page was read, unless there is something already.</summary>
    /// <param name="bases">What was found; nobody else has it.</param>
    /// <param name="spare">Takes it, if there is something already.</param>
    /// <returns>What there is now.</returns>
    public PageBases Adopt(PageBases bases, SpareHandles spare)
    {
        bases.Hold();
        if (Interlocked.CompareExchange(ref _bases, bases, null) is not { } known)
        {
            return bases;
        }

        bases.Release();
        spare.Put(bases);
        return known;
    }

    /// <summary>Adds what the page takes where it is stored: itself, and what it builds on. Whoever holds the pages gate may ask, for a page that has been read or stored in this process.</summary>
    public void AddExtents(List<StoredExtent> extents)
    {
        if (Id == PageId.None)
        {
            return;
        }

        extents.Add(new StoredExtent(Id, StoredBytes));
        if (Bases is { } bases)
        {
            AddBase(bases.Full, extents);
            AddBase(bases.First, extents);
        }
    }

    /// <summary>Takes the place that cleaning gave to the page. Under the lock of <see cref="PageCache"/>.</summary>
    /// <param name="moved">The place.</param>
    /// <param name="spare">Gives an object for what the page builds on.</param>
    public void Move(in MovedPage moved, SpareHandles spare)
    {
        Place(moved.Place.Id, moved.Place.StoredBytes, moved.Place.Crc);
        if (Bases is not null || moved.Chain.Full.Id != moved.Place.Id)
        {
            (Bases ?? Adopt(spare.RentBases().Begin(moved.Chain), spare)).Set(moved.Chain);
        }
    }

    private HandleUse Add(HandleUse use) => (HandleUse)Interlocked.Or(ref _use, (int)use);

    private void AddBase(PagePlace place, List<StoredExtent> extents)
    {
        if (place.Id != PageId.None && place.Id != Id)
        {
            extents.Add(new StoredExtent(place.Id, place.StoredBytes));
        }
    }
}

/// <summary>What is to be known of a handle before it serves another page.</summary>
[Flags]
internal enum HandleUse
{
    /// <summary>Nothing is known: it does not.</summary>
    None = 0,

    /// <summary>Only pages and versions know it, and who keeps it.</summary>
    Reusable = 1,

    /// <summary>It is or was a root, and never serves another page.</summary>
    IsRoot = 2,

    /// <summary>The next checkpoint asks it where the page was stored, which was replaced.</summary>
    IsReplaced = 4,

    /// <summary>A <see cref="PageBases"/> asks it where the page is stored.</summary>
    IsOrigin = 8,

    /// <summary>The page has been given back.</summary>
    IsGivenBack = 16,
}

/// <summary>What a stub says of its page. Levels fall on every way down, so that no forged page can lead in a circle.</summary>
/// <param name="TopIndex">The first bit in which its keys differ.</param>
/// <param name="Level">Its level.</param>
internal readonly record struct StubClaim(ushort TopIndex, ushort Level);

/// <summary>
/// The one shared handle of a blob: its length and hash, and where its bytes are. Until a checkpoint has stored it they are in memory. Same rules as <see cref="PageReference"/>.
/// </summary>
internal sealed class BlobReference
{
    private byte[]? _bytes;

    /// <summary>Makes the handle of a blob in memory.</summary>
    public BlobReference(byte[] bytes, Hash256 hash)
    {
        _bytes = bytes;
        Length = bytes.Length;
        Hash = hash;
    }

    /// <summary>Makes the handle of a stored blob.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="storedBytes">The bytes it is stored in.</param>
    /// <param name="length">The length of the value.</param>
    /// <param name="hash">The SHA-256 of the value.</param>
    public BlobReference(PageId id, int storedBytes, int length, Hash256 hash)
    {
        Id = id;
        StoredBytes = storedBytes;
        Length = length;
        Hash = hash;
    }

    /// <summary>The length of the value in bytes.</summary>
    public int Length { get; }

    /// <summary>The SHA-256 of the value.</summary>
    public Hash256 Hash { get; }

    /// <summary>Where it is stored; none while it is only in memory.</summary>
    public PageId Id { get; private set; }

    /// <summary>The bytes it is stored in, header and key included.</summary>
    public int StoredBytes { get; private set; }

    /// <summary>The bytes, while they are in memory.</summary>
    public byte[]? Bytes => Volatile.Read(ref _bytes);

    /// <summary>Records where the blob is stored. The bytes stay until <see cref="Drop"/>.</summary>
    public void Place(PageId id, int storedBytes)
    {
        StoredBytes = storedBytes;
        Id = id;
    }

    /// <summary>Takes the place that cleaning gave to the blob, if it moved it. Under the lock of <see cref="PageCache"/>.</summary>
    public void Move(PageMoves moves) => Id = moves.OfBlob(Id);

    /// <summary>Lets go of the bytes of a blob that is stored durably.</summary>
    public void Drop() => Volatile.Write(ref _bytes, null);
}
