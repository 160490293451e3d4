using Cairn.Tests.IO;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>The real block file, applied on every home: each listed root is met.</summary>
public sealed class BlockFileTests
{
    /// <summary>Large caps and small ones in turn: the roots do not depend on them.</summary>
    private static readonly StoreSettings Settings = StoreSettings.Tight with { Durability = Durability.Grouped, GroupedBlocks = 64, SegmentBytes = 256 * 1024, PageFileBytes = 1024 * 1024 };

    public static TheoryData<HomeKind> Homes() => [.. Enum.GetValues<HomeKind>()];

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Blocks_InOneProcess_MeetEveryRoot(HomeKind kind)
    {
        Run run = new();
        using TestHome home = TestHome.Create(kind);
        StateStore store = await home.OpenAsync(Settings);
        await run.ApplyAsync(store, upTo: run.Blocks.Count);
        run.AssertWhole(store);
        await home.CloseAsync(store);
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Blocks_InTwoHalves_MeetEveryRoot(HomeKind kind)
    {
        Run run = new();
        using TestHome home = TestHome.Create(kind);
        StateStore first = await home.OpenAsync(Settings);
        await run.ApplyAsync(first, upTo: run.Blocks.Count / 2);
        await home.CloseAsync(first);

        StateStore second = await home.OpenAsync(Settings);
        Assert.Equal(run.Blocks[(run.Blocks.Count / 2) - 1].Height, second.Height);
        await run.ApplyAsync(second, upTo: run.Blocks.Count);
        run.AssertWhole(second);
        await home.CloseAsync(second);
    }

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory, Durability.Durable)]
    [InlineData(HomeKind.SimulatedDirectory, Durability.Grouped)]
    [InlineData(HomeKind.JsonLines, Durability.Grouped)]
    public async Task Blocks_WithCrashesBetween_MeetEveryRoot(HomeKind kind, Durability durability)
    {
        StoreSettings settings = Settings with { Durability = durability };
        Run run = new();
        Random random = new(11);
        SimulatedFileSystem files = new(seed: 11);
        for (int crash = 0; crash < 6; crash++)
        {
            SimulatedHome dying = new(kind, files);
            StateStore store = await dying.OpenAsync(settings);
            run.GoBackTo(store.Height);
            await run.ApplyAsync(store, upTo: run.Next + random.Next(100, 500));
            BlockHeight? durable = store.DurableHeight;
            files.Stop();
            await Record.ExceptionAsync(async () => await store.DisposeAsync());
            files = files.Crash(random.Next());

            SimulatedHome next = new(kind, files.Clone());
            await using StateStore recovered = await next.OpenAsync(settings);
            Assert.True(recovered.Height >= durable, $"Durable was {durable}, found {recovered.Height}.");
        }

        SimulatedHome home = new(kind, files);
        StateStore last = await home.OpenAsync(settings);
        run.GoBackTo(last.Height);
        await run.ApplyAsync(last, upTo: run.Blocks.Count);
        run.AssertWhole(last);
        await home.CloseAsync(last);
    }

    /// <summary>The blocks, the listed roots, and how far they were applied.</summary>
    private sealed class Run
    {
        private readonly SortedDictionary<ulong, (ulong Entries, Hash256 Root)> _roots = BlockFile.Roots();

        public IReadOnlyList<FileBlock> Blocks { get; } = BlockFile.Blocks();

        /// <summary>The index of the next block.</summary>
        public int Next { get; private set; }

        /// <summary>Goes on behind the block of a height, earlier blocks being there already.</summary>
        public void GoBackTo(BlockHeight? height) => Next = height is { } value ? Blocks.TakeWhile(block => block.Height <= value).Count() : 0;

        public async Task ApplyAsync(StateStore store, int upTo)
        {
            for (; Next < Math.Min(upTo, Blocks.Count); Next++)
            {
                FileBlock block = Blocks[Next];
                CommittedBlock committed = await block.CommitAsync(store);
                if (_roots.TryGetValue(block.Height.Value, out (ulong Entries, Hash256 Root) expected))
                {
                    Assert.Equal(expected.Root, committed.Root);
                    using StateView view = store.OpenView();
                    Assert.Equal(expected, (view.State.Totals.Entries, view.Root));
                    Assert.Equal(block.TimeTicks, view.TimeTicks);
                }
            }
        }

        /// <summary>The end of the file: the last listed root, and the whole state as the reference has it.</summary>
        public void AssertWhole(StateStore store)
        {
            ReferenceState state = Blocks.Aggregate(ReferenceState.Empty, (state, block) => block.Apply(state));
            Assert.Equal(_roots.Last().Value.Root, store.Root);
            StoreComparison.AssertHead(state, store, new Random(1));
        }
    }
}
