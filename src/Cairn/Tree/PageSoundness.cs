using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cairn.Format;
using Cairn.Homes;

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

    /// <summary>How many bytes of two keys are compared at once.</summary>
    private const int HeadBytes = sizeof(ulong);

    /// <summary>Whether stored bytes are a page.</summary>
    public static bool Holds(ReadOnlySpan<byte> stored)
    {
        if (stored.Length is < PageHeaderLayout.SizeBytes or > PageLimits.MaxStoredBytes || !IsHeaderSound(stored))
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

        Span<ushort> gaps = stackalloc ushort[2 * Lanes];
        Span<int> above = stackalloc int[PageLimits.MaxItems + 1]; // the index of a node, behind one that is above all and before another
        Span<byte> children = stackalloc byte[(2 * PageLimits.MaxItems) + 2];
        gaps.Fill(ushort.MaxValue);
        bool holds = true;
        ReadOnlySpan<byte> trie = stored.Slice(view.Sections.Trie, nodes * TrieNodeLayout.SizeBytes);
        for (int node = 0; node < nodes; node++)
        {
            uint fields = BinaryPrimitives.ReadUInt32LittleEndian(trie[(node * TrieNodeLayout.SizeBytes)..]);
            int gap = (ushort)fields;
            holds &= gap <= KeyBits.MaxIndex & (gap & 15) <= 8 & gap >> KeyBits.ByteShift >= view.PrefixBytes;
            gaps[node] = (ushort)gap;
            above[node + 1] = gap;
            children[2 * node] = (byte)(fields >> (8 * TrieNodeLayout.LeftOffset));
            children[(2 * node) + 1] = (byte)(fields >> (8 * TrieNodeLayout.RightOffset));
        }

        // The root is what hangs on the left of the node behind the last.
        above[0] = KeyBits.None;
        above[nodes + 1] = KeyBits.None;
        children[2 * nodes] = root;
        return holds && AreChildrenSound(gaps, above, children, nodes);
    }

    private static bool AreChildrenSound(ReadOnlySpan<ushort> gaps, ReadOnlySpan<int> above, ReadOnlySpan<byte> children, int nodes)
    {
        Vector512<ushort> low = Vector512.Create(gaps[..Lanes]);
        Vector512<ushort> high = Vector512.Create(gaps[Lanes..]);
        uint faults = 0;
        for (int node = 0; node < nodes; node++)
        {
            Vector512<ushort> own = Vector512.Create(gaps[node]);
            ulong smaller = Vector512.LessThanOrEqual(low, own).ExtractMostSignificantBits() | (Vector512.LessThanOrEqual(high, own).ExtractMostSignificantBits() << Lanes);
            int left = 63 - BitOperations.LeadingZeroCount(smaller & ((1UL << node) - 1));
            int right = BitOperations.TrailingZeroCount((smaller & (ulong.MaxValue << node << 1)) | (1UL << nodes));
            int fromLeft = above[left + 1];
            int fromRight = above[right + 1];
            int parent = fromLeft > fromRight ? (2 * left) + 1 : 2 * right;
            uint isTie = Math.Max(fromLeft, fromRight) == gaps[node] ? 1u : 0;
            faults |= isTie | (uint)(children[parent] ^ node);
            faults |= left == node - 1 ? (uint)(children[2 * node] ^ (node | TrieNodeLayout.ItemFlag)) : 0;
            faults |= right == node + 1 ? (uint)(children[(2 * node) + 1] ^ ((node + 1) | TrieNodeLayout.ItemFlag)) : 0;
        }

        return faults == 0;
    }

    /// <summary>Whether every record lies where it may and has a possible key and value, and the keys ascend and differ first where the trie says.</summary>
    private static bool AreRecordsSound(ReadOnlySpan<byte> stored, in PageView view)
    {
        ref byte bytes = ref MemoryMarshal.GetReference(stored);
        int offsets = view.Sections.Offsets;
        int data = view.Sections.Data;
        int dataBytes = view.DataBytes;
        int prefixBytes = view.PrefixBytes;
        ulong stubs = view.StubMask;
        ulong blobs = view.BlobMask;
        ReadOnlySpan<byte> before = default;
        ulong headBefore = 0;
        int start = ReadUInt16(ref bytes, offsets);
        if (start != 0 || ReadUInt16(ref bytes, offsets + (view.Count * sizeof(ushort))) != dataBytes)
        {
            return false;
        }

        for (int item = 0; item < view.Count; item++, stubs >>= 1, blobs >>= 1)
        {
            int end = ReadUInt16(ref bytes, offsets + ((item + 1) * sizeof(ushort)));
            if (end < start || end > dataBytes)
            {
                return false;
            }

            // From here on the record is known to lie within the bytes.
            int at = data + start;
            int length = end - start;
            start = end;
            if ((stubs & 1) == 0)
            {
                int width = 1;
                int suffix = length == 0 ? 0 : Unsafe.Add(ref bytes, at);
                if (suffix >= 0x80)
                {
                    int second = length < 2 ? 0 : Unsafe.Add(ref bytes, at + 1);
                    if (second is 0 or >= 0x80)
                    {
                        return false;
                    }

                    suffix = (suffix & 0x7F) | (second << 7);
                    width = 2;
                }

                int value = length - width - suffix;
                if (value < 0 || prefixBytes + suffix < 1 || ((blobs & 1) != 0 ? value != BlobRecordLayout.SizeBytes : value > StateLimits.MaxInlineValueBytes))
                {
                    return false;
                }

                at += width;
                length = suffix;
            }

            ReadOnlySpan<byte> key = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref bytes, at), length);
            ulong head = length < HeadBytes ? 0 : ReadHead(ref bytes, at);
            if (prefixBytes + length > StateLimits.MaxKeyBytes || (item > 0 && !IsInOrder(before, headBefore, key, head, ReadUInt16(ref bytes, view.Sections.Trie + ((item - 1) * TrieNodeLayout.SizeBytes)) - (prefixBytes << KeyBits.ByteShift))))
            {
                return false;
            }

            before = key;
            headBefore = head;
        }

        return true;
    }

    /// <summary>Whether two keys, without what all keys begin with, ascend and differ first at an index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsInOrder(ReadOnlySpan<byte> before, ulong headBefore, ReadOnlySpan<byte> key, ulong head, int index)
    {
        ulong differing = headBefore ^ head;
        if (differing == 0 || before.Length < HeadBytes || key.Length < HeadBytes)
        {
            return KeyBits.FirstDifference(before, key) == index && index != KeyBits.None && KeyBits.Bit(key, index) == 1;
        }

        int zeros = BitOperations.LeadingZeroCount(differing);
        return ((zeros >> 3) << KeyBits.ByteShift) + 1 + (zeros & 7) == index && headBefore < head;
    }

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
                && bytes is >= PageHeaderLayout.SizeBytes and <= PageLimits.MaxStoredBytes;
            if (!holds)
            {
                return false;
            }

            highest = Math.Max(highest, BinaryPrimitives.ReadUInt16LittleEndian(stub[StubLayout.LevelOffset..]) + 1);
        }

        return BinaryPrimitives.ReadUInt16LittleEndian(stored[PageHeaderLayout.LevelOffset..]) == highest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadUInt16(ref byte bytes, int at)
    {
        ushort value = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref bytes, at));
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadHead(ref byte bytes, int at)
    {
        ulong value = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, at));
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
    }
}
