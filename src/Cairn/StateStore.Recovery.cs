using Cairn.Homes;
using Cairn.Tree;

namespace Cairn;

/// <content>Opening: the newest checkpoint, and the blocks of the log behind it applied again, each held against the root and the totals it was logged with.</content>
public sealed partial class StateStore
{
    private readonly SemaphoreSlim _refreshGate = new(1, 1);

    /// <summary>Read-only stores: goes on to the newest block the writer has made durable. Views that are open stay as they are. Elsewhere it does nothing.</summary>
    /// <param name="cancellationToken">Ends it between two records.</param>
    /// <exception cref="StateCorruptedException">The store is damaged.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public async ValueTask RefreshAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        if (!IsReadOnly)
        {
            return;
        }

        await _refreshGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _log.RefreshAsync(cancellationToken).ConfigureAwait(false);
            if (_home.Pages is { } pages)
            {
                await pages.RefreshAsync(cancellationToken).ConfigureAwait(false);
                GoOverTo(pages.Manifest);
            }

            await ReplayAsync(new ReplayCounts(), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _refreshGate.Release();
        }
    }

    private static StateVersion VersionOf(Manifest manifest, ulong ordinal) =>
        new(ordinal, manifest.Height, manifest.TimeTicks, RootOf(manifest.State, TreeKind.State), RootOf(manifest.Local, TreeKind.Local), manifest.ReplayFrom);

    private static TreeRoot RootOf(RootPage page, TreeKind tree) =>
        page.Id == PageId.None ? TreeRoot.Empty(tree) : new TreeRoot(new PageReference(page.Id, page.Bytes, page.Crc), page.Hash, page.Totals);

    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        long started = _options.TimeProvider.GetTimestamp();
        ReplayCounts counts = new();
        await ReplayAsync(counts, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _durable, new DurablePoint(Height));
        LogRecovery log = _home.LogRecovery;
        Recovery = new RecoveryReport(
            Created: Height is null && _log.End == LogPosition.Start,
            CheckpointHeight: _manifest.Height,
            Height,
            RecordsReplayed: counts.Records,
            BlocksReplayed: counts.Blocks,
            BlocksRewound: 0,
            log.BytesTruncated,
            log.TruncatedFile,
            _options.TimeProvider.GetElapsedTime(started));
        Raise(new StoreEvent.Opened(Recovery));
        if (!IsReadOnly)
        {
            StartCheckpointIfDue();
        }
    }

    /// <summary>A reader's own changed pages would grow with the log; a newer checkpoint replaces them.</summary>
    private void GoOverTo(Manifest manifest)
    {
        StateVersion head = Versions.Head;
        if (manifest.Generation == _manifest.Generation || manifest.ReplayFrom.Sequence < _manifest.ReplayFrom.Sequence)
        {
            return;
        }

        // Behind the head it is of use only to shed what was replayed since the last one.
        if (manifest.ReplayFrom.Sequence < head.After.Sequence && DirtyBytes <= _options.DirtyBytes)
        {
            return;
        }

        _manifest = manifest;
        List<PageReference> replaced = [.. _replayed];
        _replayed.Clear();
        Pages.Commit([], replaced);
        Versions.Restart(VersionOf(manifest, head.Ordinal + 1), replaced);
    }

    private async Task ReplayAsync(ReplayCounts counts, CancellationToken cancellationToken)
    {
        StateVersion head = Versions.Head;
        if (_log.End.Sequence <= head.After.Sequence)
        {
            return;
        }

        TreeApplier state = new(Pages, TreeKind.State);
        TreeApplier local = new(Pages, TreeKind.Local);
        LogPosition end = _log.End;
        await foreach (LogRecord record in _log.Read(head.After, cancellationToken).ConfigureAwait(false))
        {
            counts.Records++;
            head = Versions.Head;
            LogPosition after = record.Sequence == end.Sequence ? end : new LogPosition(record.Sequence, 0, 0);
            switch (record.Kind)
            {
                case RecordKind.Block:
                    ReplayBlock(record, head, after, state, local);
                    counts.Blocks++;
                    break;
                case RecordKind.Finalise:
                    // Nothing but its own record: the trees stay.
                    Versions.Publish(new StateVersion(head.Ordinal + 1, head.Height, head.TimeTicks, head.State, head.Local, after), []);
                    break;
                default:
                    throw new StoreFormatException(Location, "kind of log record", "blocks", $"'{record.Kind}' at sequence {record.Sequence}");
            }
        }
    }

    private void ReplayBlock(LogRecord record, StateVersion head, LogPosition after, TreeApplier state, TreeApplier local)
    {
        ulong ordinal = head.Ordinal + 1;
        Require(record, record.PreviousRoot == head.State.Hash, "state root before the block", $"{head.State.Hash}", $"{record.PreviousRoot}");
        Require(record, record.ParentHeight == head.Height && (head.Height is not { } below || record.Height > below), "height of the block before", $"{head.Height}", $"{record.ParentHeight}, then {record.Height}");
        TreeChange stateChange = state.Apply(head.State, ChangeBatch.Of(record.StateChanges), record.Height, ordinal, record: null);
        TreeChange localChange = local.Apply(head.Local, ChangeBatch.Of(record.LocalChanges), record.Height, ordinal, record: null);
        Pages.AddDraft(stateChange.Created);
        Pages.AddDraft(localChange.Created);
        if (IsReadOnly)
        {
            TrackReplayed(stateChange, localChange);
        }

        Require(record, stateChange.Root.Hash == record.Root, "state root after the block", $"{record.Root}", $"{stateChange.Root.Hash}");
        Require(record, stateChange.Root.Totals == record.StateTotals, "totals of the state tree", $"{record.StateTotals}", $"{stateChange.Root.Totals}");
        Require(record, localChange.Root.Totals == record.LocalTotals, "totals of the local tree", $"{record.LocalTotals}", $"{localChange.Root.Totals}");
        StateVersion version = new(ordinal, record.Height, record.TimeTicks, stateChange.Root, localChange.Root, after);
        Publish(version, new AppliedDraft(stateChange, localChange, record.StateChanges, record.LocalChanges));
    }

    /// <summary>The pages that replaying made and the head still has; only a reader needs the list, for going over to a newer checkpoint.</summary>
    private readonly HashSet<PageReference> _replayed = [];

    private void TrackReplayed(TreeChange state, TreeChange local)
    {
        _replayed.UnionWith(state.Created);
        _replayed.UnionWith(local.Created);
        _replayed.ExceptWith(state.Superseded);
        _replayed.ExceptWith(local.Superseded);
    }

    private void Require(LogRecord record, bool holds, string what, string expected, string found)
    {
        if (!holds)
        {
            throw new StateCorruptedException(Location, -1, $"replaying record {record.Sequence} (block {record.Height}): {what}", expected, found);
        }
    }

    private sealed class ReplayCounts
    {
        public long Records { get; set; }

        public long Blocks { get; set; }
    }
}
