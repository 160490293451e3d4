using System.Diagnostics;
using Cairn.Benchmarks.Files;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Parts;

/// <summary>
/// What pruning does to commits: blocks in turns of 50, those of one side with a pruning running beside them, which is begun anew every tenth block and removes segments each time. The time that the committing thread spends in
/// syncs is taken out: those of the log, and of its directory where a segment is begun. Of each run the times that 99 of 100 blocks of a side stay below, and their ratio; medians over the runs.
/// </summary>
internal static class PruneParts
{
    private const string Table = "prune";
    private const int DefaultBlocks = 500;
    private const int Turn = 50;
    private const int PruneEvery = 10;
    private const int Updates = 100;
    private const int Retained = 20;
    private const int SegmentBytes = 64 << 10;

    /// <summary>Measures.</summary>
    public static Task RunAsync(BenchmarkOptions options) => PartsRun.RunAsync(options, MeasureAsync);

    private static async Task MeasureAsync(BenchmarkOptions options, string directory, Figures figures)
    {
        int blocks = options.Blocks ?? DefaultBlocks;
        Figures.Column column = figures.In(Table, $"{blocks:N0} blocks of {Updates} a side");
        for (int run = 0; run < options.Runs; run++)
        {
            await MeasureAsync(options, Path.Combine(directory, $"{run}"), blocks, column);
        }
    }

    private static async Task MeasureAsync(BenchmarkOptions options, string directory, int blocks, Figures.Column column)
    {
        TimedFileSystem files = new();
        StateStoreOptions storeOptions = new() { CacheBytes = options.CacheBytes, RetainAll = true, SegmentBytes = SegmentBytes, Durability = options.Durability, FileSystem = files };
        await using StateStore store = await StateStore.OpenAsync("dir:" + directory, storeOptions);
        UpdateBuffer buffer = new(new KeySpace(options.Seed), Updates);
        UpdateStream stream = new(options.Seed, (ulong)options.Keys);
        List<double>[] times = [[], []];
        Task<PruneReport>? pruning = null;
        long removed = 0;
        for (int block = 0; times[1].Count < blocks; block++)
        {
            int side = block < Retained + Turn ? -1 : block / Turn % 2; // the first ones warm up
            if (side == 1 && block % PruneEvery == 0)
            {
                removed += pruning is null ? 0 : (await pruning).Segments;
                pruning = Task.Run(() => store.PruneAsync(Retained));
            }

            stream.Fill(buffer, Updates, version: (ulong)block + 1);
            TimeSpan time = await CommitAsync(store, buffer, block);
            if (side >= 0)
            {
                times[side].Add(time.TotalMicroseconds);
            }

            if (side == 1 && (block + 1) % Turn == 0 && pruning is not null)
            {
                removed += (await pruning).Segments;
                pruning = null;
            }
        }

        times[0].Sort();
        times[1].Sort();
        foreach ((int side, string name) in ((int, string)[])[(0, "alone"), (1, "beside pruning")])
        {
            column.Add($"a commit {name}, median", "µs", times[side][times[side].Count / 2]);
            column.Add($"a commit {name}, 99 of 100 below", "µs", At99(times[side]));
        }

        column.Add("99 of 100 below, beside to alone", "", At99(times[1]) / At99(times[0]));
        column.Add("segments removed", "", removed);
    }

    private static double At99(List<double> sorted) => sorted[sorted.Count * 99 / 100];

    /// <summary>Commits a block.</summary>
    /// <returns>What it took but for the syncs of its thread: of the log, and of its directory where a segment is begun.</returns>
    private static async Task<TimeSpan> CommitAsync(StateStore store, UpdateBuffer buffer, int block)
    {
        int thread = Environment.CurrentManagedThreadId;
        TimeSpan syncs = TimedFileSystem.SyncsOfThread;
        long started = Stopwatch.GetTimestamp();
        using BlockDraft draft = store.CreateDraft(new BlockHeight((ulong)block + 1));
        buffer.PutInto(draft.State);
        await store.CommitAsync(draft);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        return thread == Environment.CurrentManagedThreadId ? elapsed - (TimedFileSystem.SyncsOfThread - syncs) : elapsed;
    }
}
