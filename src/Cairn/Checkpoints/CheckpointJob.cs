using System.Buffers;
using System.Numerics;
using Cairn.Homes;
using Cairn.Tree;

namespace Cairn.Checkpoints;

/// <summary>
/// Stores the pages of one pinned version that are not stored yet: children before parents, blobs before the page that names them, so that every place is known when it is written. Runs beside commits: pages of a
/// version never change. Used once, by one thread.
/// </summary>
internal sealed class CheckpointJob
{
    private readonly ICheckpointWriter _writer;
    private readonly PageEncoder _encoder = new();
    private readonly HashSet<PageId> _kept = [];
    private readonly List<StoredExtent> _superseded = [];
    private readonly Stack<(PageReference Reference, int Child)> _path = new();

    /// <summary>Makes a job that writes to a checkpoint just begun.</summary>
    public CheckpointJob(ICheckpointWriter writer) => _writer = writer;

    /// <summary>The pages stored.</summary>
    public List<PageReference> Pages { get; } = [];

    /// <summary>The blobs stored.</summary>
    public List<BlobReference> Blobs { get; } = [];

    /// <summary>The bytes of both.</summary>
    public long Bytes { get; private set; }

    /// <summary>The part of them that deltas take.</summary>
    public long DeltaBytes { get; private set; }

    /// <summary>What pages take that were replaced since the manifest before, but for what the pages stored here build on.</summary>
    /// <param name="superseded">The pages; those that are not stored count for nothing.</param>
    /// <param name="blobs">The blobs that were replaced.</param>
    /// <remarks>To be called first: what is stored of a page changes with its next version.</remarks>
    public void Supersede(List<PageReference> superseded, List<BlobReference> blobs)
    {
        superseded.ForEach(page => page.AddExtents(_superseded));
        _superseded.AddRange(blobs.Where(static blob => blob.Id != PageId.None).Select(static blob => new StoredExtent(blob.Id, blob.StoredBytes)));
    }

    /// <summary>What the manifest no longer refers to, once both trees are stored.</summary>
    public List<StoredExtent> TakeFreed()
    {
        _superseded.RemoveAll(extent => _kept.Contains(extent.Id));
        return _superseded;
    }

    /// <summary>Stores what a tree has that is not stored.</summary>
    /// <returns>What the manifest says of the tree.</returns>
    /// <exception cref="IOException">Writing failed.</exception>
    public RootPage Store(TreeRoot root)
    {
        if (root.Reference is not { } reference)
        {
            return new RootPage(PageId.None, 0, 0, root.Hash, root.Totals);
        }

        Visit(reference);
        while (_path.TryPop(out (PageReference Reference, int Child) top))
        {
            ReadOnlySpan<PageReference> children = top.Reference.Page!.Children;
            if (top.Child == children.Length)
            {
                StorePage(top.Reference);
                continue;
            }

            _path.Push((top.Reference, top.Child + 1));
            Visit(children[top.Child]);
        }

        return new RootPage(reference.Id, reference.StoredBytes, reference.Crc, root.Hash, root.Totals);
    }

    private void Visit(PageReference reference)
    {
        // What is stored has only stored children.
        if (reference.Id == PageId.None)
        {
            _path.Push((reference, 0));
        }
    }

    private void StorePage(PageReference reference)
    {
        Page page = reference.Page!;
        for (ulong blobs = page.BlobMask; blobs != 0; blobs &= blobs - 1)
        {
            StoreBlob(page, BitOperations.TrailingZeroCount(blobs));
        }

        PageBases? bases = reference.Bases;
        PageChain before = bases?.TrySettle() == true ? bases.Chain : default;
        ulong changed = page.ChangedItems;
        StoredForm form = _encoder.Encode(page, changed, before, StoredForm.Second, moves: null);
        PagePlace place = _encoder.At(_writer.Add(_encoder.Bytes));
        MovedPage stored = PageEncoder.After(form, place, changed, before);

        // A copy that a commit makes of the page meanwhile has the items from before or from after this: too many, or just those that differ.
        bases?.Set(stored.Chain);
        page.ChangedItems = stored.ChangedItems;
        reference.Place(place.Id, place.StoredBytes, place.Crc);
        Pages.Add(reference);
        Bytes += place.StoredBytes;
        if (form != StoredForm.Full)
        {
            DeltaBytes += place.StoredBytes;
            _kept.Add(before.Full.Id);
            if (form == StoredForm.Second)
            {
                _kept.Add(before.First.Id);
            }
        }
    }

    private void StoreBlob(Page page, int item)
    {
        BlobReference blob = page.Blob(item);
        if (blob.Id != PageId.None)
        {
            return;
        }

        Span<byte> key = stackalloc byte[StateLimits.MaxKeyBytes];
        key = key[..page.CopyKey(item, key)];
        int length = BlobCodec.StoredBytes(key.Length, blob.Length);
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Span<byte> stored = rented.AsSpan(0, length);
            BlobCodec.Encode(stored, page.Tree, key, blob.Bytes);
            blob.Place(_writer.Add(stored), length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        Blobs.Add(blob);
        Bytes += length;
    }
}
