using System.Diagnostics;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>Scans of whole contracts through a view of the head, keys and values read: long ones, and many short ones; and of the whole tree.</summary>
internal static class ScanCase
{
    private const string Table = "scan";
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(1);

    /// <summary>Measures.</summary>
    public static void Run(KeySpace space, StoreSession session, Figures figures)
    {
        using StateView view = session.Store.OpenView();
        Measure(view, Prefixes(space, from: 0, to: 10), figures.In(Table, "10 largest contracts"));
        Measure(view, Prefixes(space, from: 99, to: 999), figures.In(Table, "contracts of ranks 100 to 999"));
        Measure(view, [[]], figures.In(Table, "whole tree"));
    }

    /// <summary>Reads the whole tree, so that what the cache can hold is there.</summary>
    public static void ReadAll(StoreSession session)
    {
        using StateView view = session.Store.OpenView();
        _ = Scan(view, []);
    }

    private static byte[][] Prefixes(KeySpace space, int from, int to) =>
        [.. Enumerable.Range(from, to - from).Select(rank => space.Contract(rank).ToArray())];

    private static void Measure(StateView view, byte[][] prefixes, Figures.Column column)
    {
        long entries = 0;
        long scans = 0;
        foreach (byte[] prefix in prefixes)
        {
            if (Scan(view, prefix) != (long)view.State.Count(prefix))
            {
                throw new InvalidOperationException("A scan and the count of its prefix differ.");
            }
        }

        UsageMeter meter = new();
        long started = Stopwatch.GetTimestamp();
        do
        {
            foreach (byte[] prefix in prefixes)
            {
                entries += Scan(view, prefix);
                scans++;
            }
        }
        while (Stopwatch.GetElapsedTime(started) < LeastTime);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        Usage usage = meter.Read();

        column.Add("entries", "1/s", entries / elapsed.TotalSeconds);
        column.Add("scans", "1/s", scans / elapsed.TotalSeconds);
        column.Add("entries a scan", "1", (double)entries / scans);
        column.Add("processor time an entry", "ns", usage.OwnProcessor.TotalNanoseconds / entries);
        column.Add("allocated a scan", "B", (double)usage.AllocatedBytes / scans);
        column.Add("others' processors", "cores", usage.OtherCores);
    }

    private static long Scan(StateView view, byte[] prefix)
    {
        long entries = 0;
        long bytes = 0;
        using EntryScan scan = view.State.Prefix(prefix);
        while (scan.MoveNext())
        {
            bytes += scan.Key.Length + scan.Value.Length;
            entries++;
        }

        return bytes == (long)view.State.Bytes(prefix) ? entries : throw new InvalidOperationException("A scan and the bytes of its prefix differ.");
    }
}
