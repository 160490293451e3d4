using Cairn.Checking;
using Cairn.Homes;
using Cairn.Tests.IO;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>A whole state put into a new store: what is there afterwards, how the log goes on from it, and what an interruption leaves.</summary>
public sealed class InstallTests
{
    public static TheoryData<HomeKind> Kinds => [HomeKind.Memory, HomeKind.Directory, HomeKind.SimulatedDirectory, HomeKind.JsonLines];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Installed_OfAnyHome_HasTheStateAndGoesOn(HomeKind kind) => await SeededRandom.ForEachAsync(4, async random =>
    {
        ShortRun run = ShortRun.Make(random.Next(), blocks: 12);
        using TestHome home = TestHome.Create(kind);
        StateStore store = await InstallRun.InstallAsync(home, StoreSettings.Tight, kind == HomeKind.JsonLines ? InstallRun.Flat(run.States[6]) : run.States[6]);
        if (kind == HomeKind.JsonLines)
        {
            StoreComparison.AssertHead(InstallRun.Flat(run.States[6]), store, random);
        }
        else
        {
            StoreComparison.AssertHead(run.States[6], store, random);
            Assert.Equal(InstallRun.Blocks, store.GetStatistics().BlockCount);
        }

        Assert.Equal(run.States[6].Height, store.FloorHeight);
        Assert.Equal(run.States[6].Height, store.DurableHeight);
        for (int block = 6; block < 12; block++)
        {
            await run.CommitNextAsync(store, block);
            Assert.Equal(run.States[block + 1].Root, store.Root);
            if (block % 2 == 0)
            {
                await home.CloseAsync(store);
                store = await home.OpenAsync(StoreSettings.Tight);
            }

            Assert.Equal(run.States[6].Height, store.FloorHeight);
        }

        if (kind != HomeKind.JsonLines)
        {
            StoreComparison.AssertHead(run.States[12], store, random);
            Assert.Equal(InstallRun.Blocks + 6, store.GetStatistics().BlockCount);
            Assert.Equal(7ul, store.GetStatistics().RetainedBlocks);
        }

        await home.CloseAsync(store);
    });

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    public async Task Installed_Empty_GoesOnLikeAnyStore(HomeKind kind)
    {
        ReferenceState empty = ReferenceState.Empty with { Height = new BlockHeight(9) };
        using TestHome home = TestHome.Create(kind);
        StateStore store = await InstallRun.InstallAsync(home, StoreSettings.Tight, empty);
        Assert.Equal(new BlockHeight(9), store.Height);
        Assert.Equal(Hash256.EmptyRoot, store.Root);
        using (BlockDraft draft = store.CreateDraft(new BlockHeight(11)))
        {
            draft.State.Put("k"u8, "v"u8);
            await store.CommitAsync(draft);
        }

        await home.CloseAsync(store);
        await using IHome below = home.OpenHome();
        await foreach (LogRecord record in below.Log.Read(LogPosition.Start, CancellationToken.None))
        {
            Assert.Equal(new BlockHeight(9), record.ParentHeight);
            Assert.Equal(Hash256.EmptyRoot, record.PreviousRoot);
            Assert.Equal(1ul, record.Sequence);
        }
    }

    [Fact]
    public async Task Installed_WithRetention_TheInstalledStateIsTheFirstToGo()
    {
        ShortRun run = ShortRun.Make(3, blocks: 16);
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        StoreSettings settings = StoreSettings.Quiet with { RetainBlocks = 4 };
        StateStore store = await InstallRun.InstallAsync(home, settings, run.States[5]);
        for (int block = 5; block < 16; block++)
        {
            await run.CommitNextAsync(store, block);
            await store.CheckpointAsync();
            int oldest = Math.Max(5, block + 1 - 3);
            Assert.Equal(run.States[oldest].Height, store.FloorHeight);
            Assert.Equal((ulong)Math.Min(4, block + 1 - 5 + 1), store.GetStatistics().RetainedBlocks);
            if (block % 3 == 0)
            {
                await home.CloseAsync(store);
                store = await home.OpenAsync(settings);
                StoreComparison.AssertHead(run.States[block + 1], store, new Random(block));
            }
        }

        await home.CloseAsync(store);
    }

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    public async Task Interrupted_IsRefusedAndGoesOn(HomeKind kind)
    {
        ReferenceState state = ShortRun.Make(4, blocks: 30).States[^1];
        using TestHome home = TestHome.Create(kind);
        int entries = (int)(state.State.Totals.Entries + state.Local.Totals.Entries);
        for (int part = 0; part < 6; part++)
        {
            await using (StoreInstaller installer = await home.InstallAsync(StoreSettings.Tight, InstallRun.Target(state)))
            {
                await InstallRun.AddAsync(installer, state, entries / 7);
                await installer.StoreAsync();
            }

            ImportUnfinishedException refusal = await Assert.ThrowsAsync<ImportUnfinishedException>(() => home.OpenAsync(StoreSettings.Tight));
            Assert.Equal((ulong)(entries / 7 * (part + 1)), refusal.Entries);
            Assert.Equal((ulong)entries, refusal.ExpectedEntries);
            Assert.Equal(state.Height, refusal.Height);
        }

        StateStore store = await InstallRun.InstallAsync(home, StoreSettings.Tight, state);
        StoreComparison.AssertHead(state, store, new Random(1));
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Unfinished_CheckedOrOpenedForReading_SaysSo()
    {
        ReferenceState state = ShortRun.Make(4, blocks: 30).States[^1];
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        await using (StoreInstaller installer = await home.InstallAsync(StoreSettings.Tight, InstallRun.Target(state)))
        {
            await InstallRun.AddAsync(installer, state, 40);
            await installer.StoreAsync();
        }

        CheckReport report = await StoreChecker.CheckAsync(home.Location, new CheckOptions { FileSystem = home.FileSystem });
        Assert.Equal("import", Assert.Single(report.Faults).What);
        await Assert.ThrowsAsync<ImportUnfinishedException>(() => home.OpenAsync(StoreSettings.Tight with { ReadOnly = true }));
    }

    [Fact]
    public async Task Begin_WithAnotherCountOfBlocks_GoesOn()
    {
        ReferenceState state = ShortRun.Make(4, blocks: 3).States[3];
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        await using (StoreInstaller installer = await home.InstallAsync(StoreSettings.Tight, InstallRun.Target(state)))
        {
            await InstallRun.AddAsync(installer, state, 5);
            await installer.StoreAsync();
        }

        await using StoreInstaller again = await home.InstallAsync(StoreSettings.Tight, InstallRun.Target(state) with { BlockCount = 3 });
        await InstallRun.AddAsync(again, state);
        StateStore store = await again.FinishAsync(CancellationToken.None);
        StoreComparison.AssertHead(state, store, new Random(1));
        Assert.Equal(InstallRun.Blocks, store.GetStatistics().BlockCount);
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Begin_WithAnotherTargetOrSource_IsRefused()
    {
        ShortRun run = ShortRun.Make(4, blocks: 3);
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        await using (StoreInstaller installer = await home.InstallAsync(StoreSettings.Tight, InstallRun.Target(run.States[3])))
        {
            await InstallRun.AddAsync(installer, run.States[3], 5);
        }

        await Assert.ThrowsAsync<ImportUnfinishedException>(() => home.InstallAsync(StoreSettings.Tight, InstallRun.Target(run.States[2])));
        await Assert.ThrowsAsync<ImportUnfinishedException>(() => home.InstallAsync(StoreSettings.Tight, InstallRun.Target(run.States[3]), run.States[1].Root));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Begin_InAStoreWithBlocks_IsRefused(HomeKind kind)
    {
        ShortRun run = ShortRun.Make(4, blocks: 3);
        using TestHome home = TestHome.Create(kind);
        StateStore store = await home.OpenAsync(StoreSettings.Tight);
        await run.CommitNextAsync(store, 0);
        await home.CloseAsync(store);
        await Assert.ThrowsAsync<StoreNotEmptyException>(() => home.InstallAsync(StoreSettings.Tight, InstallRun.Target(run.States[3])));
        store = await home.OpenAsync(StoreSettings.Tight);
        StoreComparison.AssertHead(run.States[1], store, new Random(1));
        await home.CloseAsync(store);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Begin_InAnEmptyStore_Installs(HomeKind kind)
    {
        ReferenceState state = InstallRun.Flat(ShortRun.Make(4, blocks: 3).States[^1]);
        using TestHome home = TestHome.Create(kind);
        await home.CloseAsync(await home.OpenAsync(StoreSettings.Tight));
        StateStore store = await InstallRun.InstallAsync(home, StoreSettings.Tight, state);
        StoreComparison.AssertHead(state, store, new Random(1));
        await home.CloseAsync(store);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Finish_WithOtherEntriesThanAnnounced_IsRefused(HomeKind kind)
    {
        ReferenceState state = ShortRun.Make(4, blocks: 3).States[^1];
        using TestHome home = TestHome.Create(kind);
        await using StoreInstaller installer = await home.InstallAsync(StoreSettings.Tight, InstallRun.Target(state) with { Root = state.State.Sorted.Length > 0 ? new Hash256(new byte[32]) : default });
        await InstallRun.AddAsync(installer, state);
        StateStoreException refusal = await Assert.ThrowsAnyAsync<StateStoreException>(() => installer.FinishAsync(CancellationToken.None));
        Assert.True(refusal is StateCorruptedException or RootMismatchException, refusal.Message);
    }

    [Fact]
    public async Task Add_OutOfOrderOrFromTheFuture_IsTheCallersMistake()
    {
        ReferenceState state = ShortRun.Make(4, blocks: 3).States[^1];
        using TestHome home = TestHome.Create(HomeKind.Memory);
        await using StoreInstaller installer = await home.InstallAsync(StoreSettings.Tight, InstallRun.Target(state));
        installer.Add(TreeKind.State, "b"u8, default, new BlockHeight(1));
        Assert.Throws<ArgumentException>(() => installer.Add(TreeKind.State, "b"u8, default, new BlockHeight(1)));
        Assert.Throws<ArgumentException>(() => installer.Add(TreeKind.State, "a"u8, default, new BlockHeight(1)));
        Assert.Throws<ArgumentException>(() => installer.Add(TreeKind.State, default, default, new BlockHeight(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => installer.Add(TreeKind.State, "c"u8, default, new BlockHeight(state.Height!.Value.Value + 1)));
        installer.Add(TreeKind.Local, "a"u8, default, new BlockHeight(1));
        installer.Add(TreeKind.State, "c"u8, default, new BlockHeight(1));
    }

    [Fact]
    public async Task Follower_OfAStoreThatIsInstalledMeanwhile_GoesOverToIt()
    {
        ShortRun run = ShortRun.Make(6, blocks: 8);
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        await home.CloseAsync(await home.OpenAsync(StoreSettings.Tight));
        await using StateStore follower = await home.OpenAsync(StoreSettings.Tight with { ReadOnly = true });
        Assert.Null(follower.Height);
        StateStore store;
        await using (StoreInstaller installer = await home.InstallAsync(StoreSettings.Tight, InstallRun.Target(run.States[5])))
        {
            await InstallRun.AddAsync(installer, run.States[5], 30);
            await installer.StoreAsync();
            await follower.RefreshAsync();
            Assert.Null(follower.Height);
            await InstallRun.AddAsync(installer, run.States[5]);
            store = await installer.FinishAsync(CancellationToken.None);
        }

        await using (store)
        {
            await follower.RefreshAsync();
            StoreComparison.AssertHead(run.States[5], follower, new Random(5));
            for (int block = 5; block < 8; block++)
            {
                await run.CommitNextAsync(store, block);
                await follower.RefreshAsync();
                StoreComparison.AssertHead(run.States[block + 1], follower, new Random(block));
            }
        }
    }

    [Fact]
    public async Task Holds_BelowTheInstalledState_AreRefused()
    {
        ShortRun run = ShortRun.Make(6, blocks: 8);
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        StateStore store = await InstallRun.InstallAsync(home, StoreSettings.Tight, run.States[5]);
        await Assert.ThrowsAsync<HeightNotRetainedException>(() => store.PlaceHoldAsync("h", run.States[4].Height!.Value, 1 << 20));
        await run.CommitNextAsync(store, 5);
        await Assert.ThrowsAsync<HeightNotRetainedException>(() => store.PlaceHoldAsync("h", run.States[4].Height!.Value, 1 << 20));
        await store.PlaceHoldAsync("h", run.States[5].Height!.Value, 1 << 20);
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task StoppedAtEveryOperation_GoesOnOrBeginsAnew()
    {
        StoreSettings settings = StoreSettings.Tight;
        ReferenceState state = ShortRun.Make(8, blocks: 30).States[^1];
        SimulatedHome whole = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        await (await InstallRun.InstallAsync(whole, settings, state, storeEvery: 30)).DisposeAsync();
        long operations = whole.Files.ChangeCount;
        Assert.True(operations > 40, $"Only {operations} operations.");
        for (long stop = 1; stop <= operations; stop++)
        {
            SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem { StopAt = stop });
            await StoreCrashTests.UntilCrashAsync(async () => await (await InstallRun.InstallAsync(home, settings, state, storeEvery: 30)).DisposeAsync());
            for (int seed = 0; seed < 3; seed++)
            {
                await VerifyAsync(new SimulatedHome(HomeKind.SimulatedDirectory, home.Files.Crash(((int)stop * 4) + seed)), settings, state, $"stopped at {stop}, crash seed {((int)stop * 4) + seed}");
            }
        }
    }

    /// <summary>What a crash left is no store, an empty one, an unfinished one, or the whole; in every case the import can be run again.</summary>
    private static async Task VerifyAsync(SimulatedHome home, StoreSettings settings, ReferenceState state, string where)
    {
        StateStore store;
        try
        {
            store = await home.OpenAsync(settings with { CreateIfMissing = false });
            if (store.Height is not null)
            {
                StoreComparison.AssertHead(state, store, new Random(1));
                await home.CloseAsync(store);
                return;
            }

            await store.DisposeAsync();
        }
        catch (Exception exception) when (exception is ImportUnfinishedException or StoreNotFoundException)
        {
            // Nothing or a part.
        }

        store = await InstallRun.InstallAsync(home, settings, state);
        Assert.True(store.Root == state.Root, where);
        StoreComparison.AssertHead(state, store, new Random(1));
        await home.CloseAsync(store);
    }
}
