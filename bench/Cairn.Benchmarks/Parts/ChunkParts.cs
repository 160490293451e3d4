using System.Diagnostics;
using Cairn.Benchmarks.Results;
using Cairn.Contracts;

namespace Cairn.Benchmarks.Parts;

/// <summary>
/// How much of a slot an entry of the state should hold: a map of balances, nodes of 61 bytes one behind the other, cut into chunks of several sizes. Blocks of 1,000 transfers change 32 bytes in each of two nodes drawn by chance;
/// reads of a new session ask for the chunks of ten nodes, as many as a look-up walks.
/// </summary>
internal static class ChunkParts
{
    private const string Table = "chunks of slots";
    private const int Nodes = 100_000;
    private const int NodeBytes = 61;
    private const int Transfers = 1_000;
    private const int Blocks = 40;
    private const int BlocksToForget = 10;
    private const int Reads = 20_000;
    private const int NodesOfARead = 10;
    private static readonly int[] Sizes = [64, 128, 256, 512, 1024];
    private static readonly Address Contract = Address.Parse("0x00000000000000000000000000000000000000aa");

    /// <summary>Measures all sizes.</summary>
    public static async Task MeasureAsync(BenchmarkOptions options, string directory, Figures figures)
    {
        for (int run = 0; run < options.Runs; run++)
        {
            foreach (int size in Sizes)
            {
                await MeasureAsync(options, Path.Combine(directory, $"{run}-{size}"), size, figures.In(Table, $"{size} B"));
            }
        }
    }

    private static async Task MeasureAsync(BenchmarkOptions options, string directory, int size, Figures.Column column)
    {
        Random random = new((int)options.Seed);
        byte[] slot = new byte[Nodes * NodeBytes];
        random.NextBytes(slot);
        await using StateStore store = await StateStore.OpenAsync("dir:" + directory, new StateStoreOptions { CacheBytes = options.CacheBytes, Durability = options.Durability });
        await CommitAsync(store, slot, size, [.. Enumerable.Range(0, (slot.Length + size - 1) / size)]);
        StoreStatistics before = store.GetStatistics();
        List<double> times = [];
        for (int block = 0; block < Blocks; block++)
        {
            HashSet<int> chunks = [];
            for (int change = 0; change < 2 * Transfers; change++)
            {
                int at = (random.Next(Nodes) * NodeBytes) + Address.SizeBytes;
                random.NextBytes(slot.AsSpan(at, 16));
                chunks.UnionWith([at / size, (at + 31) / size]);
            }

            TimeSpan time = await CommitAsync(store, slot, size, chunks);
            if (block >= BlocksToForget)
            {
                times.Add(time.TotalMilliseconds);
            }
        }

        StoreStatistics after = store.GetStatistics();
        times.Sort();
        column.Add("a block of 1,000 transfers, median", "ms", times[times.Count / 2]);
        column.Add("log a transfer", "B", (double)(after.LogBytes - before.LogBytes) / (Blocks * Transfers));
        column.Add("state, keys and values", "MB", after.State.Bytes / 1e6);
        column.Add("a look-up of 10 nodes, nothing buffered", "ns", Read(store, size, random));
    }

    private static async Task<TimeSpan> CommitAsync(StateStore store, byte[] slot, int size, IReadOnlyCollection<int> chunks)
    {
        byte[] key = new byte[ContractKeys.ChunkKeyBytes];
        using BlockDraft draft = store.CreateDraft(new BlockHeight((store.Height?.Value ?? 0) + 1));
        long started = Stopwatch.GetTimestamp();
        foreach (int chunk in chunks)
        {
            ContractKeys.WriteChunkKey(Contract, SlotId.Root.Indirect(4), (uint)chunk, key);
            int start = chunk * size;
            draft.State.Put(key, slot.AsSpan(start, Math.Min(size, slot.Length - start)));
        }

        await store.CommitAsync(draft);
        return Stopwatch.GetElapsedTime(started);
    }

    private static double Read(StateStore store, int size, Random random)
    {
        byte[] key = new byte[ContractKeys.ChunkKeyBytes];
        byte[] value = new byte[size];
        SlotId slot = SlotId.Root.Indirect(4);
        using StateView view = store.OpenView();
        long started = Stopwatch.GetTimestamp();
        for (int read = 0; read < Reads; read++)
        {
            for (int node = 0; node < NodesOfARead; node++)
            {
                // The nodes near the root are few: the k-th of a way is among 2^k.
                int at = random.Next(Math.Min(Nodes, 1 << (node * 17 / NodesOfARead))) * NodeBytes;
                ContractKeys.WriteChunkKey(Contract, slot, (uint)(at / size), key);
                view.State.TryGet(key, value, out _);
                if ((at + NodeBytes - 1) / size != at / size)
                {
                    ContractKeys.WriteChunkKey(Contract, slot, (uint)((at + NodeBytes - 1) / size), key);
                    view.State.TryGet(key, value, out _);
                }
            }
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / Reads;
    }
}
