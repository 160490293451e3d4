namespace Cairn;

/// <summary>How far exporting or importing a snapshot is.</summary>
/// <param name="Snapshot">What the snapshot says of itself.</param>
/// <param name="Parts">The parts that are done.</param>
/// <param name="Items">The entries, or of an incremental snapshot the changes, in them.</param>
/// <param name="Bytes">The bytes of the snapshot so far.</param>
public sealed record SnapshotProgress(SnapshotInfo Snapshot, long Parts, ulong Items, long Bytes);
