using Cairn.IO;
using Cairn.Tree;

namespace Cairn;

/// <summary>The options of a store. Checked together when it is opened. A record: a preset is adapted by <c>with</c>.</summary>
public sealed partial record StateStoreOptions
{
    /// <summary>The segment size of a store that is created without naming one.</summary>
    internal const int DefaultSegmentBytes = 64 << 20;

    /// <summary>When a commit is made durable. Default: <see cref="Durability.Durable"/>.</summary>
    public Durability Durability { get; init; } = Durability.Durable;

    /// <summary>With <see cref="Durability.Grouped"/>: how many blocks share a sync, 1 to 1,000,000. Default: 64.</summary>
    public int GroupedBlocks { get; init; } = 64;

    /// <summary>Open for reading only, beside a writer in another process if there is one. Nothing is written, locked or repaired. Default: false.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Create the store when there is none. Default: true; ignored when <see cref="ReadOnly"/>.</summary>
    public bool CreateIfMissing { get; init; } = true;

    /// <summary>The size of changed pages in memory that starts a checkpoint, in bytes, at least 64 KiB. Commits wait at twice this. Default: 256 MiB.</summary>
    public long DirtyBytes { get; init; } = 256L << 20;

    /// <summary>The size of the log since the last checkpoint that starts a new one, in bytes, at least 64 KiB. Commits wait at twice this. Default: 64 MiB.</summary>
    public long ReplayBytes { get; init; } = 64L << 20;

    /// <summary>The most memory for unchanged pages, with the objects and handles that go with them, in bytes, at least 64 KiB. From 16 MiB on, a thirty-second part of it (at most 16 MiB) may hold copies of entries that are read again and again, and a sixteenth part filters over the keys. Default: 256 MiB.</summary>
    public long CacheBytes { get; init; } = 256L << 20;

    /// <summary>Which unchanged page leaves memory first when <see cref="CacheBytes"/> is used up. Default: <see cref="EvictionPolicy.Clock"/>.</summary>
    public EvictionPolicy EvictionPolicy { get; init; } = EvictionPolicy.Clock;

    /// <summary>The most memory for superseded pages that make recent heights as cheap to read as the head, in bytes; the newest two always are. Older retained heights are read with the help of the log. Default: 128 MiB.</summary>
    public long RecentViewBytes { get; init; } = 128L << 20;

    /// <summary>The most memory that rebuilding a state of the past may take, for a rewind or for a proof at an old height, in bytes, at least 64 KiB; what would take more is refused (<see cref="RebuildTooLargeException"/>). Default: 1 GiB.</summary>
    public long RebuildBytes { get; init; } = 1L << 30;

    /// <summary>How many threads apply a block at once, the committing one included: 1 to 64. Helpers are threads of the pool, and only for blocks of some hundred changes and more; none is waited for that has not begun. The state does not depend on it. Default: the processors, at most 8.</summary>
    public int ApplyWorkers { get; init; } = Math.Min(Environment.ProcessorCount, 8);

    /// <summary>Directory home: the size of a log segment in bytes, a multiple of 4 KiB, at least 64 KiB; larger records get a segment of their own. Fixed at creation: an existing store keeps its own, and refuses any other than that and the default. Default: 64 MiB.</summary>
    public int SegmentBytes { get; init; } = DefaultSegmentBytes;

    /// <summary>Directory home: the size at which a page file is sealed, in bytes, at least 64 KiB, at most 1 GiB. Default: 256 MiB.</summary>
    public int PageFileBytes { get; init; } = 256 << 20;

    /// <summary>How many of the newest blocks the log retains at least, 1 to 1,000,000,000,000; it counts blocks, not heights. Checkpoints retire what lies before them and before every hold. Without effect with <see cref="RetainAll"/> and in JSON-lines stores, which keep all. Default: 1,000.</summary>
    public long RetainBlocks { get; init; } = 1_000;

    /// <summary>Retain every block from now on, whatever <see cref="RetainBlocks"/> says; those already retired do not come back. Default: false.</summary>
    public bool RetainAll { get; init; }

    /// <summary>
    /// Directory home: the disk space held back in a file of its own and given up when a checkpoint, a manifest or the closing of the store finds the disk full, in bytes, at most 1 GiB; 0 for none. Commits never use it. It is made
    /// where twice as much is free, and again after a checkpoint once there is room. Default: 4 MiB.
    /// </summary>
    public long ReserveBytes { get; init; } = 4L << 20;

    /// <summary>Directory home: how fast cleaning may write, in bytes a second, beside what it may write for each checkpoint; 0 for that alone. Ignored when the page files come near their bound. Default: 16 MiB.</summary>
    public long CleaningBytesPerSecond { get; init; } = 16 << 20;

    /// <summary>
    /// Directory home: the most memory for finding what was at old heights, in bytes, at least 64 KiB: half for parts of the index files, half for what is not in them yet. A store that is open for writing indexes its log by itself, in the
    /// background. In the other homes the index lies in memory as a whole. Default: 64 MiB.
    /// </summary>
    public long HistoryBytes { get; init; } = 64L << 20;

    /// <summary>Called for everything worth knowing that happens inside, on the thread where it happens; must return quickly; what it throws is traced and otherwise ignored. Default: none.</summary>
    public Action<StoreEvent>? OnEvent { get; init; }

    /// <summary>The clock for durations in events and reports; the state never depends on it. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The file system of the directory and JSON-lines homes. Default: the operating system's.</summary>
    public IFileSystem? FileSystem { get; init; }

    /// <summary>When opening, blocks of the log's end that come to no more bytes of changes than this are applied one by one, those before them merged. For tests.</summary>
    internal long OneByOneReplayBytes { get; init; } = LogReplay.OneByOneBytes;

    /// <summary>The changes behind the index over the history at which it catches up by itself. For tests, whose logs are small.</summary>
    internal long HistoryLagBytes { get; init; } = 8 << 20;

    /// <summary>Whether work on that index rests as long as it works. For tests.</summary>
    internal bool HistoryPauses { get; init; } = true;

    /// <summary>What cleaning moves in one step, about. For tests, whose stores are small.</summary>
    internal long CleaningStepBytes { get; init; } = 4 << 20;

    /// <summary>The fewest changes that threads share. For tests, whose blocks are small.</summary>
    internal int ApplyForkChanges { get; init; } = Tree.ApplyCrew.DefaultForkChanges;

    /// <summary>The memory for hot entries; 0 for the part of <see cref="CacheBytes"/> that is meant for them. With any other, what point reads ask before the tree is made on the thread that calls for it. For tests.</summary>
    internal long HotEntryBytes { get; init; }

    /// <summary>After how many pages found by a thread it is looked whether such shortcuts pay; a power of two. For tests.</summary>
    internal int ShortcutPace { get; init; } = 1 << 16;

    /// <summary>Overwrite the memory of pages when it is given back, so that a use afterwards shows. For tests.</summary>
    internal bool PoisonFreedPages { get; init; }
}
