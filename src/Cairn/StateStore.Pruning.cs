using Cairn.Checkpoints;
using Cairn.Homes;
using Cairn.Tree;

namespace Cairn;

/// <content>
/// Pruning on demand: what checkpoints do by and by, now and to a floor of the caller's. The floor is moved by manifests alone, which overwrite the older copy in place, so that it works on a full disk. It takes two of them: log goes
/// only before the floor of the manifest that may still be fallen back to. Commits go on meanwhile; nothing here holds the write gate but the checkpoint that some floors need.
/// </content>
public sealed partial class StateStore
{
    /// <summary>Gives up the oldest blocks now, whatever <see cref="StateStoreOptions.RetainBlocks"/> and <see cref="StateStoreOptions.RetainAll"/> say, and removes the log that nothing needs any more. Commits can go on meanwhile.</summary>
    /// <param name="retainBlocks">How many of the newest blocks to retain, at least 1.</param>
    /// <param name="dryRun">Only tell what would go. Nothing is changed then.</param>
    /// <param name="cancellationToken">Honoured until the floor is moved.</param>
    /// <returns>What went, and what stays because something needs it.</returns>
    /// <exception cref="StateCorruptedException">The log is damaged before the new floor. Nothing was removed on a doubt.</exception>
    /// <exception cref="IOException">Reading or writing failed; after a failed write the store takes no more.</exception>
    /// <exception cref="StoreFailedException">An earlier write failed.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only, or keeps every block for ever (JSON lines).</exception>
    /// <exception cref="ObjectDisposedException">The store is closed, or was while this ran.</exception>
    public Task<PruneReport> PruneAsync(long retainBlocks, bool dryRun = false, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(retainBlocks, 1);
        return PruneAsync(_ => (ulong)retainBlocks, dryRun, cancellationToken);
    }

    /// <summary>As <see cref="PruneAsync(long, bool, CancellationToken)"/>, up to a height: the newest block at or below it becomes the oldest one retained, so that the height can still be answered. Nothing happens for a height at or below the floor.</summary>
    /// <param name="height">The height, up to the head's.</param>
    /// <param name="dryRun">Only tell what would go.</param>
    /// <param name="cancellationToken">Honoured until the floor is moved.</param>
    /// <returns>What went, and what stays because something needs it.</returns>
    /// <exception cref="HeightNotRetainedException">The height is above the head, or there is no block.</exception>
    /// <exception cref="StateCorruptedException">The log is damaged before the new floor. Nothing was removed on a doubt.</exception>
    /// <exception cref="IOException">Reading or writing failed; after a failed write the store takes no more.</exception>
    /// <exception cref="StoreFailedException">An earlier write failed.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only, or keeps every block for ever (JSON lines).</exception>
    /// <exception cref="ObjectDisposedException">The store is closed, or was while this ran.</exception>
    public Task<PruneReport> PruneToAsync(BlockHeight height, bool dryRun = false, CancellationToken cancellationToken = default) => PruneAsync(
        head =>
        {
            if (head.Height is { } newest && height <= newest && !(height > FloorHeight))
            {
                return head.BlockCount;
            }

            ChainBlock floor = FindBlock(height, head);
            return 1 + UndoneStretch.Survey(_log, floor.After, head.After.Sequence, UndoneStretch.StepBytes, cancellationToken).Blocks;
        },
        dryRun,
        cancellationToken);

    private async Task<PruneReport> PruneAsync(Func<StateVersion, ulong> retain, bool dryRun, CancellationToken cancellationToken)
    {
        ThrowIfUnwritable();
        if (_log.Retention is null)
        {
            throw new InvalidOperationException($"The store '{Location}' keeps every block for ever: there is nothing to prune.");
        }

        long started = _options.TimeProvider.GetTimestamp();
        PruneReport report = await HoldingPagesAsync(() => PruneInTurnAsync(retain, dryRun, cancellationToken), cancellationToken).ConfigureAwait(false);
        return report with { Elapsed = _options.TimeProvider.GetElapsedTime(started) };
    }

    private async Task<PruneReport> PruneInTurnAsync(Func<StateVersion, ulong> retain, bool dryRun, CancellationToken cancellationToken)
    {
        // Commits may add blocks from here on; rewinds are kept out by the pages gate.
        StateVersion head = Versions.Head;
        Manifest before = _manifest;
        Manifest planned = FloorWalk.Advance(AsManifest(head), _log.Records, retain(head), Location);
        cancellationToken.ThrowIfCancellationRequested();
        ulong blocks = planned.PrunedBlocks - before.PrunedBlocks;
        PruneReport report = new(FloorHeight, planned.FloorHeight, (long)blocks, (long)(planned.BlockCount - planned.PrunedBlocks), 0, 0, [.. Obstacles(planned)], default);
        LogRetirement gone = dryRun ? WouldRetire(planned) : await MoveFloorAsync(planned).ConfigureAwait(false);
        return report with { Segments = gone.Segments, Bytes = gone.Bytes };
    }

    /// <summary>What a checkpoint of a version would declare, as far as the floor goes.</summary>
    private Manifest AsManifest(StateVersion version) => _manifest with
    {
        Height = version.Height,
        BlockCount = version.BlockCount,
        State = _manifest.State with { Hash = version.State.Hash },
        ReplayFrom = version.After,
        Abandoned = Abandoned,
    };

    /// <summary>
    /// Moves the floor and removes what lies before it. First as far as the newest manifest reaches, where that gives space, for it takes none; then, where the floor is to lie behind it, with a checkpoint. If the crash comes in
    /// between, the floor is where the newest manifest has it, and what lies before it goes with a later one.
    /// </summary>
    /// <returns>What was removed.</returns>
    private async ValueTask<LogRetirement> MoveFloorAsync(Manifest planned)
    {
        LogRetirement before = _retired;

        // A rewind behind the manifest may go back below the floor that is wanted: replaying it needs that log.
        bool rewindsFollow = Abandoned is [.., { Last: var last }] && last >= _manifest.ReplayFrom.Sequence;
        bool isBehind = planned.LogFloor.Sequence >= _manifest.ReplayFrom.Sequence;
        if (!rewindsFollow)
        {
            await MoveStoredFloorAsync(planned.PrunedBlocks, onlyToFree: isBehind).ConfigureAwait(false);
        }

        if ((rewindsFollow || isBehind) && planned.PrunedBlocks > _manifest.PrunedBlocks)
        {
            Versions.Unpin(await RunCheckpointAsync(planned.PrunedBlocks).ConfigureAwait(false), isView: false);
            await MoveStoredFloorAsync(planned.PrunedBlocks, onlyToFree: false).ConfigureAwait(false);
        }

        return new LogRetirement(_retired.Segments - before.Segments, _retired.Bytes - before.Bytes);
    }

    /// <summary>Moves the floor among the blocks that the newest manifest has.</summary>
    /// <param name="prunedBlocks">How many blocks are to lie before it.</param>
    /// <param name="onlyToFree">Leave it where it is if that would not remove anything.</param>
    private async ValueTask MoveStoredFloorAsync(ulong prunedBlocks, bool onlyToFree)
    {
        Manifest older = _manifest;
        Manifest moved = older.BlockCount == 0 ? older : FloorWalk.Advance(older, _log.Records, older.BlockCount - Math.Min(prunedBlocks, older.BlockCount - 1), Location);
        bool frees = WouldRetire(moved).Segments > 0;
        if ((moved.LogFloor != older.LogFloor || moved.FloorHeight != older.FloorHeight) && (frees || !onlyToFree))
        {
            await WriteManifestAsync(moved with { Abandoned = AbandonedList.From(moved.Abandoned, moved.LogFloor) }).ConfigureAwait(false);
            await RetireGuardedAsync(older).ConfigureAwait(false);
        }

        if (WouldRetire(_manifest).Segments > 0)
        {
            // The same once more, so that no manifest needs what lies before the floor.
            older = _manifest;
            await WriteManifestAsync(older).ConfigureAwait(false);
            await RetireGuardedAsync(older).ConfigureAwait(false);
        }
    }

    private LogRetirement WouldRetire(Manifest manifest) => IsBackingUp ? default : _log.Retention!.WouldRetire(KeptFrom(manifest));

    private async ValueTask RetireGuardedAsync(Manifest older)
    {
        // The log could be read as far as it has to be.
        Volatile.Write(ref _retentionFailure, null);
        try
        {
            await RetireLogAsync(older).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Latch(exception);
            throw;
        }
    }

    /// <summary>The oldest place that would still be kept with the floor of a manifest: holds that would have to keep more than they may break.</summary>
    private LogPosition KeptFrom(Manifest manifest) => Volatile.Read(ref _holds)
        .Where(hold => hold.BrokenAtBytes is null && BytesKept(hold, manifest) <= hold.MaxBytes).Select(static hold => hold.Place)
        .Append(manifest.LogFloor).Append(_pins.Oldest ?? manifest.LogFloor).MinBy(static place => place.Sequence);

    private IEnumerable<PruneObstacle> Obstacles(Manifest planned)
    {
        foreach (StoredHold hold in Volatile.Read(ref _holds).Where(static hold => hold.BrokenAtBytes is null))
        {
            long bytes = BytesKept(hold, planned);
            if (bytes > 0 && bytes <= hold.MaxBytes)
            {
                yield return new PruneObstacle(PruneObstacleKind.Hold, hold.Name, bytes);
            }
        }

        if (_pins.Oldest is { } pinned && pinned.Sequence < planned.LogFloor.Sequence)
        {
            yield return new PruneObstacle(PruneObstacleKind.View, Name: null, _log.Retention!.OccupiedBytes(pinned, planned.LogFloor));
        }

        if (IsBackingUp && planned.LogFloor != LogPosition.Start)
        {
            yield return new PruneObstacle(PruneObstacleKind.Backup, Name: null, _log.Retention!.WouldRetire(KeptFrom(planned)).Bytes);
        }

        if (_manifest.ReplayFrom.Sequence <= planned.LogFloor.Sequence && planned.PrunedBlocks > _manifest.PrunedBlocks)
        {
            yield return new PruneObstacle(PruneObstacleKind.Recovery, Name: null, _log.Retention!.OccupiedBytes(_manifest.ReplayFrom, planned.LogFloor));
        }
    }
}
