namespace Cairn.History;

/// <summary>How much the history may take.</summary>
/// <param name="MemoryBytes">The most memory, where there are files: half for their blocks, half for what is not in them.</param>
internal readonly record struct HistoryOptions(long MemoryBytes)
{
    private const long MaxBatchBytes = 4 << 20;
    private const long MaxFlushBytes = 16 << 20;

    /// <summary>How many runs that follow each other and have about the same size are merged.</summary>
    public const int MergeCount = 8;

    /// <summary>The log behind the history at which it begins to catch up by itself.</summary>
    public long LagBytes { get; init; } = 8 << 20;

    /// <summary>Whether catching up and merging rest as long as they work.</summary>
    public bool Pauses { get; init; } = true;

    /// <summary>Whether blocks of memory that nobody reads any more are overwritten (tests).</summary>
    public bool PoisonsBlocks { get; init; }

    /// <summary>The blocks of files kept in memory.</summary>
    public long CacheBytes => MemoryBytes / 2;

    /// <summary>Without files to write: the most that may be in memory instead.</summary>
    public long MaxRunBytes => MemoryBytes / 2;

    /// <summary>The records that are made into a run at once.</summary>
    public long BatchBytes => Math.Min(MaxBatchBytes, MemoryBytes / 16);

    /// <summary>The runs in memory at which they become a file.</summary>
    public long FlushBytes => Math.Min(MaxFlushBytes, MemoryBytes / 8);
}
