using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Cairn.Format;

namespace Cairn.Tree;

/// <summary>Where the trie of a page is and begins: the same for every page in memory that a <see cref="PageReference"/> ever had, as their contents are.</summary>
/// <param name="TrieOffset">Where its nodes are.</param>
/// <param name="TrieRoot">The topmost of them.</param>
/// <param name="Count">The number of items.</param>
internal readonly record struct PageShape(ushort TrieOffset, byte TrieRoot, byte Count)
{
    /// <summary>Whether the page has stubs, which lie between header and trie.</summary>
    public bool HasStubs => TrieOffset > PageHeaderLayout.SizeBytes;
}

/// <summary>
/// The look-up of <see cref="Page.Find"/> on the bare bytes of a page, for point reads: it touches the page's memory only, neither the <see cref="Page"/> object nor its fields, and asks for the
/// memory it is going to need before it needs it. Tests hold it to the answers of <see cref="Page.Find"/>.
/// </summary>
/// <remarks>
/// SAFETY: the address is that of a page that was in memory when the caller looked, inside <see cref="ReaderEpochs"/>; its memory is not given back before the caller leaves. The body was made by
/// <see cref="PageBuilder"/> or checked completely by <see cref="PageValidator"/> before it could be found: trie children, offsets and lengths lie within the body, so that no read here leaves it. Nodes of the trie
/// lead downwards, so that the walk ends. The bytes of the key are read below its length only.
/// </remarks>
internal readonly unsafe ref struct PageProbe
{
    private const int LineBytes = 64;

    private readonly byte* _start;
    private readonly PageShape _shape;

    /// <summary>Looks at the page at an address.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="shape">The shape of that page, or of another one with the same content.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PageProbe(nint address, PageShape shape)
    {
        _start = (byte*)address;
        _shape = shape;
    }

    private int PrefixBytes => ReadUInt16(_start + PageHeaderLayout.PrefixBytesOffset);

    private ulong StubMask => ReadUInt64(_start + PageHeaderLayout.StubMaskOffset);

    /// <summary>Whether an item is an entry with a blob.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsBlob(int item) => ((ReadUInt64(_start + PageHeaderLayout.BlobMaskOffset) >> item) & 1) != 0;

    /// <summary>Asks the processor for the part of the page that a look-up begins with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch()
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(_start);
            PrefetchLines(_start + _shape.TrieOffset);
        }
    }

    /// <summary>Likewise, for a leaf that is likely to be at an address, unless that is 0. It may be the wrong memory, or none: then nothing is read, and no fault comes of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PrefetchLeaf(nint address)
    {
        if (Sse.IsSupported && address != 0)
        {
            Sse.Prefetch0((byte*)address);
            PrefetchLines((byte*)address + PageHeaderLayout.SizeBytes);
        }
    }

    /// <summary>The lines asked for beside the header: trie, offsets, heights and prefix of a full page, which lie before the records.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchLines(byte* trie)
    {
        Sse.Prefetch0(trie);
        Sse.Prefetch0(trie + LineBytes);
        Sse.Prefetch0(trie + (2 * LineBytes));
        Sse.Prefetch0(trie + (3 * LineBytes));
        Sse.Prefetch0(trie + (4 * LineBytes));
        Sse.Prefetch0(trie + (5 * LineBytes));
        Sse.Prefetch0(trie + (6 * LineBytes));
        Sse.Prefetch0(trie + (7 * LineBytes));
    }

    /// <summary>Asks the processor for all of a page's memory.</summary>
    public static void Prefetch(nint address, int bytes)
    {
        if (Sse.IsSupported)
        {
            byte* start = (byte*)address;
            for (int line = 0; line < bytes; line += LineBytes)
            {
                Sse.Prefetch0(start + line);
            }
        }
    }

    /// <summary>Asks the processor for the place of an array that a number is at. As with <see cref="PrefetchObject"/> it may be the wrong memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(ulong[] numbers, ulong index)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0((ulong*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(numbers)) + index);
        }
    }

    /// <summary>Asks the processor for a part of an array, or what is behind its end. As with <see cref="PrefetchObject"/> it may be the wrong memory.</summary>
    public static void Prefetch(byte[] bytes, int start, int count)
    {
        if (Sse.IsSupported)
        {
            byte* first = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bytes)) + start;
            for (int offset = 0; offset < count; offset += LineBytes)
            {
                Sse.Prefetch0(first + offset);
            }
        }
    }

    /// <summary>The stub that the bits of a key lead to, without a look at anything but those bits: if the tree has the key, it is below. -1 for an entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int StubOnTheWay(ReadOnlySpan<byte> key, out int item)
    {
        item = Candidate(_start + _shape.TrieOffset, key, _shape.Count);
        ulong stubs = StubMask;
        return ((stubs >> item) & 1) != 0 ? BitOperations.PopCount(stubs & ((1UL << item) - 1)) : -1;
    }

    /// <summary>Asks the processor for the beginning of an object. The collector may move it at any moment: then the wrong memory is asked for, which changes nothing but the time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PrefetchObject(object? target, int lines)
    {
        if (Sse.IsSupported)
        {
            byte* start = (byte*)Unsafe.As<object?, nint>(ref target);
            for (int line = 0; line < lines; line++)
            {
                Sse.Prefetch0(start + (line * LineBytes));
            }
        }
    }

    /// <summary>Decides a look-up: the entry or stub that has the key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="item">The item.</param>
    /// <param name="stub">The number of the stub among the stubs of the page; -1 for an entry.</param>
    /// <param name="value">The inline value of an entry, or the record of its blob; valid as long as the caller is inside <see cref="ReaderEpochs"/>.</param>
    /// <returns>False when the key is absent.</returns>
    public bool Find(ReadOnlySpan<byte> key, out int item, out int stub, out ReadOnlySpan<byte> value)
    {
        stub = StubOnTheWay(key, out item);
        return IsHere(key, item, stub, out value);
    }

    /// <summary>Decides a look-up in a page without stubs.</summary>
    /// <param name="key">The key.</param>
    /// <param name="item">The item.</param>
    /// <param name="value">As <see cref="Find"/> says.</param>
    /// <returns>False when the key is absent.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool FindInLeaf(ReadOnlySpan<byte> key, out int item, out ReadOnlySpan<byte> value)
    {
        item = Candidate(_start + _shape.TrieOffset, key, _shape.Count);
        return IsHere(key, item, stub: -1, out value);
    }

    /// <summary>Decides whether an item that the bits of a key lead to has the key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="item">The item.</param>
    /// <param name="stub">What <see cref="StubOnTheWay"/> gave.</param>
    /// <param name="value">The inline value of an entry, or the record of its blob; valid as long as the caller is inside <see cref="ReaderEpochs"/>.</param>
    /// <returns>False when the key is absent.</returns>
    public bool IsHere(ReadOnlySpan<byte> key, int item, int stub, out ReadOnlySpan<byte> value)
    {
        int count = _shape.Count;
        byte* trie = _start + _shape.TrieOffset;
        byte* offsets = trie + ((count - 1) * TrieNodeLayout.SizeBytes);
        byte* prefix = offsets + ((count + 1) * sizeof(ushort)) + (count * _start[PageHeaderLayout.HeightWidthOffset]);
        int prefixBytes = PrefixBytes;
        byte* data = prefix + prefixBytes;
        byte* record = data + ReadUInt16(offsets + (item * sizeof(ushort)));
        byte* end = data + ReadUInt16(offsets + ((item + 1) * sizeof(ushort)));
        value = default;
        if (key.Length < prefixBytes || !new ReadOnlySpan<byte>(prefix, prefixBytes).SequenceEqual(key[..prefixBytes]))
        {
            return false;
        }

        if (stub >= 0)
        {
            return BelongsBelow(key[prefixBytes..], new ReadOnlySpan<byte>(record, (int)(end - record)), TopIndex(stub) - (prefixBytes << KeyBits.ByteShift));
        }

        int length = *record++;
        if (length >= 0x80)
        {
            length = (length & 0x7F) | (*record++ << 7);
        }

        if (length != key.Length - prefixBytes || !new ReadOnlySpan<byte>(record, length).SequenceEqual(key[prefixBytes..]))
        {
            return false;
        }

        record += length;
        value = new ReadOnlySpan<byte>(record, (int)(end - record));
        return true;
    }

    /// <summary>Follows the trie by the bits of a key, as <see cref="Page.Candidate"/> does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Candidate(byte* trie, ReadOnlySpan<byte> key, int count)
    {
        if (count == 1)
        {
            return 0;
        }

        ref byte first = ref MemoryMarshal.GetReference(key);
        int length = key.Length;
        int node = _shape.TrieRoot;
        do
        {
            byte* at = trie + (node * TrieNodeLayout.SizeBytes);
            int index = ReadUInt16(at);
            int place = index >> KeyBits.ByteShift;
            int bit = 0;
            if (place < length)
            {
                bit = ((0x100 | Unsafe.Add(ref first, place)) >> (8 - (index & 15))) & 1;
            }

            node = at[TrieNodeLayout.LeftOffset + bit];
        }
        while (node < TrieNodeLayout.ItemFlag);
        return node & ~TrieNodeLayout.ItemFlag;
    }

    private int TopIndex(int stub) => ReadUInt16(_start + PageHeaderLayout.SizeBytes + (stub * StubLayout.SizeBytes) + StubLayout.TopIndexOffset);

    /// <summary>Whether the rest of a key has the bits before a stub's top index, both counted from the end of the page's prefix.</summary>
    private static bool BelongsBelow(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> stored, int topIndex)
    {
        int common = rest.CommonPrefixLength(stored);
        return common == stored.Length
            || (common == rest.Length ? common << KeyBits.ByteShift : KeyBits.OfBytes(common, rest[common], stored[common])) >= topIndex;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadUInt16(byte* at)
    {
        ushort value = Unsafe.ReadUnaligned<ushort>(at);
        return BitConverter.IsLittleEndian ? value : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadUInt64(byte* at)
    {
        ulong value = Unsafe.ReadUnaligned<ulong>(at);
        return BitConverter.IsLittleEndian ? value : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
    }
}
