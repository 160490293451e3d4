using Cairn.Snapshots;

namespace Cairn;

/// <summary>What a snapshot says of itself. Nothing of it is proved by the snapshot but that its content has the root; whether the root is that of the chain has to be known from elsewhere.</summary>
public sealed record SnapshotInfo
{
    /// <summary>The height of the state.</summary>
    public required BlockHeight Height { get; init; }

    /// <summary>The time of its block in 100 ns ticks since 1970-01-01 UTC; null when it has none.</summary>
    public long? TimeTicks { get; init; }

    /// <summary>When the snapshot was made, in 100 ns ticks since 1970-01-01 UTC, by the clock of the store it was made from; null when it does not say.</summary>
    public long? CreatedTicks { get; init; }

    /// <summary>How many blocks led to the state in the store it was made from, at least 1.</summary>
    public required ulong BlockCount { get; init; }

    /// <summary>The state root.</summary>
    public required Hash256 Root { get; init; }

    /// <summary>What the state holds.</summary>
    public required TreeTotals Totals { get; init; }

    /// <summary>The height of the state that an incremental snapshot builds on; null for a full one.</summary>
    public BlockHeight? BaseHeight { get; init; }

    /// <summary>The root of the state that an incremental snapshot builds on; null for a full one.</summary>
    public Hash256? BaseRoot { get; init; }

    /// <summary>Whether it holds what changed since another state, and not the whole.</summary>
    public bool IsIncremental => BaseHeight is not null;

    /// <summary>The size of a part before compression, about, in bytes.</summary>
    public required int ChunkBytes { get; init; }

    /// <summary>How the parts are compressed.</summary>
    public required SnapshotCodec Codec { get; init; }

    /// <summary>Reads the header of a snapshot and nothing else.</summary>
    /// <param name="stream">The snapshot, at its beginning.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="SnapshotDamagedException">It is no snapshot, or its header is damaged.</exception>
    /// <exception cref="StoreFormatException">It is of a later version.</exception>
    /// <exception cref="SnapshotChainException">It builds on something that is not before it.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public static SnapshotInfo ReadFrom(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return SnapshotReader.ReadInfo(stream, name);
    }

    /// <summary>Reads a whole snapshot and sees whether it could be imported: every checksum and every proof, and that nothing is missing. Needs no store; memory is bounded.</summary>
    /// <param name="stream">The snapshot, at its beginning; read up to its end mark.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="cancellationToken">Ends it between two parts.</param>
    /// <returns>What it says of itself.</returns>
    /// <exception cref="SnapshotDamagedException">It is damaged.</exception>
    /// <exception cref="StoreFormatException">It is of a later version, or its codec is not available here.</exception>
    /// <exception cref="SnapshotChainException">It builds on something that is not before it.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public static Task<SnapshotInfo> VerifyAsync(Stream stream, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return SnapshotVerifier.VerifyAsync(stream, name, cancellationToken);
    }
}
