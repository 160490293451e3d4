using System.Buffers.Binary;
using System.Numerics;
using Cairn.Format;
using Cairn.Homes;
using Cairn.Pages;

namespace Cairn.Tree;

/// <summary>
/// The entries that a delta adds to its base (docs/format.md, "Delta additions"): keys behind the common prefix of the full page, which they leave as it is. Their values are in the page; what else comes to a page makes one that is
/// stored in full.
/// </summary>
internal static class PageAdditions
{
    /// <summary>Where they begin in a delta.</summary>
    public const int Offset = PageDeltaLayout.SizeBytes + DeltaAdditionsLayout.SizeBytes;

    private const int MostLengths = 3 * Varint.MaxBytes;

    /// <summary>Writes the mask and the entries behind where the header goes.</summary>
    /// <param name="page">The page.</param>
    /// <param name="added">The items that the base does not have; none is no mask.</param>
    /// <param name="destination">As long as any page.</param>
    /// <param name="mostBytes">The most bytes it may take together with the header.</param>
    /// <returns>The bytes of it and of the header; 0 when they would be more, or when one of the items is no entry with its value in the page.</returns>
    public static int TryEncode(Page page, ulong added, Span<byte> destination, int mostBytes)
    {
        if (added == 0)
        {
            return PageDeltaLayout.SizeBytes;
        }

        if ((added & (page.StubMask | page.BlobMask)) != 0)
        {
            return 0;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(destination[(PageDeltaLayout.SizeBytes + DeltaAdditionsLayout.AddedItemsOffset)..], added);
        int length = Offset;
        for (; added != 0; added &= added - 1)
        {
            int item = BitOperations.TrailingZeroCount(added);
            ReadOnlySpan<byte> suffix = page.Suffix(item);
            ReadOnlySpan<byte> value = page.InlineValue(item);
            if (length + MostLengths + suffix.Length + value.Length > destination.Length)
            {
                return 0;
            }

            length += Varint.Write(destination[length..], (ulong)suffix.Length);
            suffix.CopyTo(destination[length..]);
            length += suffix.Length;
            length += Varint.Write(destination[length..], page.HeightAboveBase(item));
            length += Varint.Write(destination[length..], (ulong)value.Length);
            value.CopyTo(destination[length..]);
            length += value.Length;
            if (length > mostBytes)
            {
                return 0;
            }
        }

        return length;
    }

    /// <summary>Makes the page that has the entries of a delta beside those of its base.</summary>
    /// <param name="page">The page as the base has it, just read; it stays the caller's.</param>
    /// <param name="stored">The delta, checked by <see cref="PageDelta.CheckHeader"/>; the page and what it adds are no more items than a page has.</param>
    /// <param name="store">Where it is, for messages.</param>
    /// <param name="id">Which it is.</param>
    /// <param name="pool">Gives the memory of the page.</param>
    /// <param name="end">Where the entries end.</param>
    /// <exception cref="StateCorruptedException">They do not fit the page.</exception>
    public static Page Read(Page page, ReadOnlySpan<byte> stored, IPageStore store, PageId id, PagePool pool, out int end)
    {
        ulong added = PageDelta.AddedOf(stored);
        PageValidator.Require(page.Count > 1, store, id, PageDeltaLayout.SizeBytes, "items of a base that entries are added to", $"two or more", $"{page.Count}");
        Span<Addition> additions = stackalloc Addition[BitOperations.PopCount(added)];
        end = Offset;
        int recordBytes = 0;
        for (int i = 0; i < additions.Length; i++)
        {
            bool isWhole = TryRead(page, stored, end, out additions[i]);
            PageValidator.Require(isWhole, store, id, end, "added entry", $"a whole and possible one", $"{stored.Length - end} bytes");
            end = additions[i].End;
            recordBytes += additions[i].RecordBytes;
        }

        Span<ushort> gaps = stackalloc ushort[page.Count - 1 + additions.Length];
        FindGaps(page, stored, added, additions, gaps, store, id);
        ulong kept = KeptNodes(page, added);
        int bodyBytes = page.BodyBytes + (additions.Length * (TrieNodeLayout.SizeBytes + sizeof(ushort) + page.HeightWidth)) + recordBytes;
        int bytes = bodyBytes + (BitOperations.PopCount(kept) * Hash256.SizeBytes);
        PageValidator.Require(bytes <= PageLimits.MaxStoredBytes, store, id, PageDeltaLayout.SizeBytes, "length of a page with added entries", $"at most {PageLimits.MaxStoredBytes}", $"{bytes}");
        PageMemory memory = pool.Allocate(bytes);
        try
        {
            WriteBody(page, stored, added, additions, gaps, memory.Span[..bodyBytes]);
            WriteHashes(page, added, kept, memory.Span[..bytes], bodyBytes);
            PageValidator.Check(memory.Span[..bytes], store, id);
        }
        catch
        {
            pool.Free(memory);
            throw;
        }

        return MakePage(page, added, kept, memory, bodyBytes, pool);
    }

    private static Page MakePage(Page source, ulong added, ulong kept, PageMemory memory, int bodyBytes, PagePool pool)
    {
        Page page = pool.RentPage(source.HasChildren);
        int child = 0;
        foreach (PageReference reference in source.Children)
        {
            page.PutChild(child++, reference);
        }

        page.Begin(memory, bodyBytes, source.Blobs, born: 0);
        page.HashValid = kept;
        page.IsAsStored = true;
        TreeTotals totals = page.Totals;
        for (; added != 0; added &= added - 1)
        {
            int item = BitOperations.TrailingZeroCount(added);
            totals += page.ItemTotals(item);
            page.NoteChange(item);
        }

        page.PatchTotals(totals);
        return page;
    }

    private static bool TryRead(Page page, ReadOnlySpan<byte> stored, int at, out Addition addition)
    {
        addition = default;
        if (!Varint.TryRead(stored[at..], out ulong suffix, out int width) || suffix > (ulong)(StateLimits.MaxKeyBytes - page.PrefixBytes) || (int)suffix > stored.Length - at - width)
        {
            return false;
        }

        addition.SuffixAt = at + width;
        addition.SuffixBytes = (int)suffix;
        at = addition.SuffixAt + addition.SuffixBytes;
        if (!Varint.TryRead(stored[at..], out ulong height, out width) || !page.CanHoldHeightAboveBase(height))
        {
            return false;
        }

        at += width;
        addition.Height = height;
        if (!Varint.TryRead(stored[at..], out ulong value, out width) || value > StateLimits.MaxInlineValueBytes || (int)value > stored.Length - at - width)
        {
            return false;
        }

        addition.ValueAt = at + width;
        addition.ValueBytes = (int)value;
        return true;
    }

    /// <summary>Finds where the items differ: a new entry from those beside it, the others as before. Whether a key belongs below a stub beside it is for the check of the whole page.</summary>
    private static void FindGaps(Page page, ReadOnlySpan<byte> stored, ulong added, ReadOnlySpan<Addition> additions, Span<ushort> gaps, IPageStore store, PageId id)
    {
        int top = page.TopIndex;
        int firstIndex = page.PrefixBytes << KeyBits.ByteShift;
        int known = 0;
        int next = 0;
        ReadOnlySpan<byte> before = default;
        bool isAddedBefore = false;
        for (int item = 0; item <= gaps.Length; item++)
        {
            bool isAdded = ((added >> item) & 1) != 0;
            ReadOnlySpan<byte> suffix = isAdded ? additions[next].Suffix(stored) : page.Suffix(known);
            if (item > 0 && !isAdded && !isAddedBefore)
            {
                gaps[item - 1] = (ushort)page.Gap(known - 1);
            }
            else if (item > 0)
            {
                int difference = KeyBits.FirstDifference(before, suffix);
                bool isInOrder = difference != KeyBits.None && KeyBits.Bit(suffix, difference) == 1 && firstIndex + difference >= top;
                PageValidator.Require(isInOrder, store, id, isAdded ? additions[next].SuffixAt : PageDeltaLayout.SizeBytes, "order of an added key and one beside it", $"ascending, first difference {top} or behind it", $"first difference {difference}");
                gaps[item - 1] = (ushort)(firstIndex + difference);
            }

            known += isAdded ? 0 : 1;
            next += isAdded ? 1 : 0;
            before = suffix;
            isAddedBefore = isAdded;
        }
    }

    /// <summary>The nodes whose hash can still be right: that between two items is another one when an entry comes between them.</summary>
    private static ulong KeptNodes(Page page, ulong added)
    {
        ulong kept = 0;
        int known = 0;
        for (int item = 0; known < page.Count - 1; item++)
        {
            if (((added >> item) & 1) == 0)
            {
                kept |= ((added >> (item + 1)) & 1) == 0 ? ((page.HashValid >> known) & 1) << item : 0;
                known++;
            }
        }

        return kept;
    }

    /// <summary>Writes header and body; the totals stay as they are.</summary>
    private static void WriteBody(Page page, ReadOnlySpan<byte> stored, ulong added, ReadOnlySpan<Addition> additions, ReadOnlySpan<ushort> gaps, Span<byte> body)
    {
        int count = gaps.Length + 1;
        ReadOnlySpan<byte> from = page.Body;
        PageSections to = new(count, page.Children.Length, page.HeightWidth, page.PrefixBytes);
        from[..to.Trie].CopyTo(body);
        Span<byte> order = stackalloc byte[PageLimits.MaxItems];
        body[PageHeaderLayout.TrieRootOffset] = (byte)PageTrie.Build(gaps, body[to.Trie..to.Offsets], order);
        body[PageHeaderLayout.ItemCountOffset] = (byte)count;
        ulong stubs = page.StubMask;
        ulong blobs = page.BlobMask;
        for (ulong left = added; left != 0; left &= left - 1)
        {
            stubs = Page.SpreadItems(stubs, BitOperations.TrailingZeroCount(left));
            blobs = Page.SpreadItems(blobs, BitOperations.TrailingZeroCount(left));
        }

        BinaryPrimitives.WriteUInt64LittleEndian(body[PageHeaderLayout.StubMaskOffset..], stubs);
        BinaryPrimitives.WriteUInt64LittleEndian(body[PageHeaderLayout.BlobMaskOffset..], blobs);
        page.Prefix.CopyTo(body[to.Prefix..]);
        int known = 0;
        int next = 0;
        int at = 0;
        for (int item = 0; item < count; item++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(body[(to.Offsets + (item * sizeof(ushort)))..], (ushort)at);
            Span<byte> height = body[(to.Heights + (item * page.HeightWidth))..];
            Span<byte> record = body[(to.Data + at)..];
            if (((added >> item) & 1) != 0)
            {
                ref readonly Addition addition = ref additions[next++];
                Page.WriteHeight(height, page.HeightWidth, addition.Height);
                int width = Page.WriteLength(record, addition.SuffixBytes);
                addition.Suffix(stored).CopyTo(record[width..]);
                stored.Slice(addition.ValueAt, addition.ValueBytes).CopyTo(record[(width + addition.SuffixBytes)..]);
                at += addition.RecordBytes;
                continue;
            }

            Page.WriteHeight(height, page.HeightWidth, page.HeightAboveBase(known));
            ReadOnlySpan<byte> same = page.Record(known++);
            same.CopyTo(record);
            at += same.Length;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(body[(to.Offsets + (count * sizeof(ushort)))..], (ushort)at);
    }

    /// <summary>Writes the hashes behind the body, one after the other, and says so in the header, as in a page that is stored.</summary>
    private static void WriteHashes(Page page, ulong added, ulong kept, Span<byte> memory, int at)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(memory[PageHeaderLayout.KeptHashMaskOffset..], kept);
        BinaryPrimitives.WriteUInt32LittleEndian(memory[PageHeaderLayout.StoredBytesOffset..], (uint)memory.Length);
        for (; kept != 0; kept &= kept - 1)
        {
            int node = BitOperations.TrailingZeroCount(kept);
            int known = node - BitOperations.PopCount(added & ((1UL << node) - 1));
            page.NodeHash(known).CopyTo(memory[at..]);
            at += Hash256.SizeBytes;
        }
    }

    /// <summary>An entry that is added, by the places of its parts in the delta.</summary>
    private struct Addition
    {
        public int SuffixAt;
        public int SuffixBytes;
        public int ValueAt;
        public int ValueBytes;
        public ulong Height;

        public readonly int End => ValueAt + ValueBytes;

        public readonly int RecordBytes => (SuffixBytes < 0x80 ? 1 : 2) + SuffixBytes + ValueBytes;

        public readonly ReadOnlySpan<byte> Suffix(ReadOnlySpan<byte> stored) => stored.Slice(SuffixAt, SuffixBytes);
    }
}
