using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>A block, or several merged, applied again.</summary>
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
    /// <param name="crew">Helps with large batches; null for nobody.</param>
    public BlockReplayer(PageCache pages, string location, ApplyCrew? crew = null)
    {
        _pages = pages;
        _location = location;
        _state = new TreeApplier(pages, TreeKind.State, pool: null, crew);
        _local = new TreeApplier(pages, TreeKind.Local, pool: null, crew);
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
        CheckLink(record, head.State.Hash, head.Height);
        if (record.Kind == RecordKind.Finalise)
        {
            StateVersion same = new(ordinal, head.Height, head.BlockCount, head.TimeTicks, head.State, head.Local, After(record, end));
            return new ReplayedBlock(same, new TreeChange { Root = head.State }, new TreeChange { Root = head.Local });
        }

        return Apply(record, ChangeBatch.Of(record.StateChanges), ChangeBatch.Of(record.LocalChanges), head, blocks: 1, ordinal, end);
    }

    /// <summary>Applies blocks merged to a version. Their links were checked when they were gathered; what they give is held against the last one.</summary>
    /// <param name="blocks">The blocks, at least one.</param>
    /// <param name="head">The version before the first one.</param>
    /// <param name="ordinal">The ordinal of the new version.</param>
    /// <param name="end">The end of the log being replayed.</param>
    /// <exception cref="StateCorruptedException">They do not lead from this version to what the last one says. Which of them is wrong, applying them one by one tells.</exception>
    public ReplayedBlock Replay(MergedBlocks blocks, StateVersion head, ulong ordinal, LogPosition end)
    {
        (ChangeBatch state, ChangeBatch local) = blocks.Merge();
        return Apply(blocks.Last!, state, local, head, blocks.Count, ordinal, end);
    }

    /// <summary>Checks that a record goes on where the one before ended.</summary>
    /// <exception cref="StateCorruptedException">It does not.</exception>
    /// <exception cref="StoreFormatException">The record is of a kind this version cannot replay.</exception>
    public void CheckLink(LogRecord record, Hash256 root, BlockHeight? height)
    {
        Require(record, record.PreviousRoot == root, "state root before the record", $"{root}", $"{record.PreviousRoot}");
        switch (record.Kind)
        {
            case RecordKind.Block:
                Require(record, record.ParentHeight == height && (height is not { } below || record.Height > below), "height of the block before", $"{height}", $"{record.ParentHeight}, then {record.Height}");
                break;
            case RecordKind.Finalise:
                break;
            default:
                throw new StoreFormatException(_location, "kind of log record", "blocks", $"'{record.Kind}' at sequence {record.Sequence}");
        }
    }

    private static LogPosition After(LogRecord record, LogPosition end) => record.Sequence == end.Sequence ? end : new LogPosition(record.Sequence, 0, 0);

    private ReplayedBlock Apply(LogRecord record, ChangeBatch stateChanges, ChangeBatch localChanges, StateVersion head, ulong blocks, ulong ordinal, LogPosition end)
    {
        List<PageReference> made = [];
        try
        {
            TreeChange state = _state.Apply(head.State, stateChanges, record.Height, ordinal, record: null);
            made.AddRange(state.Created);
            TreeChange local = _local.Apply(head.Local, localChanges, record.Height, ordinal, record: null);
            made.AddRange(local.Created);
            Require(record, state.Root.Hash == record.Root, "state root after the block", $"{record.Root}", $"{state.Root.Hash}");
            Require(record, state.Root.Totals == record.StateTotals, "totals of the state tree", $"{record.StateTotals}", $"{state.Root.Totals}");
            Require(record, local.Root.Totals == record.LocalTotals, "totals of the local tree", $"{record.LocalTotals}", $"{local.Root.Totals}");
            _pages.AddDraft(made);
            return new ReplayedBlock(new StateVersion(ordinal, record.Height, head.BlockCount + blocks, record.TimeTicks, state.Root, local.Root, After(record, end)), state, local);
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
