namespace Cairn.Homes;

/// <summary>What a log record says of itself, without payload and changes.</summary>
/// <param name="Kind">What the record says.</param>
/// <param name="Sequence">The number of the record.</param>
/// <param name="Height">Block: its height. Rewind: the height gone back to. Finalise: the height that is final.</param>
/// <param name="ParentHeight">Block: the height of the block before; null for the first. Rewind: the height that was the head.</param>
/// <param name="PreviousRoot">The state root before the record.</param>
/// <param name="Root">The state root after the record.</param>
/// <param name="AbandonedFrom">Rewind: the first sequence that is abandoned; 0 otherwise.</param>
/// <param name="After">The place behind the record.</param>
public readonly record struct LogRecordHead(RecordKind Kind, ulong Sequence, BlockHeight Height, BlockHeight? ParentHeight, Hash256 PreviousRoot, Hash256 Root, ulong AbandonedFrom, LogPosition After);
