using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>A block, or several merged, applied again.</summary>
/// <param name="Version">The version it gives; nothing refers to it yet.</param>
/// <param name="State">What it did to the state tree.</param>
/// <param name="Local">What it did to the local tree.</param>
/// <param name="Marks">What holds after it beside the trees.</param>
internal sealed record ReplayedBlock(StateVersion Version, TreeChange State, TreeChange Local, ChainMarks Marks)
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
    private readonly IBlockLog _log;
    private readonly Manifest _manifest;
    private readonly ApplyCrew? _crew;
    private readonly PageCache _pages;
    private readonly string _location;
    private readonly TreeApplier _state;
    private readonly TreeApplier _local;

    /// <summary>Makes a replayer.</summary>
    /// <param name="log">The log the records come from: a rewind reads in it what it undoes.</param>
    /// <param name="manifest">The manifest replaying began with: the log reaches back to its floor.</param>
    /// <param name="pages">Gives the pages, and takes the new ones as a draft's.</param>
    /// <param name="location">The store, for messages.</param>
    /// <param name="crew">Helps with large batches; null for nobody.</param>
    public BlockReplayer(IBlockLog log, Manifest manifest, PageCache pages, string location, ApplyCrew? crew = null)
    {
        _log = log;
        _manifest = manifest;
        _crew = crew;
        _pages = pages;
        _location = location;
        _state = new TreeApplier(pages, TreeKind.State, pool: null, crew);
        _local = new TreeApplier(pages, TreeKind.Local, pool: null, crew);
    }

    /// <summary>Applies a record to a version.</summary>
    /// <param name="record">The record.</param>
    /// <param name="head">The version before it.</param>
    /// <param name="marks">What holds before it beside the trees.</param>
    /// <param name="ordinal">The ordinal of the new version.</param>
    /// <param name="end">The end of the log being replayed: the new version takes its place in the log from it when it is the last one.</param>
    /// <param name="cancellationToken">Ends reading what a rewind undoes.</param>
    /// <exception cref="StateCorruptedException">The record does not lead from this version to what it says.</exception>
    public ReplayedBlock Replay(LogRecord record, StateVersion head, ChainMarks marks, ulong ordinal, LogPosition end, CancellationToken cancellationToken)
    {
        CheckLink(record, head.State.Hash, head.Height);
        switch (record.Kind)
        {
            case RecordKind.Finalise:
                Require(record, record.Height <= head.Height && !(record.Height < marks.FinalizedHeight), "height that is final", $"{marks.FinalizedHeight} to {head.Height}", $"{record.Height}");
                StateVersion same = new(ordinal, head.Height, head.BlockCount, head.TimeTicks, head.State, head.Local, After(record, end));
                return new ReplayedBlock(same, new TreeChange { Root = head.State }, new TreeChange { Root = head.Local }, marks.After(record));
            case RecordKind.Rewind:
                return Rewind(record, head, marks, ordinal, end, cancellationToken);
            default:
                return Apply(record, ChangeBatch.Of(record.StateChanges), ChangeBatch.Of(record.LocalChanges), head, marks, blocks: 1, ordinal, end);
        }
    }

    /// <summary>Applies blocks merged to a version. Their links were checked when they were gathered; what they give is held against the last one.</summary>
    /// <param name="blocks">The blocks, at least one.</param>
    /// <param name="head">The version before the first one.</param>
    /// <param name="marks">What holds beside the trees.</param>
    /// <param name="ordinal">The ordinal of the new version.</param>
    /// <param name="end">The end of the log being replayed.</param>
    /// <exception cref="StateCorruptedException">They do not lead from this version to what the last one says. Which of them is wrong, applying them one by one tells.</exception>
    public ReplayedBlock Replay(MergedBlocks blocks, StateVersion head, ChainMarks marks, ulong ordinal, LogPosition end)
    {
        (ChangeBatch state, ChangeBatch local) = blocks.Merge(_crew?.Workers ?? 1);
        return Apply(blocks.Last!, state, local, head, marks, blocks.Count, ordinal, end);
    }

    /// <summary>Checks that a record goes on where the one before ended.</summary>
    /// <exception cref="StateCorruptedException">It does not.</exception>
    public void CheckLink(LogRecord record, Hash256 root, BlockHeight? height)
    {
        Require(record, record.PreviousRoot == root, "state root before the record", $"{root}", $"{record.PreviousRoot}");
        switch (record.Kind)
        {
            case RecordKind.Block:
                Require(record, record.ParentHeight == height && (height is not { } below || record.Height > below), "height of the block before", $"{height}", $"{record.ParentHeight}, then {record.Height}");
                break;
            case RecordKind.Rewind:
                Require(record, record.ParentHeight == height && record.Height < height, "height before a rewind", $"{height}, which is above the one gone back to", $"{record.ParentHeight}, then {record.Height}");
                break;
            default:
                Require(record, record.Root == record.PreviousRoot, "state root after a record without changes", $"{record.PreviousRoot}", $"{record.Root}");
                break;
        }
    }

    private static LogPosition After(LogRecord record, LogPosition end) => record.Sequence == end.Sequence ? end : new LogPosition(record.Sequence, 0, 0);

    /// <summary>Undoes what a rewind abandons, by the log alone: the pages may be those of a checkpoint behind the block gone back to.</summary>
    private ReplayedBlock Rewind(LogRecord record, StateVersion head, ChainMarks marks, ulong ordinal, LogPosition end, CancellationToken cancellationToken)
    {
        Require(record, !(record.Height < marks.FinalizedHeight), "height gone back to", $"at least {marks.FinalizedHeight}, which is final", $"{record.Height}");
        LogPosition after = FindTarget(record, marks, cancellationToken);
        UndoneStretch stretch = UndoneStretch.Survey(_log, after, record.Sequence - 1, UndoneStretch.StepBytes, cancellationToken);
        Require(record, stretch.Blocks < head.BlockCount, "blocks that a rewind undoes", $"fewer than {head.BlockCount}", $"{stretch.Blocks}");
        UndoneTrees undone = new LogUndo(_log, _pages, _location, head, _crew).Undo(stretch, UndoTarget.Of(record), ordinal, long.MaxValue, cancellationToken);
        StateVersion version = new(ordinal, record.Height, head.BlockCount - stretch.Blocks, record.TimeTicks, undone.State.Root, undone.Local.Root, After(record, end));
        return new ReplayedBlock(version, undone.State, undone.Local, marks.After(record));
    }

    /// <summary>The place behind the block that a rewind goes back to, which is the record before the first that it abandons.</summary>
    private LogPosition FindTarget(LogRecord rewind, ChainMarks marks, CancellationToken cancellationToken)
    {
        ulong sequence = rewind.AbandonedFrom - 1;
        if (sequence == 0)
        {
            bool isInstalled = _manifest.Installed is { } installed && installed.Height == rewind.Height && installed.Root == rewind.Root;
            Require(rewind, isInstalled, "block that a rewind goes back to", $"height {rewind.Height}, root {rewind.Root}", "nothing before the first record");
            return LogPosition.Start;
        }

        LogPosition from = _manifest.ReplayFrom.Sequence < sequence ? _manifest.ReplayFrom : _manifest.LogFloor;
        Require(rewind, from.Sequence < sequence, "block that a rewind goes back to", $"record {from.Sequence + 1} or later, for the log begins there", $"record {sequence}");
        foreach (LogRecordHead head in _log.Records.ReadHeads(from))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (head.Sequence == sequence)
            {
                bool isTarget = head.Kind == RecordKind.Block && head.Height == rewind.Height && head.Root == rewind.Root && !AbandonedList.Holds(marks.Abandoned, sequence);
                Require(rewind, isTarget, "block that a rewind goes back to", $"height {rewind.Height}, root {rewind.Root}", $"{head.Kind} record {sequence}, height {head.Height}, root {head.Root}");
                return head.After;
            }
        }

        throw new StateCorruptedException(_location, -1, $"replaying record {rewind.Sequence} (height {rewind.Height}): block that a rewind goes back to", $"record {sequence}", "the end of the log");
    }

    private ReplayedBlock Apply(LogRecord record, ChangeBatch stateChanges, ChangeBatch localChanges, StateVersion head, ChainMarks marks, ulong blocks, ulong ordinal, LogPosition end)
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
            return new ReplayedBlock(new StateVersion(ordinal, record.Height, head.BlockCount + blocks, record.TimeTicks, state.Root, local.Root, After(record, end)), state, local, marks);
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
