using System.Diagnostics;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>
/// Commits blocks of three sizes. A block's time is that of making the draft, putting, computing the root and committing; making up the updates is not in it. Checkpoints run beside as the caps ask for them.
/// </summary>
internal sealed class CommitCase
{
    private const string Table = "commit";
    private static readonly (int Updates, int Blocks)[] Sizes = [(10_000, 100), (1_000, 300), (10, 2_000)];

    private readonly StoreSession _session;
    private readonly UpdateBuffer _buffer;
    private readonly UpdateStream _stream;
    private readonly int _updates;
    private readonly TimeSpan[] _times;
    private TimeSpan _puts;
    private TimeSpan _roots;
    private TimeSpan _commits;
    private long _changes;

    private CommitCase(StoreSession session, UpdateBuffer buffer, UpdateStream stream, int updates, int blocks)
    {
        _session = session;
        _buffer = buffer;
        _stream = stream;
        _updates = updates;
        _times = new TimeSpan[blocks];
    }

    /// <summary>Measures all sizes, each from a fresh checkpoint on.</summary>
    public static async Task RunAsync(BenchmarkOptions options, KeySpace space, StoreSession session, Figures figures)
    {
        UpdateBuffer buffer = new(space, Sizes.Max(size => size.Updates));
        UpdateStream stream = new(options.Seed, session.Store.GetStatistics().State.Entries);
        foreach ((int updates, int blocks) in Sizes)
        {
            await session.Store.CheckpointAsync();
            CommitCase measured = new(session, buffer, stream, updates, options.Blocks ?? blocks);
            await measured.MeasureAsync(figures.In(Table, $"blocks of {updates:N0}"));
        }
    }

    private async Task MeasureAsync(Figures.Column column)
    {
        UsageMeter.Settle();
        Clocks before = Clocks.Read(_session);
        UsageMeter meter = new(_session.Directory);
        for (int block = 0; block < _times.Length; block++)
        {
            _stream.Fill(_buffer, _updates, version: _session.NextHeight.Value);
            await CommitOneAsync(block);
        }

        Usage usage = meter.Read();
        Clocks after = Clocks.Read(_session);
        long checkpointStarted = Stopwatch.GetTimestamp();
        await _session.Store.CheckpointAsync();
        TimeSpan lastCheckpoint = Stopwatch.GetElapsedTime(checkpointStarted);

        Report(column, after - before);
        column.AddTime("checkpoint afterwards", lastCheckpoint);
        CaseFigures.AddUsage(column, usage, _changes, "update");
        CaseFigures.AddStore(column, _session.Store.GetStatistics());
    }

    private async Task CommitOneAsync(int block)
    {
        long started = Stopwatch.GetTimestamp();
        using BlockDraft draft = _session.Store.CreateDraft(_session.NextHeight);
        _buffer.PutInto(draft.State);
        long put = Stopwatch.GetTimestamp();
        _ = draft.ComputeRoot();
        long rooted = Stopwatch.GetTimestamp();
        CommittedBlock committed = await _session.Store.CommitAsync(draft);
        long done = Stopwatch.GetTimestamp();
        _times[block] = Stopwatch.GetElapsedTime(started, done);
        _puts += Stopwatch.GetElapsedTime(started, put);
        _roots += Stopwatch.GetElapsedTime(put, rooted);
        _commits += Stopwatch.GetElapsedTime(rooted, done);
        _changes += committed.Changes;
    }

    private void Report(Figures.Column column, Clocks spent)
    {
        TimeSpan total = new(_times.Sum(time => time.Ticks));
        TimeSpan[] sorted = [.. _times.Order()];
        TimeSpan rest = _commits - spent.LogWrites - spent.LogSyncs - spent.Waited;
        column.Add("updates", "1/s", _changes / total.TotalSeconds);
        column.AddTime("block, p50", sorted[sorted.Length / 2]);
        column.AddTime("block, p99", sorted[(int)(sorted.Length * 0.99)]);
        column.AddTime("block, most", sorted[^1]);
        column.AddTime("mean: puts", _puts / _times.Length);
        column.AddTime("mean: root (sort, apply, hash)", _roots / _times.Length);
        column.AddTime("mean: log write", spent.LogWrites / _times.Length);
        column.AddTime("mean: log sync", spent.LogSyncs / _times.Length);
        column.AddTime("mean: waiting for checkpoints", spent.Waited / _times.Length);
        column.AddTime("mean: rest of the commit", rest / _times.Length);
        column.Add("checkpoints meanwhile", "1", spent.Checkpoints);
        column.AddBytes("their pages", spent.CheckpointBytes);
    }

    private readonly record struct Clocks(TimeSpan LogWrites, TimeSpan LogSyncs, TimeSpan Waited, int Checkpoints, long CheckpointBytes)
    {
        public static Clocks Read(StoreSession session) =>
            new(session.Files.LogWrites.Elapsed, session.Files.LogSyncs.Elapsed, session.Waited, session.Checkpoints, session.CheckpointBytes);

        public static Clocks operator -(Clocks after, Clocks before) => new(
            after.LogWrites - before.LogWrites,
            after.LogSyncs - before.LogSyncs,
            after.Waited - before.Waited,
            after.Checkpoints - before.Checkpoints,
            after.CheckpointBytes - before.CheckpointBytes);
    }
}
