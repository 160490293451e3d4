using Cairn.Proofs;
using Cairn.Proving;
using Cairn.Tests.IO;
using Cairn.Tests.Stores;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Proving;

/// <summary>Proofs at heights that only the log has: rebuilt, checked, kept for a while, and given back.</summary>
public sealed class PastProofTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<HomeKind> Homes() => [HomeKind.Memory, HomeKind.SimulatedDirectory, HomeKind.JsonLines];

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Proofs_EveryRetainedHeight_AreThoseOfThePlainProver(HomeKind kind)
    {
        Random random = new(5);
        PastRun run = new(random, KeyShape.DecimalCounters);
        using TestHome home = TestHome.Create(kind);
        StateStore store = await home.OpenAsync(PastRun.Settings);
        for (int block = 0; block < 14; block++)
        {
            await run.CommitAsync(store, keysAtMost: block == 2 ? 700 : 40, valuesAtMost: block % 5 == 4 ? 3000 : 30);
        }

        run.CheckAll(store);
        await home.CloseAsync(store);
        if (kind != HomeKind.Memory)
        {
            store = await home.OpenAsync(PastRun.Settings);
            run.CheckAll(store);
            await home.CloseAsync(store);
        }
    }

    [Fact]
    public Task Proofs_EveryKeyShape_AtAnyHeight_AreThoseOfThePlainProver() => SeededRandom.ForEachAsync(9, async random =>
    {
        PastRun run = new(random, KeyShapes.All[random.Next(KeyShapes.All.Count)]);
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        await using StateStore store = await home.OpenAsync(PastRun.Settings);
        for (int block = 0; block < 8; block++)
        {
            await run.CommitAsync(store, keysAtMost: 100);
            if (block == 4)
            {
                await store.CheckpointAsync(Token);
            }
        }

        run.CheckAll(store);
    });

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    public async Task Proofs_AfterRewinds_AreOfTheBlocksThatCount(HomeKind kind)
    {
        Random random = new(8);
        PastRun run = new(random, KeyShape.ShortText);
        using TestHome home = TestHome.Create(kind);
        StateStore store = await home.OpenAsync(PastRun.Settings);
        for (int round = 0; round < 3; round++)
        {
            for (int block = 0; block < 6; block++)
            {
                await run.CommitAsync(store);
            }

            ulong[] heights = [.. run.States.Keys];
            ulong abandoned = heights[^3];
            using StateView before = store.ViewAt((BlockHeight)abandoned);
            ProofQuestions questions = new(random, run.States[abandoned]);
            await run.RewindAsync(store, heights[^4]);
            await run.CommitAsync(store);
            await run.CommitAsync(store);
            await run.CommitAsync(store);

            // The view still is of the block that it was opened on, which the log remembers.
            questions.Check(before);
            run.CheckAll(store);
        }

        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Prove_ManyThreadsAtOneHeight_RebuildOnce()
    {
        PastRun run = new(new Random(3), KeyShape.Random);
        await using StateStore store = await OpenAsync(run, blocks: 10);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(
            () =>
            {
                using StateView view = store.ViewAt(new BlockHeight(run.States.Keys.ElementAt(2)));
                new ProofQuestions(new Random(seed), run.States.Values.ElementAt(2)).Check(view);
            },
            Token)));
        Assert.Equal(1, store.Rebuilt.Builds);
    }

    [Fact]
    public async Task Prove_ARecentHeight_RebuildsNothing()
    {
        PastRun run = new(new Random(3), KeyShape.Random);
        await using StateStore store = await OpenAsync(run, blocks: 10);
        run.Check(store, run.States.Keys.Last());
        run.Check(store, run.States.Keys.ElementAt(8));
        Assert.Equal((0, 0), (store.Rebuilt.Builds, store.GetStatistics().RebuiltBytes));
    }

    [Fact]
    public async Task Prove_AboveTheBudget_IsRefusedWithCostAndLimit()
    {
        PastRun run = new(new Random(3), KeyShape.Random);
        StoreSettings settings = PastRun.Settings with { RebuildBytes = 64 << 10, RecentViewBytes = 64 << 20 };
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        await using (StateStore first = await home.OpenAsync(settings))
        {
            for (int block = 0; block < 6; block++)
            {
                await run.CommitAsync(first, keysAtMost: 900, valuesAtMost: 100);
            }
        }

        await using StateStore store = await home.OpenAsync(settings);
        using StateView old = store.ViewAt(new BlockHeight(run.States.Keys.ElementAt(3)));
        long draft = store.Pages.Bytes(PageResidency.Draft);
        for (int attempt = 0; attempt < 2; attempt++)
        {
            RebuildTooLargeException refusal = Assert.Throws<RebuildTooLargeException>(() => old.Prove("a"u8, ProofSpec.ByValueHash));
            Assert.Equal(64 << 10, refusal.LimitBytes);
            Assert.InRange(refusal.NeededBytes, refusal.LimitBytes + 1, 8 << 20);
            Assert.Equal((2UL, old.Height!.Value), (refusal.Blocks, refusal.Height));
            Assert.Equal(RecoveryAction.FixTheCall, refusal.RecoveryAction);
        }

        Assert.Equal(draft, store.Pages.Bytes(PageResidency.Draft));
        run.Check(store, run.States.Keys.Last());
    }

    [Fact]
    public async Task RebuiltTrees_MoreThanFit_LeaveTheNewestAndGiveMemoryBack()
    {
        PastRun run = new(new Random(4), KeyShape.DecimalCounters);
        StoreSettings settings = PastRun.Settings with { RebuildBytes = 512 << 10 };
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        await using StateStore store = await home.OpenAsync(settings);
        for (int block = 0; block < 30; block++)
        {
            await run.CommitAsync(store, keysAtMost: 300);
        }

        foreach (ulong height in run.States.Keys.Take(20))
        {
            using StateView view = store.ViewAt((BlockHeight)height);
            view.Prove("a"u8, ProofSpec.ByValueHash);
            view.Prove("b"u8, ProofSpec.ByValueHash);
            StoreStatistics statistics = store.GetStatistics();
            Assert.InRange(statistics.RebuiltBytes, 1, 512 << 10);
            Assert.Equal(store.Pages.Bytes(PageResidency.Draft), store.Rebuilt.PageBytes);
            Assert.Equal(0, statistics.DraftBytes);
        }

        Assert.Equal(20, store.Rebuilt.Builds);
        Assert.InRange(store.Rebuilt.Count, 1, 8);
        store.Rebuilt.LetGo();
        Assert.Equal((0, 0), (store.Rebuilt.Count, store.Pages.Bytes(PageResidency.Draft)));

        // Checkpoints and cleaning in the background pin what they work on, and recent heights whose pages were stored in time cost nothing and stay. Without these only the other recent height is left in the end.
        Assert.True(SpinWait.SpinUntil(IsLetGoOf, TimeSpan.FromSeconds(20)), "An old version is still pinned.");

        bool IsLetGoOf()
        {
            store.Versions.LetGoOfRecent(store.Versions.Head.Ordinal);
            return store.Versions.Pinned.Count(version => version.Ordinal < store.Versions.Head.Ordinal) == 1;
        }
    }

    [Fact]
    public async Task RebuiltTrees_UnusedBetweenTwoCheckpoints_AreLetGoOf()
    {
        PastRun run = new(new Random(4), KeyShape.DecimalCounters);
        await using StateStore store = await OpenAsync(run, blocks: 6);
        using StateView used = store.ViewAt(new BlockHeight(run.States.Keys.ElementAt(1)));
        used.Prove("a"u8, ProofSpec.ByValueHash);
        run.Check(store, run.States.Keys.First());
        Assert.Equal(2, store.Rebuilt.Count);
        await run.CommitAsync(store);
        await store.CheckpointAsync(Token);
        used.Prove("a"u8, ProofSpec.ByValueHash);
        await run.CommitAsync(store);
        await store.CheckpointAsync(Token);
        Assert.Equal(1, store.Rebuilt.Count);
        used.Prove("a"u8, ProofSpec.ByValueHash);
        Assert.Equal(2, store.Rebuilt.Builds);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RebuiltTree_PagesMovedByCompaction_IsReadAtTheirPlaces(bool changesStateMeanwhile)
    {
        PastRun run = new(new Random(14), KeyShape.DecimalCounters);
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        await using StateStore store = await home.OpenAsync(PastRun.Settings with { DirtyBytes = 64 << 20 });
        for (int block = 0; block < 12; block++)
        {
            await run.CommitAsync(store, keysAtMost: block == 0 ? 6000 : 500, valuesAtMost: 120);
            await store.CheckpointAsync(Token);
        }

        await CommitLocalAsync(store, "note"u8.ToArray());
        run.Skip();
        await store.CheckpointAsync(Token);
        ulong old = run.States.Keys.ElementAt(9);
        using (StateView view = store.ViewAt((BlockHeight)old))
        {
            ProofQuestions questions = new(new Random(1), run.States[old]);
            questions.Check(view);

            // As if a long proof were being built all the time.
            RebuiltTree used = view.Past!.Rebuild(view.Version, Token);
            for (int round = 0; round < 4; round++)
            {
                // Where nothing changes, the version that is cleaned has the trees of the version that was rebuilt from.
                await CommitLocalAsync(store, key: null);
                run.Skip();
                if (changesStateMeanwhile)
                {
                    await run.CommitAsync(store, keysAtMost: 500, valuesAtMost: 120);
                }

                await store.CheckpointAsync(Token);
                CompactionReport report = await store.CompactAsync(cancellationToken: Token);
                Assert.True(round > 0 || report.BytesMoved > 0, $"{report}");
                questions.Check(view);
                using StateView head = store.OpenView();
                new ProofQuestions(new Random(2), run.States.Values.Last()).Check(head);
                questions.CheckParts(view);
            }

            used.Return();
        }

        Assert.Equal(1, store.Rebuilt.Builds);
        Assert.True(store.GetStatistics().CacheEvictions > 100);
    }

    [Fact]
    public async Task Prove_Cancelled_LeavesNothing()
    {
        PastRun run = new(new Random(4), KeyShape.DecimalCounters);
        await using StateStore store = await OpenAsync(run, blocks: 6);
        using StateView view = store.ViewAt(new BlockHeight(run.States.Keys.First()));
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        Assert.ThrowsAny<OperationCanceledException>(() => view.ProveRange([], [], cancellationToken: cancelled.Token));
        Assert.Equal((0, 0), (store.Rebuilt.Count, store.Pages.Bytes(PageResidency.Draft)));
        run.Check(store, run.States.Keys.First());
    }

    [Fact]
    public async Task Prove_ViewClosed_IsRefused()
    {
        PastRun run = new(new Random(4), KeyShape.DecimalCounters);
        await using StateStore store = await OpenAsync(run, blocks: 6);
        StateView view = store.ViewAt(new BlockHeight(run.States.Keys.First()));
        view.Prove("a"u8, ProofSpec.ByValueHash);
        view.Dispose();
        Assert.Throws<ObjectDisposedException>(() => view.Prove("a"u8, ProofSpec.ByValueHash));
    }

    [Fact]
    public async Task Proofs_OfOldHeightsBesideCommitsCheckpointsAndCleaning_StayRight()
    {
        PastRun run = new(new Random(12), KeyShape.DecimalCounters);
        await using StateStore store = await OpenAsync(run, blocks: 8);
        ulong[] heights = [.. run.States.Keys.Take(6)];
        ProofQuestions[] Questions(int seed) => [.. heights.Select(height => new ProofQuestions(new Random(seed), run.States[height]))];
        ProofQuestions[][] questions = [Questions(1), Questions(2)];
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<int>[] provers = [.. questions.Select(all => Task.Run(
            () =>
            {
                int rounds = 0;
                for (; rounds < 6 || !done.IsCancellationRequested; rounds++)
                {
                    using StateView view = store.ViewAt((BlockHeight)heights[rounds % heights.Length]);
                    all[rounds % heights.Length].Check(view);
                }

                return rounds;
            },
            Token))];
        for (int block = 0; block < 24; block++)
        {
            await run.CommitAsync(store, keysAtMost: 200);
            await store.CheckpointAsync(Token);
            if (block % 5 == 4)
            {
                await store.CompactAsync(cancellationToken: Token);
            }
        }

        await done.CancelAsync();
        await Task.WhenAll(provers);
        run.CheckAll(store);
    }

    /// <summary>A block that leaves the state as it is; without a key it changes nothing at all.</summary>
    private static async Task CommitLocalAsync(StateStore store, byte[]? key)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight(store.Height!.Value.Value + 1));
        if (key is not null)
        {
            draft.Local.Put(key, [1]);
        }

        await store.CommitAsync(draft, Token);
    }

    private static async Task<StateStore> OpenAsync(PastRun run, int blocks)
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore store = await home.OpenAsync(PastRun.Settings);
        for (int block = 0; block < blocks; block++)
        {
            await run.CommitAsync(store);
        }

        return store;
    }
}
