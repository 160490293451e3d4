using System.Diagnostics;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>Point reads through a view of the head: of keys that are there, that are not, and of few keys again and again; on one thread and on two. Every answer is checked for presence.</summary>
internal sealed class GetCase
{
    private const string Table = "get";
    private const int ProbeCount = 1_000_000;
    private const ulong HotKeys = 10_000;

    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(2);

    /// <summary>Apart from the streams of commits.</summary>
    private const ulong ProbeStream = 1UL << 40;

    private readonly StateView _view;
    private readonly ulong _keyCount;
    private readonly KeySpace _space;
    private readonly ulong _seed;

    private GetCase(BenchmarkOptions options, KeySpace space, StateView view)
    {
        _view = view;
        _keyCount = view.State.Totals.Entries;
        _space = space;
        _seed = options.Seed;
    }

    private enum Kind
    {
        Present,
        Absent,
        Hot,
    }

    /// <summary>Measures.</summary>
    public static void Run(BenchmarkOptions options, KeySpace space, StoreSession session, Figures figures)
    {
        using StateView view = session.Store.OpenView();
        GetCase reads = new(options, space, view);
        reads.WarmUp();
        foreach (Kind kind in Enum.GetValues<Kind>())
        {
            foreach (int threads in (int[])[1, 2])
            {
                reads.Measure(session.Store, kind, threads, figures.In(Table, $"{kind.ToString().ToLowerInvariant()}, {threads} {(threads == 1 ? "thread" : "threads")}"));
            }
        }
    }

    /// <summary>Reads until the runtime has compiled the way of a read for speed, which it does in the background some time after it has seen it used.</summary>
    private void WarmUp()
    {
        byte[] probes = Probes(Kind.Present, thread: 0);
        long started = Stopwatch.GetTimestamp();
        do
        {
            ReadAll(probes, isPresent: true);
        }
        while (Stopwatch.GetElapsedTime(started) < WarmUpTime);
    }

    private void Measure(StateStore store, Kind kind, int threads, Figures.Column column)
    {
        UsageMeter.Settle();
        byte[][] probes = [.. Enumerable.Range(0, threads).Select(thread => Probes(kind, thread))];
        long[] allocated = new long[threads];
        using Barrier together = new(threads + 1);
        Exception? failure = null;
        Thread[] readers = new Thread[threads];
        for (int i = 0; i < threads; i++)
        {
            int thread = i;
            readers[i] = new Thread(() =>
            {
                try
                {
                    together.SignalAndWait();
                    allocated[thread] = ReadAll(probes[thread], isPresent: kind != Kind.Absent);
                }
                catch (Exception exception) when (exception is StateStoreException or IOException or InvalidOperationException)
                {
                    failure = exception;
                }
            });
            readers[i].Start();
        }

        StoreStatistics before = store.GetStatistics();
        UsageMeter meter = new();
        together.SignalAndWait();
        long started = Stopwatch.GetTimestamp();
        Array.ForEach(readers, reader => reader.Join());
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        Usage usage = meter.Read();
        StoreStatistics after = store.GetStatistics();
        if (failure is not null)
        {
            throw new InvalidOperationException("A reader failed.", failure);
        }

        long reads = (long)threads * ProbeCount;
        column.Add("reads", "1/s", reads / elapsed.TotalSeconds);
        column.Add("a read on its thread", "ns", elapsed.TotalNanoseconds * threads / reads);
        column.Add("processor time a read", "ns", usage.OwnProcessor.TotalNanoseconds / reads);
        column.Add("allocated a read", "B", (double)allocated.Sum() / reads);
        column.Add("pages loaded a read", "1", (double)(after.CacheMisses - before.CacheMisses) / reads);
        column.Add("others' processors", "cores", usage.OtherCores);
    }

    /// <summary>The keys to ask for, one after the other, so that asking is all that is measured.</summary>
    private byte[] Probes(Kind kind, int thread)
    {
        byte[] probes = new byte[ProbeCount * KeySpace.KeyBytes];
        ulong state = Mixing.Stream(_seed, ProbeStream + (ulong)thread);
        for (int i = 0; i < ProbeCount; i++)
        {
            Span<byte> key = probes.AsSpan(i * KeySpace.KeyBytes, KeySpace.KeyBytes);
            switch (kind)
            {
                case Kind.Present:
                    _space.WriteKey(Mixing.Below(ref state, _keyCount), key);
                    break;
                case Kind.Absent:
                    _space.WriteAbsentKey(Mixing.Next(ref state) >> 20, key);
                    break;
                default:
                    _space.WriteKey(Mixing.Below(ref state, Math.Min(HotKeys, _keyCount)) * (_keyCount / Math.Min(HotKeys, _keyCount)), key);
                    break;
            }
        }

        return probes;
    }

    private long ReadAll(byte[] probes, bool isPresent)
    {
        ITreeReader state = _view.State;
        Span<byte> value = stackalloc byte[KeySpace.MaxValueBytes];
        _ = state.TryGet(probes.AsSpan(0, KeySpace.KeyBytes), value, out _); // a thread's first read makes its slot
        long before = GC.GetAllocatedBytesForCurrentThread();
        int found = 0;
        for (int start = 0; start < probes.Length; start += KeySpace.KeyBytes)
        {
            found += state.TryGet(probes.AsSpan(start, KeySpace.KeyBytes), value, out _) ? 1 : 0;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return found == (isPresent ? ProbeCount : 0) ? allocated : throw new InvalidOperationException($"{found} of {ProbeCount} keys were found; all present: {isPresent}.");
    }
}
