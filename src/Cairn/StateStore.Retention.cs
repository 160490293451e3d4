using Cairn.Checkpoints;
using Cairn.Homes;

namespace Cairn;

/// <content>
/// Retention: each checkpoint moves the floor forward, so that it keeps no more blocks than wanted, and then removes log that neither the floor, nor recovery, nor a hold needs.
/// </content>
public sealed partial class StateStore
{
    /// <summary>The first block of the store, as long as no manifest tells of it.</summary>
    private DurablePoint? _firstBlock;

    /// <summary>What was removed since the store was opened. Under the pages gate.</summary>
    private LogRetirement _retired;

    /// <summary>Why the log was not retired at the newest checkpoint; null when nothing was in the way.</summary>
    private Exception? _retentionFailure;

    /// <summary>
    /// The height of the oldest block that is retained; null before the first one. With <see cref="StateStoreOptions.RetainBlocks"/> it goes up at checkpoints, and never goes back. It is logical: the files may
    /// still hold older blocks, for a hold or because a segment goes as a whole.
    /// </summary>
    public BlockHeight? FloorHeight => FloorOf(Volatile.Read(ref _manifest));

    /// <summary>How many blocks a checkpoint retains at most; null for all.</summary>
    /// <param name="blocks">How many there are.</param>
    /// <param name="prunedBlocks">How many a pruning wants to lie before the floor; 0 for none.</param>
    private ulong? WantedBlocks(ulong blocks, ulong prunedBlocks)
    {
        ulong? wanted = _options.RetainAll || _isReplaying ? null : (ulong)_options.RetainBlocks;
        return prunedBlocks == 0 ? wanted : Math.Min(wanted ?? ulong.MaxValue, blocks - prunedBlocks);
    }

    private BlockHeight? FloorOf(Manifest manifest) => manifest.FloorHeight ?? Volatile.Read(ref _firstBlock)?.Height;

    /// <summary>
    /// The manifest to be written, with its floor moved up to where retention wants it. Trouble in reading is told, and leaves the floor where it was: no commit and no checkpoint depends on it.
    /// </summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="retainBlocks">How many blocks to retain at most; null for all.</param>
    private Manifest WithFloor(Manifest manifest, ulong? retainBlocks)
    {
        if (_log.Retention is null)
        {
            return manifest;
        }

        try
        {
            Manifest advanced = FloorWalk.Advance(manifest, _log.Records, retainBlocks, Location);
            Volatile.Write(ref _retentionFailure, null);
            return advanced;
        }
        catch (Exception exception) when (exception is IOException or StateStoreException)
        {
            Volatile.Write(ref _retentionFailure, exception);
            Raise(new StoreEvent.RetentionStalled(exception));

            // The first manifest would otherwise tell of no floor, although the first block is known.
            return manifest with { FloorHeight = FloorOf(manifest) };
        }
    }

    /// <summary>
    /// Removes the log that nobody needs any more. What may go lies before the floor of the manifest <em>before</em> the one that has just become durable, which may still be fallen back to, and so before the place
    /// it replays from; and before every hold. Runs on the thread of the checkpoint, after its manifest is durable.
    /// </summary>
    /// <param name="older">The manifest before.</param>
    /// <exception cref="IOException">Writing failed; the caller latches.</exception>
    private async ValueTask RetireLogAsync(Manifest older)
    {
        if (_log.Retention is not { } retention || IsBackingUp || Volatile.Read(ref _retentionFailure) is not null)
        {
            return;
        }

        List<StoredHold> broken;
        LogRetirement retired;
        await _holdsGate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            broken = BreakHolds();
            retired = retention.Retire(KeptFrom(older.LogFloor));
        }
        finally
        {
            _holdsGate.Release();
        }

        // Outside of the gate, for a handler may want to place or release a hold.
        broken.ForEach(hold => Raise(new StoreEvent.HoldBroken(ToHold(hold))));
        if (retired.Segments > 0)
        {
            _retired = new LogRetirement(_retired.Segments + retired.Segments, _retired.Bytes + retired.Bytes);
            _metrics.Retired(retired.Segments);
            Raise(new StoreEvent.LogRetired(retired.Segments, retired.Bytes, FloorHeight));
            _history.NoteRetired();
        }
    }

    /// <summary>The place from which on the history has to be known: whatever the log is kept for. A reader may have applied blocks behind a newer manifest than the one it began with; the writer keeps the log from the floor of that one on.</summary>
    private LogPosition HistoryStart()
    {
        LogPosition floor = Volatile.Read(ref _manifest).LogFloor;
        return IsReadOnly && _home.Pages?.Manifest is { } newest && newest.LogFloor.Sequence > floor.Sequence ? newest.LogFloor : KeptFrom(floor);
    }

    /// <summary>Remembers the first block, which is the floor until a manifest says so.</summary>
    private void NoteFirstBlock(LogRecord record)
    {
        if (record is { Kind: RecordKind.Block, ParentHeight: null })
        {
            Volatile.Write(ref _firstBlock, new DurablePoint(record.Height));
        }
    }
}
