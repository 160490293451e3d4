using System.Buffers.Binary;
using System.Numerics;
using Cairn.Homes;

namespace Cairn.Tree;

/// <content>Changing a copy in place, before anybody else can see it: what keeps every item where it is needs no new layout.</content>
internal sealed partial class Page
{
    /// <summary>The memory of a copy: the body, and room for the hash of every node.</summary>
    public int CopyBytes => Tree == TreeKind.State ? _hashOffset + PageSections.HashBytes(Count) : _bodyBytes;

    /// <summary>Asks the processor for body and hashes, and for the places of the children.</summary>
    public void PrefetchMemory()
    {
        PageProbe.Prefetch(Address, Math.Min(CopyBytes, MemoryBytes));
        if (HasChildren)
        {
            PageProbe.PrefetchObject(_children, ChildrenLines);
        }
    }

    /// <summary>Where the nodes of the trie are, for <see cref="PageHasher"/>.</summary>
    public nint TrieAddress => Address + _trieOffset;

    /// <summary>Where the hash of a node of a page made in this process is, for <see cref="PageHasher"/>.</summary>
    public nint NodeHashAddress(int node) => Address + _hashOffset + (node * Hash256.SizeBytes);

    /// <summary>Where the hash of a stub is, or what stands for it (<see cref="WaitForHash"/>), for <see cref="PageHasher"/>.</summary>
    public nint StubHashAddress(int item) => Address + PageHeaderLayout.SizeBytes + (StubOrdinal(item) * StubLayout.SizeBytes) + StubLayout.HashOffset;

    /// <summary>Puts into the stub of a page just made the address of what will be its hash, which <see cref="PageHasher"/> puts in its place: so it need not go by handle and object to find it. Nothing in a local tree.</summary>
    public void WaitForHash(Span<byte> stub)
    {
        if (Tree == TreeKind.State)
        {
            BinaryPrimitives.WriteIntPtrLittleEndian(stub[StubLayout.HashOffset..], NodeHashAddress(Count == 1 ? 0 : TrieRoot));
        }
    }

    /// <summary>Asks the processor for the records of the items that differ from what is stored.</summary>
    public void PrefetchChanged()
    {
        for (ulong left = ChangedItems; left != 0; left &= left - 1)
        {
            int item = BitOperations.TrailingZeroCount(left);
            int bytes = Record(item).Length;
            PageProbe.Prefetch(Address + RecordEnd(item) - bytes, bytes);
        }
    }

    /// <summary>Copies body and hashes.</summary>
    public void CopyMemoryTo(PageMemory destination)
    {
        if (!IsAsStored)
        {
            PageMemory.Copy(_memory.Span[..CopyBytes], destination.Span);
            return;
        }

        PageMemory.Copy(Body, destination.Span);
        for (ulong nodes = HashValid; nodes != 0; nodes &= nodes - 1)
        {
            int node = BitOperations.TrailingZeroCount(nodes);
            NodeHash(node).CopyTo(destination.Span[(_hashOffset + (node * Hash256.SizeBytes))..]);
        }
    }

    /// <summary>Whether a height can be written without a wider field.</summary>
    public bool CanHoldHeight(BlockHeight height) =>
        height.Value >= BaseHeight && CanHoldHeightAboveBase(height.Value - BaseHeight);

    /// <summary>The same of a height counted from the lowest one that the page can hold.</summary>
    public bool CanHoldHeightAboveBase(ulong height) => _heightWidth == sizeof(ulong) || height >> (8 * _heightWidth) == 0;

    /// <summary>Overwrites an inline value by one of the same length, and the entry's height.</summary>
    public void PatchValue(int item, ReadOnlySpan<byte> value, BlockHeight height) => PatchValueAboveBase(item, value, height.Value - BaseHeight);

    /// <summary>The same with a height counted from the lowest one that the page can hold.</summary>
    public void PatchValueAboveBase(int item, ReadOnlySpan<byte> value, ulong height)
    {
        int start = BinaryPrimitives.ReadUInt16LittleEndian(_memory.Span[(_offsetsOffset + ((item + 1) * sizeof(ushort)))..]) - value.Length;
        value.CopyTo(_memory.Span[(_dataOffset + start)..]);
        PatchHeight(item, height);
        NoteChange(item);
    }

    /// <summary>Says where the blob of an entry is stored, in a page that was read.</summary>
    public void PatchBlobPlace(int item, PageId place, ulong heightAboveBase)
    {
        ref BlobReference blob = ref Blobs[BitOperations.PopCount(BlobMask & ((1UL << item) - 1))];
        blob = new BlobReference(place, blob.StoredBytes, blob.Length, blob.Hash);
        PatchHeight(item, heightAboveBase);
        NoteChange(item);
    }

    /// <summary>Says what a stub of a page that was read leads to now.</summary>
    /// <param name="item">The stub.</param>
    /// <param name="place">Where the child is stored.</param>
    /// <param name="bases">The tags of its bases.</param>
    /// <param name="totals">What is under it.</param>
    /// <param name="hash">Its hash; empty in a local tree.</param>
    public void PatchStubPlace(int item, PagePlace place, uint bases, TreeTotals totals, ReadOnlySpan<byte> hash)
    {
        PutChild(StubOrdinal(item), new PageReference(place.Id, place.StoredBytes, place.Crc, Tree, Child(item).Claim));
        Span<byte> stub = Stub(item);
        BinaryPrimitives.WriteUInt32LittleEndian(stub[StubLayout.StoredBytesOffset..], (uint)place.StoredBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(stub[StubLayout.PageIdOffset..], place.Id.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(stub[StubLayout.CrcOffset..], place.Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(stub[StubLayout.BasesOffset..], bases);
        WriteTotals(stub[StubLayout.EntriesOffset..], stub[StubLayout.BytesOffset..], totals);
        hash.CopyTo(stub[StubLayout.HashOffset..]);
        NoteChange(item);
    }

    /// <summary>Replaces the page of a stub by a new one with the same top index and level.</summary>
    public void PatchStub(int item, PageReference child)
    {
        Page page = child.Page!;
        PutChild(StubOrdinal(item), child);
        Span<byte> stub = Stub(item);
        BinaryPrimitives.WriteUInt32LittleEndian(stub[StubLayout.StoredBytesOffset..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(stub[StubLayout.PageIdOffset..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(stub[StubLayout.CrcOffset..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(stub[StubLayout.BasesOffset..], 0);
        WriteTotals(stub[StubLayout.EntriesOffset..], stub[StubLayout.BytesOffset..], page.Totals);
        page.WaitForHash(stub);
        PendingStubs |= 1UL << item;
        NoteChange(item);
    }

    /// <summary>Changes the totals by what changed under the page.</summary>
    public void PatchTotals(TreeTotals totals) => WriteTotals(_memory.Span[PageHeaderLayout.EntriesOffset..], _memory.Span[PageHeaderLayout.BytesOffset..], totals);

    /// <summary>Marks every node above an item as to be hashed again, and the item as one that differs from what is stored.</summary>
    public void NoteChange(int item)
    {
        ChangedItems |= 1UL << item;
        ulong above = 0;
        int node = TrieRoot;
        while (node < TrieNodeLayout.ItemFlag)
        {
            above |= 1UL << node;
            node = TrieChild(node, right: item > node);
        }

        if (IsAsStored)
        {
            CloseUpHashes(HashValid & ~above);
        }

        HashValid &= ~above;
    }

    /// <summary>Writes the height of an entry, counted from the base height, in so many bytes.</summary>
    internal static void WriteHeight(Span<byte> destination, int width, ulong delta)
    {
        switch (width)
        {
            case sizeof(ushort):
                BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)delta);
                break;
            case sizeof(uint):
                BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)delta);
                break;
            default:
                BinaryPrimitives.WriteUInt64LittleEndian(destination, delta);
                break;
        }
    }

    private void PatchHeight(int item, ulong aboveBase) => WriteHeight(_memory.Span[(_heightsOffset + (item * _heightWidth))..], _heightWidth, aboveBase);

    private static void WriteTotals(Span<byte> entries, Span<byte> bytes, TreeTotals totals)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(entries, totals.Entries);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, totals.Bytes);
    }

    /// <summary>In a page as it was read, where hashes lie one after the other: leaves these alone.</summary>
    private void CloseUpHashes(ulong kept)
    {
        int to = _bodyBytes;
        for (ulong nodes = kept; nodes != 0; nodes &= nodes - 1)
        {
            NodeHash(BitOperations.TrailingZeroCount(nodes)).CopyTo(_memory.Span[to..]);
            to += Hash256.SizeBytes;
        }
    }
}
