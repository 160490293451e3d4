using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Cairn.Format;

namespace Cairn.Tree;

/// <summary>
/// A page in memory: a fragment of the critbit tree as a sorted list of items, entries and stubs. Its bytes are the stored form (docs/format.md, "Page"), so that nothing is
/// converted on the way; behind them, in the state tree, the hashes of its inner nodes: of a page that was read those that were stored, of one made here all.
/// </summary>
/// <remarks>
/// Invariants: the bytes never change once a version holds the page, except for hashes filled in before it is published; node j of the trie is the gap between items j and j+1;
/// <see cref="HashValid"/> has bit j set when the hash of node j is right. Read by any thread inside <see cref="ReaderEpochs"/>; the memory is freed by retirement alone.
/// The object is used again for another page together with the memory of its page being given back (<see cref="PagePool"/>): whoever keeps one beyond its reader epoch keeps its <see cref="Life"/> with it and asks
/// <see cref="IsAlive"/> before it is used again.
/// </remarks>
internal sealed partial class Page
{
    /// <summary>The cache lines of an object.</summary>
    public const int ObjectLines = 3;

    /// <summary>What an object takes, the places of its children, and a handle with its places in the lists of its parent.</summary>
    private const int OwnBytes = 176;
    private const int PlacesBytes = 24 + (PageLimits.MaxItems * 8);
    private const int HandleBytes = 92;

    /// <summary>The cache lines of the places of most pages' children.</summary>
    private const int ChildrenLines = 7;

    // There is one of these for each page in memory, begun anew for each change: what the header has and is seldom asked for stays there, and places fit two bytes, as a page has at most MaxStoredBytes.
    private readonly PagePool _pool;
    private readonly PageReference[] _children; // room for those of any page, or none at all
    private PageMemory _memory;
    private ushort _trieOffset;
    private ushort _offsetsOffset;
    private ushort _heightsOffset;
    private ushort _prefixOffset;
    private ushort _dataOffset;
    private ushort _hashOffset;
    private ushort _bodyBytes;
    private ushort _prefixBytes;
    private ushort _level;
    private byte _heightWidth;
    private byte _count;
    private byte _trieRoot;
    private byte _childCount;
    private uint _life;
    private PageReference? _handle; // of this page, or one to be used again

    /// <summary>Makes an object that pages can be begun on. For <see cref="PagePool"/> alone.</summary>
    /// <param name="pool">Where it and the memory of its pages go back to.</param>
    /// <param name="hasChildren">Whether its pages may have stubs.</param>
    public Page(PagePool pool, bool hasChildren)
    {
        _pool = pool;
        _children = hasChildren ? new PageReference[PageLimits.MaxItems] : [];
        _leafPlaces = hasChildren ? new int[PageLimits.MaxItems] : [];
    }

    /// <summary>Which tree the page belongs to.</summary>
    public TreeKind Tree { get; private set; }

    /// <summary>The number of items, 1 to 64; 1 only at the root.</summary>
    public int Count => _count;

    /// <summary>0 for a page of entries, else one more than the highest level of its children.</summary>
    public int Level => _level;

    /// <summary>The bytes that all keys of the page begin with.</summary>
    public int PrefixBytes => _prefixBytes;

    /// <summary>The bytes that a height takes.</summary>
    public int HeightWidth => _heightWidth;

    /// <summary>The node at the top of the trie; <see cref="TrieNodeLayout.NoNode"/> for a single item.</summary>
    public int TrieRoot => _trieRoot;

    /// <summary>Bit i is set when item i is a stub.</summary>
    public ulong StubMask { get; private set; }

    /// <summary>Bit i is set when item i is an entry whose value is a blob.</summary>
    public ulong BlobMask { get; private set; }

    /// <summary>What lies under the page.</summary>
    public TreeTotals Totals
    {
        get
        {
            ReadOnlySpan<byte> header = _memory.Span[..PageHeaderLayout.SizeBytes];
            return new TreeTotals(
                BinaryPrimitives.ReadUInt64LittleEndian(header[PageHeaderLayout.EntriesOffset..]),
                BinaryPrimitives.ReadUInt64LittleEndian(header[PageHeaderLayout.BytesOffset..]));
        }
    }

    /// <summary>The bytes of header and body, without hashes.</summary>
    public int BodyBytes => _bodyBytes;

    /// <summary>The children, in the order of the stubs.</summary>
    public ReadOnlySpan<PageReference> Children => new(_children, 0, _childCount);

    /// <summary>The blobs, in the order of their entries.</summary>
    public BlobReference[] Blobs { get; private set; } = [];

    /// <summary>The ordinal of the version that made the page in this process; 0 when it was read.</summary>
    public ulong Born { get; private set; }

    /// <summary>Which node hashes are right.</summary>
    public ulong HashValid { get; set; }

    /// <summary>Whether the memory is the page as it was read: behind the body only the hashes of <see cref="HashValid"/>, one after the other. Such a page never changes; a copy has room for all hashes.</summary>
    public bool IsAsStored { get; set; }

    /// <summary>The items that differ from what is stored (<see cref="PageBases"/>), at least; without meaning where nothing is.</summary>
    public ulong ChangedItems { get; set; }

    /// <summary>
    /// The items that what was stored does not have, exactly. They are those of what is stored now if, without them, the page has as many items as that; without meaning where nothing is.
    /// </summary>
    public ulong AddedItems { get; set; }

    /// <summary>Stubs whose child was made together with this page: its hash is still to be copied here (<see cref="WaitForHash"/>). None once the pages of a change are made.</summary>
    public ulong PendingStubs { get; set; }

    /// <summary>The hash of the whole page of a state tree, once computed; for pages made in this process. Zero in a local tree.</summary>
    public Hash256 Hash => Tree == TreeKind.State ? new Hash256(NodeHash(Count == 1 ? 0 : TrieRoot)) : default;

    /// <summary>How the page's memory is accounted for; guarded by the lock of <see cref="PageCache"/>.</summary>
    public PageResidency Residency { get; set; }

    /// <summary>Whether the page is counted by the cache; guarded by its lock.</summary>
    public bool IsEntered { get; set; }

    /// <summary>Whether the page is stored and was replaced in the head; guarded by the lock of <see cref="PageCache"/>.</summary>
    public bool IsOutdated { get; set; }

    /// <summary>The memory the page takes.</summary>
    public int MemoryBytes => _memory.Capacity;

    /// <summary>What the page counts for as it is accounted for: one that can be evicted, with what the garbage collector has for it alone: its object, and the handles of its children, whether these are in memory or not.</summary>
    public int CountedBytes => Residency == PageResidency.Clean ? MemoryBytes + OwnBytes + (_childCount * HandleBytes) : MemoryBytes;

    /// <summary>What the garbage collector has for a page that is not stored, about: its object and its handle.</summary>
    public int ObjectBytes => OwnBytes + HandleBytes + (HasChildren ? PlacesBytes : 0);

    /// <summary>What <see cref="PageProbe"/> needs to know beside its memory.</summary>
    public PageShape Shape => new(_trieOffset, _trieRoot, _count);

    /// <summary>Where the page's memory is, for <see cref="PageProbe"/>.</summary>
    public nint Address => _memory.Address;

    /// <summary>Names the use of the object for this page; for <see cref="IsAlive"/>.</summary>
    public uint Life => Volatile.Read(ref _life);

    /// <summary>The pool that the object and its memory are of.</summary>
    public PagePool Pool => _pool;

    /// <summary>Whether the object is for pages with stubs.</summary>
    public bool HasChildren => _children.Length > 0;

    /// <summary>The next object of a chain of retired pages or of unused objects.</summary>
    public Page? Next { get; set; }

    /// <summary>An object some way ahead in the chain, or any other: whoever goes along asks the processor for it.</summary>
    public Page? Ahead { get; set; }

    /// <summary>The index of the topmost difference of the page's keys; <see cref="KeyBits.None"/> for a single item.</summary>
    public int TopIndex => Count == 1 ? KeyBits.None : Gap(TrieRoot);

    /// <summary>Header and body.</summary>
    public Span<byte> Body => _memory.Span[..BodyBytes];

    /// <summary>The common prefix.</summary>
    public ReadOnlySpan<byte> Prefix => _memory.Span.Slice(_prefixOffset, PrefixBytes);

    /// <summary>Whether an item is a stub.</summary>
    public bool IsStub(int item) => ((StubMask >> item) & 1) != 0;

    /// <summary>Whether an item is an entry with a blob.</summary>
    public bool IsBlob(int item) => ((BlobMask >> item) & 1) != 0;

    /// <summary>The number of stubs before an item.</summary>
    public int StubOrdinal(int item) => BitOperations.PopCount(StubMask & ((1UL << item) - 1));

    /// <summary>The child of a stub.</summary>
    public PageReference Child(int item) => _children[StubOrdinal(item)];

    /// <summary>The blob of an entry.</summary>
    public BlobReference Blob(int item) => Blobs[BitOperations.PopCount(BlobMask & ((1UL << item) - 1))];

    /// <summary>The index of the first difference between item <paramref name="node"/> and the one after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Gap(int node) => BinaryPrimitives.ReadUInt16LittleEndian(_memory.Span[(_trieOffset + (node * TrieNodeLayout.SizeBytes))..]);

    /// <summary>The child of a trie node: a node, or an item with <see cref="TrieNodeLayout.ItemFlag"/>.</summary>
    public int TrieChild(int node, bool right) =>
        _memory.Span[_trieOffset + (node * TrieNodeLayout.SizeBytes) + (right ? TrieNodeLayout.RightOffset : TrieNodeLayout.LeftOffset)];

    /// <summary>The key bytes of an item behind the common prefix; of a stub, the part of the bits before its top index.</summary>
    public ReadOnlySpan<byte> Suffix(int item)
    {
        ReadOnlySpan<byte> record = Record(item);
        if (IsStub(item))
        {
            return record;
        }

        int length = ReadLength(record, out int width);
        return record.Slice(width, length);
    }

    /// <summary>The length of an item's key in bytes (of a stub, of its stored prefix).</summary>
    public int KeyBytes(int item) => PrefixBytes + Suffix(item).Length;

    /// <summary>Writes the key of an item (of a stub, its stored prefix).</summary>
    /// <returns>Its length.</returns>
    public int CopyKey(int item, Span<byte> destination)
    {
        ReadOnlySpan<byte> suffix = Suffix(item);
        Prefix.CopyTo(destination);
        suffix.CopyTo(destination[PrefixBytes..]);
        return PrefixBytes + suffix.Length;
    }

    /// <summary>The inline value of an entry; of a blob, its record.</summary>
    public ReadOnlySpan<byte> InlineValue(int item)
    {
        ReadOnlySpan<byte> record = Record(item);
        int length = ReadLength(record, out int width);
        return record[(width + length)..];
    }

    /// <summary>The length of an entry's value.</summary>
    public int ValueBytes(int item) => IsBlob(item) ? Blob(item).Length : InlineValue(item).Length;

    /// <summary>The height at which an entry last changed.</summary>
    public BlockHeight Height(int item)
    {
        return (BlockHeight)(BaseHeight + ReadHeight(_memory.Span[(_heightsOffset + (item * _heightWidth))..], _heightWidth));
    }

    /// <summary>How far the height of an item is above the lowest one that the page can hold.</summary>
    public ulong HeightAboveBase(int item) => IsStub(item) ? 0 : Height(item).Value - BaseHeight;

    /// <summary>What lies under an item.</summary>
    public TreeTotals ItemTotals(int item)
    {
        if (!IsStub(item))
        {
            return new TreeTotals(1, (ulong)(KeyBytes(item) + ValueBytes(item)));
        }

        ReadOnlySpan<byte> stub = Stub(item);
        return new TreeTotals(
            BinaryPrimitives.ReadUInt64LittleEndian(stub[StubLayout.EntriesOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(stub[StubLayout.BytesOffset..]));
    }

    /// <summary>The top index of a stub's page.</summary>
    public int StubTopIndex(int item) => BinaryPrimitives.ReadUInt16LittleEndian(Stub(item)[StubLayout.TopIndexOffset..]);

    /// <summary>The level of a stub's page.</summary>
    public int StubLevel(int item) => BinaryPrimitives.ReadUInt16LittleEndian(Stub(item)[StubLayout.LevelOffset..]);

    /// <summary>The hash of a stub's page.</summary>
    public Hash256 StubHash(int item) => new(Stub(item).Slice(StubLayout.HashOffset, Hash256.SizeBytes));

    /// <summary>The fixed fields of a stub.</summary>
    public Span<byte> Stub(int item) => _memory.Span.Slice(PageHeaderLayout.SizeBytes + (StubOrdinal(item) * StubLayout.SizeBytes), StubLayout.SizeBytes);

    /// <summary>The hash of a trie node, right or not; of a page of one item, which has no node, at 0 the hash of the item. Of a page as stored only those of <see cref="HashValid"/>.</summary>
    public Span<byte> NodeHash(int node) => _memory.Span.Slice(
        IsAsStored ? _bodyBytes + (BitOperations.PopCount(HashValid & ((1UL << node) - 1)) * Hash256.SizeBytes) : _hashOffset + (node * Hash256.SizeBytes), Hash256.SizeBytes);

    /// <summary>Where the record of an item ends in the body.</summary>
    public int RecordEnd(int item) =>
        _dataOffset + BinaryPrimitives.ReadUInt16LittleEndian(_memory.Span[(_offsetsOffset + ((item + 1) * sizeof(ushort)))..]);

    /// <summary>What an item counts against <see cref="PageLimits.SoftBytes"/>; depends on the item alone.</summary>
    public int Weight(int item) => KeyBytes(item) + (IsStub(item) ? StubLayout.SizeBytes : InlineValue(item).Length);

    /// <summary>The record of an item: of an entry the length of its suffix, the suffix and the value, of a stub the suffix.</summary>
    public ReadOnlySpan<byte> Record(int item)
    {
        ReadOnlySpan<byte> at = _memory.Span[(_offsetsOffset + (item * sizeof(ushort)))..];
        int start = BinaryPrimitives.ReadUInt16LittleEndian(at);
        int end = BinaryPrimitives.ReadUInt16LittleEndian(at[sizeof(ushort)..]);
        return _memory.Span.Slice(_dataOffset + start, end - start);
    }

    /// <summary>Writes a length of a suffix: one byte below 128, else two.</summary>
    internal static int WriteLength(Span<byte> destination, int length)
    {
        if (length < 0x80)
        {
            destination[0] = (byte)length;
            return 1;
        }

        destination[0] = (byte)(0x80 | (length & 0x7F));
        destination[1] = (byte)(length >> 7);
        return 2;
    }

    /// <summary>Reads what <see cref="WriteLength"/> wrote.</summary>
    internal static int ReadLength(ReadOnlySpan<byte> record, out int width)
    {
        int first = record[0];
        if (first < 0x80)
        {
            width = 1;
            return first;
        }

        width = 2;
        return (first & 0x7F) | (record[1] << 7);
    }

    private ulong BaseHeight => BinaryPrimitives.ReadUInt64LittleEndian(_memory.Span[PageHeaderLayout.BaseHeightOffset..]);
}

/// <summary>How a page's memory is accounted for.</summary>
internal enum PageResidency : byte
{
    /// <summary>Made by a draft that is not committed.</summary>
    Draft,

    /// <summary>Changed since the last checkpoint and part of the head.</summary>
    Dirty,

    /// <summary>Stored and held by the cache.</summary>
    Clean,

    /// <summary>Never stored and no longer part of the head; kept for views and recent heights.</summary>
    Superseded,
}

/// <summary>Where the sections of a page body begin.</summary>
internal readonly struct PageSections
{
    /// <summary>Computes the places from the counts in the header.</summary>
    public PageSections(int items, int stubs, int heightWidth, int prefixBytes)
    {
        Trie = PageHeaderLayout.SizeBytes + (stubs * StubLayout.SizeBytes);
        Offsets = Trie + ((items - 1) * TrieNodeLayout.SizeBytes);
        Heights = Offsets + ((items + 1) * sizeof(ushort));
        Prefix = Heights + (items * heightWidth);
        Data = Prefix + prefixBytes;
    }

    /// <summary>The trie nodes.</summary>
    public int Trie { get; }

    /// <summary>The offsets of the records, one more than items.</summary>
    public int Offsets { get; }

    /// <summary>The heights of the last changes.</summary>
    public int Heights { get; }

    /// <summary>The common prefix.</summary>
    public int Prefix { get; }

    /// <summary>The records.</summary>
    public int Data { get; }

    /// <summary>Where node hashes are in memory: the next multiple of eight behind the body.</summary>
    public static int HashesBehind(int bodyBytes) => (bodyBytes + 7) & ~7;

    /// <summary>The memory the hashes of a page of a state tree take: one for each node, and one where there is none.</summary>
    public static int HashBytes(int items) => Math.Max(1, items - 1) * Hash256.SizeBytes;
}
