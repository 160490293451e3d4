namespace Cairn;

/// <summary>How a snapshot is made.</summary>
public sealed record SnapshotExportOptions
{
    /// <summary>The size of a part before compression, about, in bytes: 4 KiB to 16 MiB. A part is what an interrupted import may have to read again, and what is held in memory. Default: 1 MiB.</summary>
    public int ChunkBytes { get; init; } = 1 << 20;

    /// <summary>How the parts are compressed. Default: <see cref="SnapshotCodec.Deflate"/>, which can be read everywhere.</summary>
    public SnapshotCodec Codec { get; init; } = SnapshotCodec.Deflate;

    /// <summary>The height of an earlier state: then only what changed since is in the snapshot, which can be imported where that state is. Both heights have to be retained. Default: none, the whole state.</summary>
    public BlockHeight? BaseHeight { get; init; }

    /// <summary>Called after each part, on the thread that exports. Default: none.</summary>
    public Action<SnapshotProgress>? OnProgress { get; init; }
}
