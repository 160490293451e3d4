using Cairn.Benchmarks.Cases;
using Cairn.Benchmarks.Files;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Parts;

/// <summary>
/// What blocks and reads cost where most pages have to be read first: a store whose cache holds a quarter of its pages, and a checkpoint after every block, so that nothing stays in memory for being changed. One thread applies.
/// </summary>
internal static class ColdParts
{
    private const string Table = "blocks and reads of pages that are not in memory";
    private const int Updates = 10_000;
    private const int Reads = 100_000;
    private const int DefaultBlocks = 20;
    private const int BytesAKey = 130;

    /// <summary>Measures.</summary>
    public static Task RunAsync(BenchmarkOptions options) => PartsRun.RunAsync(options, MeasureAsync);

    private static async Task MeasureAsync(BenchmarkOptions options, string directory, Figures figures)
    {
        KeySpace space = new(options.Seed);
        await LoadCase.LoadStoreAsync(options, space, directory);
        TimedFileSystem files = new();
        await using StateStore store = await StateStore.OpenAsync(
            "dir:" + directory,
            new StateStoreOptions { CacheBytes = (long)options.Keys * BytesAKey / 4, RecentViewBytes = 0, ApplyWorkers = 1, FileSystem = files, Durability = Durability.DangerNoSync });
        await MeasureAsync(options, space, store, figures.In(Table, $"{options.Keys:N0} keys"));
    }

    private static async Task MeasureAsync(BenchmarkOptions options, KeySpace space, StateStore store, Figures.Column column)
    {
        UpdateBuffer buffer = new(space, Updates);
        UpdateStream stream = new(options.Seed, store.GetStatistics().State.Entries);
        int blocks = options.Blocks ?? DefaultBlocks;
        TimeSpan applying = default;
        TimeSpan storing = default;
        long misses = 0;
        long stored = 0;
        for (int block = -2; block < blocks; block++)
        {
            StoreStatistics before = store.GetStatistics();
            BlockHeight height = new((store.Height?.Value ?? 0) + 1);
            stream.Fill(buffer, Updates, height.Value);
            using BlockDraft draft = store.CreateDraft(height);
            buffer.PutInto(draft.State);
            TimeSpan started = SystemCalls.ThreadTime;
            _ = draft.ComputeRoot();
            TimeSpan applied = SystemCalls.ThreadTime - started;
            await store.CommitAsync(draft);
            StoreStatistics after = store.GetStatistics();
            UsageMeter meter = new();
            await store.CheckpointAsync();
            Usage usage = meter.Read();
            if (block >= 0)
            {
                applying += applied;
                misses += after.CacheMisses - before.CacheMisses;
                storing += usage.OwnProcessor;
                stored += store.GetStatistics().PageBytes - before.PageBytes;
            }
        }

        column.AddTime("root of a block of 10,000, its thread", applying / blocks);
        column.Add("pages read for it", "1", (double)misses / blocks);
        column.AddTime("checkpoint, all threads", storing / blocks);
        column.Add("stored by it", "MB", stored / 1e6 / blocks);
        column.Add("live in page files", "MB", store.GetStatistics().LivePageBytes / 1e6);
        Read(space, store, options, column);
    }

    private static void Read(KeySpace space, StateStore store, BenchmarkOptions options, Figures.Column column)
    {
        ulong state = Mixing.Stream(options.Seed, Reads);
        byte[] key = new byte[KeySpace.KeyBytes];
        byte[] value = new byte[KeySpace.MaxValueBytes];
        using StateView view = store.OpenView();
        long misses = store.GetStatistics().CacheMisses;
        TimeSpan started = SystemCalls.ThreadTime;
        for (int read = 0; read < Reads; read++)
        {
            space.WriteKey(Mixing.Below(ref state, (ulong)options.Keys), key);
            if (!view.State.TryGet(key, value, out _))
            {
                throw new InvalidOperationException("A key that was put is not there.");
            }
        }

        column.Add("a read", "µs", (SystemCalls.ThreadTime - started).TotalMicroseconds / Reads);
        column.Add("pages read for it ", "1", (double)(store.GetStatistics().CacheMisses - misses) / Reads);
    }
}
