namespace Cairn;

/// <summary>What a rewind did, or would do.</summary>
/// <param name="From">The height that was the head.</param>
/// <param name="Height">The height gone back to: that of the newest block at or below the height asked for.</param>
/// <param name="Root">The state root there.</param>
/// <param name="Blocks">How many blocks were taken back; 0 when the head is that block already.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record RewindReport(BlockHeight From, BlockHeight Height, Hash256 Root, long Blocks, TimeSpan Elapsed);
