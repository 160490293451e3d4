using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>A block applied again.</summary>
/// <param name="Version">The version it gives; nothing refers to it yet.</param>
/// <param name="State">What it did to the state tree.</param>
/// <param name="Local">What it did to the local tree.</param>
internal sealed record ReplayedBlock(StateVersion Version, TreeChange State, TreeChange Local)
{
    /// <summary>The pages of the version before that this one does not have.</summary>
    public IEnumerable<PageReference> Superseded => State.Superseded.Concat(Local.Superseded);

    /// <summary>The bytes of the blobs it put.</summary>
    public long CreatedBlobBytes => State.CreatedBlobBytes + Local.CreatedBlobBytes;

    /// <summary>Keeps a set of the pages that only memory has.</summary>
    public void TrackIn(HashSet<PageReference> made)
    {
        made.UnionWith(State.Created);
        made.UnionWith(Local.Created);
        made.ExceptWith(Superseded);
    }
}

/// <summary>
/// Applies log records to versions and holds what they give against what was logged: the root before, the root after, the totals of both trees. Publishes nothing. Used by one thread at a time.
/// </summary>
internal sealed class BlockReplayer
{
    private readonly PageCache _pages;
    private readonly string _location;
    private readonly TreeApplier _state;
    private readonly TreeApplier _local;

    /// <summary>Makes a replayer.</summary>
    /// <param name="pages">Gives the pages, and takes the new ones as a draft's.</param>
    /// <param name="location">The store, for messages.</param>
    public BlockReplayer(PageCache pages, string location)
    {
        _pages = pages;
        _location = location;
        _state = new TreeApplier(pages, TreeKind.State);
        _local = new TreeApplier(pages, TreeKind.Local);
    }

    /// <summary>Applies a record to a version.</summary>
    /// <param name="record">The record.</param>
    /// <param name="head">The version before it.</param>
    /// <param name="ordinal">The ordinal of the new version.</param>
    /// <param name="end">The end of the log being replayed: the new version takes its place in the log from it when it is the last one.</param>
    /// <exception cref="StateCorruptedException">The record does not lead from this version to what it says.</exception>
    /// <exception cref="StoreFormatException">The record is of a kind this version cannot replay.</exception>
    public ReplayedBlock Replay(LogRecord record, StateVersion head, ulong ordinal, LogPosition end)
    {
        LogPosition after = record.Sequence == end.Sequence ? end : new LogPosition(record.Sequence, 0, 0);
        Require(record, record.PreviousRoot == head.State.Hash, "state root before the record", $"{head.State.Hash}", $"{record.PreviousRoot}");
        switch (record.Kind)
        {
            case RecordKind.Block:
                Require(record, record.ParentHeight == head.Height && (head.Height is not { } below || record.Height > below), "height of the block before", $"{head.Height}", $"{record.ParentHeight}, then {record.Height}");
                break;
            case RecordKind.Finalise:
                return new ReplayedBlock(
                    new StateVersion(ordinal, head.Height, head.TimeTicks, head.State, head.Local, after), new TreeChange { Root = head.State }, new TreeChange { Root = head.Local });
            default:
                throw new StoreFormatException(_location, "kind of log record", "blocks", $"'{record.Kind}' at sequence {record.Sequence}");
        }

        List<PageReference> made = [];
        try
        {
            TreeChange state = _state.Apply(head.State, ChangeBatch.Of(record.StateChanges), record.Height, ordinal, record: null);
            made.AddRange(state.Created);
            TreeChange local = _local.Apply(head.Local, ChangeBatch.Of(record.LocalChanges), record.Height, ordinal, record: null);
            made.AddRange(local.Created);
            Require(record, state.Root.Hash == record.Root, "state root after the block", $"{record.Root}", $"{state.Root.Hash}");
            Require(record, state.Root.Totals == record.StateTotals, "totals of the state tree", $"{record.StateTotals}", $"{state.Root.Totals}");
            Require(record, local.Root.Totals == record.LocalTotals, "totals of the local tree", $"{record.LocalTotals}", $"{local.Root.Totals}");
            _pages.AddDraft(made);
            return new ReplayedBlock(new StateVersion(ordinal, record.Height, record.TimeTicks, state.Root, local.Root, after), state, local);
        }
        catch
        {
            _pages.Discard(made);
            throw;
        }
    }

    private void Require(LogRecord record, bool holds, string what, string expected, string found)
    {
        if (!holds)
        {
            throw new StateCorruptedException(_location, -1, $"replaying record {record.Sequence} (height {record.Height}): {what}", expected, found);
        }
    }
}
