using System.Buffers;
using System.Numerics;
using Cairn.Homes;
using Cairn.Tree;

namespace Cairn.Checkpoints;

/// <summary>
/// Stores the pages of one pinned version that are not stored yet: children before parents, blobs before the page that names them, so that every place is known when it is written. Runs beside commits: pages of a
/// version never change. Used once, by one thread at a time.
/// </summary>
/// <remarks>
/// The pages of a large state lie anywhere in memory. So the children of a page are asked for together before the first of them is stored, and those that cannot differ from what is stored are not looked at.
/// </remarks>
internal sealed class CheckpointJob
{
    /// <summary>Pages stored between two questions whether to go on.</summary>
    private const int StoredAtOnce = 64;

    /// <summary>How far ahead superseded pages are asked for.</summary>
    private const int LookAhead = 16;

    private readonly ICheckpointWriter _writer;
    private readonly SpareHandles _spare;
    private readonly CheckpointLists _lists;
    private readonly PageEncoder _encoder = new();
    private readonly Stack<(PageReference Reference, ulong Stubs)> _open = new();
    private readonly Stack<PageReference> _roots = new();

    /// <summary>Makes a job that writes to a checkpoint just begun.</summary>
    /// <param name="writer">The checkpoint.</param>
    /// <param name="spare">Takes handles that nobody needs any more.</param>
    /// <param name="lists">Lists to use, as another job left them; they are this job's as long as its results are used.</param>
    public CheckpointJob(ICheckpointWriter writer, SpareHandles spare, CheckpointLists? lists = null)
    {
        _writer = writer;
        _spare = spare;
        _lists = lists ?? new CheckpointLists();
        _lists.Clear();
    }

    /// <summary>The pages stored.</summary>
    public List<PageReference> Pages => _lists.Pages;

    /// <summary>The blobs stored.</summary>
    public List<BlobReference> Blobs { get; } = [];

    /// <summary>The bytes of both.</summary>
    public long Bytes { get; private set; }

    /// <summary>The part of them that deltas take.</summary>
    public long DeltaBytes { get; private set; }

    /// <summary>Whether deltas among them add entries.</summary>
    public bool HasAddingDeltas { get; private set; }

    /// <summary>The memory of the pages stored so far.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>What pages take that were replaced since the manifest before, but for what the pages stored here build on.</summary>
    /// <param name="superseded">The pages, kept until now for this; those that are not stored count for nothing.</param>
    /// <param name="blobs">The blobs that were replaced.</param>
    /// <remarks>To be called first: what is stored of a page changes with its next version.</remarks>
    public void Supersede(List<PageReference> superseded, List<BlobReference> blobs)
    {
        for (int i = 0; i < superseded.Count; i++)
        {
            if (i + LookAhead < superseded.Count)
            {
                PageReference.PrefetchHandle(superseded[i + LookAhead]);
                superseded[i + (LookAhead / 2)].PrefetchBases();
            }

            superseded[i].AddExtents(_lists.Superseded);
            if (superseded[i].LetGo(HandleUse.IsReplaced))
            {
                _spare.Put(superseded[i]);
            }
        }

        _lists.Superseded.AddRange(blobs.Where(static blob => blob.Id != PageId.None).Select(static blob => new StoredExtent(blob.Id, blob.StoredBytes)));
    }

    /// <summary>What the manifest no longer refers to, once both trees are stored.</summary>
    public List<StoredExtent> TakeFreed()
    {
        PageIdSet kept = _lists.Kept;
        _lists.Superseded.RemoveAll(extent => kept.Contains(extent.Id));
        return _lists.Superseded;
    }

    /// <summary>Takes up what a tree has that is not stored.</summary>
    public void Add(TreeRoot root)
    {
        if (root.Reference is { } reference)
        {
            _roots.Push(reference);
        }
    }

    /// <summary>Stores what was taken up.</summary>
    /// <param name="goesOn">Asked now and then whether to go on; what is left is for another call.</param>
    /// <returns>Whether all of it is stored.</returns>
    /// <exception cref="IOException">Writing failed.</exception>
    public bool TryStore(Func<bool> goesOn)
    {
        int mostPages = Pages.Count + StoredAtOnce;
        while (true)
        {
            if (_open.TryPop(out (PageReference Reference, ulong Stubs) top))
            {
                Step(top.Reference, top.Stubs);
            }
            else if (_roots.TryPop(out PageReference? root))
            {
                Visit(root);
            }
            else
            {
                return true;
            }

            if (Pages.Count >= mostPages)
            {
                if (!goesOn())
                {
                    return false;
                }

                mostPages = Pages.Count + StoredAtOnce;
            }
        }
    }

    /// <summary>What a manifest says of a tree that is stored.</summary>
    public static RootPage RootOf(TreeRoot root) => root.Reference is { } reference
        ? new RootPage(reference.Id, reference.StoredBytes, reference.Crc, root.Hash, root.Totals)
        : new RootPage(PageId.None, 0, 0, root.Hash, root.Totals);

    /// <summary>Goes on to the next child of a page, or stores it when there is none.</summary>
    private void Step(PageReference reference, ulong stubs)
    {
        if (stubs == 0)
        {
            StorePage(reference);
            return;
        }

        Page page = reference.Page!;
        ulong next = stubs & (stubs - 1);
        _open.Push((reference, next));
        if (next != 0)
        {
            page.Child(BitOperations.TrailingZeroCount(next)).PrefetchChanges();
        }

        Visit(page.Child(BitOperations.TrailingZeroCount(stubs)));
    }

    private void Visit(PageReference reference)
    {
        // What is stored has only stored children.
        if (reference.Id != PageId.None)
        {
            return;
        }

        // So has an item that does not differ from what is stored of the page.
        Page page = reference.Page!;
        ulong stubs = reference.Bases?.TrySettle(_spare) == true ? page.StubMask & page.ChangedItems : page.StubMask;
        for (ulong left = stubs; left != 0; left &= left - 1)
        {
            PageReference.PrefetchHandle(page.Child(BitOperations.TrailingZeroCount(left)));
        }

        for (ulong left = stubs; left != 0; left &= left - 1)
        {
            page.Child(BitOperations.TrailingZeroCount(left)).PrefetchToStore();
        }

        _open.Push((reference, stubs));
    }

    private void StorePage(PageReference reference)
    {
        Page page = reference.Page!;
        for (ulong blobs = page.BlobMask; blobs != 0; blobs &= blobs - 1)
        {
            StoreBlob(page, BitOperations.TrailingZeroCount(blobs));
        }

        PageBases? bases = reference.Bases;
        PageChain before = bases?.TrySettle(_spare) == true ? bases.Chain : default;
        StoredForm form = _encoder.Encode(page, page.ChangedItems, before, StoredForm.Second, moves: null);
        MovedPage stored = _encoder.After(_writer.Add(_encoder.Bytes));
        PagePlace place = stored.Place;

        // A copy that a commit makes of the page meanwhile has the items from before or from after this: too many, or just those that differ. Whether the added ones are from before, their number tells (PageEncoder).
        bases?.Set(stored.Chain);
        page.ChangedItems = stored.ChangedItems;
        page.AddedItems = stored.AddedItems;
        HasAddingDeltas |= _encoder.HasAdditions;
        reference.Place(place.Id, place.StoredBytes, place.Crc);
        Pages.Add(reference);
        Bytes += place.StoredBytes;
        MemoryBytes += page.MemoryBytes;
        if (form != StoredForm.Full)
        {
            DeltaBytes += place.StoredBytes;
            _lists.Kept.Add(before.Full.Id);
            if (form == StoredForm.Second)
            {
                _lists.Kept.Add(before.First.Id);
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
