using Cairn.Checkpoints;
using Cairn.Homes;
using Cairn.Tests.Reference;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>Applying by several threads against applying by one: the same pages to the byte, the same record, the same pages and blobs given up. Freed page memory is overwritten.</summary>
public sealed class ApplyForkTests
{
    public static TheoryData<int> Shapes => [.. KeyShapes.All.Select(static shape => (int)shape)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Apply_ByTwoToEightThreads_EqualsOneThread(int shape)
    {
        SeededRandom.ForEach(2, random =>
        {
            foreach (TreeKind kind in Enum.GetValues<TreeKind>())
            {
                Pair pair = new(kind, workers: random.Next(2, 9));
                SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
                for (int block = 0; block < 8; block++)
                {
                    pair.Apply(TestTree.RandomBatch(random, (KeyShape)shape, model, keysAtMost: 900, valuesAtMost: block % 3 == 2 ? 3000 : 60));
                }
            }
        });
    }

    [Fact]
    public void Apply_MixedShapesInLargeBatches_EqualsOneThreadAndHelpersTakePart()
    {
        SeededRandom.ForEach(2, random =>
        {
            Pair pair = new(TreeKind.State, workers: 8, new FailingPageStore(new MemoryPageStore()), cacheBytes: 0);
            SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
            foreach (KeyShape shape in KeyShapes.All.Concat(KeyShapes.All))
            {
                pair.ApplyWithHelp(TestTree.RandomBatch(random, shape, model, keysAtMost: 6000, valuesAtMost: 120));
            }

            pair.ApplyWithHelp([.. model.Keys.Where(_ => random.Next(20) != 0).Select(key => (key, (byte[]?)null))]);
            Assert.True(pair.HelpedBlocks > KeyShapes.All.Count, $"Helpers took part in {pair.HelpedBlocks} blocks; the comparison says little.");
        });
    }

    [Fact]
    public async Task Apply_WithoutAFreeThreadInThePool_Ends()
    {
        // The caller is the only one who can work: helpers that cannot begin are not waited for.
        ThreadPool.GetMinThreads(out int workers, out _);
        using ManualResetEventSlim release = new();
        Task[] blocked = [.. Enumerable.Range(0, workers * 4).Select(_ => Task.Run(release.Wait))];
        try
        {
            await Task.Factory.StartNew(
                () =>
                {
                    Pair pair = new(TreeKind.State, workers: 4);
                    SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
                    Random random = new(1);
                    for (int block = 0; block < 4; block++)
                    {
                        pair.Apply(TestTree.RandomBatch(random, KeyShape.Random, model, keysAtMost: 3000, valuesAtMost: 40));
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        }
        finally
        {
            release.Set();
            await Task.WhenAll(blocked);
        }
    }

    [Fact]
    public void Apply_PagesReadAndOneFails_ThrowsOnceAndFreesEveryPage()
    {
        SeededRandom.ForEach(1, random =>
        {
            FailingPageStore store = new(new MemoryPageStore());
            Pair pair = new(TreeKind.State, workers: 4, store);
            byte[][] keys = KeyShapes.Make(random, KeyShape.Random, 6000);
            pair.Apply(Changes(keys, static key => key));
            int failures = 0;
            for (byte reads = 0; reads < 120; reads += 7)
            {
                pair.Evict();
                long made = pair.MadeBytes;
                store.ReadsLeft = reads;
                try
                {
                    pair.Apply(Changes(keys, key => [reads, .. key]));
                }
                catch (IOException failure)
                {
                    failures++;
                    Assert.Equal(FailingPageStore.Message, failure.Message);
                    Assert.Equal(made, pair.MadeBytes);
                }
            }

            store.ReadsLeft = long.MaxValue;
            Assert.True(failures > 5, $"{failures} failures");
            pair.Apply(Changes(keys, static key => [1, 2, .. key]));
            pair.Evict();
            pair.Apply(Changes(keys, static _ => null));
        });
    }

    private static List<(byte[] Key, byte[]? Value)> Changes(byte[][] keys, Func<byte[], byte[]?> value) => [.. keys.Select(key => (key, value(key)))];

    private static List<string> Hashes(List<BlobReference> blobs) => [.. blobs.Select(static blob => blob.Hash.ToString()).Order(StringComparer.Ordinal)];

    private static void AssertEqual(ChangeList expected, ChangeList found)
    {
        Assert.Equal(expected.Count, found.Count);
        Assert.Equal(expected.ByteCount, found.ByteCount);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.True(expected.Key(i).SequenceEqual(found.Key(i)), $"key {i}");
            Assert.Equal((expected.HasOld(i), expected.HasNew(i), expected.PreviousHeight(i)), (found.HasOld(i), found.HasNew(i), found.PreviousHeight(i)));
            Assert.True(expected.Old(i).SequenceEqual(found.Old(i)), $"old value {i}");
            Assert.True(expected.New(i).SequenceEqual(found.New(i)), $"new value {i}");
        }
    }

    /// <summary>Every page made is part of the tree, once.</summary>
    private static void AssertCreated(TreeChange change)
    {
        HashSet<PageReference> created = [.. change.Created];
        Assert.Equal(created.Count, change.Created.Count);
        Stack<PageReference> open = new();
        if (change.Root.Reference is { } root && created.Contains(root))
        {
            open.Push(root);
        }

        int found = 0;
        while (open.TryPop(out PageReference? next))
        {
            found++;
            foreach (PageReference child in next.Page!.Children.ToArray().Where(created.Contains))
            {
                open.Push(child);
            }
        }

        Assert.Equal(created.Count, found);
    }

    /// <summary>Two appliers on one tree: one alone, one with helpers.</summary>
    private sealed class Pair
    {
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

        private readonly TreeKind _kind;
        private readonly FailingPageStore? _store;
        private readonly ICheckpointWriter? _writer;
        private readonly PageCache _pages;
        private readonly ApplyCrew _crew;
        private readonly TreeApplier _alone;
        private TreeRoot _root;
        private ulong _height;
        private volatile bool _isHelped;

        public Pair(TreeKind kind, int workers, FailingPageStore? store = null, long cacheBytes = 64 << 10)
        {
            _kind = kind;
            _store = store;
            _writer = store?.BeginCheckpoint();
            _pages = new PageCache(store, cacheBytes, new PagePool(poison: true));
            _crew = new ApplyCrew(_pages, workers, forkChanges: 8);
            _alone = new TreeApplier(_pages, kind);
            _root = TreeRoot.Empty(kind);
        }

        /// <summary>The blocks in which a helper took part, of those applied by <see cref="ApplyWithHelp"/>.</summary>
        public int HelpedBlocks { get; private set; }

        /// <summary>Page memory handed out that no page of the store takes.</summary>
        public long MadeBytes
        {
            get
            {
                return _crew.Pools.Sum(static pool => pool.UsedBytes) - Enum.GetValues<PageResidency>().Sum(_pages.Bytes) + _pages.ObjectBytes - _pages.Epochs.RetiredBytes;
            }
        }

        /// <summary>Stores every page and lets most of them go from memory.</summary>
        public void Evict()
        {
            CheckpointJob job = new(_writer!, _pages.Pool.Handles);
            job.Add(_root);
            Assert.True(job.TryStore(static () => true));
            _pages.MakeClean(job.Pages);
        }

        /// <summary>Applies with all pages stored. Where helpers were called, the thread that called them waits in its reads until one of them reads as well: what it leaves to them does not hang on how soon they come.</summary>
        public void ApplyWithHelp(List<(byte[] Key, byte[]? Value)> changes)
        {
            Evict();
            int caller = Environment.CurrentManagedThreadId;
            _isHelped = false;
            _store!.BeforeRead = () =>
            {
                _isHelped |= Environment.CurrentManagedThreadId != caller;
                Assert.True(SpinWait.SpinUntil(() => _isHelped || _crew.FreeHelpers == _crew.Workers - 1, Patience), "No helper came.");
            };
            Apply(changes);
            HelpedBlocks += _isHelped ? 1 : 0;
        }

        public void Apply(List<(byte[] Key, byte[]? Value)> changes)
        {
            _height++;
            ChangeList.Builder record = new();
            TreeChange together = ApplyTogether(TestTree.Batch(changes), record);
            _store?.ReadsLeft = long.MaxValue;
            _store?.BeforeRead = null;
            ChangeList.Builder expectedRecord = new();
            TreeChange expected = _alone.Apply(_root, TestTree.Batch(changes), (BlockHeight)_height, _height, expectedRecord);
            Assert.Equal(expected.Root.Hash, together.Root.Hash);
            Assert.Equal(expected.Root.Totals, together.Root.Totals);
            Assert.Equal(expected.Effective, together.Effective);
            Assert.Equal(expected.Superseded.Select(TestTree.Name).ToHashSet(), together.Superseded.Select(TestTree.Name).ToHashSet());
            Assert.Equal(expected.Superseded.Count, together.Superseded.Count);
            Assert.Equal(Hashes(expected.CreatedBlobs), Hashes(together.CreatedBlobs));
            Assert.Equal(Hashes(expected.SupersededBlobs), Hashes(together.SupersededBlobs));
            AssertEqual(expectedRecord.Build(), record.Build());
            AssertCreated(together);
            AssertCreated(expected);
            TestTree.AssertSamePages(expected.Root.Reference, together.Root.Reference);
            _pages.Discard(expected.Created);
            _pages.AddDraft(together.Created);
            _pages.Commit(together.Created, together.Superseded);
            _pages.Discard(together.Superseded);
            _root = together.Root;
        }

        private TreeChange ApplyTogether(ChangeBatch batch, ChangeList.Builder record)
        {
            ApplySlot slot = _crew.Rent();
            try
            {
                return slot.Of(_kind).Apply(_root, batch, (BlockHeight)_height, _height, record);
            }
            finally
            {
                _crew.Return(slot);
            }
        }
    }

    /// <summary>Fails to read after so many reads, and tells of each.</summary>
    private sealed class FailingPageStore(MemoryPageStore inner) : IPageStore
    {
        public const string Message = "This read fails.";

        private long _readsLeft = long.MaxValue;

        /// <summary>Called by whoever reads.</summary>
        public Action? BeforeRead { get; set; }

        public long ReadsLeft
        {
            set => Interlocked.Exchange(ref _readsLeft, value);
        }

        public Manifest Manifest => inner.Manifest;

        public long StoredBytes => inner.StoredBytes;

        public long LiveBytes => inner.LiveBytes;

        public void Read(PageId id, Span<byte> destination)
        {
            BeforeRead?.Invoke();
            if (Interlocked.Decrement(ref _readsLeft) < 0)
            {
                throw new IOException(Message);
            }

            inner.Read(id, destination);
        }

        public (string File, long Offset) Locate(PageId id) => inner.Locate(id);

        public ValueTask PrefetchAsync(ReadOnlyMemory<PageId> ids, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ICheckpointWriter BeginCheckpoint() => inner.BeginCheckpoint();

        public ValueTask RefreshAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
