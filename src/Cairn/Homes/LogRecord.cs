namespace Cairn.Homes;

/// <summary>
/// One record of the block log, decoded. Immutable once made. A block record is reversible: it holds old and new value of every key that
/// really changed. The fields of the other kinds are in the format from the first version on.
/// </summary>
public sealed class LogRecord
{
    /// <summary>What the record says.</summary>
    public required RecordKind Kind { get; init; }

    /// <summary>The number of the record, 1 for the first, never reused.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>Block: its height. Rewind: the height gone back to. Finalise: the height that is final.</summary>
    public required BlockHeight Height { get; init; }

    /// <summary>Block: the height of the block before; null for the first. Rewind: the height that was the head.</summary>
    public BlockHeight? ParentHeight { get; init; }

    /// <summary>The time the caller gave the block, in 100 ns ticks since 1970-01-01 UTC; null when none was given.</summary>
    public long? TimeTicks { get; init; }

    /// <summary>The state root before the record.</summary>
    public required Hash256 PreviousRoot { get; init; }

    /// <summary>The state root after the record.</summary>
    public required Hash256 Root { get; init; }

    /// <summary>What the state tree holds after the record.</summary>
    public TreeTotals StateTotals { get; init; }

    /// <summary>What the local tree holds after the record.</summary>
    public TreeTotals LocalTotals { get; init; }

    /// <summary>The changes of the state tree, sorted by key.</summary>
    public ChangeList StateChanges { get; init; } = ChangeList.Empty;

    /// <summary>The changes of the local tree, sorted by key.</summary>
    public ChangeList LocalChanges { get; init; } = ChangeList.Empty;

    /// <summary>What the caller attached to the block; null when nothing was (an empty payload is not null).</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>Rewind only: the first sequence that is abandoned (the last is the one before this record); 0 otherwise.</summary>
    public ulong AbandonedFrom { get; init; }
}
