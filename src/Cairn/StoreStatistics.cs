namespace Cairn;

/// <summary>How a store is doing.</summary>
public sealed record StoreStatistics
{
    /// <summary>The height of the head; null before the first block.</summary>
    public BlockHeight? Height { get; init; }

    /// <summary>The newest height a loss of power cannot take back.</summary>
    public BlockHeight? DurableHeight { get; init; }

    /// <summary>The height of the newest checkpoint.</summary>
    public BlockHeight? CheckpointHeight { get; init; }

    /// <summary>The oldest height that can be viewed.</summary>
    public BlockHeight? OldestRecentHeight { get; init; }

    /// <summary>The newest height that can be viewed.</summary>
    public BlockHeight? NewestRecentHeight { get; init; }

    /// <summary>The height of the oldest block that is retained; null before the first block.</summary>
    public BlockHeight? FloorHeight { get; init; }

    /// <summary>How many blocks lead to the head, from the first one of the store on.</summary>
    public ulong BlockCount { get; init; }

    /// <summary>How many of them are retained: those from <see cref="FloorHeight"/> on.</summary>
    public ulong RetainedBlocks { get; init; }

    /// <summary>Whether older blocks are ever removed; false in a JSON-lines store, whatever the options say.</summary>
    public bool IsPrunable { get; init; }

    /// <summary>Why the floor could not be moved up at the newest checkpoint; null when nothing was in the way.</summary>
    public string? RetentionFault { get; init; }

    /// <summary>The named holds.</summary>
    public IReadOnlyList<LogHold> Holds { get; init; } = [];

    /// <summary>The state root at the head.</summary>
    public Hash256 Root { get; init; }

    /// <summary>What the state tree holds.</summary>
    public TreeTotals State { get; init; }

    /// <summary>What the local tree holds.</summary>
    public TreeTotals Local { get; init; }

    /// <summary>The bytes of the log on disk.</summary>
    public long LogBytes { get; init; }

    /// <summary>Those of them that hold the retained blocks.</summary>
    public long RetainedLogBytes { get; init; }

    /// <summary>Those of them that only holds keep: what the one that reaches back furthest does.</summary>
    public long HeldLogBytes { get; init; }

    /// <summary>The bytes of log behind the newest checkpoint: what reopening after a crash would replay.</summary>
    public long ReplayBytes { get; init; }

    /// <summary>The bytes of the page files on disk.</summary>
    public long PageBytes { get; init; }

    /// <summary>Those of them that the newest checkpoint refers to.</summary>
    public long LivePageBytes { get; init; }

    /// <summary>The bytes of disk held back for a full disk; 0 when they were given up, or could not be had.</summary>
    public long ReserveBytes { get; init; }

    /// <summary>What the newest checkpoint does not refer to: <see cref="PageBytes"/> less <see cref="LivePageBytes"/>.</summary>
    public long GarbagePageBytes { get; init; }

    /// <summary>The bytes of page files that are kept only for open views and recent heights, or until the next checkpoint.</summary>
    public long PinnedPageBytes { get; init; }

    /// <summary>The bytes of pages and blobs that checkpoints wrote since opening.</summary>
    public long CheckpointBytes { get; init; }

    /// <summary>The part of them that deltas took: what differs from pages stored before.</summary>
    public long CheckpointDeltaBytes { get; init; }

    /// <summary>Cleaning runs since opening.</summary>
    public long CleaningRuns { get; init; }

    /// <summary>The bytes they wrote.</summary>
    public long CleaningBytes { get; init; }

    /// <summary>Page files deleted since opening because nothing in them was needed any more.</summary>
    public long RemovedPageFiles { get; init; }

    /// <summary>The runs of the index over the history.</summary>
    public int HistoryRuns { get; init; }

    /// <summary>The bytes of its files on disk.</summary>
    public long HistoryFileBytes { get; init; }

    /// <summary>What it takes in memory: the part that is not in files, and the blocks of files at hand.</summary>
    public long HistoryMemoryBytes { get; init; }

    /// <summary>The bytes written to its files since opening.</summary>
    public long HistoryWrittenBytes { get; init; }

    /// <summary>The blocks of its files read from disk since opening.</summary>
    public long HistoryCacheMisses { get; init; }

    /// <summary>Changed pages and blobs in memory that the next checkpoint will store.</summary>
    public long DirtyBytes { get; init; }

    /// <summary>Pages of drafts that are not committed.</summary>
    public long DraftBytes { get; init; }

    /// <summary>The memory of state trees of the past that were rebuilt for proofs, at most <see cref="StateStoreOptions.RebuildBytes"/> beside those in use.</summary>
    public long RebuiltBytes { get; init; }

    /// <summary>Stored pages in memory, with the objects and handles that go with them.</summary>
    public long CacheBytes { get; init; }

    /// <summary>Superseded pages kept for views and recent heights.</summary>
    public long RecentBytes { get; init; }

    /// <summary>Pages waiting for the last reader inside to leave.</summary>
    public long RetiredBytes { get; init; }

    /// <summary>The native memory taken from the operating system for pages.</summary>
    public long ReservedBytes { get; init; }

    /// <summary>Pages found in memory since opening, approximately.</summary>
    public long CacheHits { get; init; }

    /// <summary>Pages read from the home since opening.</summary>
    public long CacheMisses { get; init; }

    /// <summary>The share of pages found in memory since opening, 0 to 1; null before the first.</summary>
    public double? CacheHitRate => CacheHits + CacheMisses == 0 ? null : (double)CacheHits / (CacheHits + CacheMisses);

    /// <summary>Pages dropped from memory to make room since opening.</summary>
    public long CacheEvictions { get; init; }

    /// <summary>The views that are open.</summary>
    public int OpenViews { get; init; }

    /// <summary>The lowest height of an open view; null when none is open, or one of the empty store is.</summary>
    public BlockHeight? OldestViewHeight { get; init; }

    /// <summary>How long the view that was opened first has been open; null when none is.</summary>
    public TimeSpan? OldestViewAge { get; init; }

    /// <summary>The part of <see cref="RecentBytes"/> that no recent height needs: pages that open views, and drafts on heads of the past, keep alone; also those that a checkpoint or a cleaning run keeps while it works.</summary>
    public long ViewBytes { get; init; }

    /// <summary>How many commits have waited for a checkpoint since opening.</summary>
    public long CommitWaits { get; init; }

    /// <summary>How long they have waited, all together.</summary>
    public TimeSpan CommitWaitTime { get; init; }

    /// <summary>Whether a write failed, so that the store takes no more.</summary>
    public bool HasFailed { get; init; }
}
