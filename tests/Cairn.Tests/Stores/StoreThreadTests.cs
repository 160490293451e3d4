using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Readers on many threads beside the writer, with a cache that is always too small and checkpoints all the time: each sees one whole block.</summary>
public sealed class StoreThreadTests
{
    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task Readers_BesideTheWriter_SeeWholeBlocks(HomeKind kind)
    {
        foreach (int seed in SeededRandom.Seeds(3))
        {
            ShortRun run = ShortRun.Make(seed, blocks: 120);
            using TestHome home = TestHome.Create(kind);
            StateStore store = await home.OpenAsync(StoreSettings.Tight with { Durability = Durability.Grouped });
            await ConcurrentReaders.RunAsync(run, seed, leastViews: 1, _ => store.OpenView(), async () =>
            {
                for (int blocks = 0; blocks + 1 < run.States.Count; blocks++)
                {
                    await run.CommitNextAsync(store, blocks);
                    if (blocks % 16 == 0)
                    {
                        await store.CheckpointAsync();
                    }
                }
            });
            await home.CloseAsync(store);
        }
    }
}
