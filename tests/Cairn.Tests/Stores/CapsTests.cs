using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>How much room a store is given decides what it costs, never what it says.</summary>
public sealed class CapsTests
{
    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    public Task Store_WithTheSmallestOrTheLargestCaps_HasTheSameRoots(HomeKind kind) => SeededRandom.ForEachAsync(6, async random =>
    {
        ShortRun run = ShortRun.Make(random.Next(), blocks: 60);
        StoreSettings largest = new()
        {
            DirtyBytes = 1L << 40,
            ReplayBytes = 1L << 40,
            CacheBytes = 1L << 40,
            RecentViewBytes = 1L << 40,
            SegmentBytes = 1 << 30,
            PageFileBytes = 1 << 30,
        };
        List<string> small = await WriteAsync(kind, StoreSettings.Tight with { RecentViewBytes = 0 }, run);
        List<string> large = await WriteAsync(kind, largest, run);
        Assert.Equal(large, small);
        Assert.Equal(run.States[^1].Root.ToString(), small[^1].Split(' ')[1]);
    });

    /// <summary>Writes all blocks, opening the store again now and then.</summary>
    /// <returns>What the store said after each of them.</returns>
    private static async Task<List<string>> WriteAsync(HomeKind kind, StoreSettings settings, ShortRun run)
    {
        using TestHome home = TestHome.Create(kind);
        StateStore store = await home.OpenAsync(settings);
        List<string> said = [];
        for (int blocks = 0; blocks + 1 < run.States.Count; blocks++)
        {
            await run.CommitNextAsync(store, blocks);
            using (StateView view = store.OpenView())
            {
                said.Add($"{view.Height} {view.Root} {view.State.Totals} {view.Local.Totals}");
            }

            if (blocks % 20 == 19)
            {
                await home.CloseAsync(store);
                store = await home.OpenAsync(settings);
            }
        }

        await home.CloseAsync(store);
        return said;
    }
}
