using System.Buffers.Binary;
using System.Numerics;
using Cairn.Format;

namespace Cairn.Tree;

/// <content>Copying a page with one entry more: what lies before and behind it goes over in pieces, so that no item is looked at on its own.</content>
internal sealed partial class Page
{
    /// <summary>Whether a copy can have an entry more: there is room without a cut, the common prefix stays as it is, and so does the width of heights.</summary>
    public bool CanTake(in NewEntry entry)
    {
        // No item counts more than its record and the common prefix.
        return Count is > 1 and < PageLimits.MaxItems
            && KeepsTop(entry.LeftGap)
            && KeepsTop(entry.RightGap)
            && CanHoldHeight(entry.Height)
            && _bodyBytes + (Count * _prefixBytes) + entry.Key.Length + entry.Value.Length <= PageLimits.SoftBytes;
    }

    /// <summary>The gaps of a copy with an entry more.</summary>
    /// <returns>How many they are.</returns>
    public int CopyGapsWith(in NewEntry entry, Span<ushort> gaps)
    {
        int to = 0;
        for (int node = 0; node < entry.Item - 1; node++)
        {
            gaps[to++] = (ushort)Gap(node);
        }

        // The gap between its neighbours is the smaller one of the two that take its place.
        if (entry.LeftGap != KeyBits.None)
        {
            gaps[to++] = (ushort)entry.LeftGap;
        }

        if (entry.RightGap != KeyBits.None)
        {
            gaps[to++] = (ushort)entry.RightGap;
        }

        for (int node = entry.Item; node < Count - 1; node++)
        {
            gaps[to++] = (ushort)Gap(node);
        }

        return to;
    }

    /// <summary>The bytes of header and body of a copy with an entry more.</summary>
    public int BodyBytesWith(in NewEntry entry) => _bodyBytes + TrieNodeLayout.SizeBytes + sizeof(ushort) + _heightWidth + RecordBytes(entry);

    /// <summary>Writes header and body of a copy with an entry more; the totals stay as they are.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="body">Takes them.</param>
    /// <param name="trie">The nodes of the copy.</param>
    /// <param name="trieRoot">The topmost of them.</param>
    public void CopyBodyWith(in NewEntry entry, Span<byte> body, ReadOnlySpan<byte> trie, int trieRoot)
    {
        ReadOnlySpan<byte> from = Body;
        from[.._trieOffset].CopyTo(body);
        body[PageHeaderLayout.ItemCountOffset] = (byte)(Count + 1);
        body[PageHeaderLayout.TrieRootOffset] = (byte)trieRoot;
        BinaryPrimitives.WriteUInt64LittleEndian(body[PageHeaderLayout.StubMaskOffset..], SpreadItems(StubMask, entry.Item));
        BinaryPrimitives.WriteUInt64LittleEndian(body[PageHeaderLayout.BlobMaskOffset..], SpreadItems(BlobMask, entry.Item));
        PageSections to = new(Count + 1, _childCount, _heightWidth, _prefixBytes);
        trie.CopyTo(body[to.Trie..]);

        int record = BinaryPrimitives.ReadUInt16LittleEndian(from[(_offsetsOffset + (entry.Item * sizeof(ushort)))..]);
        int recordBytes = RecordBytes(entry);
        from.Slice(_offsetsOffset, (entry.Item + 1) * sizeof(ushort)).CopyTo(body[to.Offsets..]);
        for (int item = entry.Item; item <= Count; item++)
        {
            int place = BinaryPrimitives.ReadUInt16LittleEndian(from[(_offsetsOffset + (item * sizeof(ushort)))..]) + recordBytes;
            BinaryPrimitives.WriteUInt16LittleEndian(body[(to.Offsets + ((item + 1) * sizeof(ushort)))..], (ushort)place);
        }

        int heights = entry.Item * _heightWidth;
        from.Slice(_heightsOffset, heights).CopyTo(body[to.Heights..]);
        WriteHeight(body[(to.Heights + heights)..], _heightWidth, entry.Height.Value - BaseHeight);
        from[(_heightsOffset + heights).._prefixOffset].CopyTo(body[(to.Heights + heights + _heightWidth)..]);

        PageMemory.Copy(from.Slice(_prefixOffset, _prefixBytes + record), body[to.Prefix..]);
        Span<byte> added = body.Slice(to.Data + record, recordBytes);
        ReadOnlySpan<byte> suffix = entry.Key[_prefixBytes..];
        int width = WriteLength(added, suffix.Length);
        suffix.CopyTo(added[width..]);
        entry.Value.CopyTo(added[(width + suffix.Length)..]);
        PageMemory.Copy(from[(_dataOffset + record)..], body[(to.Data + record + recordBytes)..]);
    }

    /// <summary>Begins a copy with an entry more on memory that holds its body, to be changed before anybody sees it.</summary>
    public void BeginCopyWith(Page source, in NewEntry entry, PageMemory memory, int bodyBytes, ulong born)
    {
        _childCount = source._childCount;
        source.Children.CopyTo(_children);
        Begin(memory, bodyBytes, source.Blobs.Length == 0 ? [] : (BlobReference[])source.Blobs.Clone(), born);
        if (Tree == TreeKind.State)
        {
            // The node between the neighbours has the entry below it now: its hash is that of no node of the copy.
            ulong kept = entry.Item == 0 ? source.HashValid : source.HashValid & ~(1UL << (entry.Item - 1));
            CopyHashes(source, kept, entry.Item);
            HashValid = SpreadItems(kept, entry.Item);
        }

        ChangedItems = SpreadItems(source.ChangedItems, entry.Item);
        AddedItems = SpreadItems(source.AddedItems, entry.Item) | (1UL << entry.Item);
        NoteChange(entry.Item);
    }

    /// <summary>Takes over hashes of the page that this one is a copy of, those from a node on one node further.</summary>
    private void CopyHashes(Page source, ulong nodes, int inserted)
    {
        if (!source.IsAsStored)
        {
            int before = inserted * Hash256.SizeBytes;
            ReadOnlySpan<byte> from = source._memory.Span.Slice(source._hashOffset, (source.Count - 1) * Hash256.SizeBytes);
            before = Math.Min(before, from.Length);
            from[..before].CopyTo(_memory.Span[_hashOffset..]);
            from[before..].CopyTo(_memory.Span[(_hashOffset + before + Hash256.SizeBytes)..]);
            return;
        }

        for (; nodes != 0; nodes &= nodes - 1)
        {
            int node = BitOperations.TrailingZeroCount(nodes);
            source.NodeHash(node).CopyTo(NodeHash(node < inserted ? node : node + 1));
        }
    }

    /// <summary>Whether a gap leaves the topmost one as it is, and with it the common prefix.</summary>
    private bool KeepsTop(int gap) => gap == KeyBits.None || gap >= TopIndex;

    private int RecordBytes(in NewEntry entry)
    {
        int suffix = entry.Key.Length - _prefixBytes;
        return (suffix < 0x80 ? 1 : 2) + suffix + entry.Value.Length;
    }

    /// <summary>Makes room in a mask for one more.</summary>
    public static ulong SpreadItems(ulong mask, int item)
    {
        ulong below = (1UL << item) - 1;
        return (mask & below) | ((mask & ~below) << 1);
    }
}
