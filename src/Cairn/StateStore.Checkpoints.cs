using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cairn.Checkpoints;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Tree;

namespace Cairn;

/// <content>Checkpoints: the pages of the newest committed height are stored beside the commits, and the log behind them need not be replayed any more.</content>
public sealed partial class StateStore
{
    /// <summary>A longer list of superseded pages is not used again.</summary>
    private const int MostSparePages = 1 << 18;

    private readonly Lock _checkpointLock = new();
    private readonly CheckpointLists _checkpointLists = new(); // under the pages gate
    private List<PageReference>? _sparePages; // under the write gate, or by the checkpoint that took one before
    private List<PageReference> _supersededPages = [];
    private List<BlobReference> _supersededBlobs = [];
    private Manifest _manifest;
    private Task _checkpoint = Task.CompletedTask;
    private int _waiting;
    private TaskCompletionSource _stored = NewSignal(); // completed, and made anew, when pages have become clean
    private long _dirtyBlobBytes;
    private long _heldBytes;
    private ulong _checkpointOrdinal;
    private long _checkpointBytes;
    private long _checkpointDeltaBytes;
    private readonly ulong _openedGeneration;

    /// <summary>Makes the head durable with its pages, and waits for it; where pages live in memory only, its log. The store does this itself when its caps ask for it, and when it is closed.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the checkpoint.</param>
    /// <exception cref="IOException">Writing failed; the store takes no more writes.</exception>
    /// <exception cref="StoreFailedException">An earlier write failed.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only.</exception>
    public async Task CheckpointAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfUnwritable();
        if (_home.Pages is null)
        {
            await SyncAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        ulong target = Versions.Head.After.Sequence;
        using WaitScope _ = BeginWaiting();
        while (Volatile.Read(ref _manifest).ReplayFrom.Sequence < target)
        {
            await StartCheckpoint().WaitAsync(cancellationToken).ConfigureAwait(false);
            ThrowIfUnwritable();
        }
    }

    /// <summary>Whether somebody waits for pages to be stored: a caller, a commit for room, closing. Then nothing that stores them steps back any more.</summary>
    private bool IsAwaited => Volatile.Read(ref _waiting) > 0 || Volatile.Read(ref _disposed) != 0;

    /// <summary>Says that somebody waits, until it is disposed.</summary>
    private WaitScope BeginWaiting()
    {
        Interlocked.Increment(ref _waiting);
        return new WaitScope(this);
    }

    /// <summary>The log behind the newest checkpoint.</summary>
    private long ReplayBytes => _log.BytesBetween(Volatile.Read(ref _manifest).ReplayFrom, Versions.Head.After);

    /// <summary>The changed pages and blobs in memory.</summary>
    private long DirtyBytes => Pages.Bytes(PageResidency.Dirty) + Interlocked.Read(ref _dirtyBlobBytes);

    /// <summary>What checkpoints make evictable: changed pages, and those that commits have replaced since the running checkpoint began, which it still has.</summary>
    private long UnstoredBytes => DirtyBytes + Math.Min(Interlocked.Read(ref _heldBytes), Pages.Bytes(PageResidency.Superseded));

    private void StartCheckpointIfDue()
    {
        LetGoOfRebuilt();
        if (_home.Pages is not null && IsCheckpointDue)
        {
            _ = StartCheckpoint();
        }
    }

    private bool IsCheckpointDue => DirtyBytes + DraftBytes > _options.DirtyBytes || ReplayBytes > _options.ReplayBytes;

    /// <summary>The pages of drafts. Those of rebuilt trees are entered like them, and no checkpoint would make them fewer.</summary>
    private long DraftBytes => Pages.Bytes(PageResidency.Draft) - Rebuilt.PageBytes;

    /// <summary>Lets go of idle trees of the past when what they take, with what is changed, is as much as commits wait at, or when the versions they pin keep as much as they may take themselves.</summary>
    private void LetGoOfRebuilt()
    {
        if (Rebuilt.Count > 0 && (DirtyBytes + DraftBytes + Rebuilt.Bytes > 2 * _options.DirtyBytes || Versions.HeldPageBytes > _options.RebuildBytes))
        {
            Rebuilt.LetGo();
        }
    }

    /// <summary>Makes a commit wait when it is twice a cap ahead of the checkpoints, until it no longer is. It waits for one checkpoint of the head at most, so that a block larger than the caps gets through alone.</summary>
    private async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        long dirty = UnstoredBytes;
        long replay = _home.Pages is null ? 0 : ReplayBytes;
        if (_home.Pages is null || HasRoom)
        {
            return;
        }

        long started = _options.TimeProvider.GetTimestamp();
        ulong target = Versions.Head.After.Sequence;
        using WaitScope _ = BeginWaiting();
        while (!HasRoom && Volatile.Read(ref _manifest).ReplayFrom.Sequence < target)
        {
            // What a checkpoint does once its pages are stored needs no waiting for.
            Task stored = Volatile.Read(ref _stored).Task;
            if (!HasRoom)
            {
                Task first = await Task.WhenAny(StartCheckpoint(), stored).WaitAsync(cancellationToken).ConfigureAwait(false);
                await first.ConfigureAwait(false);
            }

            ThrowIfUnwritable();
        }

        NoteWait(dirty, replay, _options.TimeProvider.GetElapsedTime(started));
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool HasRoom => UnstoredBytes <= 2 * _options.DirtyBytes && ReplayBytes <= 2 * _options.ReplayBytes;

    private Task StartCheckpoint()
    {
        lock (_checkpointLock)
        {
            // Closing writes the last one itself.
            if (_checkpoint.IsCompleted && Volatile.Read(ref _disposed) == 0)
            {
                _checkpoint = Task.Run(RunCheckpointInTurnAsync);

                // A failure latches the store; whoever waits sees it, and nobody has to.
                _ = _checkpoint.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }

            return _checkpoint;
        }
    }

    /// <summary>One checkpoint, by whoever has the pages gate. If a crash comes before the manifest is durable, the one before it and the log behind it still hold everything.</summary>
    /// <param name="prunedBlocks">How many blocks a pruning wants to lie before the floor; 0 for none.</param>
    /// <returns>The version that was stored, which the caller unpins.</returns>
    private async Task<StateVersion> RunCheckpointAsync(ulong prunedBlocks = 0)
    {
        long started = _options.TimeProvider.GetTimestamp();
        using Activity? activity = StoreActivities.Start("cairn.checkpoint", Location, Height);
        Bearings bearings = await TakeBearingsAsync().ConfigureAwait(false);
        try
        {
            if (bearings.Version.Height is { } starting)
            {
                Raise(new StoreEvent.CheckpointStarted(starting));
            }

            _pageFiles?.SetVersions(first: _storedOrdinal + 1, bearings.Version.Ordinal);
            ICheckpointWriter writer = _home.Pages!.BeginCheckpoint();
            await using ConfiguredAsyncDisposable _ = writer.ConfigureAwait(false);
            CheckpointJob job = new(writer, Pages.Pool.Handles, _checkpointLists);
            job.Supersede(bearings.SupersededPages, bearings.SupersededBlobs);
            GiveBack(bearings.SupersededPages);
            await StoreBesideCommitsAsync(job, bearings).ConfigureAwait(false);
            Manifest older = _manifest;
            Manifest unmarked = (_install?.Mark(older) ?? older) with
            {
                Generation = older.Generation + 1,
                Height = bearings.Version.Height,
                BlockCount = bearings.Version.BlockCount,
                TimeTicks = bearings.Version.TimeTicks,
                State = CheckpointJob.RootOf(bearings.Version.State),
                Local = CheckpointJob.RootOf(bearings.Version.Local),
                HasDeltas = older.HasDeltas || job.DeltaBytes > 0,
                HasAddingDeltas = older.HasAddingDeltas || job.HasAddingDeltas,
                ReplayFrom = bearings.After,
                LogEnd = bearings.LogEnd,
                Abandoned = bearings.Marks.Abandoned,
            };
            Manifest manifest = bearings.Marks.Mark(WithFloor(unmarked, WantedBlocks(unmarked.BlockCount, prunedBlocks)));
            await writer.CommitAsync(manifest, job.TakeFreed(), CancellationToken.None).ConfigureAwait(false);
            Volatile.Write(ref _manifest, manifest);
            Pages.MakeClean(job.Pages);
            job.Blobs.ForEach(static blob => blob.Drop());
            Interlocked.Add(ref _dirtyBlobBytes, -bearings.DirtyBlobBytes);
            Interlocked.Exchange(ref _heldBytes, 0);
            Interlocked.Exchange(ref _stored, NewSignal()).SetResult();
            NoteManifest(bearings.Version.Ordinal, job.Bytes);
            TimeSpan elapsed = _options.TimeProvider.GetElapsedTime(started);
            Interlocked.Add(ref _checkpointBytes, job.Bytes);
            Interlocked.Add(ref _checkpointDeltaBytes, job.DeltaBytes);
            _metrics.Checkpointed(job.Bytes, elapsed);
            if (bearings.Version.Height is { } height)
            {
                Raise(new StoreEvent.CheckpointCompleted(height, job.Pages.Count, job.Bytes, elapsed));
            }

            Rebuilt.LetGoOfStale();
            await RetireLogAsync(older).ConfigureAwait(false);
            return bearings.Version;
        }
        catch (Exception exception)
        {
            Latch(exception);
            Versions.Unpin(bearings.Version, isView: false);
            throw;
        }
        finally
        {
            Volatile.Write(ref _checkpointOrdinal, 0);
            Interlocked.Exchange(ref _heldBytes, 0);
        }
    }

    /// <summary>Stores the pages on a thread that steps back behind commits, and once somebody waits or these come nearer to their cap than the checkpoint to its end, on one that does not: a commit should find room without waiting for it.</summary>
    private async Task StoreBesideCommitsAsync(CheckpointJob job, Bearings bearings)
    {
        job.Add(bearings.Version.Local);
        job.Add(bearings.Version.State);
        if (!await BackgroundThread.RunAsync("Cairn checkpoint", () => job.TryStore(KeepsPace)).ConfigureAwait(false))
        {
            await BackgroundThread.RunAsync("Cairn checkpoint", () => job.TryStore(static () => true), stepsBack: false).ConfigureAwait(false);
        }

        bool KeepsPace()
        {
            double usedUp = Math.Max(
                (UnstoredBytes - bearings.DirtyBytes) / Math.Max(1, (2.0 * _options.DirtyBytes) - bearings.DirtyBytes),
                (ReplayBytes - bearings.ReplayBytes) / Math.Max(1, (2.0 * _options.ReplayBytes) - bearings.ReplayBytes));
            return !IsAwaited && usedUp * bearings.DirtyBytes <= job.MemoryBytes;
        }
    }

    /// <summary>Keeps a list for the time after the next checkpoint.</summary>
    private void GiveBack(List<PageReference> superseded)
    {
        if (superseded.Capacity <= MostSparePages)
        {
            superseded.Clear();
            _sparePages = superseded;
        }
    }

    /// <summary>
    /// Pins the head and takes what goes with it, while no commit is between its log record and its version. The log is synced through that height first, in every mode: a manifest never refers to a block the log could lose.
    /// </summary>
    private async ValueTask<Bearings> TakeBearingsAsync()
    {
        await _writeGate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (!IsDurable(Versions.Head))
            {
                await SyncLogAsync().ConfigureAwait(false);
            }

            (List<PageReference> pages, List<BlobReference> blobs) = (_supersededPages, _supersededBlobs);
            (_supersededPages, _supersededBlobs, _sparePages) = (_sparePages ?? [], [], null);
            StateVersion version = Versions.PinHead(isView: false);
            Volatile.Write(ref _checkpointOrdinal, version.Ordinal);
            Interlocked.Exchange(ref _heldBytes, 0);
            return new Bearings(version, version.After, _marks, _log.DurableEnd, pages, blobs, Interlocked.Read(ref _dirtyBlobBytes), DirtyBytes, ReplayBytes);
        }
        finally
        {
            _writeGate.Release();
        }
    }

    /// <summary>
    /// Remembers the stored pages and blobs that a block replaced, for the next manifest to free: those that are stored, and those that the checkpoint now running may still store because its version has them.
    /// </summary>
    private void NoteSuperseded(TreeChange change)
    {
        if (_home.Pages is null)
        {
            return;
        }

        Interlocked.Add(ref _dirtyBlobBytes, change.CreatedBlobBytes);
        if (IsReadOnly)
        {
            return;
        }

        ulong running = Volatile.Read(ref _checkpointOrdinal);
        long held = 0;
        PagesAhead ahead = new(CollectionsMarshal.AsSpan(change.Superseded));
        foreach (PageReference page in change.Superseded)
        {
            ahead.Next();
            bool isHeld = page.Id == PageId.None && page.Page?.Born <= running;
            held += isHeld ? page.Page?.MemoryBytes ?? 0 : 0;
            if (isHeld || page.Id != PageId.None)
            {
                page.Keep(HandleUse.IsReplaced);
                _supersededPages.Add(page);
            }
        }

        Interlocked.Add(ref _heldBytes, held);
        _supersededBlobs.AddRange(change.SupersededBlobs.Where(blob => running != 0 || blob.Id != PageId.None));
    }

    /// <summary>What closing does before the home is closed.</summary>
    private async ValueTask FinishAsync()
    {
        // A commit that came before closing holds the gate until its block is published; a later one is refused.
        await _writeGate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _writeGate.Release();
        Task running;
        Task cleaning;
        lock (_checkpointLock)
        {
            running = _checkpoint;
            cleaning = _cleaning;
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _tended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _holdsGate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _holdsGate.Release();
        await cleaning.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // A compaction that is running ends at its next step.
        await _pagesGate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        if (IsReadOnly || _failure is not null)
        {
            return;
        }

        await _writeGate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (!IsDurable(Versions.Head))
            {
                await SyncLogAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _writeGate.Release();
        }

        // A damaged manifest copy is written anew, so that the store has two again.
        bool mend = _home.Warnings.Count > 0 && _manifest.Generation == _openedGeneration;
        if (_home.Pages is not null && (_manifest.LogEnd != _log.End || mend))
        {
            Versions.Unpin(await RunCheckpointAsync().ConfigureAwait(false), isView: false);
        }
    }

    private readonly struct WaitScope(StateStore store) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref store._waiting);
    }

    private sealed record Bearings(StateVersion Version, LogPosition After, ChainMarks Marks, LogPosition LogEnd, List<PageReference> SupersededPages, List<BlobReference> SupersededBlobs, long DirtyBlobBytes, long DirtyBytes, long ReplayBytes);
}
