using System.Buffers.Binary;
using System.Numerics;
using Cairn.Format;
using Cairn.Homes;
using Cairn.Pages;

namespace Cairn.Tree;

/// <summary>Between a page in memory and its stored bytes (docs/format.md, "Page"). What is read is checked completely before anything uses it.</summary>
internal static class PageCodec
{
    /// <summary>The most deltas a page builds on, so that reading one is bounded.</summary>
    private const int MaxDeltas = 2;

    /// <summary>The bytes a page needs when it is stored, at most.</summary>
    public static int MaxEncodedBytes(Page page) => page.BodyBytes + ((page.Count - 1) * Hash256.SizeBytes);

    /// <summary>Writes a page as it is stored: with the places of its children and blobs, which must be known, and the hashes worth keeping.</summary>
    /// <returns>How many bytes were written.</returns>
    /// <param name="page">The page.</param>
    /// <param name="destination">At least <see cref="MaxEncodedBytes"/>.</param>
    /// <param name="moves">New places that are written but not durable yet, so that the handles do not have them.</param>
    public static int Encode(Page page, Span<byte> destination, PageMoves? moves = null)
    {
        page.Body.CopyTo(destination);
        int stub = PageHeaderLayout.SizeBytes;
        for (ulong stubs = page.StubMask; stubs != 0; stubs &= stubs - 1)
        {
            int item = BitOperations.TrailingZeroCount(stubs);
            PageReference child = page.Child(item);
            PagePlace place = moves?.Of(child.CurrentPlace) ?? child.CurrentPlace;
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(stub + StubLayout.StoredBytesOffset)..], (uint)place.StoredBytes);
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(stub + StubLayout.PageIdOffset)..], place.Id.Value);
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(stub + StubLayout.CrcOffset)..], place.Crc);
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(stub + StubLayout.BasesOffset)..], PageDelta.TagsOf(page, item, child, moves));
            stub += StubLayout.SizeBytes;
        }

        for (ulong blobs = page.BlobMask; blobs != 0; blobs &= blobs - 1)
        {
            int item = BitOperations.TrailingZeroCount(blobs);
            int end = page.RecordEnd(item);
            BlobReference blob = page.Blob(item);
            PageBuilder.WriteBlob(destination[(end - BlobRecordLayout.SizeBytes)..], blob, moves?.OfBlob(blob.Id) ?? blob.Id);
        }

        ulong kept = page.Tree == TreeKind.State ? LargeNodes(page) & page.HashValid : 0;
        int length = page.BodyBytes;
        for (ulong nodes = kept; nodes != 0; nodes &= nodes - 1)
        {
            page.NodeHash(BitOperations.TrailingZeroCount(nodes)).CopyTo(destination[length..]);
            length += Hash256.SizeBytes;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(destination[PageHeaderLayout.KeptHashMaskOffset..], kept);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[PageHeaderLayout.StoredBytesOffset..], (uint)length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Crc32C.Compute(destination[sizeof(uint)..length]));
        return length;
    }

    /// <summary>Reads and checks a stored page: a full one, or a delta with what it builds on.</summary>
    /// <param name="store">Where it is stored.</param>
    /// <param name="reference">What is known of it.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="pool">Gives its memory.</param>
    /// <param name="bases">What it builds on; null for a full page.</param>
    /// <exception cref="StateCorruptedException">It is not the page that was stored.</exception>
    /// <exception cref="StoreFormatException">It was written by a version, or with features, that this one does not know.</exception>
    public static Page Read(IPageStore store, PageReference reference, PagePlace place, PagePool pool, out PageBases? bases)
    {
        Page page = Read(store, place, pool, MaxDeltas, out PageChain chain);
        try
        {
            CheckClaim(page.Body, reference, place.Id, store);
        }
        catch
        {
            page.Free();
            throw;
        }

        bases = chain.Full == place ? null : pool.Handles.RentBases().Begin(chain);
        return page;
    }

    /// <summary>Reads the bytes of a full page and checks them, for who does not keep the page.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="reference">The page.</param>
    /// <param name="place">Its place.</param>
    /// <param name="buffer">Takes the bytes: at least as many as <paramref name="place"/> says, or <see cref="PageLimits.MaxStoredBytes"/>.</param>
    /// <returns>The bytes, in which a page can be searched; none when it is stored as a delta.</returns>
    /// <exception cref="StateCorruptedException">It is not the page that was stored.</exception>
    /// <exception cref="StoreFormatException">It was written by a version, or with features, that this one does not know.</exception>
    public static ReadOnlySpan<byte> ReadChecked(IPageStore store, PageReference reference, PagePlace place, Span<byte> buffer)
    {
        CheckLength(store, place);
        Span<byte> stored = buffer[..place.StoredBytes];
        store.Read(place.Id, stored);
        if (PageDeltaLayout.IsDelta(stored))
        {
            return default;
        }

        Check(stored, place, store);
        CheckClaim(stored, reference, place.Id, store);
        return stored;
    }

    /// <summary>Reads a page that builds on at most so many deltas. The recursion is as deep as that.</summary>
    private static Page Read(IPageStore store, PagePlace place, PagePool pool, int mostDeltas, out PageChain chain)
    {
        CheckLength(store, place);
        PageMemory memory = pool.Allocate(place.StoredBytes);
        try
        {
            Span<byte> stored = memory.Span[..place.StoredBytes];
            store.Read(place.Id, stored);
            if (!PageDeltaLayout.IsDelta(stored))
            {
                Page full = Decode(memory, place, pool, store);
                chain = PageChain.OfFull(place, full.Count);
                return full;
            }

            Page changed = ReadChanged(store, stored, place, pool, mostDeltas, out chain);
            pool.Free(memory);
            return changed;
        }
        catch
        {
            pool.Free(memory);
            throw;
        }
    }

    /// <summary>Reads the base of a delta and makes of it the page that the delta says.</summary>
    private static Page ReadChanged(IPageStore store, ReadOnlySpan<byte> delta, PagePlace place, PagePool pool, int mostDeltas, out PageChain chain)
    {
        CheckCrc(delta, place, store);
        PagePlace below = PageDelta.CheckHeader(delta, store, place.Id);
        if (mostDeltas == 0)
        {
            throw Damaged(store, place.Id, PageDeltaLayout.FormatVersionOffset, "base of two deltas", "a full page", "a delta");
        }

        Page page = Read(store, below, pool, mostDeltas - 1, out chain);
        try
        {
            PageDelta.Apply(ref page, delta, store, place.Id, pool);
        }
        catch
        {
            page.Free();
            throw;
        }

        bool isFirst = chain.First.Id == PageId.None;
        ulong items = PageDelta.ItemsOf(delta);
        ulong added = PageDelta.AddedOf(delta);
        chain = isFirst ? new PageChain(chain.Full, place, items, added, page.Count) : chain;
        page.ChangedItems = isFirst ? 0 : items;
        page.AddedItems = isFirst ? 0 : added;
        return page;
    }

    /// <summary>Checks stored bytes and makes the page of them, on the memory that they are in.</summary>
    /// <param name="memory">Begins with the stored bytes. The page owns it; when this throws, still the caller.</param>
    /// <param name="place">What the stub says of the stored bytes.</param>
    /// <param name="pool">Where the memory is from.</param>
    /// <param name="store">Where the bytes are, for messages.</param>
    internal static Page Decode(PageMemory memory, PagePlace place, PagePool pool, IPageStore store)
    {
        ReadOnlySpan<byte> stored = memory.Span[..place.StoredBytes];
        Check(stored, place, store);
        ulong kept = BinaryPrimitives.ReadUInt64LittleEndian(stored[PageHeaderLayout.KeptHashMaskOffset..]);
        int bodyBytes = stored.Length - (BitOperations.PopCount(kept) * Hash256.SizeBytes);
        BlobReference[] blobs = ReadBlobs(stored, store, place.Id);
        int stubs = BitOperations.PopCount(BinaryPrimitives.ReadUInt64LittleEndian(stored[PageHeaderLayout.StubMaskOffset..]));
        Page page = pool.RentPage(hasChildren: stubs > 0);
        ReadChildren(stored, stubs, page);
        page.Begin(memory, bodyBytes, blobs, born: 0);
        page.HashValid = kept;
        page.IsAsStored = true;
        return page;
    }

    private static void CheckLength(IPageStore store, PagePlace place)
    {
        if (place.StoredBytes is < PageDeltaLayout.SizeBytes or > PageLimits.MaxStoredBytes)
        {
            throw Damaged(store, place.Id, 0, "length of a page", $"{PageDeltaLayout.SizeBytes} to {PageLimits.MaxStoredBytes}", $"{place.StoredBytes}");
        }
    }

    private static void Check(ReadOnlySpan<byte> stored, PagePlace place, IPageStore store)
    {
        if (stored.Length < PageHeaderLayout.SizeBytes)
        {
            throw Damaged(store, place.Id, 0, "length of a page", $"at least {PageHeaderLayout.SizeBytes}", $"{stored.Length}");
        }

        CheckCrc(stored, place, store);
        PageValidator.Check(stored, store, place.Id);
    }

    /// <summary>Checks stored bytes whose checksum is right, and tells what finds the page in its tree.</summary>
    /// <param name="stored">The bytes.</param>
    /// <param name="store">Where they are, for messages.</param>
    /// <param name="id">Which page it is.</param>
    /// <param name="key">Takes the key of the first item; of a stub, its stored prefix: both lead to the page from above.</param>
    /// <exception cref="StateCorruptedException">They are no page.</exception>
    /// <exception cref="StoreFormatException">It was written by a version, or with features, that this one does not know.</exception>
    internal static PageHeader ReadHeader(ReadOnlySpan<byte> stored, IPageStore store, PageId id, Span<byte> key)
    {
        if (stored.Length is < PageHeaderLayout.SizeBytes or > PageLimits.MaxStoredBytes)
        {
            throw Damaged(store, id, PageHeaderLayout.StoredBytesOffset, "length of a page", $"{PageHeaderLayout.SizeBytes} to {PageLimits.MaxStoredBytes}", $"{stored.Length}");
        }

        PageValidator.Check(stored, store, id);
        PageView view = new(stored);
        ReadOnlySpan<byte> suffix = view.Suffix(0);
        stored.Slice(view.Sections.Prefix, view.PrefixBytes).CopyTo(key);
        suffix.CopyTo(key[view.PrefixBytes..]);
        return new PageHeader((TreeKind)stored[PageHeaderLayout.TreeOffset], BinaryPrimitives.ReadUInt16LittleEndian(stored[PageHeaderLayout.LevelOffset..]), view.PrefixBytes + suffix.Length);
    }

    private static void CheckCrc(ReadOnlySpan<byte> stored, PagePlace place, IPageStore store)
    {
        uint crc = Crc32C.Compute(stored[sizeof(uint)..]);
        uint own = BinaryPrimitives.ReadUInt32LittleEndian(stored);
        if (crc != own || own != place.Crc)
        {
            throw Damaged(store, place.Id, PageHeaderLayout.CrcOffset, "checksum of a page", $"{place.Crc:x8}", own == place.Crc ? $"{crc:x8} over its bytes" : $"{own:x8} in its header, {crc:x8} over its bytes");
        }
    }

    private static void CheckClaim(ReadOnlySpan<byte> stored, PageReference reference, PageId id, IPageStore store)
    {
        PageView view = new(stored);
        TreeKind tree = (TreeKind)stored[PageHeaderLayout.TreeOffset];
        int level = BinaryPrimitives.ReadUInt16LittleEndian(stored[PageHeaderLayout.LevelOffset..]);
        int top = view.Count == 1 ? KeyBits.None : view.Gap(stored[PageHeaderLayout.TrieRootOffset]);
        bool holds = tree == reference.Tree && (reference.Claim is not { } claim || (top == claim.TopIndex && level == claim.Level));
        if (!holds)
        {
            throw Damaged(store, id, 0, "page under a stub", $"{reference.Tree} tree, {reference.Claim}", $"{tree} tree, top index {top}, level {level}");
        }
    }

    internal static StateCorruptedException Damaged(IPageStore store, PageId id, int at, string what, string expected, string found)
    {
        (string file, long offset) = store.Locate(id);
        return new StateCorruptedException(file, offset + at, what, expected, found);
    }

    /// <summary>The nodes over at least <see cref="PageLimits.KeptHashItems"/> items: those of which a run of that many items around the gap has no smaller gap.</summary>
    private static ulong LargeNodes(Page page)
    {
        ulong large = 0;
        for (int node = 0; node < page.Count - 1; node++)
        {
            int gap = page.Gap(node);
            int left = node;
            while (left > 0 && page.Gap(left - 1) > gap)
            {
                left--;
            }

            int right = node;
            while (right < page.Count - 2 && page.Gap(right + 1) > gap)
            {
                right++;
            }

            large |= (right - left + 2 >= PageLimits.KeptHashItems ? 1UL : 0UL) << node;
        }

        return large;
    }

    private static void ReadChildren(ReadOnlySpan<byte> stored, int stubs, Page page)
    {
        TreeKind tree = (TreeKind)stored[PageHeaderLayout.TreeOffset];
        for (int i = 0; i < stubs; i++)
        {
            ReadOnlySpan<byte> stub = stored[(PageHeaderLayout.SizeBytes + (i * StubLayout.SizeBytes))..];
            PageReference child = new(
                (PageId)BinaryPrimitives.ReadUInt64LittleEndian(stub[StubLayout.PageIdOffset..]),
                (int)BinaryPrimitives.ReadUInt32LittleEndian(stub[StubLayout.StoredBytesOffset..]),
                BinaryPrimitives.ReadUInt32LittleEndian(stub[StubLayout.CrcOffset..]),
                tree,
                new StubClaim(BinaryPrimitives.ReadUInt16LittleEndian(stub[StubLayout.TopIndexOffset..]), BinaryPrimitives.ReadUInt16LittleEndian(stub[StubLayout.LevelOffset..])));
            page.PutChild(i, child);
        }
    }

    private static BlobReference[] ReadBlobs(ReadOnlySpan<byte> stored, IPageStore store, PageId id)
    {
        ulong mask = BinaryPrimitives.ReadUInt64LittleEndian(stored[PageHeaderLayout.BlobMaskOffset..]);
        if (mask == 0)
        {
            return [];
        }

        BlobReference[] blobs = new BlobReference[BitOperations.PopCount(mask)];
        PageView view = new(stored);
        for (int count = 0; mask != 0; mask &= mask - 1)
        {
            int item = BitOperations.TrailingZeroCount(mask);
            ReadOnlySpan<byte> record = view.Value(item);
            int length = BinaryPrimitives.ReadInt32LittleEndian(record);
            if (length is <= StateLimits.MaxInlineValueBytes or > StateLimits.MaxValueBytes)
            {
                throw Damaged(store, id, 0, "length of a blob", $"{StateLimits.MaxInlineValueBytes + 1} to {StateLimits.MaxValueBytes}", $"{length}");
            }

            PageId place = (PageId)BinaryPrimitives.ReadUInt64LittleEndian(record[BlobRecordLayout.PlaceOffset..]);
            if (place == PageId.None)
            {
                throw Damaged(store, id, 0, "place of a blob", "one", "none");
            }

            blobs[count++] = new BlobReference(
                place,
                BlobCodec.StoredBytes(view.PrefixBytes + view.Suffix(item).Length, length),
                length,
                new Hash256(record.Slice(BlobRecordLayout.HashOffset, Hash256.SizeBytes)));
        }

        return blobs;
    }
}

/// <summary>What a stored page says of itself.</summary>
/// <param name="Tree">Its tree.</param>
/// <param name="Level">Its level.</param>
/// <param name="KeyBytes">The length of its first item's key.</param>
internal readonly record struct PageHeader(TreeKind Tree, int Level, int KeyBytes);
