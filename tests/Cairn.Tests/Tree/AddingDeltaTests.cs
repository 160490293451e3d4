using System.Buffers.Binary;
using Cairn.Checking;
using Cairn.Checkpoints;
using Cairn.Homes;
using Cairn.Pages;
using Cairn.Tests.Reference;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>
/// Pages that got entries, stored as deltas that add them: versions of a tree stored by checkpoints that lag behind any number of blocks, with blocks made while they run, read back and gone on from, against the model; and whatever
/// bytes such a delta has, a page or a refusal.
/// </summary>
public sealed class AddingDeltaTests
{
    private static readonly PagePool Pool = new(poison: true);

    public static TheoryData<int> Shapes => [.. KeyShapes.All.Select(static shape => (int)shape)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Checkpoints_LaggingBehindBlocksThatAddKeys_StoreWhatTheVersionIs(int shape) => SeededRandom.ForEach(4, random =>
    {
        foreach (TreeKind kind in new[] { TreeKind.State, TreeKind.Local })
        {
            LaggingStore store = new(random, (KeyShape)shape, kind);
            for (int round = 0; round < 60; round++)
            {
                store.AddBlocks(random.Next(1, 4));
                store.Checkpoint();
                if (random.Next(8) == 0)
                {
                    store.Reopen();
                }
            }
        }
    });

    [Fact]
    public void Checkpoints_OfRandomKeys_StoreMostPagesWithNewKeysAsDeltas()
    {
        Random random = new(1);
        LaggingStore store = new(random, KeyShape.Random, TreeKind.State);
        for (int round = 0; round < 200; round++)
        {
            store.AddBlocks(1);
            store.Checkpoint();
        }

        Assert.True(store.AddingDeltas > 100, $"{store.AddingDeltas} deltas add entries");
        Assert.True(store.FirstAddingDeltas > 20 && store.AddingDeltas - store.FirstAddingDeltas > 20, $"{store.FirstAddingDeltas} of {store.AddingDeltas} are on full pages");
    }

    [Fact]
    public void Encode_SmallDelta_IsAsFrozen()
    {
        GoldenFile.Check("page-delta-additions.bin", new GrownPage(items: 40, added: 2, changed: 1).Delta);
        GoldenFile.Check("page-delta-additions-stubs.bin", new GrownPage(items: 300, added: 1, changed: 2).Delta);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(300)]
    public void Read_EveryBitFlippedWithRightChecksum_NeverBreaksSearching(int items)
    {
        GrownPage grown = new(items, added: 2, changed: 2);
        for (int bit = 32; bit < grown.Delta.Length * 8; bit++)
        {
            byte[] damaged = [.. grown.Delta];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            grown.ReadAndUse(damaged);
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(55)]
    [InlineData(300)]
    public void Read_RandomlyMutatedWithRightChecksum_NeverBreaksSearching(int items) => SeededRandom.ForEach(10, random =>
    {
        GrownPage grown = new(items, added: random.Next(1, 7), changed: 3);
        for (int i = 0; i < 500; i++)
        {
            byte[] damaged = random.Next(8) == 0 ? grown.Delta[..random.Next(PageDeltaLayout.SizeBytes, grown.Delta.Length)] : [.. grown.Delta];
            for (int change = random.Next(1, 6); change > 0; change--)
            {
                damaged[random.Next(4, Math.Min(damaged.Length, random.Next(2) == 0 ? PageAdditions.Offset + 8 : damaged.Length))] = (byte)random.Next(256);
            }

            grown.ReadAndUse(damaged);
        }
    });

    [Fact]
    public void Read_AddedKeyThatDoesNotFit_IsRefused()
    {
        GrownPage grown = new(items: 40, added: 1, changed: 0);
        int suffixAt = PageAdditions.Offset + 1;
        int suffix = grown.Delta[PageAdditions.Offset];
        byte[] beside = grown.SuffixBeside;
        Assert.Equal(suffix, beside.Length);

        byte[] twice = [.. grown.Delta];
        beside.CopyTo(twice, suffixAt);
        AssertRefused("order of an added key", twice);

        byte[] before = [.. grown.Delta];
        before.AsSpan(suffixAt, suffix).Clear();
        AssertRefused("order of an added key", before);

        byte[] behindAll = [.. grown.Delta];
        behindAll.AsSpan(suffixAt, suffix).Fill(0xFF);
        AssertRefused("order of an added key", behindAll);

        byte[] high = [.. grown.Delta];
        high[suffixAt + suffix] = 0x80; // the height, in three bytes and above two
        AssertRefused("added entry", [.. high[..(suffixAt + suffix)], 0x80, 0x80, 0x04, .. high[(suffixAt + suffix + 1)..]]);

        byte[] none = [.. grown.Delta];
        none.AsSpan(PageDeltaLayout.SizeBytes, sizeof(ulong)).Clear();
        AssertRefused("added items of a delta", none);

        byte[] notChanged = [.. grown.Delta];
        notChanged.AsSpan(PageDeltaLayout.ChangedItemsOffset, sizeof(ulong)).Clear();
        notChanged[PageDeltaLayout.ChangedItemsOffset] = 1;
        notChanged[PageDeltaLayout.SizeBytes] = 2;
        AssertRefused("added items of a delta", notChanged);

        byte[] tooMany = [.. grown.Delta];
        tooMany.AsSpan(PageDeltaLayout.ChangedItemsOffset, sizeof(ulong)).Fill(0xFF);
        tooMany.AsSpan(PageDeltaLayout.SizeBytes, sizeof(ulong)).Fill(0xFF);
        AssertRefused("changed items of a delta", tooMany);
        AssertRefused("end of a delta", [.. grown.Delta, 0]);
        AssertRefused("added entry", grown.Delta[..^1]);

        void AssertRefused(string what, byte[] delta) => Assert.Contains(what, Assert.Throws<StateCorruptedException>(() => grown.Read(delta)).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AddedKeyThatBelongsBelowAStub_IsRefused()
    {
        GrownPage grown = new(items: 300, added: 1, changed: 0);
        int refused = 0;
        for (int stub = 0; stub < grown.StubPrefixes.Count; stub++)
        {
            byte[] key = [.. grown.StubPrefixes[stub], 0x55];
            byte[] delta = grown.DeltaThatAdds(key, grown.StubItems[stub] + 1);
            StateCorruptedException refusal = Assert.Throws<StateCorruptedException>(() => grown.Read(delta));
            refused += refusal.What.Length > 0 ? 1 : 0;
        }

        Assert.True(refused > 1, "The page has stubs.");
    }

    /// <summary>A tree that blocks change, and checkpoints that store one of its versions since the last one, while blocks go on.</summary>
    private sealed class LaggingStore
    {
        private readonly Random _random;
        private readonly KeyShape _shape;
        private readonly TreeKind _kind;
        private readonly MemoryPageStore _store = new();
        private readonly ICheckpointWriter _writer;
        private readonly List<(TreeRoot Root, SortedDictionary<byte[], byte[]> Model)> _versions = [];
        private PageCache _pages;
        private TreeApplier _applier;
        private ulong _height;

        public LaggingStore(Random random, KeyShape shape, TreeKind kind)
        {
            (_random, _shape, _kind) = (random, shape, kind);
            _writer = _store.BeginCheckpoint();
            Begin();
            _versions.Add((TreeRoot.Empty(kind), new SortedDictionary<byte[], byte[]>(ByteStringComparer.Instance)));
            AddBlock(random.Next(2, 300));
        }

        public int AddingDeltas { get; private set; }

        public int FirstAddingDeltas { get; private set; }

        public void AddBlocks(int blocks)
        {
            for (int block = 0; block < blocks; block++)
            {
                AddBlock(newKeys: _random.Next(4));
            }
        }

        /// <summary>Stores one of the versions since the last one stored, and reads it back.</summary>
        public void Checkpoint()
        {
            int version = _random.Next(_versions.Count);
            (TreeRoot root, SortedDictionary<byte[], byte[]> model) = _versions[version];
            CheckpointJob job = new(new BusyWriter(this), _pages.Pool.Handles);
            job.Add(root);
            Assert.True(job.TryStore(static () => true));
            _versions.RemoveRange(0, version);
            AssertStored(root, model);
            Assert.True(!job.HasAddingDeltas || job.DeltaBytes > 0);
        }

        /// <summary>Goes on from what is stored.</summary>
        public void Reopen()
        {
            (TreeRoot root, SortedDictionary<byte[], byte[]> model) = _versions[0];
            if (root.Reference is { } reference && reference.Id != PageId.None)
            {
                Begin();
                _versions.Clear();
                _versions.Add((Stored(root), model));
            }
        }

        private static PageReference HandleOf(PageReference reference, TreeKind kind) => new(reference.Id, reference.StoredBytes, reference.Crc, kind, stub: null);

        private TreeRoot Stored(TreeRoot root) => root with { Reference = HandleOf(root.Reference!, _kind) };

        [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_pages), nameof(_applier))]
        private void Begin()
        {
            _pages = new PageCache(_store, limitBytes: 4 << 20, new PagePool(poison: true));
            _applier = new TreeApplier(_pages, _kind);
        }

        private void AddBlock(int newKeys)
        {
            (TreeRoot root, SortedDictionary<byte[], byte[]> before) = _versions[^1];
            SortedDictionary<byte[], byte[]> model = new(before, ByteStringComparer.Instance);
            Dictionary<byte[], byte[]?> changes = new(ByteStringComparer.Instance);
            foreach (byte[] key in KeyShapes.Make(_random, _shape, newKeys))
            {
                changes[key] = NewValue(_random.Next(30) == 0 ? StateLimits.MaxInlineValueBytes + 1 + _random.Next(2000) : _random.Next(5) * 16);
            }

            byte[][] present = [.. before.Keys];
            for (int i = present.Length == 0 ? 0 : _random.Next(4); i > 0; i--)
            {
                byte[] key = present[_random.Next(present.Length)];
                changes[key] = _random.Next(40) switch
                {
                    0 => null,
                    1 => NewValue(_random.Next(100)),
                    _ => NewValue(before[key].Length),
                };
            }

            foreach ((byte[] key, byte[]? value) in changes)
            {
                _ = value is null ? model.Remove(key) : (model[key] = value) is not null;
            }

            _height++;
            TreeRoot next = _applier.Apply(root, TestTree.Batch(changes.Select(static change => (change.Key, change.Value))), (BlockHeight)_height, _height, record: null).Root;
            _versions.Add((next, model));
        }

        private byte[] NewValue(int length)
        {
            byte[] value = new byte[length];
            _random.NextBytes(value);
            return value;
        }

        private void AssertStored(TreeRoot root, SortedDictionary<byte[], byte[]> model)
        {
            Assert.Equal(NaiveMerkle.Totals(model), root.Totals);
            if (root.Reference is null)
            {
                return;
            }

            PageCache pages = new(_store, limitBytes: 4 << 20, new PagePool(poison: true));
            List<CheckFault> faults = [];
            new TreeChecker(pages, _store, _kind, (BlockHeight)_height, faults.Add, CancellationToken.None).Check(Stored(root));
            Assert.Empty(faults);
            if (_kind == TreeKind.State)
            {
                Assert.Equal(NaiveMerkle.Root(model), root.Hash);
            }

            TreeCursor cursor = new(pages, Stored(root), [], end: [], reverse: false);
            foreach ((byte[] key, byte[] value) in model)
            {
                Assert.True(cursor.MoveNext());
                Assert.True(cursor.Key.SequenceEqual(key) && cursor.Value.SequenceEqual(value), "An entry differs.");
            }

            Assert.False(cursor.MoveNext());
        }

        /// <summary>Takes pages, and has blocks made now and then in the middle of it: copies of pages that are about to be stored, or just were.</summary>
        private sealed class BusyWriter(LaggingStore store) : ICheckpointWriter
        {
            public PageId Add(ReadOnlySpan<byte> page)
            {
                PageId id = store._writer.Add(page);
                if (PageDeltaLayout.IsDelta(page) && PageDelta.AddedOf(page) != 0)
                {
                    store.AddingDeltas++;
                    byte[] below = new byte[PageDeltaLayout.SizeBytes];
                    store._store.Read((PageId)BinaryPrimitives.ReadUInt64LittleEndian(page[PageDeltaLayout.BaseIdOffset..]), below);
                    store.FirstAddingDeltas += PageDeltaLayout.IsDelta(below) ? 0 : 1;
                }

                if (store._random.Next(6) == 0)
                {
                    store.AddBlocks(1);
                }

                return id;
            }

            public ValueTask CommitAsync(Manifest manifest, IReadOnlyList<StoredExtent> freed, CancellationToken cancellationToken) => throw new NotSupportedException();

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    /// <summary>A root page that is stored, and a delta on it that adds entries and changes some. Its children are stored nowhere; they have places all the same.</summary>
    private sealed class GrownPage
    {
        private readonly MemoryPageStore _store = new();
        private readonly ICheckpointWriter _writer;
        private readonly PagePlace _full;

        public GrownPage(int items, int added, int changed)
        {
            _writer = _store.BeginCheckpoint();
            TestTree tree = new();
            tree.Apply([.. Enumerable.Range(0, items).Select(static i => (Key(2 * i), (byte[]?)new byte[40]))]);
            Page page = PlaceChildren(tree);
            byte[] buffer = new byte[PageLimits.MaxStoredBytes];
            _full = Add(buffer[..PageCodec.Encode(page, buffer)]);
            foreach (int item in Enumerable.Range(0, page.Count).Where(page.IsStub))
            {
                StubItems.Add(item);
                StubPrefixes.Add(page.Suffix(item).ToArray());
            }

            // One at a time, and where the root page itself takes it.
            byte[][] taken = [.. Candidates(items).Where(key => tree.Root.Reference!.Page!.Search(key).Outcome == SearchOutcome.Absent).Take(added)];
            for (int i = 0; i < added; i++)
            {
                tree.Apply([(taken[i], [.. Enumerable.Repeat((byte)(i + 1), 33)])]);
                Assert.Equal(i + 1, System.Numerics.BitOperations.PopCount(tree.Root.Reference!.Page!.AddedItems));
            }

            for (int i = 0; i < changed; i++)
            {
                tree.Apply([(Key(6 * i), [.. Enumerable.Repeat((byte)0xEE, 40)])]);
            }

            page = PlaceChildren(tree);
            Assert.Equal(added, System.Numerics.BitOperations.PopCount(page.AddedItems));
            int length = PageDelta.TryEncode(page, page.ChangedItems, page.AddedItems, _full, moves: null, buffer, buffer.Length);
            Assert.True(length > 0);
            Delta = buffer[..length];
            int beside = System.Numerics.BitOperations.TrailingZeroCount(page.AddedItems);
            SuffixBeside = page.Suffix(beside == 0 ? 1 : beside - 1).ToArray();
            AssertReads(page);
        }

        public byte[] Delta { get; }

        /// <summary>The suffix of the item beside the first one that is added.</summary>
        public byte[] SuffixBeside { get; }

        public List<int> StubItems { get; } = [];

        public List<byte[]> StubPrefixes { get; } = [];

        /// <summary>A delta that adds one entry.</summary>
        public byte[] DeltaThatAdds(byte[] suffix, int item)
        {
            byte[] delta = [.. Delta[..PageAdditions.Offset], (byte)suffix.Length, .. suffix, 0, 1, 7];
            BinaryPrimitives.WriteUInt64LittleEndian(delta.AsSpan(PageDeltaLayout.ChangedItemsOffset), 1UL << item);
            BinaryPrimitives.WriteUInt64LittleEndian(delta.AsSpan(PageDeltaLayout.SizeBytes), 1UL << item);
            return delta;
        }

        public Page Read(byte[] delta)
        {
            byte[] stored = [.. delta];
            BinaryPrimitives.WriteUInt16LittleEndian(stored.AsSpan(PageDeltaLayout.StoredBytesOffset), (ushort)stored.Length);
            return ReadAsItIs(stored);
        }

        public void ReadAndUse(byte[] delta)
        {
            Page page;
            try
            {
                page = ReadAsItIs(delta);
            }
            catch (Exception refusal) when (refusal is StateCorruptedException or StoreFormatException)
            {
                return;
            }

            byte[] key = new byte[StateLimits.MaxKeyBytes];
            Assert.InRange(page.Count, 1, PageLimits.MaxItems);
            for (int item = 0; item < page.Count; item++)
            {
                int length = page.CopyKey(item, key);
                page.Find(key.AsSpan(0, length), out int found);
                Assert.True(page.IsStub(item) || found == item);
                page.ItemTotals(item);
                page.Height(item);
            }

            page.Free();
        }

        private static Page PlaceChildren(TestTree tree)
        {
            Page page = tree.Root.Reference!.Page!;
            ulong place = 1UL << 33;
            foreach (PageReference child in page.Children)
            {
                place++;
                if (child.Id == PageId.None)
                {
                    child.Place((PageId)place, 1000, (uint)place);
                }
            }

            return page;
        }

        private static IEnumerable<byte[]> Candidates(int items) =>
            [.. Enumerable.Range(0, items).Select(static i => Key((2 * i) + 1)), .. Enumerable.Range(0, 60).Select(static i => System.Text.Encoding.ASCII.GetBytes($"org/acorn/{i % 3}{(char)('a' + (i / 3))}"))];

        private static byte[] Key(int i) => System.Text.Encoding.ASCII.GetBytes($"org/acorn/{i * 7919 % 3000:d4}");

        private Page ReadAsItIs(byte[] delta)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(delta, Cairn.Format.Crc32C.Compute(delta.AsSpan(4)));
            PagePlace place = Add(delta);
            return PageCodec.Read(_store, new PageReference(place.Id, place.StoredBytes, place.Crc, TreeKind.State, stub: null), place, Pool, out _);
        }

        private PagePlace Add(byte[] bytes) => new(_writer.Add(bytes), bytes.Length, BinaryPrimitives.ReadUInt32LittleEndian(bytes));

        private void AssertReads(Page page)
        {
            Page read = Read(Delta);
            Assert.Equal((page.Count, page.Totals, page.Level, page.StubMask, page.BlobMask, page.BodyBytes), (read.Count, read.Totals, read.Level, read.StubMask, read.BlobMask, read.BodyBytes));
            Assert.Equal(0UL, read.HashValid & ~page.HashValid);
            Assert.True(read.HashValid != 0 || page.Count < 40, "Hashes are kept.");
            for (int item = 0; item < page.Count; item++)
            {
                Assert.Equal((page.ItemTotals(item), page.HeightAboveBase(item)), (read.ItemTotals(item), read.HeightAboveBase(item)));
                Assert.Equal(page.Record(item), read.Record(item));
                Assert.True(!page.IsStub(item) || page.StubHash(item) == read.StubHash(item));
            }

            for (int node = 0; node < page.Count - 1; node++)
            {
                Assert.Equal((page.Gap(node), page.TrieChild(node, right: false), page.TrieChild(node, right: true)), (read.Gap(node), read.TrieChild(node, right: false), read.TrieChild(node, right: true)));
                Assert.True(((read.HashValid >> node) & 1) == 0 || page.NodeHash(node).SequenceEqual(read.NodeHash(node)), $"hash of node {node}");
            }

            read.Free();
        }
    }
}
