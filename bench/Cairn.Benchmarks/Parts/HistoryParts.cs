using System.Diagnostics;
using Cairn.Benchmarks.Cases;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Parts;

/// <summary>
/// Reading at old heights: a state of many keys, blocks of 100 changes each that are all retained, point reads 1,000 blocks and all blocks back, and of keys with ten and with as many versions as there are blocks. Also what the index
/// takes, what making it anew takes, and what commits cost with and without it.
/// </summary>
internal static class HistoryParts
{
    private const string Table = "history";
    private const int DefaultBlocks = 100_000;
    private const int Changes = 98; // and the hot and the seldom changed key
    private const int SeldomVersions = 10;
    private const int Near = 1_000;
    private const int Reads = 20_000;
    private const int CommitBlocks = 2_000;

    private static readonly byte[] HotKey = "hot"u8.ToArray();
    private static readonly byte[] SeldomKey = "seldom"u8.ToArray();

    /// <summary>Measures.</summary>
    public static Task RunAsync(BenchmarkOptions options) => PartsRun.RunAsync(options, MeasureAsync);

    private static async Task MeasureAsync(BenchmarkOptions options, string directory, Figures figures)
    {
        KeySpace space = new(options.Seed);
        await LoadCase.LoadStoreAsync(options, space, directory);
        int blocks = options.Blocks ?? DefaultBlocks;
        Figures.Column column = figures.In(Table, $"{options.Keys:N0} keys, {blocks:N0} blocks of {Changes + 2}");
        StateStoreOptions storeOptions = new() { CacheBytes = options.CacheBytes, RetainAll = true, RecentViewBytes = 0, Durability = Durability.DangerNoSync };
        await MeasureAsync(options, space, directory, storeOptions, blocks, column);
        await MakeAnewAsync(directory, storeOptions, column);
        await MeasureCommitsAsync(options, space, directory, storeOptions, column);
    }

    private static async Task MeasureAsync(BenchmarkOptions options, KeySpace space, string directory, StateStoreOptions storeOptions, int blocks, Figures.Column column)
    {
        await using StateStore store = await StateStore.OpenAsync("dir:" + directory, storeOptions);
        UpdateBuffer buffer = new(space, Changes);
        ulong state = Mixing.Stream(options.Seed, (ulong)blocks);
        for (int block = 0; block < blocks; block++)
        {
            await CommitAsync(store, options, buffer, ref state, block, block % Math.Max(1, blocks / SeldomVersions) == 0);
        }

        await store.CheckpointAsync();
        long started = Stopwatch.GetTimestamp();
        await store.CatchUpHistoryAsync();
        column.Add("catching up after the last block", "s", Stopwatch.GetElapsedTime(started).TotalSeconds);
        StoreStatistics statistics = store.GetStatistics();
        column.AddBytes("log", statistics.LogBytes);
        column.AddBytes("index files", statistics.HistoryFileBytes);
        column.AddBytes("written for them", statistics.HistoryWrittenBytes);
        column.Add("runs", "1", statistics.HistoryRuns);
        ReadAt(store, space, options, Math.Min(Near, blocks - 1), column);
        ReadAt(store, space, options, blocks - 1, column);
        ReadKey(store, SeldomKey, blocks, $"a read of a key with {SeldomVersions} versions", column);
        ReadKey(store, HotKey, blocks, $"a read of a key with {blocks:N0} versions", column);
    }

    private static ValueTask<CommittedBlock> CommitAsync(StateStore store, BenchmarkOptions options, UpdateBuffer buffer, ref ulong state, int block, bool changesSeldomKey)
    {
        BlockHeight height = new((store.Height?.Value ?? 0) + 1);
        buffer.Clear();
        for (int i = 0; i < Changes; i++)
        {
            buffer.Add(Mixing.Below(ref state, (ulong)options.Keys), height.Value);
        }

        return CommitAsync(store, buffer, height, block, changesSeldomKey);
    }

    private static async ValueTask<CommittedBlock> CommitAsync(StateStore store, UpdateBuffer buffer, BlockHeight height, int block, bool changesSeldomKey)
    {
        using BlockDraft draft = store.CreateDraft(height);
        buffer.PutInto(draft.State);
        draft.State.Put(HotKey, BitConverter.GetBytes(block));
        if (changesSeldomKey)
        {
            draft.State.Put(SeldomKey, BitConverter.GetBytes(block));
        }

        return await store.CommitAsync(draft);
    }

    /// <summary>Reads random keys at one height: first to warm up, then for the figures.</summary>
    private static void ReadAt(StateStore store, KeySpace space, BenchmarkOptions options, int blocksBack, Figures.Column column)
    {
        using StateView view = store.ViewAt(new BlockHeight(store.Height!.Value.Value - (ulong)blocksBack));
        byte[] key = new byte[KeySpace.KeyBytes];
        byte[] value = new byte[KeySpace.MaxValueBytes];
        for (int round = 0; round < 2; round++)
        {
            ulong state = Mixing.Stream(options.Seed, Reads);
            long misses = store.GetStatistics().HistoryCacheMisses;
            long started = Stopwatch.GetTimestamp();
            TimeSpan processor = SystemCalls.ThreadTime;
            for (int read = 0; read < Reads; read++)
            {
                space.WriteKey(Mixing.Below(ref state, (ulong)options.Keys), key);
                if (!view.State.TryGet(key, value, out _))
                {
                    throw new InvalidOperationException("A key that was put is not there.");
                }
            }

            string warm = round == 0 ? "first" : "again";
            column.Add($"a read {blocksBack:N0} blocks back, {warm}", "µs", Stopwatch.GetElapsedTime(started).TotalMicroseconds / Reads);
            column.Add($"its thread, {blocksBack:N0} blocks back, {warm}", "µs", (SystemCalls.ThreadTime - processor).TotalMicroseconds / Reads);
            column.Add($"blocks read for it, {blocksBack:N0} blocks back, {warm}", "1", (double)(store.GetStatistics().HistoryCacheMisses - misses) / Reads);
        }
    }

    /// <summary>Reads one key at heights all over the history.</summary>
    private static void ReadKey(StateStore store, byte[] key, int blocks, string name, Figures.Column column)
    {
        const int views = 1_000;
        const int reads = 20;
        byte[] value = new byte[KeySpace.MaxValueBytes];
        ulong head = store.Height!.Value.Value;
        List<TimeSpan> times = [];
        for (int i = 0; i < views; i++)
        {
            using StateView view = store.ViewAt(new BlockHeight(head - (ulong)((long)i * (blocks - 1) / views)));
            view.State.TryGet(key, value, out _);
            long started = Stopwatch.GetTimestamp();
            for (int read = 0; read < reads; read++)
            {
                view.State.TryGet(key, value, out _);
            }

            times.Add(Stopwatch.GetElapsedTime(started) / reads);
        }

        times.Sort();
        column.Add(name + ", median", "µs", times[times.Count / 2].TotalMicroseconds);
    }

    /// <summary>Deletes the index and asks.</summary>
    private static async Task MakeAnewAsync(string directory, StateStoreOptions storeOptions, Figures.Column column)
    {
        Directory.Delete(Path.Combine(directory, "history"), recursive: true);
        await using StateStore store = await StateStore.OpenAsync("dir:" + directory, storeOptions);
        long started = Stopwatch.GetTimestamp();
        store.ViewAt(new BlockHeight(store.Height!.Value.Value - 1)).Dispose();
        column.Add("first question without index files", "s", Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Blocks in turn with and without the index, in two stores that are the same but for that.</summary>
    private static async Task MeasureCommitsAsync(BenchmarkOptions options, KeySpace space, string directory, StateStoreOptions storeOptions, Figures.Column column)
    {
        foreach (bool isIndexed in (bool[])[false, true, false, true])
        {
            await using StateStore store = await StateStore.OpenAsync("dir:" + directory, storeOptions with { HistoryLagBytes = isIndexed ? 64 << 10 : long.MaxValue });
            UpdateBuffer buffer = new(space, Changes);
            ulong state = Mixing.Stream(options.Seed, CommitBlocks);
            List<TimeSpan> times = [];
            for (int block = 0; block < CommitBlocks; block++)
            {
                long started = Stopwatch.GetTimestamp();
                await CommitAsync(store, options, buffer, ref state, block, changesSeldomKey: false);
                times.Add(Stopwatch.GetElapsedTime(started));
            }

            times.Sort();
            string name = isIndexed ? "indexed at once" : "not indexed";
            column.Add($"a commit, {name}, median", "µs", times[times.Count / 2].TotalMicroseconds);
            column.Add($"a commit, {name}, 99 of 100 below", "µs", times[times.Count * 99 / 100].TotalMicroseconds);
        }
    }
}
