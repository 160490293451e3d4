using System.Diagnostics;
using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;

namespace Cairn.Benchmarks.Cases;

/// <summary>Scans of whole contracts, keys and values read: long ones, and many short ones; and of the whole tree. What they come upon is checked against the workload.</summary>
internal static class ScanCase
{
    private const string Verb = "scan";
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(1);

    /// <summary>Measures on exactly the keys that were loaded.</summary>
    public static void Run(EngineSession session)
    {
        using IEngineReader reader = session.Engine.OpenReader();
        Measure(session, reader, from: 0, to: 10, session.In(Verb, "10 largest contracts"));
        Measure(session, reader, from: 99, to: 999, session.In(Verb, "contracts of ranks 100 to 999"));
        Measure(session, reader, from: null, to: 0, session.In(Verb, "whole tree"));
    }

    private static void Measure(EngineSession session, IEngineReader reader, int? from, int to, Figures.Column column)
    {
        byte[][] prefixes = from is { } first ? [.. Enumerable.Range(first, to - first).Select(rank => session.Space.Contract(rank).ToArray())] : [[]];
        ScanSum expected = session.Space.Sum((ulong)session.Options.Keys, version: 0, prefixes);
        ScanSum found = ScanAll(reader, prefixes);
        if (found != expected)
        {
            throw new InvalidOperationException($"The scans found {found}, and the workload has {expected}.");
        }

        ScanSum all = default;
        long scans = 0;
        UsageMeter meter = new();
        long started = Stopwatch.GetTimestamp();
        do
        {
            all = all.With(ScanAll(reader, prefixes));
            scans += prefixes.Length;
        }
        while (Stopwatch.GetElapsedTime(started) < LeastTime);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        Usage usage = meter.Read();

        column.Add("entries", "1/s", all.Entries / elapsed.TotalSeconds);
        column.AddDetail("scans", "1/s", scans / elapsed.TotalSeconds);
        column.AddDetail("entries a scan", "1", (double)all.Entries / scans);
        column.AddDetail("processor time an entry", "ns", usage.OwnProcessor.TotalNanoseconds / all.Entries);
        column.AddDetail("allocated a scan", "B", (double)usage.AllocatedBytes / scans);
        column.AddDetail("others' processors", "cores", usage.OtherCores);
    }

    private static ScanSum ScanAll(IEngineReader reader, byte[][] prefixes)
    {
        ScanSum sum = default;
        foreach (byte[] prefix in prefixes)
        {
            sum = sum.With(reader.Scan(prefix));
        }

        return sum;
    }
}
