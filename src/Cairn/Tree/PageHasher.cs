using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cairn.Hashing;

namespace Cairn.Tree;

/// <summary>
/// Computes the hashes of new pages, many at a time so that the lanes of the hash stay full: pages of one level in chunks, inside a chunk first all keys and values, then all leaves, then the inner nodes stage
/// by stage. Levels are done from the lowest up, so that a page finds the hashes of its children. Used by one thread at a time.
/// </summary>
/// <param name="lanes">What computes the hashes.</param>
/// <remarks>
/// A chunk is planned once: each node is noted with the places of the two hashes it needs and of its own, so that a stage copies and hashes without a look at pages.
/// SAFETY: pages given here were made by this thread or one that handed them over, and nobody else has them; they and their children keep their memory until the caller publishes or discards them, after hashing. Their tries were
/// made by <see cref="PageBuilder"/> or are copies of such, or of checked ones: nodes and items are below the page's number of items, and there is room for the hash of every node. A stub that waits for its hash
/// (<see cref="Page.PendingStubs"/>, never set for what was read) has in its place the address of that hash, in the memory of the child made before. Leaves are numbered below those of the chunk.
/// </remarks>
internal sealed unsafe class PageHasher(Sha256Lanes lanes)
{
    /// <summary>Pages a chunk: enough to fill sixteen lanes in the upper stages, few enough to stay in the cache.</summary>
    public const int ChunkPages = 64;

    /// <summary>How many pages ahead of the one being planned are asked for, and the hashes of their children.</summary>
    private const int PagesAhead = 4;
    private const int ChildrenAhead = 2;

    /// <summary>The most SHA-256 blocks a key or an inline value takes.</summary>
    private const int MaxMessageBlocks = ((StateLimits.MaxInlineValueBytes + 8) / 64) + 1;

    private readonly MessageBucket[] _buckets = [.. Enumerable.Range(1, MaxMessageBlocks).Select(static blocks => new MessageBucket(blocks))];
    private readonly NodeList[] _stages = new NodeList[PageLimits.MaxItems];
    private NodeList _single; // pages of one item, which have the hash of its leaf
    private byte[] _leafPairs = new byte[1024 * 64];
    private byte[] _digests = new byte[1024 * Hash256.SizeBytes];
    private byte[] _pairs = new byte[1024 * 64];
    private int _leaves;
    private int _stagesUsed;
    private ulong _planned; // nodes of the page being planned

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
        _single.Count = 0;
        for (int slot = 0; slot < pages.Length; slot++)
        {
            Page page = pages[slot];
            if (slot + PagesAhead < pages.Length)
            {
                Page.Prefetch(pages[slot + PagesAhead]);
            }

            if (slot + ChildrenAhead < pages.Length)
            {
                PrefetchStubHashes(pages[slot + ChildrenAhead]);
            }

            FillStubHashes(page);
            Plan(page);
        }

        HashLeaves();
        for (int stage = 0; stage < _stagesUsed; stage++)
        {
            HashStage(_stages[stage]);
        }

        foreach (ref readonly Node node in _single.Nodes)
        {
            _leafPairs.AsSpan((int)~node.Left * Hash256.SizeBytes, Hash256.SizeBytes).CopyTo(new Span<byte>((void*)node.Own, Hash256.SizeBytes));
        }
    }

    /// <summary>Asks for the hashes of the children that are new.</summary>
    private static void PrefetchStubHashes(Page page)
    {
        for (ulong pending = page.PendingStubs; pending != 0; pending &= pending - 1)
        {
            PageProbe.Prefetch(AddressIn(page.StubHashAddress(BitOperations.TrailingZeroCount(pending))), bytes: 1);
        }
    }

    private static void FillStubHashes(Page page)
    {
        for (ulong pending = page.PendingStubs; pending != 0; pending &= pending - 1)
        {
            nint stub = page.StubHashAddress(BitOperations.TrailingZeroCount(pending));
            Copy(AddressIn(stub), stub);
        }

        page.PendingStubs = 0;
    }

    /// <summary>Collects what the nodes of a page need, and says that they are right, as they are when the chunk is done.</summary>
    private void Plan(Page page)
    {
        if (page.Count == 1)
        {
            _single.Add(new Node(~AddLeaf(page, 0), 0, page.NodeHashAddress(0)));
            return;
        }

        // Below a hash that is right there may be some that are not, which nobody needs: a page that was read keeps not all of them.
        _planned = 0;
        _ = Plan(new PlannedPage(page), page.TrieRoot, out _);
        page.HashValid |= _planned;
    }

    /// <summary>Collects what a node needs. Recurses at most as deep as a page has items.</summary>
    /// <param name="page">The page.</param>
    /// <param name="child">A node, or an item.</param>
    /// <param name="hash">Where its hash is or will be; for a leaf, the complement of its number.</param>
    /// <returns>The stage in which the node can be hashed, from 1; 0 when its hash is right already, or that of a leaf.</returns>
    private int Plan(in PlannedPage page, int child, out nint hash)
    {
        if ((child & TrieNodeLayout.ItemFlag) != 0)
        {
            int item = child & ~TrieNodeLayout.ItemFlag;
            hash = page.Page.IsStub(item) ? page.Page.StubHashAddress(item) : ~AddLeaf(page.Page, item);
            return 0;
        }

        hash = page.Hashes + (child * Hash256.SizeBytes);
        PageProbe.Prefetch(hash, bytes: 1);
        if (((page.Valid >> child) & 1) != 0)
        {
            return 0;
        }

        _planned |= 1UL << child;
        byte* node = (byte*)page.Trie + (child * TrieNodeLayout.SizeBytes);
        int left = Plan(page, node[TrieNodeLayout.LeftOffset], out nint leftHash);
        int right = Plan(page, node[TrieNodeLayout.RightOffset], out nint rightHash);
        int stage = Math.Max(left, right);
        if (stage == _stagesUsed)
        {
            _stages[_stagesUsed++].Count = 0;
        }

        _stages[stage].Add(new Node(leftHash, rightHash, hash));
        return stage + 1;
    }

    /// <summary>Takes key and value of an entry.</summary>
    /// <returns>The number of the leaf.</returns>
    private int AddLeaf(Page page, int item)
    {
        int leaf = _leaves++;
        if (_leafPairs.Length < _leaves * 64)
        {
            Array.Resize(ref _leafPairs, _leafPairs.Length * 2);
        }

        ReadOnlySpan<byte> prefix = page.Prefix;
        ReadOnlySpan<byte> record = page.Record(item);
        int suffixBytes = Page.ReadLength(record, out int width);
        int keyBytes = prefix.Length + suffixBytes;
        Span<byte> key = _buckets[Sha256Padding.BlockCount(keyBytes) - 1].Add(leaf * 2);
        prefix.CopyTo(key);
        record.Slice(width, suffixBytes).CopyTo(key[prefix.Length..]);
        Sha256Padding.Pad(key, keyBytes);
        if (page.IsBlob(item))
        {
            page.Blob(item).Hash.CopyTo(_leafPairs.AsSpan((leaf * 64) + Hash256.SizeBytes));
            return leaf;
        }

        ReadOnlySpan<byte> value = record[(width + suffixBytes)..];
        Span<byte> message = _buckets[Sha256Padding.BlockCount(value.Length) - 1].Add((leaf * 2) + 1);
        value.CopyTo(message);
        Sha256Padding.Pad(message, value.Length);
        return leaf;
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

    private void HashStage(in NodeList stage)
    {
        ReadOnlySpan<Node> nodes = stage.Nodes;
        Reserve(ref _pairs, nodes.Length * 64);
        Reserve(ref _digests, nodes.Length * Hash256.SizeBytes);
        fixed (byte* pairs = _pairs, leaves = _leafPairs, digests = _digests)
        {
            byte* pair = pairs;
            foreach (ref readonly Node node in nodes)
            {
                Copy(Place(node.Left, leaves), (nint)pair);
                Copy(Place(node.Right, leaves), (nint)(pair + Hash256.SizeBytes));
                pair += 64;
            }

            lanes.HashInner(_pairs.AsSpan(0, nodes.Length * 64), nodes.Length, _digests);
            byte* digest = digests;
            foreach (ref readonly Node node in nodes)
            {
                Copy((nint)digest, node.Own);
                digest += Hash256.SizeBytes;
            }
        }
    }

    /// <summary>Where a hash is: that of a leaf of the chunk among <paramref name="leaves"/>, where after <see cref="HashLeaves"/> leaves stand in the place of their parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Place(nint hash, byte* leaves) => hash < 0 ? (nint)leaves + (~hash * Hash256.SizeBytes) : hash;

    /// <summary>What <see cref="Page.WaitForHash"/> wrote.</summary>
    private static nint AddressIn(nint stub) => BinaryPrimitives.ReadIntPtrLittleEndian(new ReadOnlySpan<byte>((void*)stub, sizeof(nint)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(nint from, nint to) => Vector256.Load((byte*)from).Store((byte*)to);

    private static void Reserve(ref byte[] buffer, int bytes)
    {
        if (buffer.Length < bytes)
        {
            buffer = new byte[Math.Max(bytes, buffer.Length * 2)];
        }
    }

    /// <summary>A node to be hashed: where its children's hashes are and where its own goes. Of a leaf of the chunk, the complement of its number.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Node(nint Left, nint Right, nint Own);

    /// <summary>What planning asks again and again of a page.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly ref struct PlannedPage(Page page)
    {
        public readonly Page Page = page;
        public readonly nint Trie = page.TrieAddress;
        public readonly nint Hashes = page.NodeHashAddress(0);
        public readonly ulong Valid = page.HashValid;
    }

    /// <summary>Nodes, in the order in which they were added. A value in one place.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct NodeList
    {
        private Node[]? _nodes;

        public int Count { get; set; }

        public readonly ReadOnlySpan<Node> Nodes => _nodes.AsSpan(0, Count);

        public void Add(in Node node)
        {
            _nodes ??= new Node[ChunkPages];
            if (Count == _nodes.Length)
            {
                Array.Resize(ref _nodes, Count * 2);
            }

            _nodes[Count++] = node;
        }
    }

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
