using Cairn.Homes;

namespace Cairn;

/// <summary>A committed block as the log has it. Immutable; stays valid.</summary>
public sealed class BlockRecord
{
    private readonly LogRecord _record;

    internal BlockRecord(LogRecord record) => _record = record;

    /// <summary>The height.</summary>
    public BlockHeight Height => _record.Height;

    /// <summary>The height of the block before; null for the first one.</summary>
    public BlockHeight? ParentHeight => _record.ParentHeight;

    /// <summary>The time of the block in 100 ns ticks since 1970-01-01 UTC; null when it has none.</summary>
    public long? TimeTicks => _record.TimeTicks;

    /// <summary>The state root before the block.</summary>
    public Hash256 PreviousRoot => _record.PreviousRoot;

    /// <summary>The state root after the block.</summary>
    public Hash256 Root => _record.Root;

    /// <summary>What the state tree holds after the block.</summary>
    public TreeTotals StateTotals => _record.StateTotals;

    /// <summary>What the local tree holds after the block.</summary>
    public TreeTotals LocalTotals => _record.LocalTotals;

    /// <summary>The changes of the state tree, sorted by key, with old and new values.</summary>
    public ChangeList StateChanges => _record.StateChanges;

    /// <summary>The changes of the local tree, sorted by key, with old and new values.</summary>
    public ChangeList LocalChanges => _record.LocalChanges;

    /// <summary>What was stored with the block; null when nothing was.</summary>
    public ReadOnlyMemory<byte>? Payload => _record.Payload;
}
