using System.Buffers.Binary;
using Cairn.Homes;
using Cairn.Pages;
using Cairn.Tree;

namespace Cairn.Checkpoints;

/// <summary>
/// Writes pages and blobs of one pinned version anew, so that the files they are in can go: first <see cref="FindPages(Func{bool})"/>, which walks the trees for pages in those files, and <see cref="MarkBlob"/> for the blobs found in them, then
/// <see cref="TryStore"/>. Used once, by one thread.
/// </summary>
/// <remarks>
/// Everything in the version is stored. A page that moves takes its ancestors with it, because each names its children by their places; they become deltas where that is shorter. A page whose base is in such a file is stored in full; one
/// of which only a delta is there gets a first delta anew. Nothing in memory changes: the new places are in <see cref="Moves"/>, and count once the manifest that names the new roots is durable. What is written anew has been
/// checked like everything that is read, against the claims of its parent: bytes in the file decide only where to look.
/// </remarks>
internal sealed class CleaningJob
{
    private readonly PageCache _pages;
    private readonly IPageStore _store;
    private readonly StateVersion _version;
    private readonly Dictionary<uint, long> _liveBytes;
    private readonly HashSet<ushort> _tags;
    private readonly uint _inFullThrough;
    private readonly PageEncoder _encoder = new();
    private readonly Dictionary<ulong, StoredForm> _marked = [];
    private readonly HashSet<ulong> _markedBlobs = [];
    private readonly Dictionary<uint, long> _freedBytes = [];
    private readonly List<PageReference> _path = [];
    private readonly List<StoredExtent> _extents = [];
    private readonly List<StoredExtent> _onPath = [];
    private readonly Stack<(PageReference Reference, int Child)> _open = new();
    private readonly byte[] _key = new byte[StateLimits.MaxKeyBytes];
    private readonly CleaningPlace? _from;
    private readonly KeySpan?[] _found = new KeySpan?[2]; // by tree

    /// <summary>Makes a job.</summary>
    /// <param name="pages">Gives the pages.</param>
    /// <param name="store">Where they are stored.</param>
    /// <param name="version">The version of the newest manifest.</param>
    /// <param name="files">The files that are to go.</param>
    /// <param name="inFullThrough">Every page that is a delta in a file up to this one is stored in full; 0 for none.</param>
    /// <param name="from">Where to go on: before it nothing of these files is left. Null for the beginning.</param>
    public CleaningJob(PageCache pages, IPageStore store, StateVersion version, IEnumerable<uint> files, uint inFullThrough, CleaningPlace? from = null)
    {
        _from = from;
        _pages = pages;
        _store = store;
        _version = version;
        _liveBytes = files.ToDictionary(static file => file, static _ => 0L);
        _tags = [.. _liveBytes.Keys.Select(static file => PageBases.TagOf(new PageAddress(file, 0).ToId()))];
        _inFullThrough = inFullThrough;
    }

    /// <summary>The new places.</summary>
    public PageMoves Moves { get; } = new();

    /// <summary>The old places of what was written anew.</summary>
    public List<StoredExtent> Freed { get; } = [];

    /// <summary>The bytes of the pages and blobs that were found in use in the files, as the manifest counts them.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The first damage that was met on the way; what is below it was not looked at.</summary>
    public StateCorruptedException? Damage { get; private set; }

    /// <summary>The file of which not everything in use was found; 0 for none.</summary>
    public uint Blamed { get; set; }

    /// <summary>The bytes of what will be stored in full, about.</summary>
    public long MarkedBytes { get; private set; }

    /// <summary>Whether there is anything to write.</summary>
    public bool HasWork => _marked.Count > 0;

    /// <summary>The bytes written.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Whether pages became deltas.</summary>
    public bool HasDeltas { get; private set; }

    /// <summary>Where looking ended early; null when it came to the end.</summary>
    public CleaningPlace? Stopped { get; set; }

    /// <summary>Whether such deltas add entries.</summary>
    public bool HasAddingDeltas { get; private set; }

    /// <summary>Whether the page store is being written to: a failure then is one of writing.</summary>
    public bool IsWriting { get; private set; }

    /// <summary>The part of <see cref="LiveBytes"/> that is in a file.</summary>
    public long LiveBytesIn(uint file) => _liveBytes[file];

    /// <summary>What a file has of the pages marked so far, where all become full pages: once they are stored, it is in use no longer. Among them are the pages above those that are in the files that are to go.</summary>
    public long FreedBytesIn(uint file) => _freedBytes.GetValueOrDefault(file);

    /// <summary>Marks every page that is in one of the files, or that builds on something there, and the pages on the way to it. Reads the pages that have children, and of the others those whose stub says that they may build on something there.</summary>
    /// <param name="goesOn">Asked now and then whether to go on.</param>
    /// <returns>Whether both trees were walked to the end.</returns>
    /// <exception cref="IOException">Reading failed.</exception>
    public bool FindPages(Func<bool> goesOn) => FindPages(TreeKind.State, goesOn) && FindPages(TreeKind.Local, goesOn);

    /// <summary>Looks whether the version has a blob at a place, by its key, and if so marks it and the pages on the way to it. Costs one path of pages.</summary>
    /// <param name="extent">The place.</param>
    /// <param name="stored">The bytes found there, with a right checksum.</param>
    /// <exception cref="StateCorruptedException">They are no blob, or the tree is damaged.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public void MarkBlob(StoredExtent extent, ReadOnlySpan<byte> stored)
    {
        TreeKind tree = BlobCodec.Check(stored, _store, extent.Id, out ReadOnlySpan<byte> key);
        if (HasBlob(RootOf(tree), key, extent.Id))
        {
            _markedBlobs.Add(extent.Id.Value);
            MarkPath();
            Count(extent);
        }
    }

    /// <summary>Takes up what was marked in a tree.</summary>
    public void Add(TreeRoot root)
    {
        if (root.Reference is { } reference && _marked.ContainsKey(reference.Id.Value))
        {
            Moves.Expect(_marked.Count);
            _open.Push((reference, 0));
        }
    }

    /// <summary>Writes what was taken up, children before parents.</summary>
    /// <param name="writer">Takes pages and blobs.</param>
    /// <param name="goesOn">Asked before each step whether to go on; what is left is for another call.</param>
    /// <returns>Whether all of it is written.</returns>
    /// <exception cref="StateCorruptedException">A page or blob is damaged.</exception>
    /// <exception cref="IOException">Reading failed, or, while <see cref="IsWriting"/>, writing.</exception>
    public bool TryStore(ICheckpointWriter writer, Func<bool> goesOn)
    {
        while (goesOn())
        {
            if (!_open.TryPop(out (PageReference Reference, int Child) top))
            {
                return true;
            }

            if (!TryDescend(top.Reference, top.Child))
            {
                StorePage(top.Reference, writer);
            }
        }

        return false;
    }

    /// <summary>What the next manifest says of a tree that was written.</summary>
    /// <param name="root">The tree of the version.</param>
    /// <param name="page">What the manifest says of it.</param>
    public RootPage PageOf(TreeRoot root, RootPage page)
    {
        if (root.Reference is not { } reference)
        {
            return page;
        }

        PagePlace place = Moves.Of(reference.CurrentPlace);
        return page with { Id = place.Id, Bytes = place.StoredBytes, Crc = place.Crc };
    }

    /// <summary>Makes what was written count.</summary>
    /// <exception cref="IOException">Writing failed.</exception>
    public async ValueTask CommitAsync(ICheckpointWriter writer, Manifest manifest)
    {
        IsWriting = true;
        await writer.CommitAsync(manifest, Freed, CancellationToken.None).ConfigureAwait(false);
        IsWriting = false;
        Moves.Limit(TreeKind.State, _found[(int)TreeKind.State]);
        Moves.Limit(TreeKind.Local, _found[(int)TreeKind.Local]);
    }

    private TreeRoot RootOf(TreeKind tree) => tree == TreeKind.State ? _version.State : _version.Local;

    private bool FindPages(TreeKind tree, Func<bool> goesOn)
    {
        if (RootOf(tree).Reference is not { } reference || _from?.Tree > tree)
        {
            return true;
        }

        ReadOnlySpan<byte> from = _from?.Tree == tree ? _from.Key : [];
        Stack<OpenPage> open = new();
        _path.Clear();
        Look(reference, isRead: true, item: -1, from, open);
        while (open.TryPeek(out OpenPage? top))
        {
            if (top.Next == top.Children.Count)
            {
                open.Pop();
                _path.RemoveAt(_path.Count - 1);
                continue;
            }

            if (!goesOn())
            {
                Stopped = new CleaningPlace(tree, KeyBelow(_path[^1], top.Children[top.Next].Item).ToArray());
                return false;
            }

            top.Prefetch();
            (PageReference child, uint tags, bool isInner, int item) = top.Children[top.Next++];
            bool mustLoad = isInner || MustLoad(child, tags);
            if (mustLoad || child.Bases is not null || IsHere(child.Id))
            {
                Look(child, mustLoad, item, from, open);
            }
        }

        return true;
    }

    /// <summary>Looks where a page is, marks it if that is in one of the files, and opens it if it has children.</summary>
    private void Look(PageReference reference, bool isRead, int item, ReadOnlySpan<byte> from, Stack<OpenPage> open)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        Page? page = isRead ? TryGet(reference) : null;
        if (isRead && page is null)
        {
            return;
        }

        _path.Add(reference);
        FindExtents(reference, item);
        if (page is { StubMask: not 0 })
        {
            open.Push(OpenPage.Of(page, from.IsEmpty ? 0 : page.Search(from).Index));
            return;
        }

        _path.RemoveAt(_path.Count - 1);
    }

    /// <summary>What all keys below a stub begin with, filled up with zeros.</summary>
    private ReadOnlySpan<byte> KeyBelow(PageReference parent, int item)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        return _key.AsSpan(0, _pages.Get(parent).CopyKey(item, _key));
    }

    /// <summary>Reads a page. What is damaged is passed over with all below it: it is in none of the files, or its file turns out to have less in use than the manifest counts.</summary>
    private Page? TryGet(PageReference reference)
    {
        try
        {
            return _pages.Get(reference);
        }
        catch (StateCorruptedException damage)
        {
            Damage ??= damage;
            return null;
        }
    }

    private void FindExtents(PageReference reference, int item)
    {
        _extents.Clear();
        reference.AddExtents(_extents);
        StoredForm? form = _extents.Count > 1 && PageAddress.Of(reference.Id).File <= _inFullThrough ? StoredForm.Full : null;
        foreach (StoredExtent extent in _extents)
        {
            if (_liveBytes.ContainsKey(PageAddress.Of(extent.Id).File))
            {
                Count(extent);
                bool isFull = _extents.Count == 1 || reference.Bases!.Full.Id == extent.Id;
                form = isFull || form == StoredForm.Full ? StoredForm.Full : StoredForm.First;
            }
        }

        if (form is { } lowest)
        {
            MarkPath();
            NoteFound(reference.Tree, item);
            _marked[reference.Id.Value] = lowest;
            MarkedBytes += lowest == StoredForm.Full ? _extents.Max(static extent => extent.Bytes) : 0;
        }
    }

    /// <summary>Notes between which keys pages were found. They are found in the order of keys.</summary>
    private void NoteFound(TreeKind tree, int item)
    {
        ReadOnlySpan<byte> key = item < 0 ? [] : KeyBelow(_path[^2], item);
        ref KeySpan? span = ref _found[(int)tree];
        span ??= new KeySpan(key);
        span.ExtendTo(key);
    }

    private void MarkPath()
    {
        foreach (PageReference reference in _path)
        {
            if (_marked.TryAdd(reference.Id.Value, _inFullThrough > 0 ? StoredForm.Full : StoredForm.Second) && _inFullThrough > 0)
            {
                CountFreed(reference);
            }
        }
    }

    private void CountFreed(PageReference reference)
    {
        _onPath.Clear();
        reference.AddExtents(_onPath);
        foreach (StoredExtent extent in _onPath)
        {
            uint file = PageAddress.Of(extent.Id).File;
            _freedBytes[file] = FreedBytesIn(file) + PageAddress.Aligned(extent.Bytes);
        }
    }

    private void Count(StoredExtent extent)
    {
        long bytes = PageAddress.Aligned(extent.Bytes);
        _liveBytes[PageAddress.Of(extent.Id).File] += bytes;
        LiveBytes += bytes;
    }

    /// <summary>Whether a page must be read to know where it takes room: it may build on something in one of the files, as its stub says.</summary>
    private bool MustLoad(PageReference reference, uint tags) =>
        reference.Bases is null && tags != 0
        && (IsHere(reference.Id) || PageAddress.Of(reference.Id).File <= _inFullThrough || _tags.Contains((ushort)tags) || _tags.Contains((ushort)(tags >> 16)));

    private bool IsHere(PageId id) => _liveBytes.ContainsKey(PageAddress.Of(id).File);

    private bool HasBlob(TreeRoot root, ReadOnlySpan<byte> key, PageId id)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _path.Clear();
        PageReference? reference = root.Reference;
        while (reference is not null)
        {
            _path.Add(reference);
            Page page = _pages.Get(reference);
            if (!page.Find(key, out int item))
            {
                return false;
            }

            if (!page.IsStub(item))
            {
                return page.IsBlob(item) && page.Blob(item).Id == id;
            }

            reference = page.Child(item);
        }

        return false;
    }

    /// <summary>Goes on to the next marked child of a page, if there is one.</summary>
    private bool TryDescend(PageReference reference, int child)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        ReadOnlySpan<PageReference> children = _pages.Get(reference).Children;
        while (child < children.Length && !_marked.ContainsKey(children[child].Id.Value))
        {
            child++;
        }

        if (child == children.Length)
        {
            return false;
        }

        _open.Push((reference, child + 1));
        _open.Push((children[child], 0));
        return true;
    }

    /// <summary>Stores a page and its marked blobs. Nothing is written inside a reader epoch: a slow disk must not keep memory from being given back.</summary>
    private void StorePage(PageReference reference, ICheckpointWriter writer)
    {
        foreach (BlobReference blob in MarkedBlobs(reference))
        {
            Moves.AddBlob(blob.Id, Add(BlobCodec.ReadStored(_store, blob, out _), writer));
            Freed.Add(new StoredExtent(blob.Id, blob.StoredBytes));
        }

        StoredForm form = Encode(reference, out PageChain before);
        Moves.Add(reference.Id, _encoder.After(Add(_encoder.Bytes, writer)));
        HasDeltas |= form != StoredForm.Full;
        HasAddingDeltas |= _encoder.HasAdditions;
        _extents.Clear();
        reference.AddExtents(_extents);
        foreach (StoredExtent extent in _extents)
        {
            if (form == StoredForm.Full || (extent.Id != before.Full.Id && (form == StoredForm.First || extent.Id != before.First.Id)))
            {
                Freed.Add(extent);
            }
        }
    }

    private BlobReference[] MarkedBlobs(PageReference reference)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        return _markedBlobs.Count == 0 ? [] : [.. _pages.Get(reference).Blobs.Where(blob => _markedBlobs.Contains(blob.Id.Value))];
    }

    private StoredForm Encode(PageReference reference, out PageChain before)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        Page page = _pages.Get(reference);
        before = reference.Bases?.TrySettle(_pages.Pool.Handles) == true ? reference.Bases.Chain : PageChain.OfFull(reference.CurrentPlace, page.Count);
        return _encoder.Encode(page, page.ChangedItems | Moves.ItemsMovedIn(page), before, _marked[reference.Id.Value], Moves);
    }

    private PageId Add(ReadOnlySpan<byte> bytes, ICheckpointWriter writer)
    {
        IsWriting = true;
        PageId id = writer.Add(bytes);
        IsWriting = false;
        WrittenBytes += bytes.Length;
        return id;
    }

    /// <summary>A page whose children are being looked at.</summary>
    private sealed class OpenPage
    {
        /// <summary>How far ahead the processor is asked for what is known of a child.</summary>
        private const int LookAhead = 8;

        /// <summary>The children, the tags of their bases, whether they have children themselves, and which items they are.</summary>
        public List<(PageReference Child, uint Tags, bool IsInner, int Item)> Children { get; } = new(PageLimits.MaxItems);

        /// <summary>The next child to look at.</summary>
        public int Next { get; set; }

        public static OpenPage Of(Page page, int first)
        {
            OpenPage open = new();
            for (ulong stubs = first >= PageLimits.MaxItems ? 0 : page.StubMask >> first << first; stubs != 0; stubs &= stubs - 1)
            {
                int item = System.Numerics.BitOperations.TrailingZeroCount(stubs);
                uint tags = BinaryPrimitives.ReadUInt32LittleEndian(page.Stub(item)[StubLayout.BasesOffset..]);
                PageReference child = page.Child(item);
                PageReference.PrefetchHandle(child);
                open.Children.Add((child, tags, page.StubLevel(item) > 0, item));
            }

            return open;
        }

        public void Prefetch()
        {
            if (Next + LookAhead < Children.Count)
            {
                Children[Next + LookAhead].Child.PrefetchBases();
            }
        }
    }
}
