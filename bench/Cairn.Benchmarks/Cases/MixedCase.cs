using System.Diagnostics;
using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>One thread reads keys that are there, moving on to the newest state every thousand reads, while another commits blocks, for some seconds.</summary>
internal static class MixedCase
{
    private const string Verb = "mixed";
    private const int BlockUpdates = 1_000;
    private const int ReadsAState = 1_000;
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    /// <summary>Measures.</summary>
    public static async Task RunAsync(EngineSession session)
    {
        await session.Engine.SettleAsync();
        UsageMeter.Settle();
        ulong keys = session.Stream.KeyCount;
        UpdateBuffer buffer = new(session.Space, BlockUpdates);
        BlockTimes times = new(session.Engine);
        using ManualResetEventSlim ready = new();
        using CancellationTokenSource over = new();
        Task<double> reading = Task.Factory.StartNew(() => Read(session, keys, ready, over.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        ready.Wait();
        UsageMeter meter = new(session.Directory);
        long started = Stopwatch.GetTimestamp();
        do
        {
            session.Stream.Fill(buffer, BlockUpdates, session.NextVersion());
            await times.CommitAsync(buffer);
        }
        while (Stopwatch.GetElapsedTime(started) < Time && !reading.IsCompleted);
        Usage usage = meter.Read();
        await over.CancelAsync();
        Figures.Column column = session.In(Verb, $"blocks of {BlockUpdates:N0} beside reads");
        column.Add("reads", "1/s", await reading);
        times.Report(column);
        column.AddDetail("others' processors", "cores", usage.OtherCores);
    }

    /// <summary>Reads until it is over.</summary>
    /// <returns>How many reads a second.</returns>
    private static double Read(EngineSession session, ulong keys, ManualResetEventSlim ready, CancellationToken over)
    {
        byte[] probes = new byte[ReadsAState * KeySpace.KeyBytes];
        byte[] value = new byte[KeySpace.MaxValueBytes];
        ulong state = Mixing.Stream(session.Options.Seed, ReadsAState);
        using IEngineReader reader = OpenReader(session, ready);
        TimeSpan reading = default;
        long reads = 0;
        while (!over.IsCancellationRequested)
        {
            for (int i = 0; i < ReadsAState; i++)
            {
                session.Space.WriteKey(Mixing.Below(ref state, keys), probes.AsSpan(i * KeySpace.KeyBytes));
            }

            long started = Stopwatch.GetTimestamp();
            reader.Renew();
            for (int i = 0; i < ReadsAState; i++)
            {
                if (reader.Get(probes.AsSpan(i * KeySpace.KeyBytes, KeySpace.KeyBytes), value) < 0)
                {
                    throw new InvalidOperationException("A key that was put is absent.");
                }
            }

            reading += Stopwatch.GetElapsedTime(started);
            reads += ReadsAState;
        }

        return reads / reading.TotalSeconds;
    }

    private static IEngineReader OpenReader(EngineSession session, ManualResetEventSlim ready)
    {
        try
        {
            IEngineReader reader = session.Engine.OpenReader();
            reader.Scan([]);
            return reader;
        }
        finally
        {
            ready.Set();
        }
    }
}
