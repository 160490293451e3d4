using System.Buffers.Binary;
using System.Numerics;

namespace Cairn.Tree;

/// <content>Changing a copy in place, before anybody else can see it: what keeps every item where it is needs no new layout.</content>
internal sealed partial class Page
{
    /// <summary>The memory of a copy: the body, and room for the hash of every node.</summary>
    public int CopyBytes => Tree == TreeKind.State ? _hashOffset + PageSections.HashBytes(Count) : _bodyBytes;

    /// <summary>Copies body and hashes.</summary>
    public void CopyMemoryTo(PageMemory destination)
    {
        if (!IsAsStored)
        {
            _memory.Span[..CopyBytes].CopyTo(destination.Span);
            return;
        }

        Body.CopyTo(destination.Span);
        for (ulong nodes = HashValid; nodes != 0; nodes &= nodes - 1)
        {
            int node = BitOperations.TrailingZeroCount(nodes);
            NodeHash(node).CopyTo(destination.Span[(_hashOffset + (node * Hash256.SizeBytes))..]);
        }
    }

    /// <summary>Whether a height can be written without a wider field.</summary>
    public bool CanHoldHeight(BlockHeight height) =>
        height.Value >= BaseHeight && (_heightWidth == sizeof(ulong) || height.Value - BaseHeight >> (8 * _heightWidth) == 0);

    /// <summary>Overwrites an inline value by one of the same length, and the entry's height.</summary>
    public void PatchValue(int item, ReadOnlySpan<byte> value, BlockHeight height)
    {
        int start = BinaryPrimitives.ReadUInt16LittleEndian(_memory.Span[(_offsetsOffset + ((item + 1) * sizeof(ushort)))..]) - value.Length;
        value.CopyTo(_memory.Span[(_dataOffset + start)..]);
        Span<byte> at = _memory.Span[(_heightsOffset + (item * _heightWidth))..];
        WriteHeight(at, _heightWidth, height.Value - BaseHeight);
        InvalidatePath(item);
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
        BinaryPrimitives.WriteUInt64LittleEndian(stub[StubLayout.EntriesOffset..], page.Totals.Entries);
        BinaryPrimitives.WriteUInt64LittleEndian(stub[StubLayout.BytesOffset..], page.Totals.Bytes);
        PendingStubs |= 1UL << item;
        InvalidatePath(item);
    }

    /// <summary>Changes the totals by what changed under the page.</summary>
    public void PatchTotals(TreeTotals totals)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_memory.Span[PageHeaderLayout.EntriesOffset..], totals.Entries);
        BinaryPrimitives.WriteUInt64LittleEndian(_memory.Span[PageHeaderLayout.BytesOffset..], totals.Bytes);
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

    /// <summary>Marks every node above an item as to be hashed again.</summary>
    private void InvalidatePath(int item)
    {
        int node = TrieRoot;
        while (node < TrieNodeLayout.ItemFlag)
        {
            HashValid &= ~(1UL << node);
            node = TrieChild(node, right: item > node);
        }
    }
}
