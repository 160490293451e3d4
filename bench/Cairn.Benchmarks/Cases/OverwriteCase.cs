using System.Diagnostics;
using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>
/// Overwrites every key several times, in blocks and in an order that is random to the engine: what is written for each byte that changes (key and value count), and what the files come to, before and after they are compacted. The
/// content is checked in the end.
/// </summary>
internal static class OverwriteCase
{
    private const string Verb = "overwrite";
    private const int BlockUpdates = 10_000;

    /// <summary>Measures.</summary>
    public static async Task RunAsync(EngineSession session)
    {
        await session.Engine.SettleAsync();
        await QuietTime.WaitAsync();
        UsageMeter.Settle();
        ulong keys = session.Stream.KeyCount;
        ulong version = 0;
        BlockTimes times = new(session.Engine);
        UpdateBuffer buffer = new(session.Space, BlockUpdates);
        EngineFacts? before = session.Engine.Facts;
        long changed = 0;
        UsageMeter meter = new(session.Directory);
        for (int round = 0; round < session.Options.Rounds; round++)
        {
            version = session.NextVersion();
            NumberWalk walk = new(keys, Mixing.Stream(session.Options.Seed, version));
            for (ulong done = 0; done < keys; done += (ulong)buffer.Count)
            {
                buffer.Clear();
                while (buffer.Count < BlockUpdates && walk.TryNext(out ulong number))
                {
                    buffer.Add(number, version);
                }

                changed += buffer.Bytes;
                await times.CommitAsync(buffer);
            }
        }

        await session.Engine.SettleAsync();
        await QuietTime.WaitAsync();
        Usage usage = meter.Read();
        Figures.Column column = session.In(Verb, $"{session.Options.Rounds} times");
        times.Report(column);
        column.Add("written a byte changed", "B", (double)usage.WrittenBytes / changed);
        if (before is not null)
        {
            EngineFacts spent = session.Engine.Facts!.Since(before);
            column.Add("of it log", "B", (double)spent.LogBytes / changed);
            column.Add("of it checkpoints", "B", (double)spent.CheckpointBytes / changed);
            column.Add("of it cleaning", "B", (double)spent.CleaningBytes / changed);
            column.Add("of it index over the history", "B", (double)spent.IndexBytes / changed);
        }

        column.Add("written to the disk by all a byte changed", "B", (double)usage.DiskBytes / changed);
        column.Add("processor time an update", "µs", usage.OwnProcessor.TotalMicroseconds / times.Updates);
        column.AddBytes("resident, peak", Usage.PeakResidentBytes);
        column.AddDetail("others' processors", "cores", usage.OtherCores);
        await CompactAsync(session, session.Space.Sum(keys, version), column);
    }

    private static async Task CompactAsync(EngineSession session, ScanSum expected, Figures.Column column)
    {
        if (session.ReadAll() is var found && found != expected)
        {
            throw new InvalidOperationException($"The database has {found}, and the workload {expected}.");
        }

        long before = session.FileBytes();
        long started = Stopwatch.GetTimestamp();
        await session.Engine.CompactAsync();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        await QuietTime.WaitAsync();
        column.AddBytes("live keys and values", expected.Bytes);
        column.Add("files a live byte, before compaction", "B", (double)before / expected.Bytes);
        column.Add("files a live byte, after compaction", "B", (double)session.FileBytes() / expected.Bytes);
        if (session.Engine is CairnEngine cairn)
        {
            StoreStatistics statistics = cairn.Store.GetStatistics();
            column.Add("page files a live byte, after compaction", "B", (double)statistics.PageBytes / expected.Bytes);
            column.AddDetail("live in page files", "MB", statistics.LivePageBytes / 1e6);
        }

        column.AddTime("compaction", elapsed);
        if (session.ReadAll() is var afterwards && afterwards != expected)
        {
            throw new InvalidOperationException($"After compaction the database has {afterwards}, and the workload {expected}.");
        }
    }
}
