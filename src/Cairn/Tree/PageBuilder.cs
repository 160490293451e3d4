using System.Buffers.Binary;
using System.Numerics;
using Cairn.Format;
using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// Makes pages: from a list of items, or as a patched copy of a page whose items stay where they are. Node hashes that are still right come along. One applier owns it; not safe for several threads.
/// </summary>
internal sealed class PageBuilder(PagePool pool, TreeKind tree)
{
    private readonly PageSupply _supply = new(pool);
    private readonly byte[] _scratch = new byte[StateLimits.MaxKeyBytes];
    private readonly byte[] _order = new byte[PageLimits.MaxItems];
    private readonly byte[] _trie = new byte[PageLimits.MaxItems * TrieNodeLayout.SizeBytes];
    private readonly bool _hashed = tree == TreeKind.State;

    /// <summary>Makes a page of at most <see cref="PageLimits.MaxItems"/> items.</summary>
    /// <param name="items">The items in order, with their gaps.</param>
    /// <param name="changes">The changes that new entries refer to.</param>
    /// <param name="height">The height of the block; merged changes bring their own.</param>
    /// <param name="born">The ordinal of the version.</param>
    public Page Build(ReadOnlySpan<BuildItem> items, ChangeBatch changes, BlockHeight height, ulong born)
    {
        int trieRoot = BuildTrie(items);
        int prefixBytes = items.Length == 1 ? 0 : items[trieRoot + 1].Gap >> KeyBits.ByteShift;
        Plan plan = Measure(items, changes, height, prefixBytes);
        PageSections sections = new(items.Length, BitOperations.PopCount(plan.StubMask), plan.HeightWidth, prefixBytes);
        int bodyBytes = sections.Data + plan.DataBytes;
        int hashBytes = _hashed ? PageSections.HashBytes(items.Length) : 0;
        PageMemory memory = _supply.Allocate(PageSections.HashesBehind(bodyBytes) + hashBytes);
        Span<byte> body = memory.Span[..bodyBytes];
        WriteHeader(body, items, plan, trieRoot, prefixBytes);
        _trie.AsSpan(0, (items.Length - 1) * TrieNodeLayout.SizeBytes).CopyTo(body[sections.Trie..]);
        WriteKey(items[0], changes, 0).Slice(0, prefixBytes).CopyTo(body[sections.Prefix..]);
        Page page = _supply.RentPage(hasChildren: plan.StubMask != 0);
        BlobReference[] blobs = plan.BlobMask == 0 ? [] : new BlobReference[BitOperations.PopCount(plan.BlobMask)];
        ulong pending = WriteItems(body, sections, items, changes, height, plan, prefixBytes, page, blobs);
        page.Begin(memory, bodyBytes, blobs, born);
        page.PendingStubs = pending;
        if (_hashed)
        {
            CarryHashes(page, items);
        }

        return page;
    }

    /// <summary>Copies a page together with its hashes, to be changed before anybody sees it.</summary>
    public Page Copy(Page source, ulong born)
    {
        PageMemory memory = _supply.Allocate(source.CopyBytes);
        source.CopyMemoryTo(memory);
        Page copy = _supply.RentPage(source.HasChildren);
        copy.BeginCopy(source, memory, born);
        return copy;
    }

    /// <summary>Copies a page together with its hashes and one entry more, to be changed before anybody sees it. <see cref="Page.CanTake"/> said that it can be done.</summary>
    public Page CopyWith(Page source, in NewEntry entry, ulong born)
    {
        Span<ushort> gaps = stackalloc ushort[PageLimits.MaxItems];
        int nodes = source.CopyGapsWith(entry, gaps);
        int trieRoot = PageTrie.Build(gaps[..nodes], _trie, _order);
        int bodyBytes = source.BodyBytesWith(entry);
        PageMemory memory = _supply.Allocate(PageSections.HashesBehind(bodyBytes) + (_hashed ? PageSections.HashBytes(source.Count + 1) : 0));
        source.CopyBodyWith(entry, memory.Span[..bodyBytes], _trie.AsSpan(0, nodes * TrieNodeLayout.SizeBytes), trieRoot);
        Page copy = _supply.RentPage(source.HasChildren);
        copy.BeginCopyWith(source, entry, memory, bodyBytes, born);
        return copy;
    }

    /// <summary>Says that nothing is made for now.</summary>
    public void Pause() => _supply.Settle();

    /// <summary>Builds the trie. Leaves the nodes in <see cref="_trie"/> and, in <see cref="_order"/>, an order in which children come before parents.</summary>
    private int BuildTrie(ReadOnlySpan<BuildItem> items)
    {
        Span<ushort> gaps = stackalloc ushort[PageLimits.MaxItems];
        for (int node = 0; node < items.Length - 1; node++)
        {
            gaps[node] = (ushort)items[node + 1].Gap;
        }

        return PageTrie.Build(gaps[..(items.Length - 1)], _trie, _order);
    }

    private Plan Measure(ReadOnlySpan<BuildItem> items, ChangeBatch changes, BlockHeight height, int prefixBytes)
    {
        Plan plan = default;
        ulong lowest = ulong.MaxValue;
        ulong highest = 0;
        for (int i = 0; i < items.Length; i++)
        {
            ref readonly BuildItem item = ref items[i];
            if (item.IsStub)
            {
                plan.StubMask |= 1UL << i;
                plan.DataBytes += StubKeyBytes(item) - prefixBytes;
                plan.Level = Math.Max(plan.Level, item.Level);
                plan.Totals += item.Source is { } page ? page.ItemTotals(item.Index) : item.Child!.Page!.Totals;
                continue;
            }

            int keyBytes;
            int valueBytes;
            bool blob;
            ulong changed;
            int recordValueBytes;
            if (item.Source is { } source)
            {
                keyBytes = source.KeyBytes(item.Index);
                blob = source.IsBlob(item.Index);
                valueBytes = source.ValueBytes(item.Index);
                recordValueBytes = blob ? BlobRecordLayout.SizeBytes : valueBytes;
                changed = source.Height(item.Index).Value;
            }
            else
            {
                keyBytes = changes.Key(item.Index).Length;
                blob = changes.IsBlob(item.Index);
                valueBytes = changes.Value(item.Index).Length;
                recordValueBytes = blob ? BlobRecordLayout.SizeBytes : valueBytes;
                changed = changes.HeightOf(item.Index, height).Value;
            }

            plan.BlobMask |= (blob ? 1UL : 0UL) << i;
            int suffix = keyBytes - prefixBytes;
            plan.DataBytes += (suffix < 0x80 ? 1 : 2) + suffix + recordValueBytes;
            plan.Totals += new TreeTotals(1, (ulong)(keyBytes + valueBytes));
            lowest = Math.Min(lowest, changed);
            highest = Math.Max(highest, changed);
        }

        plan.BaseHeight = lowest == ulong.MaxValue ? 0 : lowest;
        ulong spread = highest < plan.BaseHeight ? 0 : highest - plan.BaseHeight;
        plan.HeightWidth = spread <= ushort.MaxValue ? sizeof(ushort) : spread <= uint.MaxValue ? sizeof(uint) : sizeof(ulong);
        return plan;
    }

    private void WriteHeader(Span<byte> body, ReadOnlySpan<BuildItem> items, in Plan plan, int trieRoot, int prefixBytes)
    {
        body[..PageHeaderLayout.SizeBytes].Clear();
        body[PageHeaderLayout.FormatVersionOffset] = PageHeaderLayout.FormatVersion;
        body[PageHeaderLayout.TreeOffset] = (byte)tree;
        body[PageHeaderLayout.ItemCountOffset] = (byte)items.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(body[PageHeaderLayout.LevelOffset..], (ushort)plan.Level);
        BinaryPrimitives.WriteUInt16LittleEndian(body[PageHeaderLayout.PrefixBytesOffset..], (ushort)prefixBytes);
        body[PageHeaderLayout.HeightWidthOffset] = (byte)plan.HeightWidth;
        body[PageHeaderLayout.TrieRootOffset] = (byte)trieRoot;
        BinaryPrimitives.WriteUInt64LittleEndian(body[PageHeaderLayout.StubMaskOffset..], plan.StubMask);
        BinaryPrimitives.WriteUInt64LittleEndian(body[PageHeaderLayout.BlobMaskOffset..], plan.BlobMask);
        BinaryPrimitives.WriteUInt64LittleEndian(body[PageHeaderLayout.BaseHeightOffset..], plan.BaseHeight);
        BinaryPrimitives.WriteUInt64LittleEndian(body[PageHeaderLayout.EntriesOffset..], plan.Totals.Entries);
        BinaryPrimitives.WriteUInt64LittleEndian(body[PageHeaderLayout.BytesOffset..], plan.Totals.Bytes);
    }

    private ulong WriteItems(
        Span<byte> body, PageSections sections, ReadOnlySpan<BuildItem> items, ChangeBatch changes, BlockHeight height, in Plan plan, int prefixBytes, Page page, BlobReference[] blobs)
    {
        ulong pending = 0;
        int stubs = 0;
        int blobCount = 0;
        int at = 0;
        for (int i = 0; i < items.Length; i++)
        {
            ref readonly BuildItem item = ref items[i];
            BinaryPrimitives.WriteUInt16LittleEndian(body[(sections.Offsets + (i * sizeof(ushort)))..], (ushort)at);
            Span<byte> record = body[(sections.Data + at)..];
            ReadOnlySpan<byte> suffix = WriteKey(item, changes, prefixBytes);
            if (item.IsStub)
            {
                WriteHeight(body, sections, plan, i, plan.BaseHeight);
                suffix.CopyTo(record);
                at += suffix.Length;
                pending |= WriteStub(body.Slice(PageHeaderLayout.SizeBytes + (stubs * StubLayout.SizeBytes), StubLayout.SizeBytes), item) ? 1UL << i : 0;
                page.PutChild(stubs++, item.Child!);
                continue;
            }

            int width = Page.WriteLength(record, suffix.Length);
            suffix.CopyTo(record[width..]);
            at += width + suffix.Length;
            record = record[(width + suffix.Length)..];
            if (((plan.BlobMask >> i) & 1) != 0)
            {
                BlobReference blob = item.Source is { } holder ? holder.Blob(item.Index) : changes.Blob(item.Index);
                WriteBlob(record, blob, blob.Id);
                blobs[blobCount++] = blob;
                at += BlobRecordLayout.SizeBytes;
            }
            else
            {
                ReadOnlySpan<byte> value = item.Source is { } holder ? holder.InlineValue(item.Index) : changes.Value(item.Index);
                value.CopyTo(record);
                at += value.Length;
            }

            WriteHeight(body, sections, plan, i, item.Source is { } source ? source.Height(item.Index).Value : changes.HeightOf(item.Index, height).Value);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(body[(sections.Offsets + (items.Length * sizeof(ushort)))..], (ushort)at);
        return pending;
    }

    /// <summary>Writes the fixed fields of a stub; those of a new page lack what is only known later: its hash, its place.</summary>
    /// <returns>Whether the hash is still to come.</returns>
    private static bool WriteStub(Span<byte> stub, in BuildItem item)
    {
        if (item.Source is { } source)
        {
            source.Stub(item.Index).CopyTo(stub);
            return ((source.PendingStubs >> item.Index) & 1) != 0;
        }

        Page page = item.Child!.Page!;
        stub.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(stub[StubLayout.TopIndexOffset..], (ushort)page.TopIndex);
        BinaryPrimitives.WriteUInt16LittleEndian(stub[StubLayout.LevelOffset..], (ushort)page.Level);
        BinaryPrimitives.WriteUInt64LittleEndian(stub[StubLayout.EntriesOffset..], page.Totals.Entries);
        BinaryPrimitives.WriteUInt64LittleEndian(stub[StubLayout.BytesOffset..], page.Totals.Bytes);
        page.WaitForHash(stub);
        return true;
    }

    /// <summary>Writes the record of a blob; the place is filled in when the page is stored.</summary>
    internal static void WriteBlob(Span<byte> record, BlobReference blob, PageId place)
    {
        BinaryPrimitives.WriteInt32LittleEndian(record[BlobRecordLayout.LengthOffset..], blob.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(record[BlobRecordLayout.PlaceOffset..], place.Value);
        blob.Hash.CopyTo(record[BlobRecordLayout.HashOffset..]);
    }

    private static void WriteHeight(Span<byte> body, PageSections sections, in Plan plan, int item, ulong height) =>
        Page.WriteHeight(body[(sections.Heights + (item * plan.HeightWidth))..], plan.HeightWidth, height - plan.BaseHeight);

    /// <summary>The bytes of an item's key (of a stub, its stored prefix) from <paramref name="skip"/> on; valid until the next call.</summary>
    private ReadOnlySpan<byte> WriteKey(in BuildItem item, ChangeBatch changes, int skip)
    {
        if (item.Source is { } source)
        {
            if (source.PrefixBytes <= skip)
            {
                return source.Suffix(item.Index)[(skip - source.PrefixBytes)..];
            }

            int length = source.CopyKey(item.Index, _scratch);
            return _scratch.AsSpan(skip..length);
        }

        if (item.Child is null)
        {
            return changes.Key(item.Index)[skip..];
        }

        // Every key under the page begins with the bits before its top index, so its first item shows them, whether entry or stub.
        Page page = item.Child.Page!;
        int index = page.TopIndex;
        int bytes = KeyBits.PrefixBytes(index);
        page.CopyKey(0, _scratch);
        if ((index & 15) != 0)
        {
            _scratch[bytes - 1] &= KeyBits.PartialMask(index);
        }

        return _scratch.AsSpan(skip, bytes - skip);
    }

    private static int StubKeyBytes(in BuildItem item) =>
        KeyBits.PrefixBytes(item.Source is { } source ? source.StubTopIndex(item.Index) : item.Child!.Page!.TopIndex);

    /// <summary>
    /// Takes over the hashes of nodes that are the same as before: the gap between two items names a node, and its hash is right when the gap kept it and nothing under the node is dirty.
    /// </summary>
    private void CarryHashes(Page page, ReadOnlySpan<BuildItem> items)
    {
        Span<bool> dirty = stackalloc bool[PageLimits.MaxItems];
        ulong valid = 0;
        for (int i = 0; i < items.Length - 1; i++)
        {
            int node = _order[i];
            bool nodeDirty = IsDirty(page.TrieChild(node, right: false), items, dirty) || IsDirty(page.TrieChild(node, right: true), items, dirty);
            dirty[node] = nodeDirty;
            ref readonly BuildItem next = ref items[node + 1];
            if (!nodeDirty && next.GapSource is { } source && ((source.HashValid >> next.GapNode) & 1) != 0)
            {
                source.NodeHash(next.GapNode).CopyTo(page.NodeHash(node));
                valid |= 1UL << node;
            }
        }

        page.HashValid = valid;
    }

    private static bool IsDirty(int child, ReadOnlySpan<BuildItem> items, ReadOnlySpan<bool> dirty) =>
        (child & TrieNodeLayout.ItemFlag) != 0 ? items[child & ~TrieNodeLayout.ItemFlag].Dirty : dirty[child];

    private struct Plan
    {
        public ulong StubMask;
        public ulong BlobMask;
        public ulong BaseHeight;
        public TreeTotals Totals;
        public int HeightWidth;
        public int DataBytes;
        public int Level;
    }
}
