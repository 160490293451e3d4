using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>The past of a store that began with an installed state: it is answered down to that state and no further, and the chain can be taken back to it and no further.</summary>
public sealed class InstalledHistoryTests
{
    private const int First = 5;
    private const int Last = 14;

    public static TheoryData<HomeKind> Kinds => [HomeKind.Memory, HomeKind.SimulatedDirectory];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Past_DownToTheInstalledState_IsAnswered(HomeKind kind) => await SeededRandom.ForEachAsync(1, async random =>
    {
        ShortRun run = ShortRun.Make(random.Next(), Last);
        using TestHome home = TestHome.Create(kind);
        StateStore store = await MakeAsync(home, run);
        for (int opening = 0; opening < 2; opening++)
        {
            for (int block = First; block <= Last; block++)
            {
                ReferenceState expected = run.States[block];
                using StateView view = store.ViewAt(expected.Height!.Value);
                StoreComparison.AssertSame(expected, view, random);
                Assert.Equal(expected.Root, store.RootAt(expected.Height.Value));
                Assert.Equal(expected.Height, store.HeightOf(expected.Root));
            }

            Assert.Throws<HeightNotRetainedException>(() => store.ViewAt(run.States[First - 1].Height!.Value));
            Assert.Null(store.HeightOf(run.States[First - 1].Root));
            Assert.Equal(run.States.Skip(First + 1).Select(static state => state.Height!.Value), store.Blocks().Select(static block => block.Height));
            AssertDiff(run.States[First], run.States[Last], store);
            await home.CloseAsync(store);
            store = await home.OpenAsync(Settings);
        }

        await home.CloseAsync(store);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Rewind_ToTheInstalledState_AndNoFurther(HomeKind kind)
    {
        ShortRun run = ShortRun.Make(6, Last);
        using TestHome home = TestHome.Create(kind);
        StateStore store = await MakeAsync(home, run);
        await Assert.ThrowsAsync<HeightNotRetainedException>(() => store.RewindAsync(run.States[First - 1].Height!.Value));
        for (int turn = 0; turn < 3; turn++)
        {
            await store.RewindAsync(run.States[First].Height!.Value);
            StoreComparison.AssertHead(run.States[First], store, new Random(turn));
            Assert.Equal(InstallRun.Blocks, store.GetStatistics().BlockCount);
            if (turn == 1)
            {
                await home.CloseAsync(store);
                store = await home.OpenAsync(Settings);
                StoreComparison.AssertHead(run.States[First], store, new Random(turn));
            }

            for (int block = First; block < Last - turn; block++)
            {
                await run.CommitNextAsync(store, block);
            }

            using StateView past = store.ViewAt(run.States[First].Height!.Value);
            StoreComparison.AssertSame(run.States[First], past, new Random(turn));
        }

        await home.CloseAsync(store);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AnyOrder_OfCommitsRewindsCheckpointsAndOpenings_KeepsTheStore(HomeKind kind) => await SeededRandom.ForEachAsync(2, async random =>
    {
        ShortRun run = ShortRun.Make(random.Next(), Last);
        using TestHome home = TestHome.Create(kind);
        StoreSettings settings = Settings with { RetainAll = false, RetainBlocks = random.Next(3, 20) };
        StateStore store = await InstallRun.InstallAsync(home, settings, run.States[First]);
        int head = First;
        for (int step = 0; step < 30; step++)
        {
            switch (random.Next(6))
            {
                case 0:
                    await store.CheckpointAsync();
                    break;
                case 1:
                    await home.CloseAsync(store);
                    store = await home.OpenAsync(settings);
                    break;
                case 2:
                    int floor = run.BlocksAt(store.FloorHeight);
                    head = random.Next(floor, head + 1);
                    await store.RewindAsync(run.States[head].Height!.Value);
                    break;
                default:
                    if (head < Last)
                    {
                        await run.CommitNextAsync(store, head++);
                    }

                    break;
            }

            StoreComparison.AssertHead(run.States[head], store, random);
            int oldest = run.BlocksAt(store.FloorHeight);
            Assert.InRange(oldest, First, head);
            int at = random.Next(oldest, head + 1);
            using StateView view = store.ViewAt(run.States[at].Height!.Value);
            StoreComparison.AssertSame(run.States[at], view, random);
        }

        await home.CloseAsync(store);
    });

    [Fact]
    public async Task Backup_OfAnInstalledStore_HasItsPastToo()
    {
        ShortRun run = ShortRun.Make(6, Last);
        using TestHome home = TestHome.Create(HomeKind.Directory);
        using TemporaryDirectory folder = new();
        StateStore store = await MakeAsync(home, run);
        await store.BackupAsync(folder.PathOf("backup"));
        await home.CloseAsync(store);
        StateStore copy = await StateStore.OpenAsync(folder.PathOf("backup"), Settings.ToOptions(fileSystem: null));
        StoreComparison.AssertHead(run.States[Last], copy, new Random(1));
        using (StateView past = copy.ViewAt(run.States[First].Height!.Value))
        {
            StoreComparison.AssertSame(run.States[First], past, new Random(2));
        }

        await copy.RewindAsync(run.States[First].Height!.Value);
        StoreComparison.AssertHead(run.States[First], copy, new Random(3));
        await copy.DisposeAsync();
    }

    private static StoreSettings Settings => StoreSettings.Tight with { RecentViewBytes = 0, RetainAll = true, OneByOneReplayBytes = 1 };

    private static async Task<StateStore> MakeAsync(TestHome home, ShortRun run)
    {
        StateStore store = await InstallRun.InstallAsync(home, Settings, run.States[First]);
        for (int block = First; block < Last; block++)
        {
            await run.CommitNextAsync(store, block);
        }

        return store;
    }

    private static void AssertDiff(ReferenceState from, ReferenceState to, StateStore store)
    {
        foreach (TreeKind tree in new[] { TreeKind.State, TreeKind.Local })
        {
            IEnumerable<string> keys = from.Tree(tree).Sorted.Concat(to.Tree(tree).Sorted).Select(static entry => entry.Key)
                .Where(key => !(from.Tree(tree).Find(key)?.Value ?? [0xff, 0xfe]).AsSpan().SequenceEqual(to.Tree(tree).Find(key)?.Value ?? [0xff, 0xfe]))
                .Select(Convert.ToHexString).Distinct().Order(StringComparer.Ordinal);
            Assert.Equal(keys, store.Diff(from.Height!.Value, to.Height!.Value).Where(change => change.Tree == tree).Select(static change => Convert.ToHexString(change.Key)));
        }
    }
}
