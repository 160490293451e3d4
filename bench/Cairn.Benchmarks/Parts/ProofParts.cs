using System.Diagnostics;
using Cairn.Benchmarks.Cases;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;
using Cairn.Proofs;

namespace Cairn.Benchmarks.Parts;

/// <summary>Proofs of a large state whose pages are in memory: building and checking them, their sizes, a range in parts, and rebuilding an old height. One thread.</summary>
internal static class ProofParts
{
    private const string Table = "proofs";
    private const int Singles = 50_000;
    private const int BatchKeys = 200;
    private const int Batches = 100;
    private const int DefaultBlocks = 100;
    private const int Changes = 1_000;
    private const long PartBytes = 1 << 20;
    private const int Parts = 50;

    /// <summary>Measures.</summary>
    public static Task RunAsync(BenchmarkOptions options) => PartsRun.RunAsync(options, MeasureAsync);

    private static async Task MeasureAsync(BenchmarkOptions options, string directory, Figures figures)
    {
        KeySpace space = new(options.Seed);
        await LoadCase.LoadStoreAsync(options, space, directory);
        Figures.Column column = figures.In(Table, $"{options.Keys:N0} keys");
        await using StateStore store = await StateStore.OpenAsync("dir:" + directory, new StateStoreOptions { CacheBytes = options.CacheBytes, RetainAll = true, RecentViewBytes = 0, Durability = Durability.DangerNoSync });
        using (StateView view = store.OpenView())
        {
            foreach (EntryScan entry in view.State.Range([], []))
            {
                _ = entry; // every page is in memory afterwards
            }

            MeasureSingles(options, space, view, isPresent: true, column);
            MeasureSingles(options, space, view, isPresent: false, column);
            MeasureMany(options, space, view, column);
            MeasureParts(view, column);
        }

        await MeasureOldAsync(options, space, store, column);
    }

    private static void MeasureSingles(BenchmarkOptions options, KeySpace space, StateView view, bool isPresent, Figures.Column column)
    {
        string what = isPresent ? "present" : "absent";
        byte[][] proofs = new byte[Singles][];
        long bytes = 0;
        long began = GC.GetAllocatedBytesForCurrentThread();
        (TimeSpan passed, TimeSpan processor) = Time(() => ForEachKey(options, space, isPresent, Singles, (place, key) => bytes += (proofs[place] = view.Prove(key, ProofSpec.ByValue).Encode()).Length));
        column.Add($"a proof of a key that is {what}", "µs", passed.TotalMicroseconds / Singles);
        column.Add($"{what}: its thread", "µs", processor.TotalMicroseconds / Singles);
        column.Add($"{what}: proofs a second", "1/s", Singles / passed.TotalSeconds);
        column.Add($"{what}: bytes", "B", (double)bytes / Singles);
        column.Add($"{what}: allocated", "B", (double)(GC.GetAllocatedBytesForCurrentThread() - began) / Singles);
        Hash256 root = view.Root;
        (TimeSpan checking, _) = Time(() =>
        {
            foreach (byte[] proof in proofs.AsSpan(0, Singles / 10))
            {
                if (!ProofVerifier.Verify(ProofSpec.ByValue, root, proof, out _).IsVerified)
                {
                    throw new InvalidOperationException("A proof was refused.");
                }
            }
        });
        column.Add($"{what}: checking one", "µs", checking.TotalMicroseconds / (Singles / 10));
    }

    private static void MeasureMany(BenchmarkOptions options, KeySpace space, StateView view, Figures.Column column)
    {
        ReadOnlyMemory<byte>[] keys = new ReadOnlyMemory<byte>[BatchKeys];
        ForEachKey(options, space, isPresent: true, BatchKeys, (place, key) => keys[place] = key.ToArray());
        foreach ((string what, Func<int> prove) in (ReadOnlySpan<(string, Func<int>)>)
        [
            ("a batch", () => view.ProveMany(keys, ProofSpec.ByValue, isCompressed: false).Encode().Length),
            ("a compressed batch", () => view.ProveMany(keys, ProofSpec.ByValue).Encode().Length),
            ("a pruned tree", () => view.ProveKeys(keys).Length),
        ])
        {
            int bytes = 0;
            (TimeSpan passed, _) = Time(() =>
            {
                for (int batch = 0; batch < Batches; batch++)
                {
                    bytes = prove();
                }
            });
            column.AddTime($"{what} of {BatchKeys} keys", passed / Batches);
            column.Add($"{what}: bytes", "B", bytes);
        }
    }

    private static void MeasureParts(StateView view, Figures.Column column)
    {
        long bytes = 0;
        ulong entries = 0;
        byte[] start = [];
        (TimeSpan passed, _) = Time(() =>
        {
            for (int part = 0; part < Parts; part++)
            {
                RangeProof proof = view.ProveRange(start, [], mostBytes: PartBytes);
                bytes += proof.Proof.Length;
                entries += proof.Totals.Entries;
                start = proof.Next?.ToArray() ?? [];
            }
        });
        column.AddTime("a part of the state of 1 MiB", passed / Parts);
        column.Add("its entries", "1", (double)entries / Parts);
        column.Add("its bytes", "B", (double)bytes / Parts);
    }

    /// <summary>Proofs so many blocks back: the first one, which rebuilds, and those that follow.</summary>
    private static async Task MeasureOldAsync(BenchmarkOptions options, KeySpace space, StateStore store, Figures.Column column)
    {
        BlockHeight old = store.Height!.Value;
        int blocks = options.Blocks ?? DefaultBlocks;
        UpdateBuffer buffer = new(space, Changes);
        UpdateStream stream = new(options.Seed, store.GetStatistics().State.Entries);
        for (int block = 0; block < blocks; block++)
        {
            BlockHeight height = new(store.Height!.Value.Value + 1);
            stream.Fill(buffer, Changes, height.Value);
            using BlockDraft draft = store.CreateDraft(height);
            buffer.PutInto(draft.State);
            await store.CommitAsync(draft);
        }

        using StateView view = store.ViewAt(old);
        byte[] first = new byte[KeySpace.KeyBytes];
        space.WriteKey(0, first);
        (TimeSpan rebuilding, TimeSpan processor) = Time(() => view.Prove(first, ProofSpec.ByValue));
        column.AddTime($"the first proof {blocks} blocks of {Changes:N0} back", rebuilding);
        column.AddTime("its thread", processor);
        column.AddBytes("the rebuilt tree", store.GetStatistics().RebuiltBytes);
        (TimeSpan passed, _) = Time(() => ForEachKey(options, space, isPresent: true, Singles, (_, key) => view.Prove(key, ProofSpec.ByValue).Encode()));
        column.Add("one that follows", "µs", passed.TotalMicroseconds / Singles);
    }

    private static (TimeSpan Passed, TimeSpan Processor) Time(Action action)
    {
        TimeSpan processor = SystemCalls.ThreadTime;
        long started = Stopwatch.GetTimestamp();
        action();
        return (Stopwatch.GetElapsedTime(started), SystemCalls.ThreadTime - processor);
    }

    private static void ForEachKey(BenchmarkOptions options, KeySpace space, bool isPresent, int count, Action<int, byte[]> action)
    {
        ulong state = Mixing.Stream(options.Seed, (ulong)count);
        byte[] key = new byte[KeySpace.KeyBytes];
        for (int place = 0; place < count; place++)
        {
            ulong number = Mixing.Below(ref state, (ulong)options.Keys);
            if (isPresent)
            {
                space.WriteKey(number, key);
            }
            else
            {
                space.WriteAbsentKey(number, key);
            }

            action(place, key);
        }
    }
}
