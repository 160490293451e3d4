using Cairn.IO;

namespace Cairn.Tests.Stores;

/// <summary>The options of a test store, as a value that tests can vary.</summary>
internal sealed record StoreSettings
{
    private const int Smallest = 64 * 1024;

    /// <summary>Everything as small as it may be: pages leave the cache, checkpoints and new files come often.</summary>
    public static StoreSettings Tight { get; } = new()
    {
        DirtyBytes = Smallest,
        ReplayBytes = Smallest,
        CacheBytes = Smallest,
        RecentViewBytes = Smallest,
        HistoryBytes = 16 * Smallest,
        HistoryLagBytes = Smallest / 4,
        CleaningStepBytes = Smallest / 8,
    };

    /// <summary>Small files, but no checkpoint unless the test asks for one: which operation comes when does not depend on threads.</summary>
    public static StoreSettings Quiet { get; } = Tight with { DirtyBytes = 64 << 20, ReplayBytes = 64 << 20, HistoryLagBytes = long.MaxValue };

    public Durability Durability { get; init; } = Durability.Durable;

    public int GroupedBlocks { get; init; } = 3;

    public bool ReadOnly { get; init; }

    public bool CreateIfMissing { get; init; } = true;

    public long DirtyBytes { get; init; }

    public long ReplayBytes { get; init; }

    public long CacheBytes { get; init; }

    public EvictionPolicy EvictionPolicy { get; init; }

    public long RecentViewBytes { get; init; }

    public long HistoryBytes { get; init; } = 16 * Smallest;

    public long HistoryLagBytes { get; init; } = long.MaxValue;

    public int SegmentBytes { get; init; } = Smallest;

    public int PageFileBytes { get; init; } = Smallest;

    /// <summary>Blocks before the newest ones of so many bytes are merged when they are replayed.</summary>
    public long OneByOneReplayBytes { get; init; } = 1 << 20;

    public long RebuildBytes { get; init; } = 1 << 30;

    public long RetainBlocks { get; init; } = 1_000;

    public bool RetainAll { get; init; }

    public long ReserveBytes { get; init; }

    public long CleaningBytesPerSecond { get; init; } = 16 << 20;

    /// <summary>What cleaning moves in one step, about.</summary>
    public long CleaningStepBytes { get; init; } = 4 << 20;

    /// <summary>The memory for hot entries: two sets, so that keys meet in them all the time.</summary>
    public long HotEntryBytes { get; init; } = 2 * 1024;

    /// <summary>After how many pages found it is looked whether shortcuts for reads pay.</summary>
    public int ShortcutPace { get; init; } = 64;

    public Action<StoreEvent>? OnEvent { get; init; }

    public StateStoreOptions ToOptions(IFileSystem? fileSystem) => new()
    {
        Durability = Durability,
        GroupedBlocks = GroupedBlocks,
        ReadOnly = ReadOnly,
        CreateIfMissing = CreateIfMissing,
        DirtyBytes = DirtyBytes,
        ReplayBytes = ReplayBytes,
        CacheBytes = CacheBytes,
        EvictionPolicy = EvictionPolicy,
        RecentViewBytes = RecentViewBytes,
        HistoryBytes = HistoryBytes,
        HistoryLagBytes = HistoryLagBytes,
        HistoryPauses = false,
        SegmentBytes = SegmentBytes,
        PageFileBytes = PageFileBytes,
        OneByOneReplayBytes = OneByOneReplayBytes,
        RebuildBytes = RebuildBytes,
        RetainBlocks = RetainBlocks,
        RetainAll = RetainAll,
        ReserveBytes = ReserveBytes,
        CleaningBytesPerSecond = CleaningBytesPerSecond,
        CleaningStepBytes = CleaningStepBytes,
        HotEntryBytes = HotEntryBytes,
        ShortcutPace = ShortcutPace,
        OnEvent = OnEvent,
        FileSystem = fileSystem,
        PoisonFreedPages = true,
        ApplyWorkers = 3,
        ApplyForkChanges = 8,
    };
}
