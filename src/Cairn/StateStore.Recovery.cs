using System.Diagnostics;
using Cairn.Homes;
using Cairn.Tree;

namespace Cairn;

/// <content>Opening: the newest checkpoint, and the blocks of the log behind it applied again; what they give is held against the roots and totals they were logged with.</content>
public sealed partial class StateStore
{
    /// <summary>How often a reader begins again because the writer has moved on.</summary>
    private const int CatchUpAttempts = 64;

    private readonly SemaphoreSlim _refreshGate = new(1, 1);

    /// <summary>Readers only: the pages that replaying made and the head still has.</summary>
    private HashSet<PageReference> _replayed = [];

    /// <summary>Set while a store is being opened: a rewind that is yet to be replayed may go back behind any floor that retention would like by then, so that no checkpoint moves it.</summary>
    private bool _isReplaying;

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
            await CatchUpAsync(mustGoOver: false, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _holds, _home.Holds?.Read() ?? []);
        }
        finally
        {
            // A reader sees only what its writer has synced.
            Volatile.Write(ref _durable, new DurablePoint(Height));
            _refreshGate.Release();
        }
    }

    private async Task RecoverAsync(bool cleans, CancellationToken cancellationToken)
    {
        using Activity? activity = StoreActivities.Start("cairn.open", Location);
        long started = _options.TimeProvider.GetTimestamp();
        ReplayCounts counts = new();
        _replayedThrough = _manifest.ReplayFrom;
        _isReplaying = true;
        try
        {
            await ReplayAsync(counts, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsReadOnly && exception is StateCorruptedException or ViewOutdatedException or IOException)
        {
            if (!await HasMovedOnAsync(_manifest, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            await CatchUpAsync(mustGoOver: true, cancellationToken).ConfigureAwait(false);
        }

        _isReplaying = false;
        Volatile.Write(ref _durable, new DurablePoint(Height));
        LogRecovery log = _home.LogRecovery;
        Recovery = new RecoveryReport(
            Created: Height is null && _log.End.Sequence == 0,
            CheckpointHeight: _manifest.Height,
            Height,
            RecordsReplayed: counts.Records,
            BlocksReplayed: counts.Blocks,
            BlocksRewound: counts.Rewound,
            log.BytesTruncated,
            log.TruncatedFile,
            _home.Warnings,
            _options.TimeProvider.GetElapsedTime(started));
        Raise(new StoreEvent.Opened(Recovery));
        if (!IsReadOnly && cleans)
        {
            BeginCleaning();
            StartCheckpointIfDue();
            _history.Begin();
        }
    }

    /// <summary>
    /// Readers: goes on to the newest block the writer has synced. The writer removes log and page files that only older manifests need: what seems wrong is looked at again, from the newer manifest, as long as there is one.
    /// </summary>
    private async ValueTask CatchUpAsync(bool mustGoOver, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            // The manifest first: the log found after it reaches at least as far as it.
            if (_home.Pages is { } pages)
            {
                await pages.RefreshAsync(cancellationToken).ConfigureAwait(false);
            }

            Manifest manifest = _home.Pages?.Manifest ?? Manifest.Empty;
            try
            {
                await FollowAsync(manifest, mustGoOver || attempt > 1, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (attempt < CatchUpAttempts && exception is StateCorruptedException or ViewOutdatedException or IOException)
            {
                if (!await HasMovedOnAsync(manifest, cancellationToken).ConfigureAwait(false))
                {
                    throw;
                }
            }
        }
    }

    private async ValueTask FollowAsync(Manifest manifest, bool mustGoOver, CancellationToken cancellationToken)
    {
        if (manifest.InstallSource is not null)
        {
            // A state is being installed in the store, which was empty until now: nothing counts before all of it is there.
            return;
        }

        await _log.RefreshAsync(cancellationToken).ConfigureAwait(false);
        bool isAhead = manifest.ReplayFrom.Sequence > Versions.Head.After.Sequence || manifest.Installed != _manifest.Installed;
        bool isBroken = _pageFiles is not null && _manifest.Generation < _pageFiles.OldestWholeGeneration;
        if (manifest.Generation != _manifest.Generation && (isAhead || isBroken || mustGoOver || DirtyBytes > _options.DirtyBytes))
        {
            await GoOverToAsync(manifest, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await ReplayAsync(new ReplayCounts(), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the writer has written another manifest since.</summary>
    private async ValueTask<bool> HasMovedOnAsync(Manifest since, CancellationToken cancellationToken)
    {
        if (_home.Pages is not { } pages)
        {
            return false;
        }

        await pages.RefreshAsync(cancellationToken).ConfigureAwait(false);
        return pages.Manifest.Generation > since.Generation;
    }

    /// <summary>Applies the records behind the head. Where merged blocks do not give the root that was logged, they are applied again one by one, so that the one that is wrong is named.</summary>
    private async Task ReplayAsync(ReplayCounts counts, CancellationToken cancellationToken)
    {
        LogPosition end = _log.End;

        // Where no pages are stored, the log is all there is: every root in it is checked.
        long oneByOneBytes = _home.Pages is null ? long.MaxValue : _options.OneByOneReplayBytes;
        try
        {
            await ReplayAsync(end, counts, oneByOneBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (StateCorruptedException) when (oneByOneBytes < long.MaxValue)
        {
            await ReplayAsync(end, counts, long.MaxValue, cancellationToken).ConfigureAwait(false);
        }

        _replayedThrough = end;
    }

    private async Task ReplayAsync(LogPosition end, ReplayCounts counts, long oneByOneBytes, CancellationToken cancellationToken)
    {
        ulong after = Versions.Head.After.Sequence;
        BlockReplayer replayer = new(_log, _manifest, Pages, Location, _crew);
        LogReplay replay = new(replayer, Versions.Head, _marks, end, publishes: true, TakeOver, oneByOneBytes, _options.DirtyBytes);
        await foreach (LogRecord record in _log.Read(_replayedThrough, cancellationToken).ConfigureAwait(false))
        {
            if (record.Sequence > after)
            {
                replay.Add(record, cancellationToken);
                counts.Count(record);
                NoteFirstBlock(record);
                await StoreReplayedIfDueAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        replay.Finish(cancellationToken);

        void TakeOver(ReplayedBlock replayed)
        {
            counts.NoteRewound(Versions.Head, replayed.Version);
            PublishReplayed(replayed);
        }
    }

    /// <summary>
    /// A log that is longer than the caps allow (they were larger when it was written) is not replayed into memory as a whole: what has been applied, and was found to give the root that was logged, is stored in between.
    /// If the crash comes behind it, the next opening goes on from there.
    /// </summary>
    private async ValueTask StoreReplayedIfDueAsync(CancellationToken cancellationToken)
    {
        StateVersion head = Versions.Head;
        if (IsReadOnly || _home.Pages is null || DirtyBytes <= _options.DirtyBytes || head.After.Sequence <= _manifest.ReplayFrom.Sequence)
        {
            return;
        }

        cancellationToken.ThrowIfCancellationRequested();
        head.Locate(_log.Records.ReadHeads(_manifest.ReplayFrom).First(record => record.Sequence == head.After.Sequence).After);
        await StartCheckpoint().ConfigureAwait(false);

        // What lies before may be retired from now on.
        _replayedThrough = head.After;
    }

    private void PublishReplayed(ReplayedBlock replayed)
    {
        if (IsReadOnly)
        {
            replayed.TrackIn(_replayed);
        }

        Publish(replayed.Version, replayed.State, replayed.Local);
        Volatile.Write(ref _marks, replayed.Marks);
    }

    /// <summary>
    /// Goes over to a newer checkpoint: the blocks behind it are applied to its pages out of sight, so that the head never goes back, and what replaying had piled up until now can go. A reader needs this where a writer
    /// writes checkpoints itself.
    /// </summary>
    private async Task GoOverToAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        LogPosition end = _log.End;
        HashSet<PageReference> made = [];
        long blobBytes = 0;
        BlockReplayer replayer = new(_log, manifest, Pages, Location, _crew);
        StateVersion start = StateVersion.Of(manifest, Versions.Head.Ordinal + 1);
        LogReplay replay = new(replayer, start, ChainMarks.Of(manifest), end, publishes: false, Track, _options.OneByOneReplayBytes, _options.DirtyBytes);
        try
        {
            await foreach (LogRecord record in _log.Read(manifest.ReplayFrom, cancellationToken).ConfigureAwait(false))
            {
                replay.Add(record, cancellationToken);
            }

            replay.Finish(cancellationToken);
        }
        catch
        {
            Pages.Discard([.. made]);
            throw;
        }

        List<PageReference> replaced = [.. _replayed];
        long replacedBytes = Pages.Commit([.. made], replaced);
        Interlocked.Exchange(ref _dirtyBlobBytes, blobBytes);
        _replayed = made;
        Volatile.Write(ref _manifest, manifest);
        Volatile.Write(ref _marks, replay.Marks);
        _replayedThrough = end;
        Versions.Restart(replay.Version, replaced, replacedBytes);

        void Track(ReplayedBlock replayed)
        {
            Pages.Discard([.. replayed.Superseded.Where(made.Contains)]);
            replayed.TrackIn(made);
            blobBytes += replayed.CreatedBlobBytes;
        }
    }

    private sealed class ReplayCounts
    {
        private ulong _last;

        public long Records { get; private set; }

        public long Blocks { get; private set; }

        public long Rewound { get; private set; }

        /// <summary>Counts a record, once also when it is read twice.</summary>
        public void Count(LogRecord record)
        {
            if (record.Sequence > _last)
            {
                _last = record.Sequence;
                Records++;
                Blocks += record.Kind == RecordKind.Block ? 1 : 0;
            }
        }

        /// <summary>Counts the blocks that one version had and the one after it no longer has.</summary>
        public void NoteRewound(StateVersion before, StateVersion after) => Rewound += after.BlockCount < before.BlockCount ? (long)(before.BlockCount - after.BlockCount) : 0;
    }
}
