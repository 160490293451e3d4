using Cairn.Tests.Cli;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>The real block file as a past: each listed root is found by its height and its height by it, and the state of then is read as if nothing had followed.</summary>
public sealed class PastBlockFileTests
{
    private static readonly StoreSettings Settings = StoreSettings.Tight with
    {
        Durability = Durability.DangerNoSync, RecentViewBytes = 0, RetainAll = true, SegmentBytes = 256 * 1024, PageFileBytes = 1024 * 1024,
    };

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task Roots_OfTheList_AreAnsweredAtTheirHeights(HomeKind kind)
    {
        IReadOnlyList<FileBlock> blocks = BlockFile.Blocks();
        SortedDictionary<ulong, (ulong Entries, Hash256 Root)> roots = BlockFile.Roots();
        List<ReferenceState> states = [];
        using TestHome home = TestHome.Create(kind);
        StateStore store = await home.OpenAsync(Settings);
        foreach (FileBlock block in blocks)
        {
            await block.CommitAsync(store);
            states.Add(block.Apply(states.Count == 0 ? ReferenceState.Empty : states[^1]));
        }

        AssertRoots(store, roots);
        await home.CloseAsync(store);
        store = await home.OpenAsync(Settings with { OneByOneReplayBytes = 1 });
        AssertRoots(store, roots);
        Random random = new(3);
        foreach (ulong height in ThreeOf(roots))
        {
            PastComparison.AssertAt(states.Single(state => state.Height!.Value.Value == height), new BlockHeight(height), store, random);
        }

        PastComparison.AssertDiff(states[100], states[^1], store);
        PastComparison.AssertDiff(states[^1], states[2000], store);
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Lists_AtThreeHeights_EqualAFreshApplyUpToThere()
    {
        string[] lines = await File.ReadAllLinesAsync(BlockFile.Path);
        IReadOnlyList<FileBlock> blocks = BlockFile.Blocks();
        using TestStore whole = TestStore.Planned("directory");
        (await CliRun.RunAsync("apply", "--store", whole.Path, "--home", "directory", "--retain-blocks", "all", BlockFile.Path)).Fine();
        foreach (ulong height in ThreeOf(BlockFile.Roots()))
        {
            string upToThere = string.Join('\n', lines.Take(blocks.TakeWhile(block => block.Height.Value <= height).Count())) + "\n";
            using TestStore fresh = await TestStore.CreateAsync("directory", upToThere);
            foreach (string[] question in (string[][])[["list", "--json"], ["list", "--reverse", "--prefix", "punk/0"], ["count"], ["count", "--prefix", "punk/1"], ["root", "--json"]])
            {
                string expected = (await CliRun.RunAsync([.. question, "--store", fresh.Path])).Fine().Output;
                Assert.NotEmpty(expected);
                Assert.Equal(expected, (await CliRun.RunAsync([.. question, "--store", whole.Path, "--at", $"{height}"])).Fine().Output);
            }
        }
    }

    private static void AssertRoots(StateStore store, SortedDictionary<ulong, (ulong Entries, Hash256 Root)> roots)
    {
        Assert.NotEmpty(roots);
        foreach ((ulong height, (ulong entries, Hash256 root)) in roots)
        {
            Assert.Equal(root, store.RootAt(new BlockHeight(height)));
            Assert.Equal(new BlockHeight(height), store.HeightOf(root));
            using StateView view = store.ViewAt(new BlockHeight(height));
            Assert.Equal(entries, view.State.Totals.Entries);
        }
    }

    /// <summary>The first height of the list, one in the middle, and the one before the last.</summary>
    private static ulong[] ThreeOf(SortedDictionary<ulong, (ulong Entries, Hash256 Root)> roots)
    {
        ulong[] heights = [.. roots.Keys];
        return [heights[0], heights[heights.Length / 2], heights[^2]];
    }
}
