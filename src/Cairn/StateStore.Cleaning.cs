using System.Diagnostics;
using Cairn.Checkpoints;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Pages;
using Cairn.Tree;

namespace Cairn;

/// <content>
/// Cleaning: what is still in use in the sparsest page files is written anew, so that these files can go. A run is a checkpoint without a new height: it takes the version of the newest manifest, in which everything is stored, and
/// ends with a manifest of the same height. Runs are small (<see cref="StateStoreOptions.CleaningStepBytes"/>), so that no commit waits long because a checkpoint waits for its turn; some of them make a lap through the trees, after which files go (<see cref="CleaningLap"/>).
/// <list type="bullet">
/// <item>Due when the garbage of the files is more than half of the live bytes and <see cref="CleaningSlackBytes"/>; it stops at <see cref="TargetShare"/> of them.</item>
/// <item>What it may write is <see cref="WritesPerCheckpointByte"/> times what checkpoints wrote, and <see cref="StateStoreOptions.CleaningBytesPerSecond"/>, in the time that checkpoints leave it. The nearer the bound, the more of it a checkpoint does itself
/// (<see cref="CleanInTurnAsync"/>): those that follow each other closely would leave no time.</item>
/// <item>Damage found on the way ends the run and leaves the files concerned alone; it is reported, and commits go on: what is damaged was so before. A failed write latches, like any other.</item>
/// </list>
/// </content>
public sealed partial class StateStore
{
    private const long CleaningSlackBytes = 128 << 10;

    /// <summary>Cleaning goes on until the garbage is this part of the live bytes.</summary>
    private const double TargetShare = 0.4;

    /// <summary>What cleaning may write for each byte of checkpoints: enough to keep up where files are cleaned at two thirds live.</summary>
    private const long WritesPerCheckpointByte = 2;

    /// <summary>The most that is saved up for cleaning.</summary>
    private const long MaxAllowanceBytes = 256 << 20;

    /// <summary>The most that is in use in the files of a lap, but for the last of them.</summary>
    private const long MaxLapBytes = 64 << 20;

    /// <summary>What a run of a compaction finds before it makes way for a checkpoint: without any progress files would be walked in vain.</summary>
    private const long MinRunBytes = 256 << 10;

    /// <summary>Below it a checkpoint leaves cleaning to itself.</summary>
    private const double MinUrgency = 1.0 / 16;

    /// <summary>The files of a lap have about this part of the live bytes in them: while they have not gone, what was moved out of them is garbage, too.</summary>
    private const int LapShare = 16;

    /// <summary>The name of the threads that clean, for debuggers.</summary>
    private const string ThreadName = "Cairn cleaning";

    /// <summary>The page files, where there are any: other homes free what is freed by themselves.</summary>
    private readonly PageFiles? _pageFiles;

    /// <summary>Held by whoever writes pages: one checkpoint or one cleaning run at a time.</summary>
    private readonly SemaphoreSlim _pagesGate = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<uint> _damagedFiles = []; // the fields from here on are used under the pages gate
    private volatile bool _mayClean; // not before everything is replayed: replaying keeps handles of its own
    private ulong _storedOrdinal = FirstOrdinal;
    private long _lastCheckpointBytes;
    private long _allowance;
    private long _allowedAt;
    private CleaningLap? _lap;
    private StateVersion? _cleanable; // pinned; under the checkpoint lock, like the task
    private Task _cleaning = Task.CompletedTask;
    private int _waitingCheckpoints;
    private long _cleaningRuns;
    private long _cleaningBytes;

    /// <summary>The garbage in page files above which something is done about it.</summary>
    private long GarbageLimit => (_pageFiles!.LiveBytes / 2) + CleaningSlackBytes;

    /// <summary>Everything on the disk that the newest manifest does not refer to.</summary>
    private long GarbageBytes => _pageFiles!.StoredBytes - _pageFiles.LiveBytes;

    /// <summary>The part of it in files that the newest manifest lists.</summary>
    private long CleanableBytes => GarbageBytes - _pageFiles!.ReleasedBytes;

    /// <summary>Whether the next checkpoint could exceed twice the live bytes and two checkpoints: then nothing limits cleaning.</summary>
    private bool IsBoundNear => Urgency >= 1;

    /// <summary>How far the garbage has gone from where cleaning begins, 0, to where the bound is near, 1.</summary>
    private double Urgency
    {
        get
        {
            double near = (_pageFiles!.LiveBytes * 3.0 / 4) + _lastCheckpointBytes + CleaningSlackBytes;
            return (CleanableBytes + _pageFiles.ReleasedLastBytes - GarbageLimit) / (near - GarbageLimit);
        }
    }

    /// <summary>Called when the store has been recovered: what the process before released, or did not clean, is gone about.</summary>
    private void BeginCleaning()
    {
        if (_pageFiles is null || IsReadOnly)
        {
            return;
        }

        _mayClean = true;
        _allowedAt = _options.TimeProvider.GetTimestamp();
        Versions.OnViewClosed = OfferHead;
        if (_pageFiles.ReleasedBytes > 0)
        {
            _releases.Enqueue(new Release(_manifest.Generation, ReaderEpochs.Mark()));
        }

        OfferHead();
    }

    /// <summary>A checkpoint in its turn.</summary>
    private async Task RunCheckpointInTurnAsync()
    {
        Interlocked.Increment(ref _waitingCheckpoints);
        await _pagesGate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        Interlocked.Decrement(ref _waitingCheckpoints);
        try
        {
            // First, to have the room: what cleaning released may have waited for a block.
            if (_mayClean && GarbageBytes > GarbageLimit)
            {
                await RemoveWithManifestAsync(VersionChain.AlwaysRecent).ConfigureAwait(false);
            }

            StateVersion stored = await RunCheckpointAsync().ConfigureAwait(false);
            try
            {
                RemoveReleased();
                if (_mayClean)
                {
                    await CleanGuardedAsync(() => CleanInTurnAsync(stored)).ConfigureAwait(false);
                }

                OfferCleaning(stored);
            }
            finally
            {
                Versions.Unpin(stored, isView: false);
            }
        }
        finally
        {
            _pagesGate.Release();
        }
    }

    /// <summary>A manifest of a version is durable: takes note of what it released, and of what may be written for it.</summary>
    private void NoteManifest(ulong version, long checkpointBytes)
    {
        _storedOrdinal = version;
        if (checkpointBytes > 0)
        {
            _lastCheckpointBytes = checkpointBytes;
            _allowance = Math.Min(MaxAllowanceBytes, _allowance + (WritesPerCheckpointByte * checkpointBytes));
        }

        if (_pageFiles?.NewestRelease == _manifest.Generation)
        {
            _releases.Enqueue(new Release(_manifest.Generation, ReaderEpochs.Mark()));
        }
    }

    /// <summary>Lets cleaning have the head, where that is the version of the newest manifest: nothing is being committed.</summary>
    private void OfferHead()
    {
        if (_pageFiles is null || GarbageBytes <= GarbageLimit)
        {
            return;
        }

        StateVersion head = Versions.PinHead(isView: false);
        if (head.After.Sequence == Volatile.Read(ref _manifest).ReplayFrom.Sequence)
        {
            OfferCleaning(head);
        }

        Versions.Unpin(head, isView: false);
    }

    /// <summary>Starts cleaning when it is due.</summary>
    /// <param name="version">The version of the newest manifest, pinned by the caller for the time of the call.</param>
    private void OfferCleaning(StateVersion version)
    {
        if (!_mayClean)
        {
            return;
        }

        bool isDue = GarbageBytes > GarbageLimit || Volatile.Read(ref _lap) is not null;
        StateVersion? before;
        lock (_checkpointLock)
        {
            isDue &= Volatile.Read(ref _disposed) == 0;
            if (isDue)
            {
                Versions.PinAgain(version);
            }

            (before, _cleanable) = (_cleanable, isDue ? version : null);
            if (isDue && _cleaning.IsCompleted)
            {
                _cleaning = Task.Run(() => CleanGuardedAsync(CleanAsync));
            }
        }

        Unpin(before);
    }

    /// <summary>The background loop: one run after the other until nothing is due. Between runs nothing is pinned but the version of the newest manifest.</summary>
    private async Task CleanAsync()
    {
        TimeSpan? pause = TimeSpan.Zero;
        while (pause is { } time)
        {
            await Task.Delay(time, _options.TimeProvider, _closing.Token).ConfigureAwait(false);
            await _pagesGate.WaitAsync(_closing.Token).ConfigureAwait(false);
            try
            {
                pause = await TryCleanAsync().ConfigureAwait(false);
            }
            finally
            {
                _pagesGate.Release();
            }
        }
    }

    /// <summary>Does what there is to do on what was offered last.</summary>
    /// <returns>How long to wait before the next run; null when there is none.</returns>
    private async Task<TimeSpan?> TryCleanAsync()
    {
        StateVersion? version;
        lock (_checkpointLock)
        {
            (version, _cleanable) = (_cleanable, null);
        }

        TimeSpan? pause = null;
        try
        {
            if (version is not null && _storedOrdinal == version.Ordinal && _failure is null && !_closing.IsCancellationRequested)
            {
                pause = PauseBeforeCleaning();
                if (pause == TimeSpan.Zero)
                {
                    bool goesOn = await CleanStepAsync(version, leastBytes: 0, _options.CleaningStepBytes).ConfigureAwait(false);
                    await RemoveWithManifestAsync(VersionChain.AlwaysRecent).ConfigureAwait(false);
                    pause = goesOn ? pause : null;
                }
                else if (CleanableBytes <= GarbageLimit)
                {
                    await RemoveWithManifestAsync(VersionChain.AlwaysRecent).ConfigureAwait(false);
                    pause = null;
                }
            }

            return pause;
        }
        finally
        {
            EndTry(version, goesOn: pause is not null);
        }
    }

    /// <summary>Keeps a version for the next run, or lets go of it; ends the loop, unless something was offered meanwhile, for which another one starts.</summary>
    private void EndTry(StateVersion? version, bool goesOn)
    {
        lock (_checkpointLock)
        {
            if (goesOn && _cleanable is null)
            {
                (version, _cleanable) = (null, version);
            }

            if (!goesOn)
            {
                _cleaning = _cleanable is null ? Task.CompletedTask : Task.Run(() => CleanGuardedAsync(CleanAsync));
            }
        }

        Unpin(version);
    }

    private void Unpin(StateVersion? version)
    {
        if (version is not null)
        {
            Versions.Unpin(version, isView: false);
        }
    }

    /// <summary>Cleans. Damage and failures of reading are reported, and that is all; anything else latches.</summary>
    private async Task CleanGuardedAsync(Func<Task> clean)
    {
        try
        {
            await clean().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // Closing; the next opening goes on.
        }
        catch (Exception exception) when (exception is StateCorruptedException or StoreFormatException or IOException && _failure is null)
        {
            Raise(new StoreEvent.CleaningFailed(exception));
        }
        catch (Exception exception)
        {
            Latch(exception);
        }
    }

    /// <summary>
    /// What a checkpoint cleans itself: the nearer the bound, the more, so that cleaning goes along with checkpoints that leave it no time between them, and none of them has to make up for all of it. Near the bound that is as much as
    /// keeps the files within it, whatever waits.
    /// </summary>
    private async Task CleanInTurnAsync(StateVersion version)
    {
        double urgency = Math.Min(1, Urgency);
        long owed = (long)(urgency * WritesPerCheckpointByte * _lastCheckpointBytes);
        if (urgency < MinUrgency)
        {
            return;
        }

        bool goesOn = true;
        for (long written = Interlocked.Read(ref _cleaningBytes); goesOn && owed > 0 && !_closing.IsCancellationRequested; written = Interlocked.Read(ref _cleaningBytes))
        {
            goesOn = await CleanStepAsync(version, leastBytes: long.MaxValue, Math.Min(Math.Max(owed, MinRunBytes), _options.CleaningStepBytes)).ConfigureAwait(false);
            owed -= Interlocked.Read(ref _cleaningBytes) - written;
        }

        await RemoveWithManifestAsync(VersionChain.AlwaysRecent).ConfigureAwait(false);
    }

    /// <summary>One run, by whoever has the pages gate: a step of the lap that is under way, or of a new one.</summary>
    /// <param name="version">The version of the newest manifest.</param>
    /// <param name="leastBytes">What is found before making way for a checkpoint.</param>
    /// <param name="mostBytes">What is moved at most, about.</param>
    /// <returns>Whether there is more to do.</returns>
    private async Task<bool> CleanStepAsync(StateVersion version, long leastBytes, long mostBytes)
    {
        List<PageFileSpace> files = _lap is { } open ? [.. SparsestFirst().Where(file => open.Has(file.Number))] : [];
        if (files.Count == 0)
        {
            files = CleanableBytes > GarbageLimit ? ChooseFiles() : [];
            Volatile.Write(ref _lap, files.Count == 0 ? null : new CleaningLap(files.Select(static file => file.Number), CleanableBytes));
        }

        if (_lap is not { } lap)
        {
            return false;
        }

        (leastBytes, mostBytes) = lap.IsInDoubt ? (long.MaxValue, long.MaxValue) : (leastBytes, mostBytes);
        await RunCleaningAsync(version, files, leastBytes, mostBytes, lap).ConfigureAwait(false);
        return _lap is not null || (CleanableBytes < lap.GarbageBytes && CleanableBytes > GarbageLimit);
    }

    /// <summary>How long to wait until something may be written; null until the next checkpoint.</summary>
    private TimeSpan? PauseBeforeCleaning()
    {
        long now = _options.TimeProvider.GetTimestamp();
        double seconds = _options.TimeProvider.GetElapsedTime(_allowedAt, now).TotalSeconds;
        _allowedAt = now;
        _allowance = (long)Math.Min(MaxAllowanceBytes, _allowance + (seconds * _options.CleaningBytesPerSecond));
        if (_allowance > 0 || IsBoundNear)
        {
            return TimeSpan.Zero;
        }

        return _options.CleaningBytesPerSecond == 0 ? null : TimeSpan.FromSeconds(Math.Min(60, (1 - _allowance) / (double)_options.CleaningBytesPerSecond) + 0.001);
    }

    /// <summary>The sparsest files, as many as bring the garbage down to the target.</summary>
    private List<PageFileSpace> ChooseFiles()
    {
        long wanted = CleanableBytes - (long)(_pageFiles!.LiveBytes * TargetShare);
        long most = Math.Min(MaxLapBytes, _pageFiles.LiveBytes / LapShare);
        List<PageFileSpace> chosen = [];
        foreach (PageFileSpace file in SparsestFirst())
        {
            if (wanted <= 0 || most <= 0)
            {
                break;
            }

            chosen.Add(file);
            wanted -= file.StoredBytes - file.LiveBytes;
            most -= file.LiveBytes;
        }

        return chosen;
    }

    private IEnumerable<PageFileSpace> SparsestFirst() =>
        _pageFiles!.SealedFiles.Where(file => file.LiveBytes > 0 && !_damagedFiles.Contains(file.Number)).OrderBy(static file => (double)file.LiveBytes / file.StoredBytes).ThenBy(static file => file.Number);

    /// <summary>
    /// One run. If a crash comes before the manifest is durable, the one before it counts, and what was written belongs to no page; afterwards the old places are garbage. Handles get their new places only then, because reading must
    /// go on after a failed write.
    /// </summary>
    /// <param name="version">The version of the newest manifest.</param>
    /// <param name="files">The files to free, at most.</param>
    /// <param name="leastBytes">What is found before making way for a checkpoint.</param>
    /// <param name="mostBytes">What is moved at most, about.</param>
    /// <param name="lap">Where to go on, which is told how far this went; null for a run from the beginning.</param>
    /// <param name="inFullThrough">Pages that are deltas in files up to this one are stored in full as well.</param>
    /// <returns>Whether anything was moved.</returns>
    private async Task<bool> RunCleaningAsync(StateVersion version, List<PageFileSpace> files, long leastBytes, long mostBytes, CleaningLap? lap, uint inFullThrough = 0)
    {
        long started = _options.TimeProvider.GetTimestamp();
        using Activity? activity = StoreActivities.Start("cairn.clean", Location, version.Height);
        CleaningJob job = NewJob();
        ICheckpointWriter? writer = null;
        try
        {
            // On one thread as far as it goes: between two of them it would wait for one of the pool, which are busy applying.
            bool? isStored;
            while ((isStored = await BackgroundThread.RunAsync(ThreadName, FindAndStore, stepsBack: !IsPressed).ConfigureAwait(false)) is null)
            {
                job = NewJob();
            }

            if (writer is null)
            {
                GoOn(lap, job.Stopped);
                return false;
            }

            if (isStored == false)
            {
                await BackgroundThread.RunAsync(ThreadName, () => job.TryStore(writer, static () => true), stepsBack: false).ConfigureAwait(false);
            }

            Manifest manifest = ManifestOf(job, version);
            await job.CommitAsync(writer, manifest).ConfigureAwait(false);
            Volatile.Write(ref _manifest, manifest);
        }
        catch (Exception exception)
        {
            NoteCleaningFailure(job, files, exception);
            throw;
        }
        finally
        {
            if (writer is not null)
            {
                await writer.DisposeAsync().ConfigureAwait(false);
            }
        }

        await MoveHandlesAsync(job.Moves).ConfigureAwait(false);
        GoOn(lap, job.Stopped);
        NoteManifest(version.Ordinal, checkpointBytes: 0);
        NoteRun(files.Count, job.WrittenBytes, _options.TimeProvider.GetElapsedTime(started));
        return true;

        bool? FindAndStore()
        {
            if (!TryFind(job, files, leastBytes, mostBytes, lap, inFullThrough))
            {
                return null;
            }

            if (!job.HasWork)
            {
                return true;
            }

            _pageFiles!.SetVersions(first: version.Ordinal, version.Ordinal);
            writer = _home.Pages!.BeginCheckpoint();
            job.Add(version.Local);
            job.Add(version.State);
            return job.TryStore(writer, () => !IsWanted);
        }

        CleaningJob NewJob() => new(Pages, _home.Pages!, version, files.Select(static file => file.Number), inFullThrough, lap?.Place);
    }

    /// <summary>What the next manifest says, once a job has stored what it found in a version.</summary>
    private Manifest ManifestOf(CleaningJob job, StateVersion version) => _manifest with
    {
        Generation = _manifest.Generation + 1,
        State = job.PageOf(version.State, _manifest.State),
        Local = job.PageOf(version.Local, _manifest.Local),
        HasDeltas = _manifest.HasDeltas || job.HasDeltas,
        HasAddingDeltas = _manifest.HasAddingDeltas || job.HasAddingDeltas,
    };

    private void NoteRun(int files, long writtenBytes, TimeSpan elapsed)
    {
        _allowance -= writtenBytes;
        Interlocked.Increment(ref _cleaningRuns);
        Interlocked.Add(ref _cleaningBytes, writtenBytes);
        Raise(new StoreEvent.CleaningCompleted(files, writtenBytes, elapsed));
    }

    /// <summary>Notes how far a lap has come.</summary>
    private void GoOn(CleaningLap? lap, CleaningPlace? place)
    {
        if (lap is not null && place is not null)
        {
            lap.Place = place;
        }
        else if (lap is { IsInDoubt: false } or { Place: not null })
        {
            Volatile.Write(ref _lap, null);
        }
    }

    /// <summary>Finds what is in use in the files: pages from the roots down, blobs in the files themselves. These are read as a whole, so that damage shows before it is deleted.</summary>
    /// <returns>False when it showed that more files are worth it, which are among the files now: another job has to begin anew.</returns>
    private bool TryFind(CleaningJob job, List<PageFileSpace> files, long leastBytes, long mostBytes, CleaningLap? lap, uint inFullThrough)
    {
        bool isWhole = job.FindPages(() => job.MarkedBytes < CompactionRunBytes && job.LiveBytes < mostBytes && GoesOn());
        if (isWhole && TryAddWorthwhile(files, job, inFullThrough))
        {
            return false;
        }

        foreach (PageFileSpace file in files.TakeWhile(_ => isWhole))
        {
            isWhole = _pageFiles!.Scan(file.Number, (extent, bytes) =>
            {
                if (!PageDeltaLayout.IsDelta(bytes) && BlobCodec.IsBlob(bytes))
                {
                    job.MarkBlob(extent, bytes);
                }

                return GoesOn();
            });
            if (isWhole && job.LiveBytesIn(file.Number) != file.LiveBytes)
            {
                if (lap?.Place is not null)
                {
                    // What earlier steps came upon is not known any more.
                    lap.Doubt();
                    return true;
                }

                job.Blamed = file.Number;
                throw job.Damage ?? new StateCorruptedException(PathOf(file), -1, "live bytes of a page file", $"{file.LiveBytes} as in the manifest", $"{job.LiveBytesIn(file.Number)}");
            }

            job.Stopped = isWhole ? null : CleaningPlace.End;
        }

        // Blobs found meanwhile take pages with them as well.
        return !isWhole || !TryAddWorthwhile(files, job, inFullThrough);

        bool GoesOn() => job.LiveBytes < leastBytes || !MustMakeWay;
    }

    private string PathOf(PageFileSpace file) => _home.Pages!.Locate(new PageAddress(file.Number, 0).ToId()).File;

    /// <summary>Whether somebody waits for the end of a run: a checkpoint for its turn, or a caller.</summary>
    private bool IsWanted => IsAwaited || MustMakeWay;

    /// <summary>Whether somebody waits, or soon will because the next checkpoint is due: then nothing that writes pages steps back.</summary>
    private bool IsPressed => IsWanted || IsCheckpointDue;

    private bool MustMakeWay => Volatile.Read(ref _waitingCheckpoints) > 0 || Volatile.Read(ref _disposed) != 0;

    /// <summary>A failed write latches. Anything else says that a file is damaged: it is not tried again, nor are the others if it is none of them.</summary>
    private void NoteCleaningFailure(CleaningJob job, List<PageFileSpace> files, Exception exception)
    {
        if (job.IsWriting || exception is not (StateCorruptedException or StoreFormatException or IOException))
        {
            Latch(exception);
        }
        else
        {
            string? damaged = (exception as StateCorruptedException)?.File;
            Volatile.Write(ref _lap, null);
            List<PageFileSpace> named = files.FindAll(file => file.Number == job.Blamed || string.Equals(PathOf(file), damaged, StringComparison.Ordinal));
            _damagedFiles.UnionWith((named.Count > 0 ? named : files).Select(static file => file.Number));
        }
    }

    /// <summary>Gives all handles their new places, while no block is being published.</summary>
    private async ValueTask MoveHandlesAsync(PageMoves moves)
    {
        moves.Seal();
        bool isDone = false;
        while (!isDone)
        {
            // No application should have to be done again for it, if none takes long.
            await Pages.BeginMovingAsync().ConfigureAwait(false);
            await _writeGate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                isDone = Pages.TryMove(moves, _storedOrdinal, Versions.Pinned, _supersededPages, _supersededBlobs);
            }
            finally
            {
                Pages.EndMoving();
                _writeGate.Release();
            }

            if (!isDone)
            {
                await Task.Delay(LeavingPause, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }
}
