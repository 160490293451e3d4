namespace Cairn.Homes;

/// <summary>
/// What a checkpoint declares to be true: the state at a height and where the log goes on. Immutable. The home adds what is its own (its files and
/// their live bytes).
/// </summary>
public sealed record Manifest
{
    /// <summary>The manifest of a store without any checkpoint.</summary>
    public static Manifest Empty { get; } = new();

    /// <summary>Counts the manifests of the store; the higher one is the newer one.</summary>
    public ulong Generation { get; init; }

    /// <summary>The height of the newest block the pages contain; null before the first block.</summary>
    public BlockHeight? Height { get; init; }

    /// <summary>The time of that block in 100 ns ticks since 1970; null when it has none.</summary>
    public long? TimeTicks { get; init; }

    /// <summary>The state tree.</summary>
    public RootPage State { get; init; } = new(PageId.None, 0, 0, Hash256.EmptyRoot, default);

    /// <summary>The local tree.</summary>
    public RootPage Local { get; init; }

    /// <summary>Where replaying starts: the records after this place are not in the pages.</summary>
    public LogPosition ReplayFrom { get; init; }

    /// <summary>The durable end of the log when the manifest was written: bad bytes at or before it are corruption, never a torn write.</summary>
    public LogPosition LogEnd { get; init; }

    /// <summary>The height of the oldest block that is retained; null before the first block.</summary>
    public BlockHeight? FloorHeight { get; init; }

    /// <summary>The place before the oldest block that is retained: every record behind it is there. The start while every block is retained.</summary>
    public LogPosition LogFloor { get; init; }

    /// <summary>How many blocks lead to <see cref="Height"/>, from the first one of the store on.</summary>
    public ulong BlockCount { get; init; }

    /// <summary>How many of them lie before <see cref="LogFloor"/>: the oldest ones, which are not retained.</summary>
    public ulong PrunedBlocks { get; init; }

    /// <summary>The height that is final; null while none is.</summary>
    public BlockHeight? FinalizedHeight { get; init; }

    /// <summary>The sequences that rewinds abandoned, ascending.</summary>
    public IReadOnlyList<SequenceInterval> Abandoned { get; init; } = [];

    /// <summary>The state the log goes on from; null where the log begins with the first block. As long as it is the floor, it counts as the oldest block that is retained, although no record tells of it.</summary>
    public InstalledState? Installed { get; init; }

    /// <summary>What <see cref="Installed"/> is being installed from, as long as not all of it is there: then the trees are the part that is, and nobody may use the store. Null otherwise.</summary>
    public Hash256? InstallSource { get; init; }

    /// <summary>Whether pages may be stored as deltas, which not every version of the engine can read.</summary>
    public bool HasDeltas { get; init; }

    /// <summary>Whether such deltas may add entries to the page they build on, which not every version that knows deltas can read.</summary>
    public bool HasAddingDeltas { get; init; }

    /// <summary>Whether the floor is the installed state, and not a block of the log.</summary>
    internal bool HasInstalledFloor => Installed is { } installed && FloorHeight == installed.Height;
}
