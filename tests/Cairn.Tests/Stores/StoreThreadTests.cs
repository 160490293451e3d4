using System.Collections.Concurrent;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Readers on many threads beside the writer, with a cache that is always too small and checkpoints all the time: each sees one whole block.</summary>
public sealed class StoreThreadTests
{
    private const int Readers = 3;

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
            using CancellationTokenSource done = new();
            ConcurrentDictionary<int, int> seen = [];
            Task[] readers = [.. Enumerable.Range(0, Readers).Select(reader => Task.Run(() => seen[reader] = Read(run, store, new Random((seed * 100) + reader), done.Token)))];
            try
            {
                for (int blocks = 0; blocks + 1 < run.States.Count; blocks++)
                {
                    await run.CommitNextAsync(store, blocks);
                    if (blocks % 16 == 0)
                    {
                        await store.CheckpointAsync();
                    }
                }
            }
            finally
            {
                await done.CancelAsync();
            }

            await Task.WhenAll(readers);
            Assert.All(seen.Values, views => Assert.True(views > 0));
            await home.CloseAsync(store);
        }
    }

    /// <summary>Opens views, keeps some of them for a while, and reads them all. Returns how many there were.</summary>
    private static int Read(ShortRun run, StateStore store, Random random, CancellationToken done)
    {
        Queue<StateView> held = new();
        int views = 0;
        while (!done.IsCancellationRequested || views == 0)
        {
            held.Enqueue(store.OpenView());
            views++;
            foreach (StateView view in held)
            {
                StoreComparison.AssertSame(run.States[run.BlocksAt(view.Height)], view, random);
            }

            if (random.Next(3) == 0 || held.Count > 4)
            {
                held.Dequeue().Dispose();
            }
        }

        foreach (StateView view in held)
        {
            view.Dispose();
        }

        return views;
    }
}
