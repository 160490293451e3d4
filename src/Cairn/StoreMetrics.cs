using System.Diagnostics.Metrics;

namespace Cairn;

/// <summary>The metrics of one store: meter "Cairn", listed in docs/operations.md. The meter is tagged with the store's location.</summary>
internal sealed class StoreMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _blocks;
    private readonly Counter<long> _changes;
    private readonly Counter<long> _rewound;
    private readonly Counter<long> _checkpointBytes;
    private readonly Counter<long> _retiredSegments;
    private readonly Histogram<double> _commitSeconds;
    private readonly Histogram<double> _checkpointSeconds;
    private readonly Histogram<double> _waitSeconds;

    public StoreMetrics(StateStore store)
    {
        _meter = new Meter("Cairn", version: null, [new KeyValuePair<string, object?>("cairn.store", store.Location)]);
        InstrumentAdvice<double> seconds = new() { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] };
        _blocks = _meter.CreateCounter<long>("cairn.blocks.committed", "{block}", "Blocks committed.");
        _changes = _meter.CreateCounter<long>("cairn.changes.committed", "{change}", "Keys really changed by committed blocks.");
        _rewound = _meter.CreateCounter<long>("cairn.blocks.rewound", "{block}", "Blocks taken back by rewinds.");
        _commitSeconds = _meter.CreateHistogram<double>("cairn.commit.duration", "s", "Duration of commits, syncs included.", tags: null, seconds);
        _checkpointSeconds = _meter.CreateHistogram<double>("cairn.checkpoint.duration", "s", "Duration of checkpoints.", tags: null, seconds);
        _checkpointBytes = _meter.CreateCounter<long>("cairn.checkpoint.written", "By", "Bytes of pages and blobs written by checkpoints.");
        _retiredSegments = _meter.CreateCounter<long>("cairn.log.retired", "{segment}", "Log segments removed by retention.");
        _waitSeconds = _meter.CreateHistogram<double>("cairn.commit.wait", "s", "Time commits waited for a checkpoint.", tags: null, seconds);
        Gauge("cairn.dirty.bytes", "By", "Changed pages and blobs in memory.", static statistics => statistics.DirtyBytes);
        Gauge("cairn.rebuilt.bytes", "By", "State trees of the past that were rebuilt for proofs.", static statistics => statistics.RebuiltBytes);
        Gauge("cairn.cache.bytes", "By", "Stored pages in memory.", static statistics => statistics.CacheBytes);
        Gauge("cairn.recent.bytes", "By", "Superseded pages kept for views and recent heights.", static statistics => statistics.RecentBytes);
        Gauge("cairn.log.bytes", "By", "The log on disk.", static statistics => statistics.LogBytes);
        Gauge("cairn.log.retained", "By", "Log of the blocks that are retained.", static statistics => statistics.RetainedLogBytes);
        Gauge("cairn.log.held", "By", "Log that only holds keep.", static statistics => statistics.HeldLogBytes);
        Gauge("cairn.holds.broken", "{hold}", "Broken holds.", static statistics => statistics.Holds.Count(static hold => hold.IsBroken));
        Gauge("cairn.floor.height", "{height}", "The height of the oldest block that is retained; 0 before the first one.", static statistics => (long)(statistics.FloorHeight?.Value ?? 0));
        Gauge("cairn.replay.bytes", "By", "Log behind the newest checkpoint.", static statistics => statistics.ReplayBytes);
        Gauge("cairn.pages.bytes", "By", "Page files on disk.", static statistics => statistics.PageBytes);
        Gauge("cairn.pages.live", "By", "Bytes of page files that the newest checkpoint refers to.", static statistics => statistics.LivePageBytes);
        Gauge("cairn.reserve.bytes", "By", "Disk space held back for a full disk.", static statistics => statistics.ReserveBytes);
        Gauge("cairn.pages.garbage", "By", "Bytes of page files that the newest checkpoint does not refer to.", static statistics => statistics.GarbagePageBytes);
        Gauge("cairn.pages.pinned", "By", "Bytes of page files kept only for open views and recent heights.", static statistics => statistics.PinnedPageBytes);
        Count("cairn.checkpoint.deltas", "By", "Bytes of deltas of pages written by checkpoints.", static statistics => statistics.CheckpointDeltaBytes);
        Count("cairn.cleaning.runs", "{run}", "Cleaning runs.", static statistics => statistics.CleaningRuns);
        Count("cairn.cleaning.written", "By", "Bytes of pages and blobs written by cleaning.", static statistics => statistics.CleaningBytes);
        Count("cairn.pages.files.removed", "{file}", "Page files deleted.", static statistics => statistics.RemovedPageFiles);
        Gauge("cairn.views.open", "{view}", "Open views.", static statistics => statistics.OpenViews);
        Gauge("cairn.views.bytes", "By", "Superseded pages that only open views keep in memory.", static statistics => statistics.ViewBytes);
        _meter.CreateObservableGauge("cairn.finalized.height", () => Known(store.FinalizedHeight), "{height}", "The height that is final.");
        _meter.CreateObservableGauge("cairn.views.oldest.age", () => store.ReadStatistics().OldestViewAge?.TotalSeconds ?? 0, "s", "Time since the first opened of the open views was opened.");
        _meter.CreateObservableGauge("cairn.views.oldest.height", () => Known(store.ReadStatistics().OldestViewHeight), "{height}", "The lowest height of an open view.");
        Gauge("cairn.history.runs", "{run}", "Runs of the index over the history.", static statistics => statistics.HistoryRuns);
        Gauge("cairn.history.bytes", "By", "Index files of the history on disk.", static statistics => statistics.HistoryFileBytes);
        Gauge("cairn.history.memory", "By", "The index over the history in memory.", static statistics => statistics.HistoryMemoryBytes);
        Count("cairn.history.written", "By", "Bytes written to index files of the history.", static statistics => statistics.HistoryWrittenBytes);
        Count("cairn.history.cache.misses", "{block}", "Blocks of index files of the history read from disk.", static statistics => statistics.HistoryCacheMisses);
        Count("cairn.cache.hits", "{page}", "Pages found in memory.", static statistics => statistics.CacheHits);
        Count("cairn.cache.misses", "{page}", "Pages read from the home.", static statistics => statistics.CacheMisses);
        Count("cairn.cache.evictions", "{page}", "Pages dropped from memory.", static statistics => statistics.CacheEvictions);

        void Gauge(string name, string unit, string description, Func<StoreStatistics, long> read) =>
            _meter.CreateObservableGauge(name, () => read(store.ReadStatistics()), unit, description);

        static Measurement<long>[] Known(BlockHeight? height) => height is { } known ? [new((long)known.Value)] : [];

        void Count(string name, string unit, string description, Func<StoreStatistics, long> read) =>
            _meter.CreateObservableCounter(name, () => read(store.ReadStatistics()), unit, description);
    }

    /// <summary>A block was committed.</summary>
    public void Committed(int changes, TimeSpan elapsed)
    {
        _blocks.Add(1);
        _changes.Add(changes);
        _commitSeconds.Record(elapsed.TotalSeconds);
    }

    /// <summary>Blocks were taken back.</summary>
    public void Rewound(long blocks) => _rewound.Add(blocks);

    /// <summary>A checkpoint is durable.</summary>
    public void Checkpointed(long bytes, TimeSpan elapsed)
    {
        _checkpointBytes.Add(bytes);
        _checkpointSeconds.Record(elapsed.TotalSeconds);
    }

    /// <summary>Segments were retired.</summary>
    public void Retired(int segments) => _retiredSegments.Add(segments);

    /// <summary>A commit waited.</summary>
    public void Waited(TimeSpan elapsed) => _waitSeconds.Record(elapsed.TotalSeconds);

    public void Dispose() => _meter.Dispose();
}
