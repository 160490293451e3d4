using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using Cairn.Benchmarks.Results;
using Cairn.Contracts;
using Cairn.Contracts.Execution;

namespace Cairn.Benchmarks.Parts;

/// <summary>
/// The history of executions: blocks of 1,000 records of four contracts with hashes as ids, beside blocks that put three plain entries of the same sizes into the same tree for each, two side by side and one at a place drawn by chance;
/// then questions.
/// </summary>
internal static class ExecutionParts
{
    private const string Writing = "blocks of 1,000 executions";
    private const string Reading = "questions to the history, time of one";
    private const int Records = 1_000;
    private const int Blocks = 60;
    private const int BlocksToForget = 20;
    private const int Questions = 2_000;
    private const int RecordBytes = 116;

    private static readonly Address[] Contracts = [.. Enumerable.Range(1, 4).Select(AddressOf)];

    /// <summary>Measures.</summary>
    public static Task RunAsync(BenchmarkOptions options) => PartsRun.RunAsync(options, async (settings, directory, figures) =>
    {
        for (int run = 0; run < settings.Runs; run++)
        {
            await WriteAsync(settings, Path.Combine(directory, $"plain-{run}"), figures.In(Writing, "plain entries"), PutPlain, asks: null);
            await WriteAsync(settings, Path.Combine(directory, $"history-{run}"), figures.In(Writing, "records"), AddRecords, figures.In(Reading, "time"));
        }
    });

    private static async Task WriteAsync(BenchmarkOptions options, string directory, Figures.Column column, Action<BlockDraft> write, Figures.Column? asks)
    {
        await using StateStore store = await StateStore.OpenAsync("dir:" + directory, new StateStoreOptions { CacheBytes = options.CacheBytes, Durability = options.Durability });
        List<double> times = [];
        List<double> writes = [];
        StoreStatistics before = store.GetStatistics();
        for (int block = 1; block <= Blocks; block++)
        {
            using BlockDraft draft = store.CreateDraft(new BlockHeight((ulong)block));
            long started = Stopwatch.GetTimestamp();
            write(draft);
            double written = Stopwatch.GetElapsedTime(started).TotalNanoseconds;
            await store.CommitAsync(draft);
            if (block > BlocksToForget)
            {
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                writes.Add(written / Records);
            }
        }

        StoreStatistics after = store.GetStatistics();
        column.Add("a durable block, median", "ms", Figure.MedianOf(times));
        column.Add("of it, writing one into the draft", "ns", Figure.MedianOf(writes));
        column.Add("entries of one", "", (double)(after.Local.Entries - before.Local.Entries) / (Blocks * Records));
        column.Add("log of one", "B", (double)(after.LogBytes - before.LogBytes) / (Blocks * Records));
        if (asks is { } time)
        {
            Ask(store, time);
        }
    }

    private static void AddRecords(BlockDraft draft)
    {
        for (int i = 0; i < Records; i++)
        {
            ExecutionHistory.Add(draft, new ExecutionRecord
            {
                Id = new ExecutionId(IdOf(draft.Height, i)),
                Contract = Contracts[i % Contracts.Length],
                Function = "transfer",
                Caller = AddressOf(i),
                Height = draft.Height,
                TimeTicks = (long)draft.Height.Value * TimeSpan.TicksPerSecond,
                Duration = TimeSpan.FromTicks(100 + i),
                GasUsed = 21_000,
                IsSuccess = true,
            });
        }
    }

    private static void PutPlain(BlockDraft draft)
    {
        Span<byte> key = stackalloc byte[40];
        byte[] value = new byte[RecordBytes];
        for (int i = 0; i < Records; i++)
        {
            key.Clear();
            BinaryPrimitives.WriteUInt64BigEndian(key[1..], ~draft.Height.Value);
            BinaryPrimitives.WriteInt32BigEndian(key[9..], i);
            draft.Local.Put(key[..18], value);
            key[0] = 1;
            draft.Local.Put(key, default);
            key[0] = 2;
            IdOf(draft.Height, i).CopyTo(key[1..]);
            draft.Local.Put(key[..34], value.AsSpan(0, 16));
        }
    }

    private static void Ask(StateStore store, Figures.Column time)
    {
        using StateView view = store.OpenView();
        ExecutionHistory history = new(view);
        Random random = new(1);
        Measure("a record by its id", i => history.TryGet(new ExecutionId(IdOf(new BlockHeight((ulong)random.Next(1, Blocks)), i % Records)), out _));
        Measure("the newest 100 of all contracts", _ => history.List());
        Measure("the newest 100 of a contract", i => history.List(new ExecutionQuery { Contract = Contracts[i % Contracts.Length] }));
        Measure("100 of a contract from some time on", i => history.List(new ExecutionQuery { Contract = Contracts[i % Contracts.Length], ToTicks = random.Next(2, Blocks) * TimeSpan.TicksPerSecond }));
        Measure("the totals of a contract", i => history.TotalsOf(Contracts[i % Contracts.Length]));
        Measure("how many a contract has", i => history.CountOf(Contracts[i % Contracts.Length]));

        void Measure(string name, Action<int> ask)
        {
            for (int i = 0; i < Questions; i++)
            {
                ask(i);
            }

            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < Questions; i++)
            {
                ask(i);
            }

            time.Add(name, "ns", Stopwatch.GetElapsedTime(started).TotalNanoseconds / Questions);
        }
    }

    private static Hash256 IdOf(BlockHeight height, int number)
    {
        Span<byte> bytes = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, height.Value);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], number);
        Span<byte> hash = stackalloc byte[Hash256.SizeBytes];
        SHA256.HashData(bytes, hash);
        return new Hash256(hash);
    }

    private static Address AddressOf(int number)
    {
        Span<byte> bytes = stackalloc byte[Address.SizeBytes];
        bytes.Clear();
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return new Address(bytes);
    }
}
