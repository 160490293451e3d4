using System.Diagnostics;
using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>
/// Commits blocks of three sizes. A block's time is that of handing its updates over and committing them; making up the updates is not in it. Checkpoints, compactions and the like run beside as the engine sees fit.
/// </summary>
internal sealed class CommitCase
{
    /// <summary>The blocks of 10,000, unless told otherwise.</summary>
    private const int LargeBlocks = 100;

    /// <summary>Updates of a block, and how many blocks there are for each of the largest.</summary>
    private static readonly (int Updates, int BlocksEach)[] Sizes = [(10_000, 1), (1_000, 5), (10, 20)];

    /// <summary>One block is committed for each so many measured ones before them.</summary>
    private const int WarmUpShare = 10;

    private readonly EngineSession _session;
    private readonly UpdateBuffer _buffer;
    private readonly int _updates;
    private readonly int _blocks;
    private readonly BlockTimes _times;

    private CommitCase(EngineSession session, UpdateBuffer buffer, int updates, int blocks)
    {
        _session = session;
        _buffer = buffer;
        _updates = updates;
        _blocks = blocks;
        _times = new BlockTimes(session.Engine);
    }

    /// <summary>Measures all sizes, each from a fresh checkpoint on, when nothing is left to do in the background.</summary>
    /// <param name="session">The database; it commits as it was opened.</param>
    /// <param name="verb">The verb of the figures.</param>
    public static async Task RunAsync(EngineSession session, string verb)
    {
        UpdateBuffer buffer = new(session.Space, Sizes.Max(size => size.Updates));
        foreach ((int updates, int blocksEach) in Sizes)
        {
            await session.Engine.SettleAsync();
            await QuietTime.WaitAsync();
            CommitCase measured = new(session, buffer, updates, blocksEach * (session.Options.Blocks ?? LargeBlocks));
            await measured.MeasureAsync(session.In(verb, $"blocks of {updates:N0}"));
        }
    }

    private async Task MeasureAsync(Figures.Column column)
    {
        BlockTimes warmUp = new(_session.Engine);
        while (warmUp.Count * WarmUpShare < _blocks)
        {
            await CommitOneAsync(warmUp);
        }

        UsageMeter.Settle();
        EngineFacts? before = _session.Engine.Facts;
        UsageMeter meter = new(_session.Directory);
        while (_times.Count < _blocks)
        {
            await CommitOneAsync(_times);
        }

        Usage usage = meter.Read();
        EngineFacts? spent = before is null ? null : _session.Engine.Facts!.Since(before);
        long settling = Stopwatch.GetTimestamp();
        await _session.Engine.SettleAsync();
        TimeSpan settled = Stopwatch.GetElapsedTime(settling);

        _times.Report(column);
        if (spent is not null)
        {
            AddParts(column, spent);
        }

        column.AddTimeDetail("settling afterwards", settled);
        CaseFigures.AddUsage(column, usage, _times.Updates, "update");
        CaseFigures.AddStore(column, _session);
    }

    private ValueTask CommitOneAsync(BlockTimes times)
    {
        _session.Stream.Fill(_buffer, _updates, _session.NextVersion());
        return times.CommitAsync(_buffer);
    }

    private void AddParts(Figures.Column column, EngineFacts spent)
    {
        TimeSpan rest = spent.Commits - spent.LogWrites - spent.Syncs - spent.Waits;
        column.AddTimeDetail("mean: puts", spent.Puts / _blocks);
        column.AddTimeDetail("mean: root (sort, apply, hash)", spent.Roots / _blocks);
        column.AddTimeDetail("mean: log write", spent.LogWrites / _blocks);
        column.AddTimeDetail("mean: log sync", spent.Syncs / _blocks);
        column.AddTimeDetail("mean: waiting for checkpoints", spent.Waits / _blocks);
        column.AddTimeDetail("mean: rest of the commit", rest / _blocks);
        column.AddDetail("checkpoints meanwhile", "1", spent.Checkpoints);
        column.AddDetail("their pages", "MB", spent.CheckpointBytes / 1e6);
    }
}
