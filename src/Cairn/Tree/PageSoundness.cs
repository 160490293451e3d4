using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cairn.Format;
using Cairn.Homes;
using Cairn.Pages;

namespace Cairn.Tree;

/// <summary>
/// The checks of <see cref="PageValidator"/> for pages that pass them, which is what reading a page costs: the same questions about the same bytes in one pass, without texts. What it refuses goes to the validator, which says why.
/// Tests hold the two to the same answers.
/// </summary>
/// <remarks>
/// SAFETY: offsets are used only after they were found to lie within the bytes: the sections by the counts of the header, each record by its two offsets, the head of a key by the key's length. Tables on the stack are indexed by nodes
/// and items, of which there are at most 64, and by nothing that was read.
/// </remarks>
internal static class PageSoundness
{
    /// <summary>Nodes looked at by one comparison.</summary>
    private const int Lanes = 32;

    /// <summary>Stands for a node that is not there: its index is above all others.</summary>
    private const uint NoFields = 0xFEFEFEFE;

    /// <summary>How many bytes of two keys are compared at once.</summary>
    private const int HeadBytes = sizeof(ulong);

    /// <summary>Whether stored bytes are a page.</summary>
    public static bool Holds(ReadOnlySpan<byte> stored)
    {
        if (!BitConverter.IsLittleEndian || stored.Length is < PageHeaderLayout.SizeBytes or > PageLimits.MaxStoredBytes || !IsHeaderSound(stored))
        {
            return false;
        }

        PageView view = new(stored);
        return view.PrefixBytes <= StateLimits.MaxKeyBytes
            && AreMasksSound(view, stored[PageHeaderLayout.TreeOffset])
            && view.DataBytes >= 0
            && IsTrieSound(stored, view)
            && AreRecordsSound(stored, view)
            && AreStubsSound(stored, view);
    }

    private static bool IsHeaderSound(ReadOnlySpan<byte> stored) =>
        stored[PageHeaderLayout.FormatVersionOffset] == PageHeaderLayout.FormatVersion
        && stored[PageHeaderLayout.RequiredFeaturesOffset] == 0
        && stored[PageHeaderLayout.CodecOffset] == 0
        && BinaryPrimitives.ReadUInt32LittleEndian(stored[PageHeaderLayout.StoredBytesOffset..]) == stored.Length
        && stored[PageHeaderLayout.TreeOffset] <= (byte)TreeKind.Local
        && stored[PageHeaderLayout.ItemCountOffset] is >= 1 and <= PageLimits.MaxItems
        && BinaryPrimitives.ReadUInt16LittleEndian(stored[PageHeaderLayout.LevelOffset..]) <= PageLimits.MaxDepth
        && stored[PageHeaderLayout.HeightWidthOffset] is sizeof(ushort) or sizeof(uint) or sizeof(ulong);

    private static bool AreMasksSound(in PageView view, byte tree)
    {
        ulong items = ulong.MaxValue >> (PageLimits.MaxItems - view.Count);
        ulong nodes = tree == (byte)TreeKind.State ? items >> 1 : 0;
        return ((view.StubMask & ~items) | (view.BlobMask & ~(items & ~view.StubMask)) | (view.KeptHashMask & ~nodes)) == 0;
    }

    /// <summary>
    /// Whether the nodes are the Cartesian tree of their indexes. The parent of a node is the higher of the nearest smaller indexes to its left and right; where such a neighbour is the very next node, the child on that side is an
    /// item. So the children of all nodes are known without walking, and each is compared once.
    /// </summary>
    private static bool IsTrieSound(ReadOnlySpan<byte> stored, in PageView view)
    {
        int nodes = view.Count - 1;
        byte root = stored[PageHeaderLayout.TrieRootOffset];
        if (nodes == 0)
        {
            return root == TrieNodeLayout.NoNode;
        }

        Span<uint> fields = stackalloc uint[PageLimits.MaxItems];
        fields.Fill(NoFields);
        MemoryMarshal.Cast<byte, uint>(stored.Slice(view.Sections.Trie, nodes * TrieNodeLayout.SizeBytes)).CopyTo(fields);
        Vector512<ushort> low = Vector512.Narrow(Vector512.Create(fields[..16]), Vector512.Create(fields[16..]));
        Vector512<ushort> high = Vector512.Narrow(Vector512.Create(fields[32..]), Vector512.Create(fields[48..]));
        Vector512<ushort> first = Vector512.Create((ushort)(view.PrefixBytes << KeyBits.ByteShift));
        ulong impossible = Impossible(low, first) | (Impossible(high, first) << Lanes);
        if ((impossible & (ulong.MaxValue >> (PageLimits.MaxItems - nodes))) != 0)
        {
            return false;
        }

        // Left and right child of each node, and the root behind them, as if it hung on the left of a node behind the last.
        Span<ushort> children = stackalloc ushort[PageLimits.MaxItems];
        Vector512.Narrow(Vector512.Create(fields[..16]) >> 16, Vector512.Create(fields[16..]) >> 16).CopyTo(children);
        Vector512.Narrow(Vector512.Create(fields[32..]) >> 16, Vector512.Create(fields[48..]) >> 16).CopyTo(children[Lanes..]);
        children[nodes] = root;

        // One more than each index, so that there is something below all of them: before the first node and behind the last.
        Span<ushort> heights = stackalloc ushort[PageLimits.MaxItems + 1];
        low += Vector512<ushort>.One;
        high += Vector512<ushort>.One;
        low.CopyTo(heights[1..]);
        high.CopyTo(heights[(Lanes + 1)..]);
        heights[0] = 0;
        heights[nodes + 1] = 0;
        return AreChildrenSound(low, high, ref heights[0], ref MemoryMarshal.AsBytes(children)[0], nodes);
    }

    /// <summary>All bits where two numbers that are not negative are equal, else none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int EqualMask(int a, int b) => ((a ^ b) - 1) >> 31;

    /// <summary>Which indexes are not of a bit behind what all keys begin with.</summary>
    private static ulong Impossible(Vector512<ushort> indexes, Vector512<ushort> first) =>
        (Vector512.GreaterThan(indexes, Vector512.Create((ushort)KeyBits.MaxIndex))
            | Vector512.GreaterThan(indexes & Vector512.Create((ushort)15), Vector512.Create((ushort)8))
            | Vector512.LessThan(indexes, first)).ExtractMostSignificantBits();

    private static bool AreChildrenSound(Vector512<ushort> low, Vector512<ushort> high, ref ushort heights, ref byte children, int nodes)
    {
        // Without a branch: which of the cases a node is, nothing can foretell.
        int faults = 0;
        ulong behind = 1UL << nodes;
        for (int node = 0; node < nodes; node++)
        {
            int own = Unsafe.Add(ref heights, node + 1);
            Vector512<ushort> height = Vector512.Create((ushort)own);
            ulong lower = Vector512.LessThanOrEqual(low, height).ExtractMostSignificantBits() | (Vector512.LessThanOrEqual(high, height).ExtractMostSignificantBits() << Lanes) | behind;
            int behindLeft = 64 - BitOperations.LeadingZeroCount(lower & ((1UL << node) - 1));
            int right = BitOperations.TrailingZeroCount(lower & (~1UL << node));
            int fromLeft = Unsafe.Add(ref heights, behindLeft);
            int fromRight = Unsafe.Add(ref heights, right + 1);
            int onLeft = 2 * right;
            int onRight = (2 * behindLeft) - 1;
            int parent = onLeft ^ ((onLeft ^ onRight) & ((fromRight - fromLeft) >> 31));
            int leftItem = Unsafe.Add(ref children, 2 * node) ^ (node | TrieNodeLayout.ItemFlag);
            int rightItem = Unsafe.Add(ref children, (2 * node) + 1) ^ ((node + 1) | TrieNodeLayout.ItemFlag);
            faults |= (Unsafe.Add(ref children, parent) ^ node)
                | EqualMask(fromLeft, own) | EqualMask(fromRight, own) // ties
                | (leftItem & EqualMask(behindLeft, node))
                | (rightItem & EqualMask(right, node + 1));
        }

        return faults == 0;
    }

    /// <summary>Whether every record lies where it may and has a possible key and value, and the keys ascend and differ first where the trie says.</summary>
    private static bool AreRecordsSound(ReadOnlySpan<byte> stored, in PageView view)
    {
        ref byte bytes = ref MemoryMarshal.GetReference(stored);
        int count = view.Count;
        ref byte offsets = ref Unsafe.Add(ref bytes, view.Sections.Offsets);
        ref byte trie = ref Unsafe.Add(ref bytes, view.Sections.Trie);
        ref byte data = ref Unsafe.Add(ref bytes, view.Sections.Data);
        int dataBytes = view.DataBytes;
        int prefixBytes = view.PrefixBytes;
        int firstIndex = prefixBytes << KeyBits.ByteShift;
        ulong stubs = view.StubMask;
        ulong blobs = view.BlobMask;
        int start = ReadUInt16(ref offsets, 0);
        if (start != 0 || ReadUInt16(ref offsets, count * sizeof(ushort)) != dataBytes)
        {
            return false;
        }

        int atBefore = 0;
        int lengthBefore = 0;
        ulong headBefore = 0;
        for (int item = 0; item < count; item++, stubs >>= 1, blobs >>= 1)
        {
            int at = start;
            int end = ReadUInt16(ref offsets, (item + 1) * sizeof(ushort));
            if (end < start || end > dataBytes)
            {
                return false;
            }

            // From here on the record is known to lie within the bytes.
            int length = end - start;
            start = end;
            if ((stubs & 1) == 0)
            {
                int suffix = SuffixBytes(ref Unsafe.Add(ref data, at), length, out int width);
                int value = length - width - suffix;
                if (value < 0 || prefixBytes + suffix < 1 || ((blobs & 1) != 0 ? value != BlobRecordLayout.SizeBytes : value > StateLimits.MaxInlineValueBytes))
                {
                    return false;
                }

                at += width;
                length = suffix;
            }

            ulong head = length < HeadBytes ? 0 : ReadHead(ref data, at);
            bool isInOrder = item == 0;
            if (!isInOrder)
            {
                int index = ReadUInt16(ref trie, (item - 1) * TrieNodeLayout.SizeBytes) - firstIndex;
                ulong differing = headBefore ^ head;
                int zeros = BitOperations.LeadingZeroCount(differing);
                isInOrder = differing == 0 || lengthBefore < HeadBytes || length < HeadBytes
                    ? IsInOrder(Span(ref data, atBefore, lengthBefore), Span(ref data, at, length), index)
                    : ((zeros >> 3) << KeyBits.ByteShift) + 1 + (zeros & 7) == index && headBefore < head;
            }

            if (!isInOrder || prefixBytes + length > StateLimits.MaxKeyBytes)
            {
                return false;
            }

            atBefore = at;
            lengthBefore = length;
            headBefore = head;
        }

        return true;
    }

    /// <summary>The length of a key behind what all keys begin with, and of that length itself; more than the record has when the length is not in its shortest form.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SuffixBytes(ref byte record, int recordBytes, out int width)
    {
        width = 1;
        int first = recordBytes == 0 ? 0 : record;
        if (first < 0x80)
        {
            return first;
        }

        width = 2;
        int second = recordBytes < 2 ? 0 : Unsafe.Add(ref record, 1);
        return second is 0 or >= 0x80 ? recordBytes : (first & 0x7F) | (second << 7);
    }

    /// <summary>Whether two keys, without what all keys begin with, ascend and differ first at an index.</summary>
    private static bool IsInOrder(ReadOnlySpan<byte> before, ReadOnlySpan<byte> key, int index) =>
        index != KeyBits.None && KeyBits.FirstDifference(before, key) == index && KeyBits.Bit(key, index) == 1;

    private static bool AreStubsSound(ReadOnlySpan<byte> stored, in PageView view)
    {
        int highest = 0;
        int at = PageHeaderLayout.SizeBytes;
        for (ulong stubs = view.StubMask; stubs != 0; stubs &= stubs - 1, at += StubLayout.SizeBytes)
        {
            int item = BitOperations.TrailingZeroCount(stubs);
            ReadOnlySpan<byte> stub = stored.Slice(at, StubLayout.SizeBytes);
            int top = BinaryPrimitives.ReadUInt16LittleEndian(stub[StubLayout.TopIndexOffset..]);
            int around = Math.Max(item > 0 ? view.Gap(item - 1) : KeyBits.None, item < view.Count - 1 ? view.Gap(item) : KeyBits.None);
            int prefix = view.PrefixBytes + view.RecordStart(item + 1) - view.RecordStart(item);
            uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(stub[StubLayout.StoredBytesOffset..]);
            bool holds = top <= KeyBits.MaxIndex && (top & 15) <= 8 && top > around
                && prefix == KeyBits.PrefixBytes(top)
                && BinaryPrimitives.ReadUInt64LittleEndian(stub[StubLayout.PageIdOffset..]) != PageId.None.Value
                && bytes is >= PageDeltaLayout.SizeBytes and <= PageLimits.MaxStoredBytes;
            if (!holds)
            {
                return false;
            }

            highest = Math.Max(highest, BinaryPrimitives.ReadUInt16LittleEndian(stub[StubLayout.LevelOffset..]) + 1);
        }

        return BinaryPrimitives.ReadUInt16LittleEndian(stored[PageHeaderLayout.LevelOffset..]) == highest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<byte> Span(ref byte bytes, int at, int length) => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref bytes, at), length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadUInt16(ref byte bytes, int at) => Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref bytes, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadHead(ref byte bytes, int at) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, at)));
}
