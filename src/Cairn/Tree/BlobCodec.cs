using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Cairn.Format;
using Cairn.Homes;
using Cairn.Pages;

namespace Cairn.Tree;

/// <summary>Between a blob and its stored bytes (docs/format.md, "Blob header"): the value behind the key it belongs to, so that its owner can be found from the bytes alone.</summary>
internal static class BlobCodec
{
    /// <summary>The bytes a blob is stored in.</summary>
    public static int StoredBytes(int keyBytes, int valueBytes) => BlobHeaderLayout.SizeBytes + keyBytes + valueBytes;

    /// <summary>Whether stored bytes whose checksum is right are those of a blob rather than a page.</summary>
    public static bool IsBlob(ReadOnlySpan<byte> stored) => stored[BlobHeaderLayout.ItemCountOffset] == 0;

    /// <summary>Writes a blob as it is stored.</summary>
    /// <param name="destination">As long as <see cref="StoredBytes"/> says.</param>
    /// <param name="tree">The tree of its entry.</param>
    /// <param name="key">The key of its entry.</param>
    /// <param name="value">The value.</param>
    public static void Encode(Span<byte> destination, TreeKind tree, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        destination[..BlobHeaderLayout.SizeBytes].Clear();
        destination[BlobHeaderLayout.FormatVersionOffset] = PageHeaderLayout.FormatVersion;
        BinaryPrimitives.WriteInt32LittleEndian(destination[BlobHeaderLayout.StoredBytesOffset..], destination.Length);
        destination[BlobHeaderLayout.TreeOffset] = (byte)tree;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[BlobHeaderLayout.KeyLengthOffset..], (ushort)key.Length);
        key.CopyTo(destination[BlobHeaderLayout.SizeBytes..]);
        value.CopyTo(destination[(BlobHeaderLayout.SizeBytes + key.Length)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Crc32C.Compute(destination[sizeof(uint)..]));
    }

    /// <summary>Checks the header and the checksum of stored bytes.</summary>
    /// <param name="stored">The whole blob as stored.</param>
    /// <param name="store">Where it is, for messages.</param>
    /// <param name="id">Which it is.</param>
    /// <param name="key">The key of its entry.</param>
    /// <returns>The tree of its entry.</returns>
    /// <exception cref="StateCorruptedException">They are not what was stored.</exception>
    /// <exception cref="StoreFormatException">The blob needs another version.</exception>
    public static TreeKind Check(ReadOnlySpan<byte> stored, IPageStore store, PageId id, out ReadOnlySpan<byte> key)
    {
        uint crc = Crc32C.Compute(stored[sizeof(uint)..]);
        uint own = BinaryPrimitives.ReadUInt32LittleEndian(stored);
        if (crc != own)
        {
            throw PageCodec.Damaged(store, id, BlobHeaderLayout.CrcOffset, "checksum of a blob", $"{crc:x8}", $"{own:x8}");
        }

        PageValidator.CheckFormat(stored, store, id);
        byte items = stored[BlobHeaderLayout.ItemCountOffset];
        byte tree = stored[BlobHeaderLayout.TreeOffset];
        int storedBytes = BinaryPrimitives.ReadInt32LittleEndian(stored[BlobHeaderLayout.StoredBytesOffset..]);
        int keyBytes = BinaryPrimitives.ReadUInt16LittleEndian(stored[BlobHeaderLayout.KeyLengthOffset..]);
        int valueBytes = stored.Length - BlobHeaderLayout.SizeBytes - keyBytes;
        bool holds = items == 0 && tree <= (byte)TreeKind.Local && storedBytes == stored.Length && keyBytes is >= 1 and <= StateLimits.MaxKeyBytes
            && valueBytes is > StateLimits.MaxInlineValueBytes and <= StateLimits.MaxValueBytes;
        if (!holds)
        {
            throw PageCodec.Damaged(
                store, id, BlobHeaderLayout.StoredBytesOffset, "header of a blob", $"no items, a tree, {stored.Length} bytes with a key and a value", $"{items} items, tree {tree}, {storedBytes} bytes, {keyBytes} of them the key");
        }

        key = stored.Slice(BlobHeaderLayout.SizeBytes, keyBytes);
        return (TreeKind)tree;
    }

    /// <summary>Reads a stored blob and checks it: its own checksum, and its value against the hash that its entry has.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="key">The key of its entry, as stored with it.</param>
    /// <returns>The whole blob as stored; the value is at its end.</returns>
    /// <exception cref="StateCorruptedException">It is not what was stored.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public static byte[] ReadStored(IPageStore store, BlobReference blob, out ReadOnlySpan<byte> key)
    {
        byte[] stored = new byte[blob.StoredBytes];
        ReadInto(store, blob, stored, out key);
        return stored;
    }

    /// <summary>Reads the value of a stored blob, checked like <see cref="ReadStored"/>.</summary>
    /// <exception cref="StateCorruptedException">It is not what was stored.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public static byte[] ReadValue(IPageStore store, BlobReference blob)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(blob.StoredBytes);
        try
        {
            Span<byte> stored = rented.AsSpan(0, blob.StoredBytes);
            ReadInto(store, blob, stored, out _);
            return stored[^blob.Length..].ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static void ReadInto(IPageStore store, BlobReference blob, Span<byte> stored, out ReadOnlySpan<byte> key)
    {
        PageId id = blob.Id;
        store.Read(id, stored);
        Check(stored, store, id, out key);
        Hash256 found = new(SHA256.HashData(stored[^blob.Length..]));
        if (found != blob.Hash)
        {
            throw PageCodec.Damaged(store, id, 0, "SHA-256 of a blob", blob.Hash.ToString(), found.ToString());
        }
    }
}
