using System.Collections.Concurrent;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Threads that open views beside a writer, keep some of them for a while, and compare all they keep with what they should be.</summary>
internal static class ConcurrentReaders
{
    private const int Readers = 3;
    private const int MostHeld = 4;

    /// <summary>Reads while something is written, and until every reader has had some views.</summary>
    /// <param name="run">What the store has at each height.</param>
    /// <param name="seed">Of all choices.</param>
    /// <param name="leastViews">How many views every reader has to open.</param>
    /// <param name="open">Opens a view; null when this one was refused, rightly.</param>
    /// <param name="write">Writes.</param>
    public static async Task RunAsync(ShortRun run, int seed, int leastViews, Func<Random, StateView?> open, Func<Task> write)
    {
        using CancellationTokenSource done = new();
        ConcurrentBag<int> seen = [];
        Task[] readers = [.. Enumerable.Range(0, Readers).Select(reader => Task.Run(() => seen.Add(Read(run, new Random((seed * 100) + reader), leastViews, open, done.Token))))];
        try
        {
            await write();
        }
        finally
        {
            await done.CancelAsync();
        }

        await Task.WhenAll(readers);
        Assert.All(seen, views => Assert.True(views >= leastViews, $"Only {views} views."));
    }

    private static int Read(ShortRun run, Random random, int leastViews, Func<Random, StateView?> open, CancellationToken done)
    {
        Queue<StateView> held = new();
        int views = 0;
        while (!done.IsCancellationRequested || views < leastViews)
        {
            if (open(random) is not { } opened)
            {
                continue;
            }

            held.Enqueue(opened);
            views++;
            foreach (StateView view in held)
            {
                StoreComparison.AssertSame(run.States[run.BlocksAt(view.Height)], view, random);
            }

            if (random.Next(3) == 0 || held.Count > MostHeld)
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
