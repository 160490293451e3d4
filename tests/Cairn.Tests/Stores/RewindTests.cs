using Cairn.Checking;
using Cairn.Homes;
using Cairn.Manifests;
using Cairn.Tests.IO;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Rewinds and finality where the model test does not look: what recovery, readers, retention and the memory bound make of them. Every home is in the model, crash and fault tests.</summary>
public sealed class RewindTests
{
    private static StoreSettings Quiet => StoreSettings.Quiet;

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task Rewind_WithOpenViewsAndDrafts_LeavesViewsAndRefusesDrafts(HomeKind kind)
    {
        await using RewindRun run = await RewindRun.OpenAsync(kind, Quiet);
        await run.CommitAsync(10);
        StateStore store = run.Store;
        using StateView abandoned = store.OpenView();
        BlockDraft onHead = store.CreateDraft(new BlockHeight(100));
        onHead.State.Put("rival"u8, "1"u8);
        BlockDraft onDraft = store.CreateDraft(new BlockHeight(200), onHead);
        RewindReport report = await store.RewindAsync(run.Heights[4]);
        Assert.Equal((run.Heights[9], run.Heights[4], 5L), (report.From, report.Height, report.Blocks));
        StoreComparison.AssertSame(run.States[9], abandoned, new Random(1));
        foreach (BlockDraft draft in (BlockDraft[])[onHead, onDraft])
        {
            StaleDraftException stale = await Assert.ThrowsAsync<StaleDraftException>(async () => await store.CommitAsync(draft));
            Assert.Equal(run.Heights[4], stale.HeadHeight);
            Assert.True(draft.State.Contains("rival"u8));
            draft.Dispose();
        }

        Assert.Throws<HeightNotRetainedException>(() => store.ViewAt(run.Heights[9]));
        run.Forget(5);
        await run.CommitAsync(7, variant: 1);
        foreach (ReferenceState state in run.States)
        {
            using StateView view = store.ViewAt(state.Height!.Value);
            StoreComparison.AssertSame(state, view, new Random(1));
        }

        StoreComparison.AssertSame(run.AllStates[9], abandoned, new Random(2));
        abandoned.Dispose();
        await run.ReopenAsync(Quiet);
        Assert.Equal(12UL, run.Store.GetStatistics().BlockCount);
        await run.CloseAsync();
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(3_000L)]
    [InlineData(long.MaxValue)]
    public async Task Reopen_AfterACrashBehindRewinds_MergedOrOneByOne_GivesTheSame(long oneByOneBytes)
    {
        SimulatedFileSystem files = new();
        await using RewindRun run = await RewindRun.OpenAsync(HomeKind.SimulatedDirectory, Quiet, files);
        await run.CommitAsync(8);
        await run.Store.CheckpointAsync();
        await run.CommitAsync(4);
        await run.RewindAsync(7); // below the checkpoint
        await run.CommitAsync(3, variant: 1);
        await run.RewindAsync(2);
        await run.RewindAsync(2); // over what was gone back to
        await run.CommitAsync(6, variant: 2);
        await run.RewindAsync(1);
        Assert.Equal(run.Heights[1], await run.Store.FinalizeAsync(run.Heights[1]));
        await run.CommitAsync(2, variant: 3);
        SimulatedHome crashed = new(HomeKind.SimulatedDirectory, files.Crash(seed: 0));
        StateStore store = await crashed.OpenAsync(Quiet with { OneByOneReplayBytes = oneByOneBytes });
        StoreComparison.AssertHead(run.States[^1], store, new Random(1));
        Assert.Equal((12L, 15L), (store.Recovery.BlocksRewound, store.Recovery.BlocksReplayed));
        Assert.Equal(run.Heights[1], store.FinalizedHeight);
        Assert.Equal((ulong)run.States.Count, store.GetStatistics().BlockCount);
        foreach (ReferenceState state in run.States)
        {
            using StateView view = store.ViewAt(state.Height!.Value);
            StoreComparison.AssertSame(state, view, new Random(1));
        }

        await crashed.CloseAsync(store);
    }

    [Fact]
    public async Task Open_WithSmallerCapsThanTheLogWasWrittenWith_StoresBetweenRewindsAndSurvivesCrashes()
    {
        SimulatedFileSystem files = new(seed: 1);
        StoreSettings keepFew = Quiet with { RetainBlocks = 4 };
        await using RewindRun run = await RewindRun.OpenAsync(HomeKind.SimulatedDirectory, keepFew, files);
        await run.CommitAsync(10, changes: 150);
        await run.Store.CheckpointAsync();
        await run.CommitAsync(8, changes: 150);
        await run.RewindAsync(10); // to within the four that the checkpoint retained
        await run.CommitAsync(20, changes: 150, variant: 1);
        SimulatedFileSystem crashed = files.Crash(seed: 0);
        StoreSettings smaller = StoreSettings.Tight with { OneByOneReplayBytes = 4000, RetainBlocks = 4 };
        SimulatedFileSystem whole = crashed.Clone();
        int checkpoints = 0;
        StoreSettings watched = smaller with { OnEvent = happened => checkpoints += happened is StoreEvent.CheckpointCompleted ? 1 : 0 };
        StateStore reopened = await new SimulatedHome(HomeKind.SimulatedDirectory, whole).OpenAsync(watched);
        Assert.True(checkpoints >= 3, $"{checkpoints} checkpoints while opening.");
        StoreComparison.AssertHead(run.States[^1], reopened, new Random(1));
        await new SimulatedHome(HomeKind.SimulatedDirectory, whole).CloseAsync(reopened);
        long operations = whole.ChangeCount;
        for (long stopAt = 1; stopAt < operations; stopAt += SeededRandom.IsLong ? 1 : 9)
        {
            SimulatedFileSystem interrupted = crashed.Clone();
            interrupted.StopAt = stopAt;
            try
            {
                await using StateStore opening = await new SimulatedHome(HomeKind.SimulatedDirectory, interrupted).OpenAsync(smaller);
            }
            catch (Exception exception) when (Soak.SoakReader.IsOfCrash(exception))
            {
                // As planned.
            }

            SimulatedHome after = new(HomeKind.SimulatedDirectory, interrupted.Crash((int)stopAt));
            StateStore again = await after.OpenAsync(smaller);
            StoreComparison.AssertHead(run.States[^1], again, new Random(1));
            await after.CloseAsync(again);
        }
    }

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task Rewind_WhoseRecordIsTorn_NeverHappened(HomeKind kind)
    {
        SimulatedFileSystem files = new();
        await using RewindRun run = await RewindRun.OpenAsync(kind, Quiet, files);
        await run.CommitAsync(6);
        string log = kind == HomeKind.JsonLines ? "/store/blocks.jsonl" : "/store/log/" + files.List("/store/log")[^1];
        long before = run.Store.GetStatistics().LogBytes;
        ReferenceState head = run.States[^1];
        await run.RewindAsync(3);
        SimulatedFileSystem torn = files.Crash(seed: 0);
        using (Cairn.IO.IFile file = torn.Open(log, Cairn.IO.FileOpening.Write))
        {
            if (kind == HomeKind.JsonLines)
            {
                file.SetLength(before + 40);
            }
            else
            {
                byte[] bytes = new byte[file.Length];
                file.Read(0, bytes);
                int root = bytes.AsSpan().LastIndexOf(run.States[^1].Root.ToArray());
                file.Write(root, [(byte)~bytes[root]]);
            }
        }

        SimulatedHome home = new(kind, torn);
        StateStore store = await home.OpenAsync(Quiet);
        Assert.True(store.Recovery.BytesTruncated > 0);
        StoreComparison.AssertHead(head, store, new Random(1));
        await store.RewindAsync(run.Heights[2]);
        StoreComparison.AssertHead(run.States[^1], store, new Random(1));
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Reader_FollowsRewinds_AndGoesOverToCheckpointsBehindThem()
    {
        SimulatedFileSystem files = new();
        await using RewindRun run = await RewindRun.OpenAsync(HomeKind.SimulatedDirectory, Quiet, files);
        await run.CommitAsync(6);
        await run.Store.CheckpointAsync();
        await using StateStore reader = await run.Home.OpenAsync(Quiet with { ReadOnly = true });
        for (int round = 1; round <= 12; round++)
        {
            await run.RewindAsync(1 + (round % 3));
            await run.CommitAsync(1 + (round % 4), variant: round);
            if (round % 4 == 0)
            {
                await run.Store.CheckpointAsync();
                await run.Store.CheckpointAsync();
            }

            if (round % 5 == 0)
            {
                await run.Store.FinalizeAsync(run.Heights[0]);
            }

            await reader.RefreshAsync();
            StoreComparison.AssertHead(run.States[^1], reader, new Random(round));
            Assert.Equal(run.Store.FinalizedHeight, reader.FinalizedHeight);
            Assert.Equal(run.Store.Abandoned[^1], reader.Abandoned[^1]);
            await Assert.ThrowsAsync<InvalidOperationException>(() => reader.RewindAsync(run.Heights[0]));
        }
    }

    [Fact]
    public async Task Retention_OverAbandonedBlocks_CountsLiveOnesAndForgetsIntervalsBelowTheFloor()
    {
        await using RewindRun run = await RewindRun.OpenAsync(HomeKind.SimulatedDirectory, Quiet with { RetainBlocks = 8 });
        for (int round = 0; round < 30; round++)
        {
            await run.CommitAsync(4, variant: round);
            await run.RewindAsync(1 + (round % 3));
            await run.Store.CheckpointAsync();
            StoreStatistics statistics = run.Store.GetStatistics();
            Assert.Equal(((ulong)run.States.Count, Math.Min(8UL, (ulong)run.States.Count)), (statistics.BlockCount, Math.Min(8UL, statistics.RetainedBlocks)));
            Assert.Null(statistics.RetentionFault);
        }

        Assert.InRange(run.Store.Abandoned.Count, 1, 12);
        await run.ReopenAsync(Quiet with { RetainBlocks = 8 });
        Assert.InRange(run.Store.Abandoned.Count, 1, 12);
        HeightNotRetainedException below = await Assert.ThrowsAsync<HeightNotRetainedException>(() => run.Store.RewindAsync(run.Heights[^10]));
        Assert.Equal((run.Heights[^8], run.Heights[^1]), (below.Oldest, below.Newest));
        await run.RewindAsync(7);
        Assert.Equal(run.Store.FloorHeight, run.Store.Height);
        await run.CommitAsync(3, variant: 99);
        await run.CloseAsync();
    }

    [Fact]
    public async Task Rewind_UnsyncedInGroupedMode_DurableHeightPromisesNoMoreThanThereIs()
    {
        SimulatedFileSystem files = new();
        await using RewindRun run = await RewindRun.OpenAsync(HomeKind.SimulatedDirectory, Quiet with { Durability = Durability.Grouped, GroupedBlocks = 100 }, files);
        await run.CommitAsync(5);
        await run.Store.SyncAsync();
        await run.CommitAsync(2);
        Assert.Equal(run.Heights[4], run.Store.DurableHeight);
        await run.RewindAsync(4);
        Assert.Equal(run.Heights[2], run.Store.DurableHeight);
        await run.CommitAsync(1, variant: 1);
        Assert.Equal(run.Heights[2], run.Store.DurableHeight);
        SimulatedHome lost = new(HomeKind.SimulatedDirectory, files.Crash(seed: 0));
        await using (StateStore store = await lost.OpenAsync(Quiet))
        {
            StoreComparison.AssertHead(run.AllStates[4], store, new Random(1));
        }

        await run.Store.SyncAsync();
        Assert.Equal(run.Heights[3], run.Store.DurableHeight);
        await run.CloseAsync();
    }

    [Fact]
    public async Task Rewind_AboveTheMemoryItMayTake_NamesTheCostAndChangesNothing()
    {
        await using RewindRun run = await RewindRun.OpenAsync(HomeKind.SimulatedDirectory, Quiet with { RebuildBytes = 64 << 10 });
        await run.CommitAsync(30, changes: 400);
        RebuildTooLargeException refusal = await Assert.ThrowsAsync<RebuildTooLargeException>(() => run.Store.RewindAsync(run.Heights[14]));
        Assert.Equal((run.Heights[14], 15UL, 64L << 10), (refusal.Height, refusal.Blocks, refusal.LimitBytes));
        Assert.True(refusal.NeededBytes > refusal.LimitBytes);
        StoreComparison.AssertHead(run.States[^1], run.Store, new Random(1));
        await run.ReopenAsync(Quiet);
        await run.RewindAsync(15);
        await run.CloseAsync();
    }

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.Memory)]
    public async Task Rewind_ToAnInstalledState_GivesItAndSurvivesReopening(HomeKind kind)
    {
        ShortRun blocks = ShortRun.Make(seed: 6, blocks: 8);
        using TestHome home = TestHome.Create(kind);
        StateStore store = await InstallRun.InstallAsync(home, Quiet, blocks.States[5]);
        await blocks.CommitNextAsync(store, 5);
        await blocks.CommitNextAsync(store, 6);
        BlockHeight installed = blocks.States[5].Height!.Value;
        await Assert.ThrowsAsync<HeightNotRetainedException>(() => store.RewindAsync(new BlockHeight(installed.Value - 1)));
        Assert.Equal(2, (await store.RewindAsync(installed)).Blocks);
        StoreComparison.AssertHead(blocks.States[5], store, new Random(1));
        await blocks.CommitNextAsync(store, 5);
        await home.CloseAsync(store);
        store = await home.OpenAsync(Quiet);
        StoreComparison.AssertHead(blocks.States[6], store, new Random(1));
        await store.RewindAsync(installed);
        await home.CloseAsync(store);
        store = await home.OpenAsync(Quiet);
        StoreComparison.AssertHead(blocks.States[5], store, new Random(1));
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Check_OfAManifestThatTellsOtherRewindsOrFinality_FindsIt()
    {
        SimulatedFileSystem files = new();
        await using RewindRun run = await RewindRun.OpenAsync(HomeKind.SimulatedDirectory, Quiet, files);
        await run.CommitAsync(5);
        await run.RewindAsync(2);
        await run.Store.FinalizeAsync(run.Heights[1]);
        await run.CloseAsync();
        StoreManifest manifest = ManifestFiles.Read(files, "/store").Newest!;
        Assert.Equal([new SequenceInterval(4, 5)], manifest.Content.Abandoned);
        Assert.Equal(run.Heights[1], manifest.Content.FinalizedHeight);
        foreach ((Manifest forged, string what) in ((Manifest, string)[])[
            (manifest.Content with { Abandoned = [new SequenceInterval(4, 5), new SequenceInterval(6, 6)] }, "abandoned sequences in the manifest"),
            (manifest.Content with { FinalizedHeight = run.Heights[0] }, "final height in the manifest")])
        {
            SimulatedFileSystem wrong = files.Clone();
            ManifestFiles.Write(wrong, "/store", manifest with { Content = forged });
            CheckReport report = await StoreChecker.CheckAsync("dir:/store", new CheckOptions { FileSystem = wrong });
            Assert.Equal(what, Assert.Single(report.Faults).What);
        }
    }

    [Fact]
    public async Task RewindAndFinalize_TellEventsAndExcludeCommits()
    {
        List<StoreEvent> events = [];
        await using RewindRun run = await RewindRun.OpenAsync(HomeKind.Memory, Quiet with { OnEvent = events.Add });
        await run.CommitAsync(5);
        RewindReport report = await run.Store.RewindAsync(new BlockHeight(run.Heights[2].Value + 1));
        run.Forget(2);
        Assert.Equal(report, Assert.Single(events.OfType<StoreEvent.Rewound>()).Report);
        Assert.Equal(0, (await run.Store.RewindAsync(run.Heights[2])).Blocks);
        await run.Store.FinalizeAsync(run.Heights[1]);
        await run.Store.FinalizeAsync(run.Heights[0]);
        Assert.Equal(run.Heights[1], Assert.Single(events.OfType<StoreEvent.Finalized>()).Height);
        using BlockDraft draft = run.Store.CreateDraft(new BlockHeight(1000));
        await run.Store.FinalizeAsync(run.Heights[2]);
        await run.Store.CommitAsync(draft); // finality does not make it stale
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Store.RewindAsync(run.Heights[2], cancellationToken: cancelled.Token));
        HeightFinalizedException final = await Assert.ThrowsAsync<HeightFinalizedException>(() => run.Store.RewindAsync(run.Heights[1]));
        Assert.Equal((run.Heights[1], run.Heights[2]), (final.Requested, final.Finalized));
    }
}
