using System.Diagnostics;
using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>Loads the keys in blocks without a sync each, and settles; and computes the root of up to a million keys from nothing, in one draft.</summary>
internal static class LoadCase
{
    private const string Verb = "load";
    private const int BlockEntries = 50_000;
    private const int MaxRootKeys = 1_000_000;

    /// <summary>Opens a new database and loads it.</summary>
    /// <param name="options">The options of the program.</param>
    /// <param name="space">The keys.</param>
    /// <param name="kind">The engine.</param>
    /// <param name="directory">Where the database goes; null for memory.</param>
    /// <param name="isSorted">Whether the keys come in order; else in that of their numbers, which is random.</param>
    /// <param name="columns">Takes the figures.</param>
    /// <returns>The database, open for commits as the options ask, with what the cache holds in memory.</returns>
    public static async Task<EngineSession> RunAsync(BenchmarkOptions options, KeySpace space, EngineKind kind, string? directory, bool isSorted, ColumnOf columns)
    {
        int[]? order = isSorted ? space.SortedNumbers(options.Keys) : null;
        EngineSession session = await EngineSession.OpenAsync(options, space, kind, directory, columns, directory is null ? options.Durability : Durability.DangerNoSync);
        await LoadAsync(session, order, columns(Verb, isSorted ? "sorted order" : "random order"));
        await session.ReopenAsync(options.CacheBytes, options.Durability);
        session.ReadAll();
        return session;
    }

    /// <summary>Loads a store of Cairn in random order for measurements of its parts, and closes it.</summary>
    public static async Task LoadStoreAsync(BenchmarkOptions options, KeySpace space, string directory)
    {
        Figures nobody = new();
        await (await RunAsync(options, space, EngineKind.Cairn, directory, isSorted: false, nobody.In)).DisposeAsync();
    }

    /// <summary>Computes the root of up to a million keys, in memory.</summary>
    public static async Task RunRootAsync(BenchmarkOptions options, KeySpace space, ColumnOf columns)
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

        Figures.Column column = columns(Verb, $"one draft of {keys:N0}");
        column.Add("entries", "1/s", keys / (puts + root).TotalSeconds);
        column.AddTime("puts", puts);
        column.AddTime("root: sort, build, hash", root);
        column.Add("processor time an entry", "µs", usage.OwnProcessor.TotalMicroseconds / keys);
        column.AddTimeDetail("GC pauses", usage.GcPause);
        column.AddDetail("others' processors", "cores", usage.OtherCores);
    }

    private static async Task LoadAsync(EngineSession session, int[]? order, Figures.Column column)
    {
        UsageMeter.Settle();
        int keys = session.Options.Keys;
        UpdateBuffer buffer = new(session.Space, BlockEntries);
        TimeSpan blocks = default;
        TimeSpan last = default;
        UsageMeter meter = new(session.Directory);
        for (int from = 0; from < keys; from += BlockEntries)
        {
            buffer.Clear();
            int end = Math.Min(keys, from + BlockEntries);
            for (int place = from; place < end; place++)
            {
                buffer.Add((ulong)(order is null ? place : order[place]), version: 0);
            }

            long started = Stopwatch.GetTimestamp();
            await session.Engine.CommitAsync(buffer);
            last = Stopwatch.GetElapsedTime(started);
            blocks += last;
        }

        long settling = Stopwatch.GetTimestamp();
        await session.Engine.SettleAsync();
        TimeSpan settled = Stopwatch.GetElapsedTime(settling);
        TimeSpan background = await QuietTime.WaitAsync();
        Usage usage = meter.Read();
        column.Add("entries", "1/s", keys / (blocks + settled).TotalSeconds);
        column.AddTimeDetail("blocks", blocks);
        column.AddTimeDetail($"last block of {BlockEntries:N0}", last);
        column.AddTime("settling", settled);
        column.AddTime("background work afterwards", background);
        CaseFigures.AddUsage(column, usage, keys, "entry");
        CaseFigures.AddStore(column, session);
    }
}
