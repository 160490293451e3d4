using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Cairn.Format;
using Cairn.Homes;
using Cairn.Pages;

namespace Cairn.Tree;

/// <summary>The places of the parts of a stored page whose header has been checked, before a page is made of it.</summary>
internal readonly ref struct PageView
{
    private readonly ReadOnlySpan<byte> _stored;

    /// <summary>Makes the view.</summary>
    public PageView(ReadOnlySpan<byte> stored)
    {
        _stored = stored;
        Count = stored[PageHeaderLayout.ItemCountOffset];
        PrefixBytes = BinaryPrimitives.ReadUInt16LittleEndian(stored[PageHeaderLayout.PrefixBytesOffset..]);
        StubMask = BinaryPrimitives.ReadUInt64LittleEndian(stored[PageHeaderLayout.StubMaskOffset..]);
        BlobMask = BinaryPrimitives.ReadUInt64LittleEndian(stored[PageHeaderLayout.BlobMaskOffset..]);
        KeptHashMask = BinaryPrimitives.ReadUInt64LittleEndian(stored[PageHeaderLayout.KeptHashMaskOffset..]);
        Sections = new PageSections(Count, BitOperations.PopCount(StubMask), stored[PageHeaderLayout.HeightWidthOffset], PrefixBytes);
        DataBytes = stored.Length - (BitOperations.PopCount(KeptHashMask) * Hash256.SizeBytes) - Sections.Data;
    }

    public int Count { get; }

    public int PrefixBytes { get; }

    public ulong StubMask { get; }

    public ulong BlobMask { get; }

    public ulong KeptHashMask { get; }

    public PageSections Sections { get; }

    /// <summary>The bytes of all records; negative when the sections do not fit.</summary>
    public int DataBytes { get; }

    /// <summary>The index of a trie node.</summary>
    public int Gap(int node) => BinaryPrimitives.ReadUInt16LittleEndian(_stored[(Sections.Trie + (node * TrieNodeLayout.SizeBytes))..]);

    /// <summary>Where a record begins among the records.</summary>
    public int RecordStart(int item) => BinaryPrimitives.ReadUInt16LittleEndian(_stored[(Sections.Offsets + (item * sizeof(ushort)))..]);

    /// <summary>A record.</summary>
    public ReadOnlySpan<byte> Record(int item) => _stored[(Sections.Data + RecordStart(item))..(Sections.Data + RecordStart(item + 1))];

    /// <summary>The key bytes of an item behind the common prefix (of a stub, of its stored prefix).</summary>
    public ReadOnlySpan<byte> Suffix(int item)
    {
        ReadOnlySpan<byte> record = Record(item);
        if (((StubMask >> item) & 1) != 0)
        {
            return record;
        }

        int suffix = Page.ReadLength(record, out int width);
        return record.Slice(width, suffix);
    }

    /// <summary>The value part of an entry's record.</summary>
    public ReadOnlySpan<byte> Value(int item)
    {
        ReadOnlySpan<byte> record = Record(item);
        int suffix = Page.ReadLength(record, out int width);
        return record[(width + suffix)..];
    }
}

/// <summary>Checks every field of a stored page, so that whatever bytes are given, a page made of them can be searched and walked safely. What it means (order, hashes, totals) is checked by the store check.</summary>
internal static class PageValidator
{
    /// <summary>Checks header, sections, trie, records and stubs.</summary>
    /// <exception cref="StateCorruptedException">A field is impossible.</exception>
    /// <exception cref="StoreFormatException">The page needs a newer version.</exception>
    public static void Check(ReadOnlySpan<byte> stored, IPageStore store, PageId id)
    {
        if (!PageSoundness.Holds(stored))
        {
            CheckPlainly(stored, store, id);
        }
    }

    /// <summary>As <see cref="Check"/>, one question after the other, each with the text of its answer: for what <see cref="PageSoundness"/> refuses.</summary>
    internal static void CheckPlainly(ReadOnlySpan<byte> stored, IPageStore store, PageId id)
    {
        CheckFormat(stored, store, id);
        uint storedBytes = BinaryPrimitives.ReadUInt32LittleEndian(stored[PageHeaderLayout.StoredBytesOffset..]);
        Require(storedBytes == stored.Length, store, id, PageHeaderLayout.StoredBytesOffset, "length of a page", $"{stored.Length}", $"{storedBytes}");
        byte tree = stored[PageHeaderLayout.TreeOffset];
        Require(tree <= (byte)TreeKind.Local, store, id, PageHeaderLayout.TreeOffset, "tree of a page", $"0 or 1", $"{tree}");
        int items = stored[PageHeaderLayout.ItemCountOffset];
        Require(items is >= 1 and <= PageLimits.MaxItems, store, id, PageHeaderLayout.ItemCountOffset, "items of a page", $"1 to {PageLimits.MaxItems}", $"{items}");
        int level = BinaryPrimitives.ReadUInt16LittleEndian(stored[PageHeaderLayout.LevelOffset..]);
        Require(level <= PageLimits.MaxDepth, store, id, PageHeaderLayout.LevelOffset, "level of a page", $"at most {PageLimits.MaxDepth}", $"{level}");
        int width = stored[PageHeaderLayout.HeightWidthOffset];
        Require(width is sizeof(ushort) or sizeof(uint) or sizeof(ulong), store, id, PageHeaderLayout.HeightWidthOffset, "width of heights", $"2, 4 or 8", $"{width}");
        PageView view = new(stored);
        Require(view.PrefixBytes <= StateLimits.MaxKeyBytes, store, id, PageHeaderLayout.PrefixBytesOffset, "common prefix", $"at most {StateLimits.MaxKeyBytes} bytes", $"{view.PrefixBytes}");
        CheckMasks(view, tree, store, id);
        Require(view.DataBytes >= 0, store, id, PageHeaderLayout.SizeBytes, "sections of a page", $"at most {stored.Length} bytes", $"{stored.Length - view.DataBytes}");
        CheckTrie(stored, view, store, id);
        CheckRecords(view, store, id);
        CheckOrder(view, store, id);
        CheckStubs(stored, view, level, store, id);
    }

    /// <summary>Checks version, features and codec of a page or blob: their headers begin alike.</summary>
    /// <exception cref="StoreFormatException">It needs another version.</exception>
    internal static void CheckFormat(ReadOnlySpan<byte> stored, IPageStore store, PageId id)
    {
        byte version = stored[PageHeaderLayout.FormatVersionOffset];
        byte required = stored[PageHeaderLayout.RequiredFeaturesOffset];
        byte codec = stored[PageHeaderLayout.CodecOffset];
        if (version != PageHeaderLayout.FormatVersion)
        {
            throw new StoreFormatException(store.Locate(id).File, "page format", $"{PageHeaderLayout.FormatVersion}", $"{version}");
        }

        if (required != 0 || codec != 0)
        {
            throw new StoreFormatException(store.Locate(id).File, "page feature or codec", "none", $"features {required:x2}, codec {codec}");
        }
    }

    private static void CheckMasks(in PageView view, byte tree, IPageStore store, PageId id)
    {
        ulong items = view.Count == 64 ? ulong.MaxValue : (1UL << view.Count) - 1;
        Require((view.StubMask & ~items) == 0, store, id, PageHeaderLayout.StubMaskOffset, "stub mask", $"bits of {view.Count} items", $"{view.StubMask:x16}");
        Require((view.BlobMask & ~(items & ~view.StubMask)) == 0, store, id, PageHeaderLayout.BlobMaskOffset, "blob mask", $"bits of entries", $"{view.BlobMask:x16}");
        ulong nodes = tree == (byte)TreeKind.State ? items >> 1 : 0;
        Require((view.KeptHashMask & ~nodes) == 0, store, id, PageHeaderLayout.KeptHashMaskOffset, "mask of kept hashes", $"bits of {nodes:x16}", $"{view.KeptHashMask:x16}");
    }

    /// <summary>The nodes have to be the Cartesian tree of their indexes: then every walk down ends.</summary>
    private static void CheckTrie(ReadOnlySpan<byte> stored, in PageView view, IPageStore store, PageId id)
    {
        Span<byte> expected = stackalloc byte[PageLimits.MaxItems * 2];
        Span<byte> stack = stackalloc byte[PageLimits.MaxItems];
        int depth = 0;
        for (int node = 0; node < view.Count - 1; node++)
        {
            int gap = view.Gap(node);
            Require(gap <= KeyBits.MaxIndex && (gap & 15) <= 8 && gap >> KeyBits.ByteShift >= view.PrefixBytes, store, id, view.Sections.Trie + (node * TrieNodeLayout.SizeBytes), "index of a trie node", $"a bit behind the common prefix", $"{gap}");
            int left = node | TrieNodeLayout.ItemFlag;
            while (depth > 0 && view.Gap(stack[depth - 1]) >= gap)
            {
                Require(view.Gap(stack[depth - 1]) != gap, store, id, view.Sections.Trie + (node * TrieNodeLayout.SizeBytes), "index of a trie node", $"no tie with a node beside it", $"{gap}");
                left = stack[--depth];
            }

            expected[node * 2] = (byte)left;
            expected[(node * 2) + 1] = (byte)((node + 1) | TrieNodeLayout.ItemFlag);
            if (depth > 0)
            {
                expected[(stack[depth - 1] * 2) + 1] = (byte)node;
            }

            stack[depth++] = (byte)node;
        }

        int root = view.Count == 1 ? TrieNodeLayout.NoNode : stack[0];
        Require(stored[PageHeaderLayout.TrieRootOffset] == root, store, id, PageHeaderLayout.TrieRootOffset, "root of the trie", $"{root}", $"{stored[PageHeaderLayout.TrieRootOffset]}");
        for (int node = 0; node < view.Count - 1; node++)
        {
            int at = view.Sections.Trie + (node * TrieNodeLayout.SizeBytes) + TrieNodeLayout.LeftOffset;
            Require(
                stored.Slice(at, 2).SequenceEqual(expected.Slice(node * 2, 2)), store, id, at, "children of a trie node", $"{expected[node * 2]:x2} {expected[(node * 2) + 1]:x2}", $"{stored[at]:x2} {stored[at + 1]:x2}");
        }
    }

    private static void CheckRecords(in PageView view, IPageStore store, PageId id)
    {
        Require(view.RecordStart(0) == 0 && view.RecordStart(view.Count) == view.DataBytes, store, id, view.Sections.Offsets, "places of the records", $"0 to {view.DataBytes}", $"{view.RecordStart(0)} to {view.RecordStart(view.Count)}");
        for (int item = 0; item < view.Count; item++)
        {
            int start = view.RecordStart(item);
            int end = view.RecordStart(item + 1);
            int at = view.Sections.Data + start;
            Require(start <= end && end <= view.DataBytes, store, id, view.Sections.Offsets + (item * sizeof(ushort)), "place of a record", $"up to {view.DataBytes}, ascending", $"{start} to {end}");
            if (((view.StubMask >> item) & 1) != 0)
            {
                Require(view.PrefixBytes + end - start <= StateLimits.MaxKeyBytes, store, id, at, "prefix of a stub", $"at most {StateLimits.MaxKeyBytes} bytes", $"{view.PrefixBytes + end - start}");
                continue;
            }

            ReadOnlySpan<byte> record = view.Record(item);
            bool lengthFits = record.Length >= 1 && (record[0] < 0x80 || (record.Length >= 2 && record[1] is > 0 and < 0x80));
            Require(lengthFits, store, id, at, "record of an entry", $"a key length", $"too few bytes");
            int suffix = Page.ReadLength(record, out int width);
            int keyBytes = view.PrefixBytes + suffix;
            Require(width + suffix <= record.Length && keyBytes is >= 1 and <= StateLimits.MaxKeyBytes, store, id, at, "key of an entry", $"1 to {StateLimits.MaxKeyBytes} bytes within its record", $"{keyBytes}");
            int value = record.Length - width - suffix;
            bool blob = ((view.BlobMask >> item) & 1) != 0;
            Require(blob ? value == BlobRecordLayout.SizeBytes : value <= StateLimits.MaxInlineValueBytes, store, id, at, "value of an entry", $"{(blob ? "exactly" : "at most")} {(blob ? BlobRecordLayout.SizeBytes : StateLimits.MaxInlineValueBytes)} bytes", $"{value}");
        }
    }

    /// <summary>The keys have to ascend and to differ first where the trie says: changing the page relies on it.</summary>
    private static void CheckOrder(in PageView view, IPageStore store, PageId id)
    {
        for (int item = 0; item < view.Count - 1; item++)
        {
            ReadOnlySpan<byte> key = view.Suffix(item);
            ReadOnlySpan<byte> next = view.Suffix(item + 1);
            int difference = KeyBits.FirstDifference(key, next);
            int index = difference == KeyBits.None ? KeyBits.None : difference + (view.PrefixBytes << KeyBits.ByteShift);
            Require(
                index == view.Gap(item) && KeyBits.Bit(next, difference) == 1, store, id, view.Sections.Data + view.RecordStart(item + 1), "order of two keys", $"ascending, first difference {view.Gap(item)}", $"first difference {index}");
        }
    }

    private static void CheckStubs(ReadOnlySpan<byte> stored, in PageView view, int level, IPageStore store, PageId id)
    {
        int highest = 0;
        int at = PageHeaderLayout.SizeBytes;
        for (ulong stubs = view.StubMask; stubs != 0; stubs &= stubs - 1)
        {
            int item = BitOperations.TrailingZeroCount(stubs);
            ReadOnlySpan<byte> stub = stored.Slice(at, StubLayout.SizeBytes);
            int top = BinaryPrimitives.ReadUInt16LittleEndian(stub[StubLayout.TopIndexOffset..]);
            int around = Math.Max(item > 0 ? view.Gap(item - 1) : KeyBits.None, item < view.Count - 1 ? view.Gap(item) : KeyBits.None);
            Require(top <= KeyBits.MaxIndex && (top & 15) <= 8 && top > around, store, id, at, "top index of a stub", $"above {around}", $"{top}");
            int prefix = view.PrefixBytes + view.Record(item).Length;
            Require(prefix == KeyBits.PrefixBytes(top), store, id, view.Sections.Data + view.RecordStart(item), "prefix of a stub", $"{KeyBits.PrefixBytes(top)} bytes", $"{prefix}");
            ulong child = BinaryPrimitives.ReadUInt64LittleEndian(stub[StubLayout.PageIdOffset..]);
            Require(child != PageId.None.Value, store, id, at + StubLayout.PageIdOffset, "place of a child", $"one", $"none");
            uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(stub[StubLayout.StoredBytesOffset..]);
            Require(bytes is >= PageDeltaLayout.SizeBytes and <= PageLimits.MaxStoredBytes, store, id, at + StubLayout.StoredBytesOffset, "length of a child", $"{PageDeltaLayout.SizeBytes} to {PageLimits.MaxStoredBytes}", $"{bytes}");
            highest = Math.Max(highest, BinaryPrimitives.ReadUInt16LittleEndian(stub[StubLayout.LevelOffset..]) + 1);
            at += StubLayout.SizeBytes;
        }

        Require(level == highest, store, id, PageHeaderLayout.LevelOffset, "level of a page", $"{highest}", $"{level}");
    }

    /// <summary>Throws, with texts that are put together only then, unless something holds.</summary>
    /// <exception cref="StateCorruptedException">It does not.</exception>
    public static void Require(
        bool holds,
        IPageStore store,
        PageId id,
        int at,
        string what,
        [InterpolatedStringHandlerArgument(nameof(holds))] ref FaultText expected,
        [InterpolatedStringHandlerArgument(nameof(holds))] ref FaultText found)
    {
        if (!holds)
        {
            throw PageCodec.Damaged(store, id, at, what, expected.ToStringAndClear(), found.ToStringAndClear());
        }
    }
}
