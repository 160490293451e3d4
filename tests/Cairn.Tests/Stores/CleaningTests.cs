using System.Collections.Concurrent;
using Cairn.Checking;
using Cairn.Tests.IO;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Page files stay bounded while the same keys are overwritten for ever, and nothing that is read notices.</summary>
public sealed class CleaningTests
{
    /// <summary>Beside the bound: readers of other tests, who are inside at the wrong moment, delay deletions.</summary>
    private const long SlackBytes = 128 << 10;

    private static readonly StoreSettings Tight = StoreSettings.Tight with { CacheBytes = 1 << 20 };

    public static TheoryData<int, int, int, int, long> Loads() => new()
    {
        // keys, value bytes, keys a block, page file bytes, dirty bytes
        { 3000, 60, 40, 64 << 10, 64 << 10 },
        { 3000, 60, 900, 64 << 10, 256 << 10 },
        { 6000, 100, 200, 256 << 10, 128 << 10 },
        { 1500, 90, 1500, 64 << 10, 64 << 10 },
        { 300, 3000, 20, 64 << 10, 64 << 10 },
        { 60, 40_000, 3, 256 << 10, 128 << 10 },
    };

    [Theory]
    [MemberData(nameof(Loads))]
    public async Task Overwriting_ForLong_StaysWithinTheBoundAtEveryCheckpoint(int keys, int valueBytes, int keysABlock, int pageFileBytes, long dirtyBytes)
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        ConcurrentQueue<Exception> failures = [];
        List<(long Disk, long Live, long Pinned, long Written)> checkpoints = [];
        StateStore? store = null;
        long runs = 0;
        store = await home.OpenAsync(Tight with { PageFileBytes = pageFileBytes, DirtyBytes = dirtyBytes, ReplayBytes = 1 << 20, OnEvent = Listen });
        await OverwriteAsync(store, new Random(7), keys, valueBytes, keysABlock, blocks: Math.Max(40, 8 * keys / keysABlock));
        await store.CheckpointAsync();
        await home.CloseAsync(store);
        Assert.Empty(failures);
        Assert.True(checkpoints.Count >= 10, $"only {checkpoints.Count} checkpoints");
        for (int i = 1; i < checkpoints.Count; i++)
        {
            long written = checkpoints[..(i + 1)].Max(static checkpoint => checkpoint.Written);
            long bound = (2 * checkpoints[i].Live) + (2 * written) + SlackBytes;
            Assert.True(checkpoints[i].Disk <= bound, $"Checkpoint {i} of {checkpoints.Count}: {checkpoints[i].Disk} bytes on disk, {checkpoints[i].Live} live, {checkpoints[i].Pinned} pinned, {written} by a checkpoint, {runs} runs.");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{checkpoints.Count} checkpoints, {runs} runs, at most {checkpoints[1..].Max(static checkpoint => (double)checkpoint.Disk / checkpoint.Live):f2} x live");

        void Listen(StoreEvent happened)
        {
            switch (happened)
            {
                case StoreEvent.CheckpointCompleted completed:
                    StoreStatistics statistics = store!.GetStatistics();
                    checkpoints.Add((PageBytesOnDisk(home.Files), statistics.LivePageBytes, statistics.PinnedPageBytes, completed.Bytes));
                    break;
                case StoreEvent.CleaningCompleted:
                    runs++;
                    break;
                case StoreEvent.CleaningFailed failed:
                    failures.Enqueue(failed.Cause);
                    break;
                case StoreEvent.Failed failed:
                    failures.Enqueue(failed.Cause);
                    break;
            }
        }
    }

    [Fact]
    public async Task Runs_OfOneLap_AreSmallAndFreeTheFilesTogether()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        List<(int Files, long Bytes)> runs = [];
        StateStore store = await home.OpenAsync(Tight with { PageFileBytes = 1 << 20, DirtyBytes = 1 << 20, ReplayBytes = 1 << 20, CleaningStepBytes = 16 << 10, OnEvent = Listen });
        await OverwriteAsync(store, new Random(17), keys: 20_000, valueBytes: 60, keysABlock: 2_000, blocks: 120);
        await store.CheckpointAsync();
        StoreStatistics statistics = store.GetStatistics();
        await home.CloseAsync(store);
        Assert.True(statistics.RemovedPageFiles > 5, $"{statistics.RemovedPageFiles} files removed");
        Assert.True(runs.Count > 5 * statistics.RemovedPageFiles, $"{runs.Count} runs, {statistics.RemovedPageFiles} files removed");

        // A page may have a full one and two deltas, and the pages above those that move go with them.
        Assert.InRange(runs.Max(static run => run.Bytes), 1, 96 << 10);

        void Listen(StoreEvent happened)
        {
            if (happened is StoreEvent.CleaningCompleted completed)
            {
                runs.Add((completed.Files, completed.Bytes));
            }
        }
    }

    [Fact]
    public async Task Views_HeldOverManyRuns_StayCorrect_AndGiveTheirFilesBackWhenClosed()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore store = await home.OpenAsync(Tight with { PageFileBytes = 64 << 10, RecentViewBytes = 8 << 20 });
        ReferenceStore model = new();
        Random random = new(3);
        List<(StateView View, ReferenceState Model)> held = [];
        for (int block = 0; block < 240; block++)
        {
            await CommitAsync(store, model, random, keys: 900, count: 60);
            if (block is 30 or 90 or 150)
            {
                held.Add((store.OpenView(), model.Head));
            }

            if (block % 40 == 39)
            {
                await store.CompactAsync();
                held.ForEach(view => StoreComparison.AssertSame(view.Model, view.View, random));
                StoreComparison.AssertHead(model.Head, store, random);
            }
        }

        StoreStatistics pinned = store.GetStatistics();
        Assert.True(pinned.PinnedPageBytes > 0, "Three views pin nothing.");
        Assert.True(pinned.CleaningRuns > 3);

        // Each view pins its own content and what the checkpoints wrote beside it, not everything since.
        Assert.InRange(pinned.PageBytes, pinned.LivePageBytes, (pinned.LivePageBytes * 5) + (1 << 20));
        held.ForEach(static view => view.View.Dispose());
        CompactionReport report = await store.CompactAsync();
        Assert.True(report.FilesRemoved > 0);
        StoreStatistics after = store.GetStatistics();
        Assert.Equal(0, after.PinnedPageBytes);
        Assert.InRange(PageBytesOnDisk(home.Files), after.LivePageBytes, after.LivePageBytes * 5 / 4);
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task CompactAsync_ContentRootsAndShape_AreUnchanged()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore store = await home.OpenAsync(StoreSettings.Quiet with { CacheBytes = 8 << 20 });
        ReferenceStore model = new();
        Random random = new(5);
        for (int block = 0; block < 30; block++)
        {
            await CommitAsync(store, model, random, keys: 3000, count: 300);
            if (block % 2 == 0)
            {
                await store.CheckpointAsync();
            }
        }

        await store.CheckpointAsync();
        (TreeShape state, TreeShape local, Hash256 root) = (store.MeasureTree(TreeKind.State), store.MeasureTree(TreeKind.Local), store.Root);
        CompactionReport report = await store.CompactAsync();
        Assert.True(report.FilesRemoved > 0, report.ToString());
        Assert.InRange(PageBytesOnDisk(home.Files), 1, store.GetStatistics().LivePageBytes * 5 / 4);
        Assert.Equal((state, local, root), (store.MeasureTree(TreeKind.State), store.MeasureTree(TreeKind.Local), store.Root));
        StoreComparison.AssertHead(model.Head, store, random);
        Assert.InRange((await store.CompactAsync()).BytesFreed, -store.GetStatistics().LivePageBytes / 4, store.GetStatistics().LivePageBytes / 4);
        await CommitAsync(store, model, random, keys: 3000, count: 300);
        await home.CloseAsync(store);
        store = await home.OpenAsync(StoreSettings.Tight);
        StoreComparison.AssertHead(model.Head, store, random);
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task CompactAsync_CommitsAndDraftsMeanwhile_KeepTheAccountsExact()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore store = await home.OpenAsync(Tight with { PageFileBytes = 64 << 10 });
        ReferenceStore model = new();
        Random random = new(11);
        for (int round = 0; round < 40; round++)
        {
            await CommitAsync(store, model, random, keys: 2000, count: 200);

            // Applied before pages move, committed after.
            (BlockDraft draft, ReferenceDraft expected) = Draft(store, model, random, keys: 2000, count: 100);
            Hash256 root = draft.ComputeRoot();
            Task<CompactionReport> compaction = Task.Run(() => store.CompactAsync());
            if (round % 2 == 0)
            {
                await compaction;
            }

            await store.CommitAsync(draft);
            model.Commit(expected.Working);
            draft.Dispose();
            Assert.Equal(expected.Working.Root, root);
            await CommitAsync(store, model, random, keys: 2000, count: 50);
            await compaction;
            await store.CheckpointAsync();
            if (round % 8 == 0)
            {
                StoreComparison.AssertHead(model.Head, store, random);
                await CheckCopyAsync(home.Files);
            }
        }

        Assert.False(store.GetStatistics().HasFailed);
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Readers_WhilePagesMove_SeeTheirHeightsContent()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore store = await home.OpenAsync(StoreSettings.Tight with { PageFileBytes = 64 << 10 });
        ReferenceStore model = new();
        Random random = new(13);
        await CommitAsync(store, model, random, keys: 2000, count: 2000);
        using CancellationTokenSource done = new();
        ReferenceState newest = model.Head;
        Task[] readers = [.. Enumerable.Range(0, 3).Select(reader => Task.Run(() =>
        {
            Random own = new(reader);
            long rounds = 0;
            while (!done.IsCancellationRequested || rounds < 3)
            {
                using StateView view = store.OpenView();
                ReferenceState? expected = Volatile.Read(ref newest);
                if (expected.Height == view.Height)
                {
                    StoreComparison.AssertSame(expected, view, own);
                    Assert.True(store.MeasureTree(TreeKind.State).Pages > 0);
                    rounds++;
                }
            }
        }))];
        for (int round = 0; round < 25; round++)
        {
            await CommitAsync(store, model, random, keys: 2000, count: 150);
            Volatile.Write(ref newest, model.Head);
            await store.CompactAsync();
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
        await home.CloseAsync(store);
    }

    private static async Task CheckCopyAsync(SimulatedFileSystem files)
    {
        CheckReport report = await StoreChecker.CheckAsync("dir:/store", new CheckOptions { FileSystem = files.Clone() });
        Assert.True(report.IsSound, string.Join('\n', report.Faults));
    }

    private static long PageBytesOnDisk(SimulatedFileSystem files) =>
        files.Files.Where(static path => path.EndsWith(".pages", StringComparison.Ordinal)).Sum(path => (long)files.ReadAllBytes(path).Length);

    private static async Task CommitAsync(StateStore store, ReferenceStore model, Random random, int keys, int count)
    {
        (BlockDraft draft, ReferenceDraft expected) = Draft(store, model, random, keys, count);
        using (draft)
        {
            await store.CommitAsync(draft);
        }

        model.Commit(expected.Working);
        Assert.Equal(model.Head.Root, store.Root);
    }

    private static (BlockDraft Draft, ReferenceDraft Model) Draft(StateStore store, ReferenceStore model, Random random, int keys, int count)
    {
        BlockHeight height = new((model.Head.Height?.Value ?? 0) + 1);
        BlockDraft draft = store.CreateDraft(height);
        ReferenceDraft expected = new(model.Head, height);
        for (int i = 0; i < count; i++)
        {
            TreeKind kind = random.Next(5) == 0 ? TreeKind.Local : TreeKind.State;
            TreeDraft tree = kind == TreeKind.State ? draft.State : draft.Local;
            byte[] key = Key(random.Next(keys));
            if (random.Next(12) == 0)
            {
                tree.Delete(key);
                expected.Delete(kind, key);
                continue;
            }

            byte[] value = new byte[random.Next(40) == 0 ? random.Next(1025, 5000) : random.Next(90)];
            random.NextBytes(value);
            tree.Put(key, value);
            expected.Put(kind, key, value);
        }

        return (draft, expected);
    }

    private static async Task OverwriteAsync(StateStore store, Random random, int keys, int valueBytes, int keysABlock, int blocks)
    {
        for (int block = 1; block <= blocks; block++)
        {
            using BlockDraft draft = store.CreateDraft(new BlockHeight((ulong)block));
            for (int i = 0; i < (block == 1 ? keys : keysABlock); i++)
            {
                byte[] value = new byte[valueBytes];
                random.NextBytes(value);
                (i % 7 == 0 ? draft.Local : draft.State).Put(Key(block == 1 ? i : random.Next(keys)), value);
            }

            await store.CommitAsync(draft);
        }
    }

    private static byte[] Key(int number) => System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number))[..20];
}
