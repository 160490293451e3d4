using Cairn.History;
using Cairn.Homes;
using Cairn.Tree;

namespace Cairn;

/// <content>Measuring.</content>
public sealed partial class StateStore
{
    private long _commitWaits;
    private long _commitWaitTicks;

    /// <summary>Tells how the store is doing. Cheap; the numbers are of about the same moment.</summary>
    public StoreStatistics GetStatistics()
    {
        ThrowIfDisposed();
        _history.OpenFiles();
        return ReadStatistics();
    }

    /// <summary>The same for the metrics, which may be read while the store is being closed.</summary>
    internal StoreStatistics ReadStatistics()
    {
        Manifest manifest = Volatile.Read(ref _manifest); // first: what it prunes is then below the head
        StateVersion head = Versions.Head;
        HistoryUsage history = _history.Usage;
        LogHold[] holds = ReadHolds();
        (BlockHeight? oldest, BlockHeight? newest) = Versions.RecentHeights;
        (BlockHeight? Height, long OpenedAt)? oldestView = _openViews.Oldest();
        return new StoreStatistics
        {
            Height = head.Height,
            DurableHeight = DurableHeight,
            CheckpointHeight = manifest.Height,
            FloorHeight = FloorOf(manifest),
            BlockCount = head.BlockCount,
            RetainedBlocks = head.BlockCount - Math.Min(head.BlockCount, manifest.PrunedBlocks),
            IsPrunable = _log.Retention is not null,
            RetentionFault = Volatile.Read(ref _retentionFailure)?.Message,
            Holds = holds,
            OldestRecentHeight = oldest,
            NewestRecentHeight = newest,
            Root = head.State.Hash,
            State = head.State.Totals,
            Local = head.Local.Totals,
            LogBytes = _log.StoredBytes,
            RetainedLogBytes = _log.Retention?.OccupiedBytes(manifest.LogFloor, _log.End) ?? _log.StoredBytes,
            HeldLogBytes = holds.Max(static hold => hold.IsBroken ? 0 : (long?)hold.HeldBytes) ?? 0,
            ReplayBytes = _home.Pages is null ? 0 : ReplayBytes,
            PageBytes = _home.Pages?.StoredBytes ?? 0,
            LivePageBytes = _home.Pages?.LiveBytes ?? 0,
            ReserveBytes = _home.ReserveBytes,
            GarbagePageBytes = (_home.Pages?.StoredBytes - _home.Pages?.LiveBytes) ?? 0,
            PinnedPageBytes = _pageFiles?.ReleasedBytes ?? 0,
            CheckpointBytes = Interlocked.Read(ref _checkpointBytes),
            CheckpointDeltaBytes = Interlocked.Read(ref _checkpointDeltaBytes),
            CleaningRuns = Interlocked.Read(ref _cleaningRuns),
            CleaningBytes = Interlocked.Read(ref _cleaningBytes),
            RemovedPageFiles = Interlocked.Read(ref _removedFiles),
            HistoryRuns = history.Runs,
            HistoryFileBytes = history.FileBytes,
            HistoryMemoryBytes = history.MemoryBytes + history.CacheBytes,
            HistoryWrittenBytes = history.WrittenBytes,
            HistoryCacheMisses = history.CacheMisses,
            DirtyBytes = DirtyBytes,
            DraftBytes = Math.Max(0, DraftBytes),
            RebuiltBytes = Rebuilt.Bytes,
            CacheBytes = Pages.Bytes(PageResidency.Clean),
            RecentBytes = Pages.Bytes(PageResidency.Superseded) + Versions.RecentBlobBytes,
            RetiredBytes = Pages.Epochs.RetiredBytes,
            ReservedBytes = Pages.Pool.ReservedBytes,
            CacheHits = Pages.Hits,
            CacheMisses = Pages.Misses,
            CacheEvictions = Pages.Evictions,
            OpenViews = Versions.OpenViews,
            OldestViewHeight = oldestView?.Height,
            OldestViewAge = oldestView is { } opened ? _options.TimeProvider.GetElapsedTime(opened.OpenedAt) : null,
            ViewBytes = Versions.HeldPageBytes,
            CommitWaits = Interlocked.Read(ref _commitWaits),
            CommitWaitTime = TimeSpan.FromTicks(Interlocked.Read(ref _commitWaitTicks)),
            HasFailed = _failure is not null,
        };
    }

    /// <summary>A commit waited for a checkpoint.</summary>
    private void NoteWait(long dirtyBytes, long replayBytes, TimeSpan waited)
    {
        Interlocked.Increment(ref _commitWaits);
        Interlocked.Add(ref _commitWaitTicks, waited.Ticks);
        _metrics.Waited(waited);
        Raise(new StoreEvent.BackPressure(dirtyBytes, replayBytes, waited));
    }

    /// <summary>Measures the shape of a tree at the head. Reads every page of it.</summary>
    /// <param name="tree">Which tree.</param>
    /// <param name="cancellationToken">Ends it between two pages.</param>
    public TreeShape MeasureTree(TreeKind tree, CancellationToken cancellationToken = default)
    {
        using StateView view = OpenView();
        return TreeWalk.Measure(Pages, tree == TreeKind.State ? view.Version.State : view.Version.Local, cancellationToken);
    }
}
