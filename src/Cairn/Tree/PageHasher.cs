using Cairn.Hashing;

namespace Cairn.Tree;

/// <summary>
/// Computes the hashes of new pages, many at a time so that the lanes of the hash stay full: pages of one level in chunks, inside a chunk first all keys and values, then all leaves, then the inner nodes stage
/// by stage. Levels are done from the lowest up, so that a page finds the hashes of its children. Used by one thread at a time.
/// </summary>
/// <param name="lanes">What computes the hashes.</param>
internal sealed class PageHasher(Sha256Lanes lanes)
{
    /// <summary>Pages a chunk: enough to fill sixteen lanes in the upper stages, few enough to stay in the cache.</summary>
    public const int ChunkPages = 64;

    /// <summary>How many pages ahead of the one being planned are asked for.</summary>
    private const int PagesAhead = 4;

    /// <summary>The most SHA-256 blocks a key or an inline value takes.</summary>
    private const int MaxMessageBlocks = ((StateLimits.MaxInlineValueBytes + 8) / 64) + 1;

    private readonly MessageBucket[] _buckets = [.. Enumerable.Range(1, MaxMessageBlocks).Select(static blocks => new MessageBucket(blocks))];
    private readonly List<Node>[] _stages = [.. Enumerable.Range(0, PageLimits.MaxItems).Select(static _ => new List<Node>())];
    private readonly int[] _leafOf = new int[ChunkPages * PageLimits.MaxItems];
    private byte[] _leafPairs = new byte[1024 * 64];
    private byte[] _digests = new byte[1024 * Hash256.SizeBytes];
    private byte[] _pairs = new byte[1024 * 64];
    private int _leaves;
    private int _stagesUsed;

    /// <summary>Hashes pages of one level whose children are hashed.</summary>
    public void Hash(ReadOnlySpan<Page> pages)
    {
        for (int start = 0; start < pages.Length; start += ChunkPages)
        {
            HashChunk(pages.Slice(start, Math.Min(ChunkPages, pages.Length - start)));
        }
    }

    private void HashChunk(ReadOnlySpan<Page> pages)
    {
        _leaves = 0;
        _stagesUsed = 0;
        for (int slot = 0; slot < pages.Length; slot++)
        {
            Page page = pages[slot];
            if (slot + PagesAhead < pages.Length)
            {
                Page.Prefetch(pages[slot + PagesAhead]);
            }

            FillStubHashes(page);
            if (page.Count == 1)
            {
                AddLeaf(page, slot, 0);
            }
            else
            {
                Plan(page, slot, page.TrieRoot);
            }
        }

        HashLeaves();
        for (int stage = 0; stage < _stagesUsed; stage++)
        {
            HashStage(pages, _stages[stage]);
        }

        for (int slot = 0; slot < pages.Length; slot++)
        {
            if (pages[slot].Count == 1)
            {
                Leaf(slot, 0).CopyTo(pages[slot].NodeHash(0));
            }
        }
    }

    private static void FillStubHashes(Page page)
    {
        PrefetchStubHashes(page);
        for (ulong pending = page.PendingStubs; pending != 0; pending &= pending - 1)
        {
            int item = System.Numerics.BitOperations.TrailingZeroCount(pending);
            page.Child(item).Page!.Hash.CopyTo(page.Stub(item)[StubLayout.HashOffset..]);
        }

        page.PendingStubs = 0;
    }

    /// <summary>Asks for the hashes of the children that are new: handles, then objects, then memory, each of which is a wait of its own otherwise.</summary>
    private static void PrefetchStubHashes(Page page)
    {
        ulong pending = page.PendingStubs;
        if ((pending & (pending - 1)) == 0)
        {
            return;
        }

        ReadOnlySpan<PageReference> children = page.Children;
        for (ulong left = pending; left != 0; left &= left - 1)
        {
            PageReference.PrefetchHandle(children[page.StubOrdinal(System.Numerics.BitOperations.TrailingZeroCount(left))]);
        }

        for (ulong left = pending; left != 0; left &= left - 1)
        {
            Page.Prefetch(children[page.StubOrdinal(System.Numerics.BitOperations.TrailingZeroCount(left))].Page);
        }

        for (ulong left = pending; left != 0; left &= left - 1)
        {
            Page child = children[page.StubOrdinal(System.Numerics.BitOperations.TrailingZeroCount(left))].Page!;
            child.PrefetchHash(child.TrieRoot);
        }
    }

    /// <summary>Collects what a node needs. Recurses at most as deep as a page has items.</summary>
    /// <returns>The stage in which the node can be hashed, from 1; 0 when its hash is right already.</returns>
    private int Plan(Page page, int slot, int node)
    {
        if (((page.HashValid >> node) & 1) != 0)
        {
            page.PrefetchHash(node);
            return 0;
        }

        int left = PlanChild(page, slot, page.TrieChild(node, right: false));
        int right = PlanChild(page, slot, page.TrieChild(node, right: true));
        int stage = Math.Max(left, right);
        if (stage == _stagesUsed)
        {
            _stages[_stagesUsed++].Clear();
        }

        _stages[stage].Add(new Node(slot, node));
        return stage + 1;
    }

    private int PlanChild(Page page, int slot, int child)
    {
        if ((child & TrieNodeLayout.ItemFlag) == 0)
        {
            return Plan(page, slot, child);
        }

        int item = child & ~TrieNodeLayout.ItemFlag;
        if (!page.IsStub(item))
        {
            AddLeaf(page, slot, item);
        }

        return 0;
    }

    private void AddLeaf(Page page, int slot, int item)
    {
        int leaf = _leaves++;
        if (_leafPairs.Length < _leaves * 64)
        {
            Array.Resize(ref _leafPairs, _leafPairs.Length * 2);
        }

        _leafOf[(slot * PageLimits.MaxItems) + item] = leaf;
        int keyBytes = page.KeyBytes(item);
        MessageBucket keys = _buckets[Sha256Padding.BlockCount(keyBytes) - 1];
        Span<byte> key = keys.Add(leaf * 2);
        page.CopyKey(item, key);
        Sha256Padding.Pad(key, keyBytes);
        if (page.IsBlob(item))
        {
            page.Blob(item).Hash.CopyTo(_leafPairs.AsSpan((leaf * 64) + Hash256.SizeBytes));
            return;
        }

        ReadOnlySpan<byte> value = page.InlineValue(item);
        Span<byte> message = _buckets[Sha256Padding.BlockCount(value.Length) - 1].Add((leaf * 2) + 1);
        value.CopyTo(message);
        Sha256Padding.Pad(message, value.Length);
    }

    private void HashLeaves()
    {
        foreach (MessageBucket bucket in _buckets)
        {
            if (bucket.Count == 0)
            {
                continue;
            }

            Reserve(ref _digests, bucket.Count * Hash256.SizeBytes);
            lanes.HashBlocks(bucket.Messages, bucket.Blocks, bucket.Count, _digests);
            for (int i = 0; i < bucket.Count; i++)
            {
                _digests.AsSpan(i * Hash256.SizeBytes, Hash256.SizeBytes).CopyTo(_leafPairs.AsSpan(bucket.Target(i) * Hash256.SizeBytes));
            }

            bucket.Clear();
        }

        Reserve(ref _digests, _leaves * Hash256.SizeBytes);
        lanes.HashLeaf(_leafPairs.AsSpan(0, _leaves * 64), _leaves, _digests);
        (_leafPairs, _digests) = (_digests, _leafPairs);
    }

    private void HashStage(ReadOnlySpan<Page> pages, List<Node> nodes)
    {
        Reserve(ref _pairs, nodes.Count * 64);
        for (int i = 0; i < nodes.Count; i++)
        {
            Node node = nodes[i];
            Page page = pages[node.Slot];
            ChildHash(page, node.Slot, page.TrieChild(node.Index, right: false)).CopyTo(_pairs.AsSpan(i * 64));
            ChildHash(page, node.Slot, page.TrieChild(node.Index, right: true)).CopyTo(_pairs.AsSpan((i * 64) + Hash256.SizeBytes));
        }

        Reserve(ref _digests, nodes.Count * Hash256.SizeBytes);
        lanes.HashInner(_pairs.AsSpan(0, nodes.Count * 64), nodes.Count, _digests);
        for (int i = 0; i < nodes.Count; i++)
        {
            Node node = nodes[i];
            Page page = pages[node.Slot];
            _digests.AsSpan(i * Hash256.SizeBytes, Hash256.SizeBytes).CopyTo(page.NodeHash(node.Index));
            page.HashValid |= 1UL << node.Index;
        }
    }

    private ReadOnlySpan<byte> ChildHash(Page page, int slot, int child)
    {
        if ((child & TrieNodeLayout.ItemFlag) == 0)
        {
            return page.NodeHash(child);
        }

        int item = child & ~TrieNodeLayout.ItemFlag;
        return page.IsStub(item) ? page.Stub(item).Slice(StubLayout.HashOffset, Hash256.SizeBytes) : Leaf(slot, item);
    }

    /// <summary>The hash of a leaf of the chunk; after <see cref="HashLeaves"/> they stand where their parts stood.</summary>
    private ReadOnlySpan<byte> Leaf(int slot, int item) =>
        _leafPairs.AsSpan(_leafOf[(slot * PageLimits.MaxItems) + item] * Hash256.SizeBytes, Hash256.SizeBytes);

    private static void Reserve(ref byte[] buffer, int bytes)
    {
        if (buffer.Length < bytes)
        {
            buffer = new byte[Math.Max(bytes, buffer.Length * 2)];
        }
    }

    private readonly record struct Node(int Slot, int Index);

    /// <summary>Padded messages of one length in blocks, and where their digests go.</summary>
    private sealed class MessageBucket(int blocks)
    {
        private byte[] _messages = [];
        private int[] _targets = [];

        public int Blocks => blocks;

        public int Count { get; private set; }

        public ReadOnlySpan<byte> Messages => _messages.AsSpan(0, Count * blocks * 64);

        public int Target(int index) => _targets[index];

        public Span<byte> Add(int target)
        {
            if (Count == _targets.Length)
            {
                Array.Resize(ref _targets, Math.Max(64, Count * 2));
                Array.Resize(ref _messages, _targets.Length * blocks * 64);
            }

            _targets[Count] = target;
            return _messages.AsSpan(Count++ * blocks * 64, blocks * 64);
        }

        public void Clear() => Count = 0;
    }
}
