using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// Blocks of the log that follow each other, gathered to be applied again in one go: of each key only the newest change, with the height of its own block. Or to be undone: of each key what it was before the oldest change, with
/// the height it had then. A page that many of the blocks changed is then made once. Used by one thread.
/// </summary>
internal sealed class MergedBlocks(bool undo = false)
{
    private readonly MergedChanges _state = new(undo);
    private readonly MergedChanges _local = new(undo);

    /// <summary>The first of them; null when there are none.</summary>
    public LogRecord? First { get; private set; }

    /// <summary>The last of them; null when there are none.</summary>
    public LogRecord? Last { get; private set; }

    /// <summary>How many there are.</summary>
    public ulong Count { get; private set; }

    /// <summary>The memory of the gathered changes.</summary>
    public long Bytes => _state.Bytes + _local.Bytes;

    /// <summary>How many changes are gathered, those of the same key counted apart.</summary>
    public long Changes => _state.Count + (long)_local.Count;

    /// <summary>Whether the changes of a record still fit.</summary>
    public bool HasRoomFor(LogRecord record) => _state.HasRoomFor(record.StateChanges) && _local.HasRoomFor(record.LocalChanges);

    /// <summary>Adds the next block. Its place after the one before has been checked.</summary>
    public void Add(LogRecord record)
    {
        _state.Add(record.StateChanges, record.Height);
        _local.Add(record.LocalChanges, record.Height);
        First ??= record;
        Last = record;
        Count++;
    }

    /// <summary>The changes of both trees, merged. Nothing may be added afterwards.</summary>
    /// <param name="workers">How many threads work on it.</param>
    public (ChangeBatch State, ChangeBatch Local) Merge(int workers) => (_state.Merge(workers), _local.Merge(workers));
}
