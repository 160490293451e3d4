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
    private readonly byte[] _buffer = new byte[PageLimits.MaxStoredBytes + (PageLimits.MaxItems * Hash256.SizeBytes)];
    private readonly Stack<(PageReference Reference, int Child)> _path = new();

    /// <summary>Makes a job that writes to a checkpoint just begun.</summary>
    public CheckpointJob(ICheckpointWriter writer) => _writer = writer;

    /// <summary>The pages stored.</summary>
    public List<PageReference> Pages { get; } = [];

    /// <summary>The blobs stored.</summary>
    public List<BlobReference> Blobs { get; } = [];

    /// <summary>The bytes of both.</summary>
    public long Bytes { get; private set; }

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

        int length = PageCodec.Encode(page, _buffer);
        uint crc = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(_buffer);
        reference.Place(_writer.Add(_buffer.AsSpan(0, length)), length, crc);
        Pages.Add(reference);
        Bytes += length;
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
