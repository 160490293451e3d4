using System.Buffers.Binary;
using Cairn.Homes;
using Cairn.Pages;
using Cairn.Tree;

namespace Cairn.Checkpoints;

/// <summary>
/// Writes pages and blobs of one pinned version anew, so that the files they are in can go: first <see cref="Mark"/> for everything found in those files, then <see cref="Store"/> for both trees. Used once, by one thread.
/// </summary>
/// <remarks>
/// Everything in the version is stored. A page that moves takes its ancestors with it, because each names its children by their places. Nothing in memory changes: the new places are in <see cref="Moves"/>, and count once the
/// manifest that names the new roots is durable. What is written anew has been checked like everything that is read, against the claims of its parent: bytes in the file decide only where to look.
/// </remarks>
internal sealed class CleaningJob(PageCache pages, IPageStore store, StateVersion version)
{
    private readonly byte[] _buffer = new byte[PageLimits.MaxStoredBytes + (PageLimits.MaxItems * Hash256.SizeBytes)];
    private readonly HashSet<ulong> _marked = [];
    private readonly HashSet<ulong> _markedBlobs = [];
    private readonly List<ulong> _path = [];
    private readonly Stack<(PageReference Reference, int Child)> _open = new();

    /// <summary>The new places.</summary>
    public PageMoves Moves { get; } = new();

    /// <summary>The old places of what was written anew.</summary>
    public List<StoredExtent> Freed { get; } = [];

    /// <summary>The bytes of the pages and blobs that were found in use, as the manifest counts them.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The bytes written.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Whether the page store is being written to: a failure then is one of writing.</summary>
    public bool IsWriting { get; private set; }

    /// <summary>Looks whether the version has a page or blob at a place, by its key, and if so marks it and the pages on the way to it. Costs one path of pages.</summary>
    /// <param name="extent">The place.</param>
    /// <param name="stored">The bytes found there, with a right checksum.</param>
    /// <exception cref="StateCorruptedException">They are neither page nor blob, or the tree is damaged.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public void Mark(StoredExtent extent, ReadOnlySpan<byte> stored)
    {
        bool isLive;
        if (BlobCodec.IsBlob(stored))
        {
            TreeKind tree = BlobCodec.Check(stored, store, extent.Id, out ReadOnlySpan<byte> key);
            isLive = HasBlob(RootOf(tree), key, extent.Id);
            if (isLive)
            {
                _markedBlobs.Add(extent.Id.Value);
            }
        }
        else
        {
            Span<byte> key = stackalloc byte[StateLimits.MaxKeyBytes];
            PageHeader header = PageCodec.ReadHeader(stored, store, extent.Id, key);
            isLive = HasPage(RootOf(header.Tree), key[..header.KeyBytes], header.Level, extent.Id);
        }

        if (isLive)
        {
            _marked.UnionWith(_path);
            LiveBytes += PageAddress.Aligned(extent.Bytes);
        }
    }

    /// <summary>Writes what was marked in a tree, children before parents.</summary>
    /// <param name="root">The tree of the version.</param>
    /// <param name="page">What the manifest says of it.</param>
    /// <param name="writer">Takes pages and blobs.</param>
    /// <returns>What the next manifest says of it.</returns>
    /// <exception cref="StateCorruptedException">A page or blob is damaged.</exception>
    /// <exception cref="IOException">Reading failed, or, while <see cref="IsWriting"/>, writing.</exception>
    public RootPage Store(TreeRoot root, RootPage page, ICheckpointWriter writer)
    {
        if (root.Reference is not { } reference || !_marked.Contains(reference.Id.Value))
        {
            return page;
        }

        _open.Push((reference, 0));
        while (_open.TryPop(out (PageReference Reference, int Child) top))
        {
            if (!TryDescend(top.Reference, top.Child))
            {
                StorePage(top.Reference, writer);
            }
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
    }

    private TreeRoot RootOf(TreeKind tree) => tree == TreeKind.State ? version.State : version.Local;

    /// <summary>Descends by a key of the page towards it: the way leads through the pages above it, and nowhere else.</summary>
    private bool HasPage(TreeRoot root, ReadOnlySpan<byte> key, int level, PageId id)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _path.Clear();
        PageReference? reference = root.Reference;
        int lowest = int.MaxValue;
        while (reference is not null)
        {
            _path.Add(reference.Id.Value);
            if (reference.Id == id)
            {
                return true;
            }

            if (lowest <= level)
            {
                return false;
            }

            Page page = pages.Get(reference);
            bool goesOn = page.Find(key, out int item) && page.IsStub(item);
            lowest = goesOn ? page.StubLevel(item) : 0;
            reference = goesOn ? page.Child(item) : null;
        }

        return false;
    }

    private bool HasBlob(TreeRoot root, ReadOnlySpan<byte> key, PageId id)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _path.Clear();
        PageReference? reference = root.Reference;
        while (reference is not null)
        {
            _path.Add(reference.Id.Value);
            Page page = pages.Get(reference);
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
        ReadOnlySpan<PageReference> children = pages.Get(reference).Children;
        while (child < children.Length && !_marked.Contains(children[child].Id.Value))
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
            Moves.AddBlob(blob.Id, Add(BlobCodec.ReadStored(store, blob, out _), writer));
            Freed.Add(new StoredExtent(blob.Id, blob.StoredBytes));
        }

        int length = Encode(reference);
        PageId id = Add(_buffer.AsSpan(0, length), writer);
        Moves.Add(reference.Id, new PagePlace(id, length, BinaryPrimitives.ReadUInt32LittleEndian(_buffer)));
        Freed.Add(new StoredExtent(reference.Id, reference.StoredBytes));
    }

    private BlobReference[] MarkedBlobs(PageReference reference)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        return _markedBlobs.Count == 0 ? [] : [.. pages.Get(reference).Blobs.Where(blob => _markedBlobs.Contains(blob.Id.Value))];
    }

    private int Encode(PageReference reference)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        return PageCodec.Encode(pages.Get(reference), _buffer, Moves);
    }

    private PageId Add(ReadOnlySpan<byte> bytes, ICheckpointWriter writer)
    {
        IsWriting = true;
        PageId id = writer.Add(bytes);
        IsWriting = false;
        WrittenBytes += bytes.Length;
        return id;
    }
}
