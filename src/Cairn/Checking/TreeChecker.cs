using System.Runtime.CompilerServices;
using Cairn.Format;
using Cairn.Hashing;
using Cairn.Homes;
using Cairn.Pages;
using Cairn.Tree;

namespace Cairn.Checking;

/// <summary>
/// Checks a whole tree: each page by itself (order, gaps, prefix, cut), each stub against its page, sums, levels and, in the state tree, every hash from the values up. Goes on after a fault. Not safe for several
/// threads.
/// </summary>
internal sealed class TreeChecker
{
    private readonly PageCache _pages;
    private readonly IPageStore? _store;
    private readonly TreeKind _tree;
    private readonly BlockHeight? _head;
    private readonly Action<CheckFault> _report;
    private readonly CancellationToken _cancellationToken;

    /// <summary>Makes a checker.</summary>
    /// <param name="pages">Gives the pages.</param>
    /// <param name="store">Where stored pages are, for naming them; null when all are in memory.</param>
    /// <param name="tree">Which tree it is.</param>
    /// <param name="head">The height that no entry's height exceeds; null for a tree that must be empty.</param>
    /// <param name="report">Takes the faults.</param>
    /// <param name="cancellationToken">Ends the check between two pages.</param>
    public TreeChecker(PageCache pages, IPageStore? store, TreeKind tree, BlockHeight? head, Action<CheckFault> report, CancellationToken cancellationToken)
    {
        _pages = pages;
        _store = store;
        _tree = tree;
        _head = head;
        _report = report;
        _cancellationToken = cancellationToken;
    }

    /// <summary>The pages looked at.</summary>
    public long Pages { get; private set; }

    /// <summary>The entries looked at.</summary>
    public long Entries { get; private set; }

    /// <summary>The stored pages and blobs looked at, with their bytes by page id, when <see cref="CollectExtents"/>.</summary>
    public List<StoredExtent> Extents { get; } = [];

    /// <summary>Whether to collect <see cref="Extents"/>.</summary>
    public bool CollectExtents { get; init; }

    /// <summary>Checks a version.</summary>
    public void Check(in TreeRoot root)
    {
        if (root.Reference is null)
        {
            Expect(root.Totals == default, null, $"totals of the empty tree", $"0", $"{root.Totals.Entries} entries, {root.Totals.Bytes} bytes");
            Expect(_tree == TreeKind.Local || root.Hash == Hash256.EmptyRoot, null, $"root of the empty tree", $"{Hash256.EmptyRoot}", $"{root.Hash}");
            return;
        }

        Outcome? found = CheckPage(root.Reference, isRoot: true, KeyBits.None, []);
        if (found is null)
        {
            return;
        }

        Expect(found.Totals == root.Totals, root.Reference, $"totals of the tree", $"{root.Totals}", $"{found.Totals}");
        Expect(_tree == TreeKind.Local || found.Hash == root.Hash, root.Reference, $"root hash of the tree", $"{root.Hash}", $"{found.Hash}");
    }

    /// <summary>Checks a page and all below it. The recursion is bounded by the depth a validated tree can have.</summary>
    private Outcome? CheckPage(PageReference reference, bool isRoot, int topIndex, byte[] prefix)
    {
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return DeepStack.Run(() => CheckPage(reference, isRoot, topIndex, prefix));
        }

        _cancellationToken.ThrowIfCancellationRequested();
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        Page page;
        try
        {
            page = _pages.Get(reference);
        }
        catch (StateCorruptedException damage)
        {
            _report(new CheckFault(damage.File, damage.Offset, damage.What, damage.Expected, damage.Found));
            return null;
        }

        Pages++;
        if (CollectExtents)
        {
            reference.AddExtents(Extents);
        }

        Expect(page.Tree == _tree, reference, $"tree of a page", $"{_tree}", $"{page.Tree}");
        CheckCut(page, reference, isRoot);
        CheckOrder(page, reference, topIndex, prefix);
        return CheckItems(page, reference);
    }

    private void CheckCut(Page page, PageReference reference, bool isRoot)
    {
        long weight = 0;
        for (int item = 0; item < page.Count; item++)
        {
            weight += page.Weight(item);
        }

        Expect(!PageLimits.IsOverfull(page.Count, weight), reference, $"cut of a page", $"at most {PageLimits.MaxItems} items, at most {PageLimits.SoftBytes} bytes from {2 * PageLimits.MinItems} items on", $"{page.Count} items, {weight} bytes");
        Expect(isRoot || page.Count >= PageLimits.MinItems, reference, $"cut of a page", $"at least {PageLimits.MinItems} items", $"{page.Count}");
        Expect(!isRoot || page.Count > 1 || !page.IsStub(0), reference, $"cut of the root page", $"no only child", $"one stub");
    }

    private void CheckOrder(Page page, PageReference reference, int topIndex, byte[] prefix)
    {
        Span<byte> before = stackalloc byte[StateLimits.MaxKeyBytes];
        Span<byte> key = stackalloc byte[StateLimits.MaxKeyBytes];
        int beforeBytes = page.CopyKey(0, before);
        if (topIndex != KeyBits.None)
        {
            Expect(page.TopIndex == topIndex, reference, $"top index of a page, by its stub", $"{topIndex}", $"{page.TopIndex}");
            int whole = topIndex >> KeyBits.ByteShift;
            bool under = beforeBytes >= prefix.Length && prefix.AsSpan(0, whole).SequenceEqual(before[..whole])
                && (prefix.Length == whole || prefix[whole] == (before[whole] & KeyBits.PartialMask(topIndex)));
            Expect(under, reference, $"keys of a page, by its stub", $"all beginning with {Convert.ToHexStringLower(prefix)}", $"{Convert.ToHexStringLower(before[..beforeBytes])}");
        }

        Expect(page.Count == 1 ? page.PrefixBytes == 0 : page.PrefixBytes == page.TopIndex >> KeyBits.ByteShift, reference, $"common prefix of a page", $"{(page.Count == 1 ? 0 : page.TopIndex >> KeyBits.ByteShift)} bytes", $"{page.PrefixBytes}");
        for (int item = 1; item < page.Count; item++)
        {
            int keyBytes = page.CopyKey(item, key);
            int difference = KeyBits.FirstDifference(before[..beforeBytes], key[..keyBytes]);
            bool ascending = before[..beforeBytes].SequenceCompareTo(key[..keyBytes]) < 0;
            Expect(ascending && difference == page.Gap(item - 1), reference, $"order of items {item - 1} and {item}", $"ascending, first difference {page.Gap(item - 1)}", $"{Convert.ToHexStringLower(before[..beforeBytes])}, {Convert.ToHexStringLower(key[..keyBytes])}");
            key[..keyBytes].CopyTo(before);
            beforeBytes = keyBytes;
        }
    }

    private Outcome? CheckItems(Page page, PageReference reference)
    {
        Hash256[] hashes = new Hash256[page.Count];
        TreeTotals totals = default;
        int level = 0;
        bool complete = true;
        byte[] key = new byte[StateLimits.MaxKeyBytes];
        for (int item = 0; item < page.Count; item++)
        {
            int keyBytes = page.CopyKey(item, key);
            if (!page.IsStub(item))
            {
                Entries++;
                totals += page.ItemTotals(item);
                hashes[item] = LeafHash(page, item, key.AsSpan(0, keyBytes));
                Expect(_head is { } head && page.Height(item) <= head, reference, $"height of item {item}", $"at most {_head}", $"{page.Height(item)}");
                continue;
            }

            Outcome? child = CheckPage(page.Child(item), isRoot: false, page.StubTopIndex(item), key[..keyBytes]);
            level = Math.Max(level, page.StubLevel(item) + 1);
            totals += page.ItemTotals(item);
            hashes[item] = page.StubHash(item);
            if (child is null)
            {
                complete = false;
                continue;
            }

            Expect(child.Totals == page.ItemTotals(item), reference, $"totals of stub {item}", $"{child.Totals}", $"{page.ItemTotals(item)}");
            Expect(child.Level == page.StubLevel(item), reference, $"level of stub {item}", $"{child.Level}", $"{page.StubLevel(item)}");
            Expect(_tree == TreeKind.Local || child.Hash == hashes[item], reference, $"hash of stub {item}", $"{child.Hash}", $"{hashes[item]}");
        }

        Expect(totals == page.Totals, reference, $"totals of a page", $"{totals}", $"{page.Totals}");
        Expect(level == page.Level, reference, $"level of a page", $"{level}", $"{page.Level}");
        return new Outcome(_tree == TreeKind.State ? FoldHashes(page, reference, hashes) : default, totals, level) is { } outcome && complete ? outcome : null;
    }

    private Hash256 LeafHash(Page page, int item, ReadOnlySpan<byte> key)
    {
        if (!page.IsBlob(item))
        {
            return _tree == TreeKind.State ? CommitmentHash.Leaf(key, page.InlineValue(item)) : default;
        }

        BlobReference blob = page.Blob(item);
        Collect(blob.Id, blob.StoredBytes);
        try
        {
            CheckBlob(blob, key);
        }
        catch (StateCorruptedException damage)
        {
            _report(new CheckFault(damage.File, damage.Offset, damage.What, damage.Expected, damage.Found));
        }

        return _tree == TreeKind.State ? CommitmentHash.Leaf(CommitmentHash.Value(key), blob.Hash) : default;
    }

    private void CheckBlob(BlobReference blob, ReadOnlySpan<byte> key)
    {
        if (blob.Bytes is not null)
        {
            return;
        }

        byte[] stored = BlobCodec.ReadStored(_store!, blob, out ReadOnlySpan<byte> owner);
        bool holds = owner.SequenceEqual(key) && stored[BlobHeaderLayout.TreeOffset] == (byte)_tree;
        if (!holds)
        {
            throw PageCodec.Damaged(
                _store!, blob.Id, BlobHeaderLayout.TreeOffset, "owner of a blob", $"{_tree} tree, key {Convert.ToHexStringLower(key)}", $"tree {stored[BlobHeaderLayout.TreeOffset]}, key {Convert.ToHexStringLower(owner)}");
        }
    }

    /// <summary>Folds the items' hashes over the trie and compares the hashes the page keeps.</summary>
    private Hash256 FoldHashes(Page page, PageReference reference, Hash256[] hashes)
    {
        return page.Count == 1 ? hashes[0] : Fold(page.TrieRoot);

        Hash256 Fold(int node)
        {
            Hash256 hash = CommitmentHash.Inner(Child(page.TrieChild(node, right: false)), Child(page.TrieChild(node, right: true)));
            if (((page.HashValid >> node) & 1) != 0)
            {
                Expect(hash == new Hash256(page.NodeHash(node)), reference, $"kept hash of node {node}", $"{hash}", $"{new Hash256(page.NodeHash(node))}");
            }

            return hash;
        }

        Hash256 Child(int child) => (child & TrieNodeLayout.ItemFlag) != 0 ? hashes[child & ~TrieNodeLayout.ItemFlag] : Fold(child);
    }

    private void Collect(PageId id, int bytes)
    {
        if (CollectExtents && id != PageId.None)
        {
            Extents.Add(new StoredExtent(id, bytes));
        }
    }

    private void Expect(
        bool holds,
        PageReference? reference,
        [InterpolatedStringHandlerArgument(nameof(holds))] ref FaultText what,
        [InterpolatedStringHandlerArgument(nameof(holds))] ref FaultText expected,
        [InterpolatedStringHandlerArgument(nameof(holds))] ref FaultText found)
    {
        if (holds)
        {
            return;
        }

        (string file, long offset) = reference is not null && reference.Id != PageId.None && _store is not null ? _store.Locate(reference.Id) : ($"{_tree} tree in memory", -1);
        _report(new CheckFault(file, offset, what.ToStringAndClear(), expected.ToStringAndClear(), found.ToStringAndClear()));
    }

    /// <summary>What the part of the tree under a page really is.</summary>
    private sealed record Outcome(Hash256 Hash, TreeTotals Totals, int Level);
}
