using System.Buffers.Binary;
using System.Numerics;
using Cairn.Format;
using Cairn.Homes;
using Cairn.Pages;

namespace Cairn.Tree;

/// <summary>
/// Between a page and a delta: what differs from a base, which is stored as a full page or as a delta on one (docs/format.md, "Page delta"). Keys, gaps and lengths are those of the full page but for entries that were added
/// (<see cref="PageAdditions"/>); whatever else changes them makes a page that is stored in full.
/// </summary>
internal static class PageDelta
{
    private const int MaxStubBytes = StubChangeLayout.SizeBytes + (2 * Varint.MaxBytes) + Hash256.SizeBytes;

    /// <summary>Writes a delta, if it does not get longer than it may.</summary>
    /// <param name="page">The page.</param>
    /// <param name="items">The items that differ from the base, at least.</param>
    /// <param name="added">Those of them that the base does not have.</param>
    /// <param name="basePlace">The base.</param>
    /// <param name="moves">New places that are written but not durable yet, so that the handles do not have them.</param>
    /// <param name="destination">As long as any page.</param>
    /// <param name="mostBytes">The most bytes it may take.</param>
    /// <returns>How many bytes were written; 0 when they would be more, or when what was added is no entry with its value in the page.</returns>
    public static int TryEncode(Page page, ulong items, ulong added, PagePlace basePlace, PageMoves? moves, Span<byte> destination, int mostBytes)
    {
        if (items == 0)
        {
            items = 1; // a page is stored again although nothing differs: what it was put back to
        }

        int length = PageAdditions.TryEncode(page, added, destination, mostBytes);
        if (length == 0)
        {
            return 0;
        }

        for (ulong left = items & ~added; left != 0; left &= left - 1)
        {
            int item = BitOperations.TrailingZeroCount(left);
            int most = page.IsStub(item) ? MaxStubBytes : Varint.MaxBytes + (page.IsBlob(item) ? sizeof(ulong) : page.InlineValue(item).Length);
            if (length + most > destination.Length)
            {
                return 0;
            }

            length += Write(page, item, moves, destination[length..]);
            if (length > mostBytes)
            {
                return 0;
            }
        }

        destination[..PageDeltaLayout.SizeBytes].Clear();
        destination[PageDeltaLayout.FormatVersionOffset] = added == 0 ? PageDeltaLayout.FormatVersion : PageDeltaLayout.AddingFormatVersion;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[PageDeltaLayout.StoredBytesOffset..], (ushort)length);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[PageDeltaLayout.BaseBytesOffset..], (ushort)basePlace.StoredBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[PageDeltaLayout.BaseCrcOffset..], basePlace.Crc);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[PageDeltaLayout.BaseIdOffset..], basePlace.Id.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[PageDeltaLayout.ChangedItemsOffset..], items);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Crc32C.Compute(destination[sizeof(uint)..length]));
        return length;
    }

    /// <summary>Checks what can be checked of a delta without its base.</summary>
    /// <param name="stored">Its bytes, with a right checksum.</param>
    /// <param name="store">Where it is, for messages.</param>
    /// <param name="id">Which it is.</param>
    /// <returns>Its base.</returns>
    /// <exception cref="StateCorruptedException">A field is impossible.</exception>
    /// <exception cref="StoreFormatException">It needs a newer version.</exception>
    public static PagePlace CheckHeader(ReadOnlySpan<byte> stored, IPageStore store, PageId id)
    {
        byte required = stored[PageDeltaLayout.RequiredFeaturesOffset];
        byte codec = stored[PageDeltaLayout.CodecOffset];
        if (required != 0 || codec != 0)
        {
            throw new StoreFormatException(store.Locate(id).File, "delta feature or codec", "none", $"features {required:x2}, codec {codec}");
        }

        int storedBytes = BinaryPrimitives.ReadUInt16LittleEndian(stored[PageDeltaLayout.StoredBytesOffset..]);
        PageValidator.Require(storedBytes == stored.Length, store, id, PageDeltaLayout.StoredBytesOffset, "length of a delta", $"{stored.Length}", $"{storedBytes}");
        PageValidator.Require(ItemsOf(stored) != 0, store, id, PageDeltaLayout.ChangedItemsOffset, "changed items of a delta", $"one or more", $"none");
        if (IsAdding(stored))
        {
            PageValidator.Require(stored.Length > PageAdditions.Offset, store, id, PageDeltaLayout.SizeBytes, "added items of a delta", $"a mask and entries", $"{stored.Length - PageDeltaLayout.SizeBytes} bytes");
            ulong added = AddedOf(stored);
            PageValidator.Require(added != 0 && (added & ~ItemsOf(stored)) == 0, store, id, PageDeltaLayout.SizeBytes, "added items of a delta", $"some of {ItemsOf(stored):x16}", $"{added:x16}");
        }

        PagePlace place = new(
            (PageId)BinaryPrimitives.ReadUInt64LittleEndian(stored[PageDeltaLayout.BaseIdOffset..]),
            BinaryPrimitives.ReadUInt16LittleEndian(stored[PageDeltaLayout.BaseBytesOffset..]),
            BinaryPrimitives.ReadUInt32LittleEndian(stored[PageDeltaLayout.BaseCrcOffset..]));
        PageValidator.Require(place.Id != PageId.None && place.Id != id, store, id, PageDeltaLayout.BaseIdOffset, "base of a delta", $"another page", $"{place.Id.Value:x16}");
        return place;
    }

    /// <summary>The items that a delta changes or adds.</summary>
    public static ulong ItemsOf(ReadOnlySpan<byte> stored) => BinaryPrimitives.ReadUInt64LittleEndian(stored[PageDeltaLayout.ChangedItemsOffset..]);

    /// <summary>The items that a delta adds.</summary>
    public static ulong AddedOf(ReadOnlySpan<byte> stored) => IsAdding(stored) ? BinaryPrimitives.ReadUInt64LittleEndian(stored[(PageDeltaLayout.SizeBytes + DeltaAdditionsLayout.AddedItemsOffset)..]) : 0;

    /// <summary>Changes a page that was read, and that nobody else sees yet, as a delta on it says. The hashes above what changed count as not known.</summary>
    /// <param name="page">The page, as its base has it; one that has entries more takes its place, also when this throws.</param>
    /// <param name="stored">The delta, checked by <see cref="CheckHeader"/>.</param>
    /// <param name="store">Where it is, for messages.</param>
    /// <param name="id">Which it is.</param>
    /// <param name="pool">Gives memory for a page with entries more.</param>
    /// <exception cref="StateCorruptedException">It does not fit the page.</exception>
    public static void Apply(ref Page page, ReadOnlySpan<byte> stored, IPageStore store, PageId id, PagePool pool)
    {
        ulong items = ItemsOf(stored);
        ulong added = AddedOf(stored);
        int count = page.Count + BitOperations.PopCount(added);
        PageValidator.Require(
            count <= PageLimits.MaxItems && (count == PageLimits.MaxItems || items >> count == 0), store, id, PageDeltaLayout.ChangedItemsOffset, "changed items of a delta", $"bits of {Math.Min(count, PageLimits.MaxItems)} items", $"{items:x16}");
        int at = PageDeltaLayout.SizeBytes;
        if (added != 0)
        {
            Page grown = PageAdditions.Read(page, stored, store, id, pool, out at);
            page.Free();
            page = grown;
        }

        TreeTotals totals = page.Totals;
        ReadOnlySpan<byte> rest = stored[at..];
        for (items &= ~added; items != 0; items &= items - 1)
        {
            int item = BitOperations.TrailingZeroCount(items);
            totals -= page.ItemTotals(item);
            int read = page.IsStub(item) ? ReadStub(page, item, rest) : page.IsBlob(item) ? ReadBlob(page, item, rest) : ReadValue(page, item, rest);
            PageValidator.Require(read > 0, store, id, stored.Length - rest.Length, "change of an item", $"a whole and possible one", $"{rest.Length} bytes");
            totals += page.ItemTotals(item);
            rest = rest[read..];
        }

        PageValidator.Require(rest.IsEmpty, store, id, stored.Length - rest.Length, "end of a delta", $"byte {stored.Length}", $"{rest.Length} bytes more");
        page.PatchTotals(totals);
    }

    /// <summary>The tags of the bases of a child, for its stub.</summary>
    public static uint TagsOf(Page page, int item, PageReference child, PageMoves? moves) =>
        moves is not null && moves.TryGet(child.Id, out MovedPage moved) ? moved.BaseTags
        : child.Bases is { } bases ? bases.Chain.TagsBelow(child.Id)
        : BinaryPrimitives.ReadUInt32LittleEndian(page.Stub(item)[StubLayout.BasesOffset..]);

    private static bool IsAdding(ReadOnlySpan<byte> stored) => stored[PageDeltaLayout.FormatVersionOffset] == PageDeltaLayout.AddingFormatVersion;

    private static int Write(Page page, int item, PageMoves? moves, Span<byte> destination)
    {
        if (!page.IsStub(item))
        {
            int height = Varint.Write(destination, page.HeightAboveBase(item));
            if (page.IsBlob(item))
            {
                PageId place = page.Blob(item).Id;
                BinaryPrimitives.WriteUInt64LittleEndian(destination[height..], (moves?.OfBlob(place) ?? place).Value);
                return height + sizeof(ulong);
            }

            ReadOnlySpan<byte> value = page.InlineValue(item);
            value.CopyTo(destination[height..]);
            return height + value.Length;
        }

        PageReference child = page.Child(item);
        PagePlace stored = moves?.Of(child.CurrentPlace) ?? child.CurrentPlace;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[StubChangeLayout.PageIdOffset..], stored.Id.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[StubChangeLayout.CrcOffset..], stored.Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[StubChangeLayout.BasesOffset..], TagsOf(page, item, child, moves));
        BinaryPrimitives.WriteUInt16LittleEndian(destination[StubChangeLayout.StoredBytesOffset..], (ushort)stored.StoredBytes);
        TreeTotals totals = page.ItemTotals(item);
        int length = StubChangeLayout.SizeBytes;
        length += Varint.Write(destination[length..], totals.Entries);
        length += Varint.Write(destination[length..], totals.Bytes);
        if (page.Tree == TreeKind.State)
        {
            page.Stub(item).Slice(StubLayout.HashOffset, Hash256.SizeBytes).CopyTo(destination[length..]);
            length += Hash256.SizeBytes;
        }

        return length;
    }

    /// <summary>Reads a value as long as the one there is.</summary>
    /// <returns>The bytes read; 0 when they are not right.</returns>
    private static int ReadValue(Page page, int item, ReadOnlySpan<byte> source)
    {
        int bytes = page.InlineValue(item).Length;
        if (!Varint.TryRead(source, out ulong height, out int width) || source.Length - width < bytes || !page.CanHoldHeightAboveBase(height))
        {
            return 0;
        }

        page.PatchValueAboveBase(item, source.Slice(width, bytes), height);
        return width + bytes;
    }

    private static int ReadBlob(Page page, int item, ReadOnlySpan<byte> source)
    {
        if (!Varint.TryRead(source, out ulong height, out int width) || source.Length - width < sizeof(ulong) || !page.CanHoldHeightAboveBase(height))
        {
            return 0;
        }

        PageId place = (PageId)BinaryPrimitives.ReadUInt64LittleEndian(source[width..]);
        if (place == PageId.None)
        {
            return 0;
        }

        page.PatchBlobPlace(item, place, height);
        return width + sizeof(ulong);
    }

    private static int ReadStub(Page page, int item, ReadOnlySpan<byte> source)
    {
        int hashBytes = page.Tree == TreeKind.State ? Hash256.SizeBytes : 0;
        if (source.Length < StubChangeLayout.SizeBytes)
        {
            return 0;
        }

        PagePlace place = new(
            (PageId)BinaryPrimitives.ReadUInt64LittleEndian(source[StubChangeLayout.PageIdOffset..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[StubChangeLayout.StoredBytesOffset..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[StubChangeLayout.CrcOffset..]));
        int length = StubChangeLayout.SizeBytes;
        bool isWhole = Varint.TryRead(source[length..], out ulong entries, out int width);
        length += width;
        isWhole = isWhole && Varint.TryRead(source[length..], out _, out _);
        if (!isWhole || !Varint.TryRead(source[length..], out ulong bytes, out width) || source.Length - length - width < hashBytes)
        {
            return 0;
        }

        if (place.Id == PageId.None || place.StoredBytes is < PageDeltaLayout.SizeBytes or > PageLimits.MaxStoredBytes)
        {
            return 0;
        }

        length += width;
        uint tags = BinaryPrimitives.ReadUInt32LittleEndian(source[StubChangeLayout.BasesOffset..]);
        page.PatchStubPlace(item, place, tags, new TreeTotals(entries, bytes), source.Slice(length, hashBytes));
        return length + hashBytes;
    }
}
