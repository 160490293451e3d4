using System.Diagnostics;
using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>Commits blocks and keeps how long each took, with and without its sync, and the longest that a collection or a checkpoint held one up. One thread.</summary>
internal sealed class BlockTimes
{
    private readonly IEngine _engine;
    private readonly List<TimeSpan> _all = [];
    private readonly List<TimeSpan> _withoutSync = [];
    private TimeSpan _longestCollection;
    private TimeSpan _longestWait;

    /// <summary>Begins.</summary>
    public BlockTimes(IEngine engine) => _engine = engine;

    /// <summary>The blocks so far.</summary>
    public int Count => _all.Count;

    /// <summary>Their updates.</summary>
    public long Updates { get; private set; }

    /// <summary>Commits a block.</summary>
    public async ValueTask CommitAsync(UpdateBuffer block)
    {
        EngineFacts? before = _engine.Facts;
        TimeSpan pauses = GC.GetTotalPauseDuration();
        long started = Stopwatch.GetTimestamp();
        await _engine.CommitAsync(block);
        TimeSpan time = Stopwatch.GetElapsedTime(started);
        _all.Add(time);
        Updates += block.Count;
        _longestCollection = Longer(_longestCollection, GC.GetTotalPauseDuration() - pauses);
        if (before is not null)
        {
            EngineFacts spent = _engine.Facts!.Since(before);
            _withoutSync.Add(time - spent.Syncs);
            _longestWait = Longer(_longestWait, spent.Waits);
        }
    }

    /// <summary>Adds the rate, the middle, the 99th part of a hundred and the longest.</summary>
    public void Report(Figures.Column column)
    {
        TimeSpan total = new(_all.Sum(time => time.Ticks));
        column.Add("updates", "1/s", Updates / total.TotalSeconds);
        AddTimes(column, _all, string.Empty);
        if (_withoutSync.Count > 0)
        {
            if (!_withoutSync.SequenceEqual(_all))
            {
                AddTimes(column, _withoutSync, " without the sync");
            }

            column.AddTime("longest pause for collections in a block", _longestCollection);
            column.AddTime("longest wait for a checkpoint in a block", _longestWait);
        }
    }

    /// <summary>The time that a share of the blocks does not exceed: the smallest with that many at or below it.</summary>
    /// <param name="sorted">Times, the shortest first.</param>
    /// <param name="hundredths">The share.</param>
    public static TimeSpan Percentile(IReadOnlyList<TimeSpan> sorted, int hundredths) => sorted[Math.Max(0, ((sorted.Count * hundredths) + 99) / 100 - 1)];

    private static void AddTimes(Figures.Column column, List<TimeSpan> times, string which)
    {
        TimeSpan[] sorted = [.. times.Order()];
        column.AddTime("block, p50" + which, Percentile(sorted, 50));
        column.AddTime("block, p99" + which, Percentile(sorted, 99));
        column.AddTime("block, most" + which, sorted[^1]);
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
