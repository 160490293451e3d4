using System.Diagnostics;
using Cairn.History;
using Cairn.Homes;
using Cairn.Tree;

namespace Cairn;

/// <content>
/// Going back and saying what is final. A rewind is a record like any other, behind the blocks that it abandons; the trees get what the log says that they were, as ordinary copy-on-write. It holds the pages gate, so that no
/// checkpoint moves the floor, and no cleaning moves a page, while it reads the log behind its target.
/// </content>
public sealed partial class StateStore
{
    /// <summary>What holds beside the trees of the head; replaced as a whole under the write gate.</summary>
    private ChainMarks _marks;

    /// <summary>The height that is final: the chain is never taken back below it. Null, the default, while none is; then only the floor limits rewinding.</summary>
    public BlockHeight? FinalizedHeight => Volatile.Read(ref _marks).FinalizedHeight;

    /// <summary>The sequences that rewinds abandoned, ascending; some before the floor may be missing.</summary>
    internal IReadOnlyList<SequenceInterval> Abandoned => Volatile.Read(ref _marks).Abandoned;

    /// <summary>
    /// Takes the chain back: the newest block at or below a height becomes the head, the blocks above it are abandoned, and their heights can be used again. Durable like a commit. Views that are open stay as they are; drafts on
    /// abandoned blocks are stale. It reads the log of the blocks it takes back, and waits for a checkpoint or a cleaning run that is under way.
    /// </summary>
    /// <param name="height">The height: from <see cref="FloorHeight"/> and <see cref="FinalizedHeight"/> to the head's. There is no going back to before the first block.</param>
    /// <param name="dryRun">Only tell what would be taken back.</param>
    /// <param name="cancellationToken">Honoured until the record is written.</param>
    /// <returns>What was taken back. Where the head is that block already, nothing is.</returns>
    /// <exception cref="HeightNotRetainedException">The height is above the head, below the oldest block that is retained, or there is no block.</exception>
    /// <exception cref="HeightFinalizedException">The height is below the one that is final.</exception>
    /// <exception cref="RebuildTooLargeException">It would take more memory than <see cref="StateStoreOptions.RebuildBytes"/>.</exception>
    /// <exception cref="StateCorruptedException">The log is damaged there. Nothing was changed.</exception>
    /// <exception cref="IOException">Reading failed, and nothing was changed; or writing did, and the store takes no more writes.</exception>
    /// <exception cref="StoreFailedException">An earlier write failed.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only, or a commit or another rewind is running.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed, or was while this ran.</exception>
    public async Task<RewindReport> RewindAsync(BlockHeight height, bool dryRun = false, CancellationToken cancellationToken = default)
    {
        ThrowIfUnwritable();
        BeginCommitting();
        try
        {
            using Activity? activity = StoreActivities.Start("cairn.rewind", Location, height);
            long started = _options.TimeProvider.GetTimestamp();
            await WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
            RewindReport report = await HoldingPagesAsync(() => RewindInTurnAsync(height, dryRun, cancellationToken), cancellationToken).ConfigureAwait(false);
            report = report with { Elapsed = _options.TimeProvider.GetElapsedTime(started) };
            if (report.Blocks > 0 && !dryRun)
            {
                _metrics.Rewound(report.Blocks);
                Raise(new StoreEvent.Rewound(report));
                StartCheckpointIfDue();
            }

            return report;
        }
        finally
        {
            Volatile.Write(ref _committing, 0);
        }
    }

    /// <summary>
    /// Makes a height final: from then on the chain is never taken back below it, by nobody. Durable like a commit; commits may run meanwhile. Finality only moves up: for a height at or below the one that is final, nothing happens.
    /// </summary>
    /// <param name="height">The height: the newest block at or below it becomes final. From <see cref="FloorHeight"/> to the head's.</param>
    /// <param name="cancellationToken">Honoured until the record is written.</param>
    /// <returns>The height of the block that is final now.</returns>
    /// <exception cref="HeightNotRetainedException">The height is above the head, below the oldest block that is retained, or there is no block.</exception>
    /// <exception cref="StateCorruptedException">The log is damaged.</exception>
    /// <exception cref="IOException">Reading failed, and nothing was changed; or writing did, and the store takes no more writes.</exception>
    /// <exception cref="StoreFailedException">An earlier write failed.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only.</exception>
    public async ValueTask<BlockHeight> FinalizeAsync(BlockHeight height, CancellationToken cancellationToken = default)
    {
        ThrowIfUnwritable();
        while (true)
        {
            if (FinalizedHeight is { } known && height <= known)
            {
                return known;
            }

            ChainBlock block = FindBlock(height, Versions.Head);
            await _writeGate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                ThrowIfUnwritable();
                StateVersion head = Versions.Head;
                if (AbandonedList.Holds(Abandoned, block.Sequence) || (FinalizedHeight is { } since && block.Target.Height <= since))
                {
                    // Taken back, or finalised by somebody else, while it was being looked for.
                    continue;
                }

                LogRecord record = RecordOf(RecordKind.Finalise, head, block.Target, timeTicks: null, abandonedFrom: 0);
                await AppendAsync(record).ConfigureAwait(false);
                head.MoveOn(_log.End);
                Volatile.Write(ref _marks, _marks.After(record));
                NoteDurable(head);
                Raise(new StoreEvent.Finalized(block.Target.Height));
                return block.Target.Height;
            }
            finally
            {
                _writeGate.Release();
            }
        }
    }

    private static LogRecord RecordOf(RecordKind kind, StateVersion head, UndoTarget target, long? timeTicks, ulong abandonedFrom)
    {
        bool isRewind = kind == RecordKind.Rewind;
        return new LogRecord
        {
            Kind = kind,
            Sequence = head.After.Sequence + 1,
            Height = target.Height,
            ParentHeight = isRewind ? head.Height : null,
            TimeTicks = timeTicks,
            PreviousRoot = head.State.Hash,
            Root = isRewind ? target.Root : head.State.Hash,
            StateTotals = isRewind ? target.State : head.State.Totals,
            LocalTotals = isRewind ? target.Local : head.Local.Totals,
            AbandonedFrom = abandonedFrom,
        };
    }

    /// <summary>Does a step while no checkpoint and no cleaning runs.</summary>
    private async Task<T> HoldingPagesAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        Interlocked.Increment(ref _waitingCheckpoints);
        try
        {
            await _pagesGate.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException closed) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException("The store was closed while a rewind waited for its turn.", closed);
        }
        finally
        {
            Interlocked.Decrement(ref _waitingCheckpoints);
        }

        try
        {
            using WaitScope _ = BeginWaiting();
            ThrowIfUnwritable();
            return await step().ConfigureAwait(false);
        }
        finally
        {
            _pagesGate.Release();
        }
    }

    private async Task<RewindReport> RewindInTurnAsync(BlockHeight height, bool dryRun, CancellationToken cancellationToken)
    {
        StateVersion head = Versions.Head;
        ChainBlock block = FindBlock(height, head);
        ThrowIfFinal(height, block.Target.Height);
        UndoneStretch stretch = UndoneStretch.Survey(_log, block.After, head.After.Sequence, UndoneStretch.StepBytes, cancellationToken);
        RewindReport report = new(head.Height!.Value, block.Target.Height, block.Target.Root, (long)stretch.Blocks, default);
        if (stretch.Blocks == 0 || dryRun)
        {
            return report;
        }

        UndoneTrees undone = new LogUndo(_log, Pages, Location, head, _crew).Undo(stretch, block.Target, head.Ordinal + 1, _options.RebuildBytes, cancellationToken);
        bool isPublished = false;
        try
        {
            await _writeGate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                ThrowIfUnwritable();
                ThrowIfFinal(height, block.Target.Height);
                await AppendRewindAsync(head, block, stretch.Blocks, undone).ConfigureAwait(false);
                isPublished = true;
            }
            finally
            {
                _writeGate.Release();
            }
        }
        finally
        {
            if (!isPublished)
            {
                Pages.Discard(undone.State.Created);
                Pages.Discard(undone.Local.Created);
            }
        }

        return report;
    }

    /// <summary>Appends the record, syncs it like a block's, and publishes what it leads to. If the crash comes before the record is whole, the next opening finds the head there was; after it, it undoes the same.</summary>
    private async ValueTask AppendRewindAsync(StateVersion head, ChainBlock block, ulong blocks, UndoneTrees undone)
    {
        LogRecord record = RecordOf(RecordKind.Rewind, head, block.Target, block.TimeTicks, block.Sequence + 1);
        await AppendAsync(record).ConfigureAwait(false);
        StateVersion version = new(head.Ordinal + 1, block.Target.Height, head.BlockCount - blocks, block.TimeTicks, undone.State.Root, undone.Local.Root, _log.End);
        Publish(version, undone.State, undone.Local);
        Volatile.Write(ref _marks, _marks.After(record).From(_manifest.LogFloor));
        NoteDurable(version);
        if (DurableHeight > version.Height)
        {
            // The rewind itself may be lost, but the block gone back to is there either way.
            Volatile.Write(ref _durable, new DurablePoint(version.Height));
        }
    }

    /// <summary>The newest live block at or below a height, which has to be retained.</summary>
    private ChainBlock FindBlock(BlockHeight height, StateVersion head)
    {
        Manifest manifest = Volatile.Read(ref _manifest);
        BlockHeight? floor = FloorOf(manifest);
        if (head.Height is not { } newest || height > newest || height < floor)
        {
            throw new HeightNotRetainedException(height, floor, head.Height);
        }

        if (height == newest)
        {
            return new ChainBlock(head.After.Sequence, head.After, new UndoTarget(newest, head.State.Hash, head.State.Totals, head.Local.Totals), head.TimeTicks);
        }

        if (History.TryFindBlock(height, head.After.Sequence, out PastBlock past) && !(past.Height < floor))
        {
            return new ChainBlock(past.Sequence, past.After, UndoTarget.Of(History.ReadRecord(past)), past.TimeTicks);
        }

        return manifest.HasInstalledFloor && manifest.Installed is { } installed
            ? new ChainBlock(Sequence: 0, LogPosition.Start, new UndoTarget(installed.Height, installed.Root, installed.StateTotals, installed.LocalTotals), installed.TimeTicks)
            : throw new StateCorruptedException(Location, -1, "the newest block at or below a height", $"one from height {floor} to {height}", "none in the log");
    }

    private void ThrowIfFinal(BlockHeight requested, BlockHeight target)
    {
        if (FinalizedHeight is { } final && target < final)
        {
            throw new HeightFinalizedException(requested, final);
        }
    }

    /// <summary>A live block of the chain, or the state that it was installed with.</summary>
    /// <param name="Sequence">The sequence of its record; 0 for an installed state.</param>
    /// <param name="After">The place behind it.</param>
    /// <param name="Target">Its height, root and totals.</param>
    /// <param name="TimeTicks">Its time.</param>
    private sealed record ChainBlock(ulong Sequence, LogPosition After, UndoTarget Target, long? TimeTicks);
}
