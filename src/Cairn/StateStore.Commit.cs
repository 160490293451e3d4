using System.Diagnostics;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Tree;

namespace Cairn;

/// <content>Accepting blocks. The order: apply in memory, append to the log, sync, publish.</content>
public sealed partial class StateStore
{
    /// <summary>Held from appending a record to publishing its version, and while a checkpoint takes its bearings.</summary>
    private readonly SemaphoreSlim _writeGate = new(1, 1);
    private Exception? _failure;
    private int _committing;
    private int _unsyncedBlocks;
    private DurablePoint _durable = new(null);

    /// <summary>The height of the newest block that a loss of power cannot take back; null when there is none.</summary>
    /// <remarks>A read-only store tells what it has found: in a directory store what the writer has synced, in a JSON-lines store all whole lines, which a writer that is not <see cref="Durability.Durable"/> may not have synced yet.</remarks>
    public BlockHeight? DurableHeight => Volatile.Read(ref _durable).Height;

    /// <summary>Commits a draft: when the call returns, the block is the head and, with <see cref="Durability.Durable"/>, survives a loss of power.</summary>
    /// <param name="draft">The draft. It stays readable until it is disposed.</param>
    /// <param name="cancellationToken">Honoured until the block's record is written; from then on the commit is carried through.</param>
    /// <returns>The block's height, root and number of real changes.</returns>
    /// <exception cref="StaleDraftException">The draft was not built on the present head.</exception>
    /// <exception cref="RootMismatchException">The root is not <see cref="BlockDraft.ExpectedRoot"/>.</exception>
    /// <exception cref="BlockTooLargeException">The log record, with the old values, would be too large.</exception>
    /// <exception cref="IOException">Writing failed. The store takes no more writes; whether the block is durable is decided by reopening.</exception>
    /// <exception cref="StoreFailedException">An earlier write failed.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only, another commit is running, the draft is committed already, or it has open savepoints.</exception>
    public async ValueTask<CommittedBlock> CommitAsync(BlockDraft draft, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ThrowIfForeign(draft);
        draft.ThrowIfDisposed();
        ThrowIfUnwritable();
        BeginCommitting();

        // A draft disposed while its commit waits must not give its memory to the next one.
        draft.Hold();
        try
        {
            using Activity? activity = StoreActivities.Start("cairn.commit", Location, draft.Height);
            long started = _options.TimeProvider.GetTimestamp();
            await WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
            ThrowIfNotCommittable(draft);
            AppliedDraft applied = draft.Apply();
            Hash256 root = applied.State.Root.Hash;
            if (draft.ExpectedRoot is { } expected && expected != root)
            {
                throw new RootMismatchException(draft.Height, expected, root);
            }

            cancellationToken.ThrowIfCancellationRequested();
            await WriteAndPublishAsync(draft, applied).ConfigureAwait(false);
            int changes = applied.StateChanges.Count + applied.LocalChanges.Count;
            TimeSpan elapsed = _options.TimeProvider.GetElapsedTime(started);
            _metrics.Committed(changes, elapsed);
            Raise(new StoreEvent.BlockCommitted(draft.Height, root, changes, applied.StateChanges.ByteCount + applied.LocalChanges.ByteCount, elapsed));
            StartCheckpointIfDue();
            _history.NoteGrowth(applied.StateChanges.ByteCount + applied.LocalChanges.ByteCount);
            return new CommittedBlock(draft.Height, root, changes);
        }
        finally
        {
            draft.Unhold();
            Volatile.Write(ref _committing, 0);
        }
    }

    /// <summary>Makes everything committed so far durable. Needed only where commits do not sync themselves.</summary>
    /// <exception cref="IOException">Syncing failed; the store takes no more writes.</exception>
    /// <exception cref="StoreFailedException">An earlier write failed.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only.</exception>
    public async ValueTask SyncAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfUnwritable();
        await _writeGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await SyncLogAsync().ConfigureAwait(false);
        }
        finally
        {
            _writeGate.Release();
        }
    }

    /// <summary>Keeps other commits and rewinds out, until the flag is cleared.</summary>
    private void BeginCommitting()
    {
        if (Interlocked.CompareExchange(ref _committing, 1, 0) != 0)
        {
            throw new InvalidOperationException("Another commit or rewind is running on this store. Commit one block after the other.");
        }
    }

    private void ThrowIfNotCommittable(BlockDraft draft)
    {
        draft.ThrowIfDisposed();
        if (draft.Committed is not null)
        {
            throw new InvalidOperationException($"Block {draft.Height} is committed already.");
        }

        if (draft.SavepointDepth > 0)
        {
            throw new InvalidOperationException($"The draft of block {draft.Height} has {draft.SavepointDepth} open savepoints. Release or roll them back before committing.");
        }

        if (!draft.IsOn(Versions.Head))
        {
            throw new StaleDraftException(draft.Height, draft.BaseHeight, Height);
        }
    }

    private async ValueTask WriteAndPublishAsync(BlockDraft draft, AppliedDraft applied)
    {
        long recordBytes = applied.StateChanges.ByteCount + applied.LocalChanges.ByteCount + (draft.Payload?.Length ?? 0);
        if (recordBytes > StateLimits.MaxRecordBytes - StateLimits.MaxPayloadBytes)
        {
            throw new BlockTooLargeException(draft.Height, "its log record, with the old values,", recordBytes, StateLimits.MaxRecordBytes - StateLimits.MaxPayloadBytes);
        }

        await _writeGate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            ThrowIfUnwritable();
            draft.HasBeenLogged = true;
            StateVersion head = Versions.Head;
            LogRecord record = RecordOf(draft, applied, head);
            await AppendAsync(record, applied).ConfigureAwait(false);
            StateVersion version = new(draft.Ordinal, draft.Height, head.BlockCount + 1, draft.TimeTicks, applied.State.Root, applied.Local.Root, _log.End);
            NoteFirstBlock(record);
            Publish(version, applied.State, applied.Local, applied);
            draft.MarkCommitted(version);
            NoteDurable(version);
        }
        finally
        {
            _writeGate.Release();
        }
    }

    private static LogRecord RecordOf(BlockDraft draft, AppliedDraft applied, StateVersion head) => new()
    {
        Kind = RecordKind.Block,
        Sequence = head.After.Sequence + 1,
        Height = draft.Height,
        ParentHeight = head.Height,
        TimeTicks = draft.TimeTicks,
        PreviousRoot = head.State.Hash,
        Root = applied.State.Root.Hash,
        StateTotals = applied.State.Root.Totals,
        LocalTotals = applied.Local.Root.Totals,
        StateChanges = applied.StateChanges,
        LocalChanges = applied.LocalChanges,
        Payload = draft.Payload,
    };

    private async ValueTask AppendAsync(LogRecord record, AppliedDraft? applied = null)
    {
        // What has to go for this block's sake goes while it is written.
        HelpedWork? room = applied is null ? null : BeginMakingRoom(applied);
        try
        {
            await _log.AppendAsync(record, CancellationToken.None).ConfigureAwait(false);
            _unsyncedBlocks++;
            bool due = _options.Durability switch
            {
                Durability.Durable => true,
                Durability.Grouped => _unsyncedBlocks >= _options.GroupedBlocks,
                _ => false,
            };
            if (due)
            {
                await _log.SyncAsync(CancellationToken.None).ConfigureAwait(false);
                _unsyncedBlocks = 0;
            }

            room?.Complete();
        }
        catch (Exception exception) when (exception is not BlockTooLargeException)
        {
            Latch(exception);
            throw;
        }
        finally
        {
            room?.Finish();
        }
    }

    /// <summary>Lets go of the recent heights that have to go for a block, where there is more to be done than asking for a thread takes.</summary>
    private HelpedWork? BeginMakingRoom(AppliedDraft applied)
    {
        (List<PageReference> state, List<PageReference> local) = (applied.State.Superseded, applied.Local.Superseded);
        return state.Count + local.Count < VersionChain.FewPages ? null : HelpedWork.Begin(() => Versions.MakeRoomFor(state, local));
    }

    /// <summary>Syncs the log; the caller holds the write gate.</summary>
    private async ValueTask SyncLogAsync()
    {
        if (_failure is { } failure)
        {
            throw new StoreFailedException(Location, failure);
        }

        try
        {
            await _log.SyncAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Latch(exception);
            throw;
        }

        _unsyncedBlocks = 0;
        Volatile.Write(ref _durable, new DurablePoint(Versions.Head.Height));
    }

    private void NoteDurable(StateVersion version)
    {
        if (IsDurable(version))
        {
            Volatile.Write(ref _durable, new DurablePoint(version.Height));
        }
    }

    private bool IsDurable(StateVersion version) => _log.DurableEnd.Sequence >= version.After.Sequence;

    /// <summary>Makes a version the head.</summary>
    /// <param name="version">The version.</param>
    /// <param name="state">What was made of the state tree.</param>
    /// <param name="local">What was made of the local tree.</param>
    /// <param name="block">The block that it is the version of, of which nobody keeps the handles of the pages made beyond the versions that have them; null where it is another change.</param>
    private void Publish(StateVersion version, TreeChange state, TreeChange local, AppliedDraft? block = null)
    {
        bool reusesHandles = block is not null;
        if (block is not null)
        {
            Pages.Shortcuts.Note(version.Ordinal, block.StateChanges, block.LocalChanges);
        }
        else
        {
            Pages.Shortcuts.NoteUnknown();
        }

        long pageBytes = Pages.Commit(state.Created, state.Superseded, reusesHandles) + Pages.Commit(local.Created, local.Superseded, reusesHandles);
        ForbidReuse(Versions.Head.State, Versions.Head.Local, state.Root, local.Root);
        NoteSuperseded(state);
        NoteSuperseded(local);
        Pages.Forget(state);
        Pages.Forget(local);
        long blobBytes = ResidentBytes(state.SupersededBlobs) + ResidentBytes(local.SupersededBlobs);
        Versions.Publish(version, state.Superseded, local.Superseded, pageBytes, blobBytes);
    }

    private static void ForbidReuse(params ReadOnlySpan<TreeRoot> roots)
    {
        foreach (TreeRoot root in roots)
        {
            root.Reference?.ForbidReuse();
        }
    }

    private static long ResidentBytes(List<BlobReference> blobs)
    {
        long bytes = 0;
        foreach (BlobReference blob in blobs)
        {
            bytes += blob.Bytes is null ? 0 : blob.Length;
        }

        return bytes;
    }

    /// <summary>Closes the store for writing after a failed write: what is in memory may be ahead of what is on disk, and a retried sync can report success for bytes the system has dropped.</summary>
    private void Latch(Exception cause)
    {
        if (Interlocked.CompareExchange(ref _failure, cause, null) is null)
        {
            Raise(new StoreEvent.Failed(cause));
        }
    }

    private void ThrowIfUnwritable()
    {
        ThrowIfDisposed();
        ThrowIfReadOnly();
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw new StoreFailedException(Location, failure);
        }
    }

    private sealed record DurablePoint(BlockHeight? Height);
}
