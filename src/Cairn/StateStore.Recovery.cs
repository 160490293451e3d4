using Cairn.Homes;
using Cairn.Tree;

namespace Cairn;

/// <content>Opening: the newest checkpoint, and the blocks of the log behind it applied again, each held against the root and the totals it was logged with.</content>
public sealed partial class StateStore
{
    private readonly SemaphoreSlim _refreshGate = new(1, 1);

    /// <summary>Readers only: the pages that replaying made and the head still has.</summary>
    private HashSet<PageReference> _replayed = [];

    /// <summary>Where replaying goes on: a place the log gave.</summary>
    private LogPosition _replayedThrough;

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
            // The manifest first: the log found after it reaches at least as far as it.
            if (_home.Pages is { } pages)
            {
                await pages.RefreshAsync(cancellationToken).ConfigureAwait(false);
            }

            await _log.RefreshAsync(cancellationToken).ConfigureAwait(false);
            Manifest manifest = _home.Pages?.Manifest ?? Manifest.Empty;
            bool isAhead = manifest.ReplayFrom.Sequence > Versions.Head.After.Sequence;
            if (manifest.Generation != _manifest.Generation && (isAhead || DirtyBytes > _options.DirtyBytes))
            {
                await GoOverToAsync(manifest, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await ReplayAsync(new ReplayCounts(), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _refreshGate.Release();
        }
    }

    private static StateVersion VersionOf(Manifest manifest, ulong ordinal) =>
        new(ordinal, manifest.Height, manifest.TimeTicks, RootOf(manifest.State, TreeKind.State), RootOf(manifest.Local, TreeKind.Local), manifest.ReplayFrom);

    private static TreeRoot RootOf(RootPage page, TreeKind tree) =>
        page.Id == PageId.None ? TreeRoot.Empty(tree) : new TreeRoot(new PageReference(page.Id, page.Bytes, page.Crc, tree, stub: null), page.Hash, page.Totals);

    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        long started = _options.TimeProvider.GetTimestamp();
        ReplayCounts counts = new();
        _replayedThrough = _manifest.ReplayFrom;
        await ReplayAsync(counts, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _durable, new DurablePoint(Height));
        LogRecovery log = _home.LogRecovery;
        Recovery = new RecoveryReport(
            Created: Height is null && _log.End.Sequence == 0,
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

    /// <summary>Applies the records behind the head, one version each.</summary>
    private async Task ReplayAsync(ReplayCounts counts, CancellationToken cancellationToken)
    {
        LogPosition end = _log.End;
        Appliers appliers = NewAppliers();
        await foreach (LogRecord record in _log.Read(_replayedThrough, cancellationToken).ConfigureAwait(false))
        {
            StateVersion head = Versions.Head;
            if (record.Sequence <= head.After.Sequence)
            {
                continue;
            }

            Replayed replayed = Replay(record, head, head.Ordinal + 1, end, appliers);
            counts.Records++;
            counts.Blocks += record.Kind == RecordKind.Block ? 1 : 0;
            if (IsReadOnly)
            {
                replayed.TrackIn(_replayed);
            }

            Publish(replayed.Version, replayed.Draft);
        }

        _replayedThrough = end;
    }

    /// <summary>
    /// Goes over to a newer checkpoint: the blocks behind it are applied to its pages out of sight, so that the head never goes back, and what replaying had piled up until now can go. A reader needs this where a writer
    /// writes checkpoints itself.
    /// </summary>
    private async Task GoOverToAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        LogPosition end = _log.End;
        Appliers appliers = NewAppliers();
        HashSet<PageReference> made = [];
        StateVersion version = VersionOf(manifest, Versions.Head.Ordinal + 1);
        try
        {
            await foreach (LogRecord record in _log.Read(manifest.ReplayFrom, cancellationToken).ConfigureAwait(false))
            {
                Replayed replayed = Replay(record, version, version.Ordinal, end, appliers);
                Pages.Discard([.. replayed.Superseded.Where(made.Contains)]);
                replayed.TrackIn(made);
                version = replayed.Version;
            }
        }
        catch
        {
            Pages.Discard([.. made]);
            throw;
        }

        List<PageReference> replaced = [.. _replayed];
        Pages.Commit([.. made], replaced);
        _replayed = made;
        _manifest = manifest;
        _replayedThrough = end;
        Versions.Restart(version, replaced);
    }

    /// <summary>Applies a record to a version. Nothing is published.</summary>
    private Replayed Replay(LogRecord record, StateVersion head, ulong ordinal, LogPosition end, Appliers appliers)
    {
        LogPosition after = record.Sequence == end.Sequence ? end : new LogPosition(record.Sequence, 0, 0);
        switch (record.Kind)
        {
            case RecordKind.Block:
                break;
            case RecordKind.Finalise:
                TreeChange sameState = new() { Root = head.State };
                TreeChange sameLocal = new() { Root = head.Local };
                return new Replayed(
                    new StateVersion(ordinal, head.Height, head.TimeTicks, head.State, head.Local, after), new AppliedDraft(sameState, sameLocal, ChangeList.Empty, ChangeList.Empty));
            default:
                throw new StoreFormatException(Location, "kind of log record", "blocks", $"'{record.Kind}' at sequence {record.Sequence}");
        }

        Require(record, record.PreviousRoot == head.State.Hash, "state root before the block", $"{head.State.Hash}", $"{record.PreviousRoot}");
        Require(record, record.ParentHeight == head.Height && (head.Height is not { } below || record.Height > below), "height of the block before", $"{head.Height}", $"{record.ParentHeight}, then {record.Height}");
        TreeChange state = appliers.State.Apply(head.State, ChangeBatch.Of(record.StateChanges), record.Height, ordinal, record: null);
        TreeChange local = appliers.Local.Apply(head.Local, ChangeBatch.Of(record.LocalChanges), record.Height, ordinal, record: null);
        Pages.AddDraft(state.Created);
        Pages.AddDraft(local.Created);
        Require(record, state.Root.Hash == record.Root, "state root after the block", $"{record.Root}", $"{state.Root.Hash}");
        Require(record, state.Root.Totals == record.StateTotals, "totals of the state tree", $"{record.StateTotals}", $"{state.Root.Totals}");
        Require(record, local.Root.Totals == record.LocalTotals, "totals of the local tree", $"{record.LocalTotals}", $"{local.Root.Totals}");
        return new Replayed(
            new StateVersion(ordinal, record.Height, record.TimeTicks, state.Root, local.Root, after), new AppliedDraft(state, local, record.StateChanges, record.LocalChanges));
    }

    private void Require(LogRecord record, bool holds, string what, string expected, string found)
    {
        if (!holds)
        {
            throw new StateCorruptedException(Location, -1, $"replaying record {record.Sequence} (block {record.Height}): {what}", expected, found);
        }
    }

    private sealed record Replayed(StateVersion Version, AppliedDraft Draft)
    {
        public IEnumerable<PageReference> Superseded => Draft.State.Superseded.Concat(Draft.Local.Superseded);

        /// <summary>Keeps a set of the pages that only memory has up to date.</summary>
        public void TrackIn(HashSet<PageReference> made)
        {
            made.UnionWith(Draft.State.Created);
            made.UnionWith(Draft.Local.Created);
            made.ExceptWith(Superseded);
        }
    }

    private sealed class ReplayCounts
    {
        public long Records { get; set; }

        public long Blocks { get; set; }
    }
}
