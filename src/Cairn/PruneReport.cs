namespace Cairn;

/// <summary>What pruning did, or would do.</summary>
/// <param name="FloorBefore">The oldest height that was retained; null before the first block.</param>
/// <param name="Floor">The oldest height that is retained afterwards.</param>
/// <param name="Blocks">How many blocks are no longer retained.</param>
/// <param name="RetainedBlocks">How many are.</param>
/// <param name="Segments">How many segments of the log were removed; in the memory home, records.</param>
/// <param name="Bytes">The bytes they occupied.</param>
/// <param name="Obstacles">What kept log before the floor from being removed; empty as a rule. A segment goes as a whole, so that one may stay without any.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record PruneReport(
    BlockHeight? FloorBefore, BlockHeight? Floor, long Blocks, long RetainedBlocks, int Segments, long Bytes, IReadOnlyList<PruneObstacle> Obstacles, TimeSpan Elapsed);
