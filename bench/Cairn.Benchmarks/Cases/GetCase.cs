using System.Diagnostics;
using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>
/// Point reads through a reader for each thread: of keys that are there, that are not, and of few keys again and again; on one thread and on two. Every answer is checked for presence, many of them for the value.
/// </summary>
internal sealed class GetCase : IDisposable
{
    private const int MaxThreads = 2;
    private const int ProbeCount = 1_000_000;
    private const int ChunkProbes = 10_000;
    private const int CheckedValues = 10_000;
    private const ulong HotKeys = 10_000;

    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(3);

    /// <summary>Apart from the streams of commits.</summary>
    private const ulong ProbeStream = 1UL << 40;

    private readonly EngineSession _session;
    private readonly IEngineReader[] _readers;
    private readonly ulong _keyCount;

    private GetCase(EngineSession session)
    {
        _session = session;
        _readers = [.. Enumerable.Range(0, MaxThreads).Select(_ => session.Engine.OpenReader())];
        _keyCount = session.Stream.KeyCount;
    }

    private enum Kind
    {
        Present,
        Absent,
        Hot,
    }

    /// <summary>Measures on exactly the keys that were loaded, with what the cache holds in memory.</summary>
    public static void Run(EngineSession session)
    {
        using GetCase reads = new(session);
        reads.WarmUp();
        foreach (Kind kind in Enum.GetValues<Kind>())
        {
            foreach (int threads in (int[])[1, MaxThreads])
            {
                reads.Measure(kind, threads, session.In("get", $"{kind.ToString().ToLowerInvariant()}, {Threads(threads)}"));
            }
        }
    }

    /// <summary>Measures with a cache of a quarter of the keys and values.</summary>
    public static async Task RunColdAsync(EngineSession session)
    {
        await session.ReopenAsync(LiveBytes(session) / 4, session.Options.Durability);
        using (GetCase reads = new(session))
        {
            reads.WarmUp();
            foreach (int threads in (int[])[1, MaxThreads])
            {
                reads.Measure(Kind.Present, threads, session.In("coldget", Threads(threads)));
            }
        }

        await session.ReopenAsync(session.Options.CacheBytes, session.Options.Durability);
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_readers, reader => reader.Dispose());

    private static string Threads(int threads) => threads == 1 ? "1 thread" : $"{threads} threads";

    private static long LiveBytes(EngineSession session) => session.Space.Sum((ulong)session.Options.Keys, version: 0).Bytes;

    /// <summary>Reads until the caches are full and the runtime has compiled the way of a read for speed, which it does in the background some time after it has seen it used.</summary>
    private void WarmUp()
    {
        byte[] probes = Probes(Kind.Present, thread: 0);
        CheckValues();
        foreach (IEngineReader reader in _readers)
        {
            reader.Scan([]);
            long started = Stopwatch.GetTimestamp();
            do
            {
                _ = Read(reader, probes, isPresent: true);
            }
            while (Stopwatch.GetElapsedTime(started) < WarmUpTime / MaxThreads);
        }
    }

    private void CheckValues()
    {
        Span<byte> key = stackalloc byte[KeySpace.KeyBytes];
        Span<byte> expected = stackalloc byte[KeySpace.MaxValueBytes];
        Span<byte> found = stackalloc byte[KeySpace.MaxValueBytes];
        ulong state = Mixing.Stream(_session.Options.Seed, CheckedValues);
        for (int i = 0; i < CheckedValues; i++)
        {
            ulong number = Mixing.Below(ref state, _keyCount);
            _session.Space.WriteKey(number, key);
            int length = _session.Space.WriteValue(number, version: 0, expected);
            if (_readers[i % MaxThreads].Get(key, found) != length || !found[..length].SequenceEqual(expected[..length]))
            {
                throw new InvalidOperationException($"Key {number} has not the value that was loaded.");
            }
        }
    }

    private void Measure(Kind kind, int threads, Figures.Column column)
    {
        UsageMeter.Settle();
        byte[][] probes = [.. Enumerable.Range(0, threads).Select(thread => Probes(kind, thread))];
        (long Reads, long Allocated)[] done = new (long, long)[threads];
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
                    done[thread] = Read(_readers[thread], probes[thread], isPresent: kind != Kind.Absent);
                }
                catch (Exception exception) when (exception is StateStoreException or IOException or InvalidOperationException)
                {
                    failure = exception;
                }
            });
            readers[i].Start();
        }

        EngineFacts? before = _session.Engine.Facts;
        UsageMeter meter = new();
        together.SignalAndWait();
        long started = Stopwatch.GetTimestamp();
        Array.ForEach(readers, reader => reader.Join());
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        Usage usage = meter.Read();
        if (failure is not null)
        {
            throw new InvalidOperationException("A reader failed.", failure);
        }

        long reads = done.Sum(thread => thread.Reads);
        column.Add("reads", "1/s", reads / elapsed.TotalSeconds);
        column.AddDetail("a read on its thread", "ns", elapsed.TotalNanoseconds * threads / reads);
        column.AddDetail("processor time a read", "ns", usage.OwnProcessor.TotalNanoseconds / reads);
        column.AddDetail("allocated a read", "B", (double)done.Sum(thread => thread.Allocated) / reads);
        if (before is not null)
        {
            column.AddDetail("pages loaded a read", "1", (double)_session.Engine.Facts!.Since(before).PagesLoaded / reads);
        }

        column.AddDetail("others' processors", "cores", usage.OtherCores);
    }

    /// <summary>The keys to ask for, one after the other, so that asking is all that is measured.</summary>
    private byte[] Probes(Kind kind, int thread)
    {
        byte[] probes = new byte[ProbeCount * KeySpace.KeyBytes];
        ulong state = Mixing.Stream(_session.Options.Seed, ProbeStream + (ulong)thread);
        for (int i = 0; i < ProbeCount; i++)
        {
            Span<byte> key = probes.AsSpan(i * KeySpace.KeyBytes, KeySpace.KeyBytes);
            switch (kind)
            {
                case Kind.Present:
                    _session.Space.WriteKey(Mixing.Below(ref state, _keyCount), key);
                    break;
                case Kind.Absent:
                    _session.Space.WriteAbsentKey(Mixing.Next(ref state) >> 20, key);
                    break;
                default:
                    _session.Space.WriteKey(Mixing.Below(ref state, Math.Min(HotKeys, _keyCount)) * (_keyCount / Math.Min(HotKeys, _keyCount)), key);
                    break;
            }
        }

        return probes;
    }

    /// <summary>Asks for all probes, or as many as the time allows.</summary>
    private static (long Reads, long Allocated) Read(IEngineReader reader, byte[] probes, bool isPresent)
    {
        Span<byte> value = stackalloc byte[KeySpace.MaxValueBytes];
        _ = reader.Get(probes.AsSpan(0, KeySpace.KeyBytes), value); // a thread's first read makes its slot
        long before = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        int reads = 0;
        int found = 0;
        while (reads < ProbeCount && Stopwatch.GetElapsedTime(started) < LongestTime)
        {
            for (int end = reads + ChunkProbes; reads < end; reads++)
            {
                found += reader.Get(probes.AsSpan(reads * KeySpace.KeyBytes, KeySpace.KeyBytes), value) >= 0 ? 1 : 0;
            }
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return found == (isPresent ? reads : 0) ? (reads, allocated) : throw new InvalidOperationException($"{found} of {reads} keys were found; all present: {isPresent}.");
    }
}
