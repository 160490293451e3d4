using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Pruning on demand: what a dry run tells is what goes, nothing that somebody needs is removed, and it works on a full disk.</summary>
public sealed class PruneTests
{
    private static StoreSettings KeepAll => StoreSettings.Quiet with { RetainAll = true };

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory, true)]
    [InlineData(HomeKind.SimulatedDirectory, false)]
    [InlineData(HomeKind.Memory, true)]
    [InlineData(HomeKind.Memory, false)]
    public async Task Prune_ToABlockCount_FreesWhatTheDryRunTold(HomeKind kind, bool stored)
    {
        await using RetentionRun run = new(kind);
        await run.OpenAsync(KeepAll);
        await run.CommitAsync(40);
        if (stored)
        {
            await run.Store.CheckpointAsync();
        }

        await run.CommitAsync(3);
        long before = run.Store.GetStatistics().LogBytes;
        PruneReport plan = await run.Store.PruneAsync(12, dryRun: true);
        Assert.Equal((run.Heights[0], before), (run.Store.FloorHeight, run.Store.GetStatistics().LogBytes));
        PruneReport report = await run.Store.PruneAsync(12);
        Assert.Equal((run.Heights[0], run.Heights[31], 31L, 12L), (report.FloorBefore, report.Floor, report.Blocks, report.RetainedBlocks));
        Assert.Equal((plan.Floor, plan.Blocks, plan.Segments, plan.Bytes), (report.Floor, report.Blocks, report.Segments, report.Bytes));
        Assert.Equal(before - report.Bytes, run.Store.GetStatistics().LogBytes);
        Assert.True(report.Bytes >= (30 * RetentionRun.BlockBytes * 3 / 4) - StoreSettings.Quiet.SegmentBytes, $"{report.Bytes} bytes went.");
        Assert.Equal(!stored, plan.Obstacles.Any(obstacle => obstacle.Kind == PruneObstacleKind.Recovery));
        run.AssertPruned(31);
        PruneReport again = await run.Store.PruneAsync(12);
        Assert.Equal((0L, 0, 0L), (again.Blocks, again.Segments, again.Bytes));
        await run.ReopenAsync(KeepAll);
        run.AssertPruned(31);
        Assert.Equal(12, (await run.HeightsInLogAsync()).Count);
    }

    [Fact]
    public async Task PruneTo_AHeight_KeepsItAnswered()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(KeepAll);
        await run.CommitAsync(30);
        BlockHeight between = new(run.Heights[20].Value + 1);
        Assert.True(between < run.Heights[21]);
        Hash256 root = run.Store.RootAt(between);
        Assert.Equal(run.Heights[20], (await run.Store.PruneToAsync(between)).Floor);
        Assert.Equal(root, run.Store.RootAt(between));
        run.AssertPruned(20);
        Assert.Equal(0, (await run.Store.PruneToAsync(run.Heights[3])).Blocks);
        HeightNotRetainedException above = await Assert.ThrowsAsync<HeightNotRetainedException>(() => run.Store.PruneToAsync(new BlockHeight(run.Heights[29].Value + 1)));
        Assert.Equal((run.Heights[20], run.Heights[29]), (above.Oldest, above.Newest));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => run.Store.PruneAsync(0));
        await run.CloseAsync();
    }

    [Fact]
    public async Task Prune_WithHoldsAndViews_SaysWhatTheyKeep()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(KeepAll with { RecentViewBytes = 0 });
        await run.CommitAsync(30);
        await run.Store.CheckpointAsync();
        await run.Store.PlaceHoldAsync("follower", run.Heights[9], maxBytes: 1 << 30);
        await run.Store.PlaceHoldAsync("too small", run.Heights[4], maxBytes: 10);
        PruneReport report;
        using (StateView view = run.Store.ViewAt(run.Heights[5]))
        {
            report = await run.Store.PruneAsync(5);
            Assert.Equal([PruneObstacleKind.Hold, PruneObstacleKind.View], report.Obstacles.Select(static obstacle => obstacle.Kind));
            Assert.Equal("follower", report.Obstacles[0].Name);
            Assert.True(report.Obstacles[1].Bytes > report.Obstacles[0].Bytes);
            Assert.Equal(run.Heights[5], view.Height);
            Assert.True(view.State.Contains([(byte)(run.Heights[5].Value % 7)]));
        }

        PruneReport second = await run.Store.PruneAsync(5, dryRun: true);
        Assert.Equal("follower", Assert.Single(second.Obstacles).Name);
        Assert.True(second.Bytes > 0);
        Assert.True(run.Store.Holds.Single(static hold => hold.Name == "too small").IsBroken);
        Assert.Equal(second.Bytes, (await run.Store.PruneAsync(5)).Bytes);
        await run.Store.ReleaseHoldAsync("follower");
        Assert.True((await run.Store.PruneAsync(5)).Bytes > 0);
        Assert.Equal(run.Heights.Skip(25), await run.HeightsInLogAsync());
    }

    [Fact]
    public async Task Prune_BehindARewindInTheLog_KeepsWhatReplayingItNeeds()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(KeepAll);
        await run.CommitAsync(20);
        await run.Store.CheckpointAsync();
        await run.Store.RewindAsync(run.Heights[9]);
        Hash256 root = run.Store.Root;
        PruneReport report = await run.Store.PruneAsync(1);
        Assert.Equal((run.Heights[9], 9L, 1L), (report.Floor, report.Blocks, report.RetainedBlocks));

        // Behind the checkpoint there may be anything: what counts is what the next opening finds.
        SimulatedHome crashed = new(HomeKind.SimulatedDirectory, run.Files.Crash(seed: 0));
        StateStore store = await crashed.OpenAsync(KeepAll);
        Assert.Equal((run.Heights[9], root), (store.Height, store.Root));
        await crashed.CloseAsync(store);
    }

    [Fact]
    public async Task Prune_OnAFullDisk_FreesItsSpace()
    {
        SimulatedFileSystem files = new();
        await using RetentionRun run = new(files: files);
        await run.OpenAsync(KeepAll);
        await run.CommitAsync(40);
        await run.Store.CheckpointAsync();
        await run.CommitAsync(1);
        await run.CloseAsync();
        await run.OpenAsync(KeepAll);
        files.CapacityBytes = files.UsedBytes;
        long used = files.UsedBytes;
        PruneReport report = await run.Store.PruneAsync(10);
        Assert.Equal(31, report.Blocks);
        Assert.True(used - files.UsedBytes >= report.Bytes && report.Bytes > 20 * RetentionRun.BlockBytes, $"{report.Bytes} bytes went, {used - files.UsedBytes} are free.");

        // The store goes on in the room there is now.
        await run.CommitAsync(10);
        await run.CloseAsync();
    }

    [Fact]
    public async Task Prune_StoppedAtEveryOperation_LeavesAWholeStore()
    {
        long operations = await RunAsync(stopAt: long.MaxValue);
        for (long stop = 1; stop <= operations; stop++)
        {
            await RunAsync(stop);
        }

        static async Task<long> RunAsync(long stopAt)
        {
            SimulatedFileSystem files = new();
            RetentionRun run = new(files: files);
            await run.OpenAsync(KeepAll);
            await run.CommitAsync(14);
            await run.Store.CheckpointAsync();
            await run.CommitAsync(4);
            Hash256 root = run.Store.Root;
            long before = files.ChangeCount;
            files.StopAt = stopAt == long.MaxValue ? stopAt : before + stopAt;
            try
            {
                await run.Store.PruneAsync(2);
            }
            catch (Exception exception) when (Soak.SoakReader.IsOfCrash(exception))
            {
                // As planned.
            }

            long operations = files.ChangeCount - before;
            for (int kept = 0; kept < 3; kept++)
            {
                SimulatedHome home = new(HomeKind.SimulatedDirectory, files.Crash(((int)Math.Min(stopAt, 1000) * 4) + kept));
                StateStore store = await home.OpenAsync(KeepAll);
                Assert.Equal(root, store.Root);
                Assert.Equal(2, (await store.PruneAsync(2)).RetainedBlocks);
                Assert.Equal(run.Heights[16], store.FloorHeight);
                await home.CloseAsync(store);
            }

            return operations;
        }
    }

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.Memory)]
    public async Task Prune_BesideCommits_LosesNothing(HomeKind kind)
    {
        await using RetentionRun run = new(kind);
        await run.OpenAsync(KeepAll);
        await run.CommitAsync(20);
        Task pruning = Task.Run(async () =>
        {
            for (int i = 0; i < 20; i++)
            {
                Assert.InRange((await run.Store.PruneAsync(15)).RetainedBlocks, 15, 60);
            }
        });
        await run.CommitAsync(40);
        await pruning;
        Assert.Equal(15, (await run.Store.PruneAsync(15)).RetainedBlocks);
        run.AssertPruned(45);
        await run.CloseAsync();
    }

    /// <summary>The disk stands still at a manifest, or at the deletion of a segment, while pruning: commits go on as if nothing were.</summary>
    [Theory]
    [InlineData("manifest")]
    [InlineData(".seg")]
    public async Task Prune_HeldUpByTheDisk_DoesNotHoldUpCommits(string part)
    {
        using ManualResetEventSlim goesOn = new();
        TaskCompletionSource isHeldUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
        AsyncLocal<bool> isPruning = new();
        HookedFileSystem files = new(new SimulatedFileSystem(), () => { }, path =>
        {
            if (isPruning.Value && path.Contains(part, StringComparison.Ordinal))
            {
                isHeldUp.TrySetResult();
                Assert.True(goesOn.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
            }
        });
        await using StateStore store = await StateStore.OpenAsync("/store", KeepAll.ToOptions(files), TestContext.Current.CancellationToken);
        await CommitAsync(store, 1, 30);
        await store.CheckpointAsync(TestContext.Current.CancellationToken);
        Task<PruneReport> pruning = Task.Run(
            async () =>
            {
                isPruning.Value = true;
                return await store.PruneAsync(5);
            },
            TestContext.Current.CancellationToken);
        await isHeldUp.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await CommitAsync(store, 31, 60).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal(new BlockHeight(60), store.DurableHeight);
        Assert.False(pruning.IsCompleted);
        goesOn.Set();
        Assert.Equal(25, (await pruning).Blocks);
        Assert.Equal(35UL, store.GetStatistics().RetainedBlocks);

        static async Task CommitAsync(StateStore store, ulong from, ulong to)
        {
            for (ulong height = from; height <= to; height++)
            {
                using BlockDraft draft = store.CreateDraft(new BlockHeight(height));
                draft.State.Put([(byte)height], BitConverter.GetBytes(height));
                draft.Payload = new byte[RetentionRun.BlockBytes];
                await store.CommitAsync(draft);
            }
        }
    }

    [Fact]
    public async Task Prune_OfAStoreThatKeepsAll_IsRefused()
    {
        await using RetentionRun run = new(HomeKind.JsonLines);
        await run.OpenAsync(KeepAll);
        await run.CommitAsync(2);
        InvalidOperationException refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => run.Store.PruneAsync(1));
        Assert.Contains("keeps every block", refusal.Message, StringComparison.Ordinal);
        await run.CloseAsync();
    }

    [Fact]
    public async Task Prune_OfAnEmptyStore_DoesNothing()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(KeepAll);
        Assert.Equal((null, 0L, 0L), ((await run.Store.PruneAsync(1)).Floor, (await run.Store.PruneAsync(1)).Blocks, (await run.Store.PruneAsync(1)).Bytes));
        await Assert.ThrowsAsync<HeightNotRetainedException>(() => run.Store.PruneToAsync(new BlockHeight(1)));
        await run.CloseAsync();
    }
}
