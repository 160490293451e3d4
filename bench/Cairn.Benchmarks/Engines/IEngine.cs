using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Engines;

/// <summary>
/// A key-value engine with a database in a directory of its own, as the cases see it. Committing, settling and compacting are for one thread; readers are for one thread each, beside that one. Disposing closes the database cleanly.
/// </summary>
internal interface IEngine : IAsyncDisposable
{
    /// <summary>What it tells of itself, summed up since it was opened; null when it tells nothing.</summary>
    EngineFacts? Facts { get; }

    /// <summary>Commits the updates of a block: all or none, and synced before it returns when the engine is durable.</summary>
    ValueTask CommitAsync(UpdateBuffer block);

    /// <summary>Opens a reader of what is committed now: a view, a snapshot, a read transaction. It must be disposed of before the engine is.</summary>
    IEngineReader OpenReader();

    /// <summary>Puts what is in memory into its place on disk. Work that goes on in the background afterwards is waited for by <see cref="Machines.QuietTime"/>.</summary>
    ValueTask SettleAsync();

    /// <summary>Makes the files as small as the engine can.</summary>
    ValueTask CompactAsync();
}

/// <summary>Reads one state of an engine; one thread at a time.</summary>
internal interface IEngineReader : IDisposable
{
    /// <summary>Copies the value of a key.</summary>
    /// <returns>Its length; -1 when the key is absent.</returns>
    int Get(ReadOnlySpan<byte> key, Span<byte> value);

    /// <summary>Reads all entries whose keys begin with a prefix, in order, and looks at the bytes of key and value.</summary>
    ScanSum Scan(ReadOnlySpan<byte> prefix);

    /// <summary>Moves on to what is committed now.</summary>
    void Renew();
}

/// <summary>How an engine is opened.</summary>
/// <param name="Directory">Its directory; null for memory alone, which only Cairn has.</param>
/// <param name="CacheBytes">The most memory for its cache, if it has one.</param>
/// <param name="Durability">When a commit is synced. The peers know two kinds: before it returns, and not at all.</param>
internal sealed record EngineSettings(string? Directory, long CacheBytes, Durability Durability)
{
    /// <summary>Whether a commit is synced before it returns.</summary>
    public bool IsDurable => Durability == Durability.Durable;
}

/// <summary>What an engine tells of itself: sums since it was opened.</summary>
internal sealed record EngineFacts
{
    /// <summary>What commits spent in putting updates into a draft.</summary>
    public TimeSpan Puts { get; init; }

    /// <summary>What they spent in sorting, applying and hashing.</summary>
    public TimeSpan Roots { get; init; }

    /// <summary>What they spent in the rest.</summary>
    public TimeSpan Commits { get; init; }

    /// <summary>What of that was writing to the log.</summary>
    public TimeSpan LogWrites { get; init; }

    /// <summary>What of that was syncing.</summary>
    public TimeSpan Syncs { get; init; }

    /// <summary>What of that was waiting for a checkpoint.</summary>
    public TimeSpan Waits { get; init; }

    /// <summary>How many checkpoints there were.</summary>
    public int Checkpoints { get; init; }

    /// <summary>The bytes written to the log.</summary>
    public long LogBytes { get; init; }

    /// <summary>The bytes written for changed pages.</summary>
    public long CheckpointBytes { get; init; }

    /// <summary>The bytes written for pages that only moved.</summary>
    public long CleaningBytes { get; init; }

    /// <summary>The bytes written to the index over the history.</summary>
    public long IndexBytes { get; init; }

    /// <summary>The pages read from files.</summary>
    public long PagesLoaded { get; init; }

    /// <summary>What came between another moment and this one.</summary>
    public EngineFacts Since(EngineFacts before) => new()
    {
        Puts = Puts - before.Puts,
        Roots = Roots - before.Roots,
        Commits = Commits - before.Commits,
        LogWrites = LogWrites - before.LogWrites,
        Syncs = Syncs - before.Syncs,
        Waits = Waits - before.Waits,
        Checkpoints = Checkpoints - before.Checkpoints,
        LogBytes = LogBytes - before.LogBytes,
        CheckpointBytes = CheckpointBytes - before.CheckpointBytes,
        CleaningBytes = CleaningBytes - before.CleaningBytes,
        IndexBytes = IndexBytes - before.IndexBytes,
        PagesLoaded = PagesLoaded - before.PagesLoaded,
    };
}
