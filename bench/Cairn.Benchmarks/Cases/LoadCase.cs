using System.Diagnostics;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>
/// Loads the keys in blocks without a sync each, and stores them by a checkpoint; and computes the root of up to a million keys from nothing, in one draft.
/// </summary>
internal static class LoadCase
{
    private const string Table = "load";
    private const int BlockEntries = 50_000;
    private const int MaxRootKeys = 1_000_000;

    /// <summary>Loads in the order of the numbers, which is random in the order of keys.</summary>
    /// <param name="options">The options of the program.</param>
    /// <param name="space">The keys.</param>
    /// <param name="directory">Where the store goes; null in the memory home.</param>
    /// <param name="figures">Takes the figures; null when nobody wants them.</param>
    /// <returns>The store, open for commits as the options ask, with its pages in memory as far as the cache goes.</returns>
    public static async Task<StoreSession> RunRandomAsync(BenchmarkOptions options, KeySpace space, string? directory, Figures? figures)
    {
        StoreSession session = await OpenAsync(options, directory);
        await LoadAsync(options, space, session, order: null, figures?.In(Table, "random order"));
        if (directory is not null)
        {
            await session.DisposeAsync();
            session = await StoreSession.OpenAsync(options, directory, options.Durability);
            ScanCase.ReadAll(session);
        }

        return session;
    }

    /// <summary>Loads in the order of the keys.</summary>
    public static async Task RunSortedAsync(BenchmarkOptions options, KeySpace space, string? directory, Figures figures)
    {
        int[] order = space.SortedNumbers(options.Keys);
        await using (StoreSession session = await OpenAsync(options, directory))
        {
            await LoadAsync(options, space, session, order, figures.In(Table, "sorted order"));
        }

        if (directory is not null)
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Computes the root of up to a million keys, in memory.</summary>
    public static async Task RunRootAsync(BenchmarkOptions options, KeySpace space, Figures figures)
    {
        int keys = Math.Min(options.Keys, MaxRootKeys);
        UsageMeter.Settle();
        UpdateBuffer buffer = new(space, keys);
        for (int number = 0; number < keys; number++)
        {
            buffer.Add((ulong)number, version: 0);
        }

        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        UsageMeter meter = new();
        long started = Stopwatch.GetTimestamp();
        buffer.PutInto(draft.State);
        TimeSpan puts = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        _ = draft.ComputeRoot();
        TimeSpan root = Stopwatch.GetElapsedTime(started);
        Usage usage = meter.Read();

        Figures.Column column = figures.In(Table, $"one draft of {keys:N0}");
        column.Add("entries", "1/s", keys / (puts + root).TotalSeconds);
        column.AddTime("puts", puts);
        column.AddTime("root: sort, build, hash", root);
        column.Add("processor time an entry", "µs", usage.OwnProcessor.TotalMicroseconds / keys);
        column.AddTime("GC pauses", usage.GcPause);
        column.Add("others' processors", "cores", usage.OtherCores);
    }

    private static Task<StoreSession> OpenAsync(BenchmarkOptions options, string? directory) =>
        StoreSession.OpenAsync(options, directory, directory is null ? options.Durability : Durability.DangerNoSync);

    private static async Task LoadAsync(BenchmarkOptions options, KeySpace space, StoreSession session, int[]? order, Figures.Column? column)
    {
        UsageMeter.Settle();
        UpdateBuffer buffer = new(space, BlockEntries);
        TimeSpan blocks = default;
        TimeSpan last = default;
        UsageMeter meter = new(session.Directory);
        for (int from = 0; from < options.Keys; from += BlockEntries)
        {
            buffer.Clear();
            int end = Math.Min(options.Keys, from + BlockEntries);
            for (int place = from; place < end; place++)
            {
                buffer.Add((ulong)(order is null ? place : order[place]), version: 0);
            }

            long started = Stopwatch.GetTimestamp();
            using BlockDraft draft = session.Store.CreateDraft(session.NextHeight);
            buffer.PutInto(draft.State);
            await session.Store.CommitAsync(draft);
            last = Stopwatch.GetElapsedTime(started);
            blocks += last;
        }

        long checkpointStarted = Stopwatch.GetTimestamp();
        await session.Store.CheckpointAsync();
        TimeSpan checkpoint = Stopwatch.GetElapsedTime(checkpointStarted);
        Usage usage = meter.Read();
        if (column is { } taken)
        {
            StoreStatistics statistics = session.Store.GetStatistics();
            taken.Add("entries", "1/s", options.Keys / (blocks + checkpoint).TotalSeconds);
            taken.AddTime("blocks", blocks);
            taken.AddTime($"last block of {BlockEntries:N0}", last);
            taken.AddTime("last checkpoint", checkpoint);
            CaseFigures.AddUsage(taken, usage, options.Keys, "entry");
            CaseFigures.AddStore(taken, statistics);
        }
    }
}
