using System.Diagnostics;
using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>
/// Opens a database after it was closed, and after its process was killed with so many blocks behind the last checkpoint of Cairn that their log is three quarters of what starts the next one: close to the most that is ever
/// replayed. Checks that no acknowledged block is gone. The files are in the system's cache.
/// </summary>
internal static class ReopenCase
{
    private const string Verb = "reopen";
    private const int FirstReads = 1_000;

    /// <summary>Three quarters of the default <see cref="StateStoreOptions.ReplayBytes"/>: a block takes 1.4 MB of log.</summary>
    private const int KillAtBlocks = 36;

    /// <summary>Measures, and leaves the database open.</summary>
    public static async Task RunAsync(EngineSession session)
    {
        await session.Engine.SettleAsync();
        TimeSpan closing = await session.CloseAsync();
        await OpenAsync(session, acknowledged: null, closing, session.In(Verb, "after a close"));
        closing = await session.CloseAsync();
        await BlockWriter.RunAndKillAsync(session, KillAtBlocks);
        await OpenAsync(session, KillAtBlocks, closing, session.In(Verb, "after a kill"));
    }

    private static async Task OpenAsync(EngineSession session, int? acknowledged, TimeSpan closing, Figures.Column column)
    {
        UsageMeter.Settle();
        UsageMeter meter = new();
        TimeSpan open = await session.OpenAsync(session.Options.CacheBytes, session.Options.Durability);
        Usage opening = meter.Read();
        TimeSpan reads = ReadSome(session);
        if (acknowledged is { } least)
        {
            column.AddDetail("blocks written by the killed process", "1", BlockWriter.Check(session, least));
        }

        TimeSpan scanProcessor = SystemCalls.ThreadTime;
        long scanning = Stopwatch.GetTimestamp();
        session.ReadAll();
        TimeSpan scan = Stopwatch.GetElapsedTime(scanning);
        scanProcessor = SystemCalls.ThreadTime - scanProcessor;

        column.AddTime("open", open);
        column.AddTimeDetail("processor time of it", opening.OwnProcessor);
        if (session.Engine is CairnEngine cairn)
        {
            column.AddDetail("blocks replayed", "1", cairn.Store.Recovery.BlocksReplayed);
            column.AddDetail("log truncated", "MB", cairn.Store.Recovery.BytesTruncated / 1e6);
        }

        column.AddTime($"first {FirstReads:N0} reads", reads);
        column.AddTimeDetail("first scan of the whole tree", scan);
        column.AddTimeDetail("processor time of that", scanProcessor);
        column.AddTimeDetail("close before", closing);
        column.AddDetail("others' processors", "cores", opening.OtherCores);
    }

    private static TimeSpan ReadSome(EngineSession session)
    {
        using IEngineReader reader = session.Engine.OpenReader();
        Span<byte> key = stackalloc byte[KeySpace.KeyBytes];
        Span<byte> value = stackalloc byte[KeySpace.MaxValueBytes];
        ulong state = Mixing.Stream(session.Options.Seed, FirstReads);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < FirstReads; i++)
        {
            session.Space.WriteKey(Mixing.Below(ref state, session.Stream.KeyCount), key);
            if (reader.Get(key, value) < 0)
            {
                throw new InvalidOperationException("A key that was put is absent after reopening.");
            }
        }

        return Stopwatch.GetElapsedTime(started);
    }
}
