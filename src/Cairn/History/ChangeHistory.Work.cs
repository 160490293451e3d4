using System.Diagnostics;
using Cairn.Homes;
using Cairn.IO;

namespace Cairn.History;

/// <content>
/// The files, and the work in the background: catching up with the log, turning runs in memory into files, merging files, removing what retention has passed. Nothing of it is needed for an answer, and no failure of it stops the store.
/// </content>
internal sealed partial class ChangeHistory
{
    /// <summary>How much longer the worker rests than it works while blocks are committed and it keeps up with them.</summary>
    private const int RestsPerWork = 4;

    /// <summary>When so much of the log is missing, by what makes it begin at all, it rests no longer than it works.</summary>
    private const int LagsTooFar = 8;

    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _workGate = new();
    private Task _work = Task.CompletedTask;
    private bool _isAwake; // under _workGate: the worker is to look once more
    private bool _isClosed;
    private long _grownBytes; // how much log was added since opening
    private long _wokenBytes; // how much of it there was when the worker was last told
    private long _writtenBytes;
    private bool _hasFlushFailed;
    private long _flushAgainBytes;
    private int _isFlushing;
    private Run[] _beingWritten = []; // runs in memory that are becoming a file: nobody else merges them

    /// <summary>Begins the work that an earlier process left. Called once, when the store is open for writing.</summary>
    public void Begin()
    {
        if (WritesFiles && (_files!.Exist || _log.BytesBetween(_keptFrom(), _log.End) > _options.LagBytes))
        {
            Wake();
        }
    }

    /// <summary>Tells that the log has grown. Costs a commit an addition.</summary>
    public void NoteGrowth(long bytes)
    {
        long grown = Interlocked.Add(ref _grownBytes, bytes);
        if (WritesFiles && grown - Volatile.Read(ref _wokenBytes) > _options.LagBytes)
        {
            Volatile.Write(ref _wokenBytes, grown);
            Wake();
        }
    }

    /// <summary>Tells that the log before the place it is kept from may be gone.</summary>
    public void NoteRetired()
    {
        ReadOnlySpan<Run> runs = Volatile.Read(ref _current).Runs;
        if (!_isReadOnly && runs.Length > 0 && runs[0].LastSequence <= _keptFrom().Sequence)
        {
            Wake();
        }
    }

    /// <summary>Waits until the worker has nothing to do.</summary>
    internal Task IdleAsync()
    {
        lock (_workGate)
        {
            return _work;
        }
    }

    /// <summary>Lets the worker do everything there is to do, and waits for it.</summary>
    internal Task CatchUpAsync()
    {
        Wake();
        return IdleAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task work;
        lock (_workGate)
        {
            work = _work;
            _isClosed = true;
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_building)
        {
            lock (_gate)
            {
                Run[] runs = _current.Runs.ToArray();
                Replace([], LogPosition.Start);

                // A cursor that was not disposed must not keep files open beyond the store.
                Array.ForEach(runs, static run => run.Close());
            }
        }

        _closing.Dispose();
    }

    private void Wake()
    {
        lock (_workGate)
        {
            if (_isClosed || _isReadOnly)
            {
                return;
            }

            _isAwake = true;
            if (_work.IsCompleted)
            {
                _work = BackgroundThread.RunAsync("Cairn history", Work);
            }
        }
    }

    /// <summary>On a thread that steps back behind commits and reads, and beside commits rests most of the time.</summary>
    /// <returns>Always true.</returns>
    private bool Work()
    {
        try
        {
            while (TrySleep())
            {
                // What failed before is tried again, once.
                (_hasFlushFailed, _flushAgainBytes) = (false, 0);
                bool isBusy = true;
                while (isBusy && !_closing.IsCancellationRequested)
                {
                    long started = Stopwatch.GetTimestamp();
                    long grown = Interlocked.Read(ref _grownBytes);
                    isBusy = Step();
                    if (isBusy && _options.Pauses && Interlocked.Read(ref _grownBytes) != grown)
                    {
                        // Commits come first: beside them not more than a fifth of one processor, while that is enough.
                        _closing.Token.WaitHandle.WaitOne((IsFarBehind ? 1 : RestsPerWork) * Stopwatch.GetElapsedTime(started));
                    }
                }
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The store is being closed.
        }
        catch (Exception exception)
        {
            // The next question, or the next growth of the log, tries again.
            EndWork();
            _raise(new StoreEvent.HistoryFailed(exception));
        }

        return true;
    }

    private bool IsFarBehind => FindGap(_log.DurableEnd.Sequence) is { } missing && _log.BytesBetween(missing.Before, _log.End) > LagsTooFar * _options.LagBytes;

    /// <returns>Whether there is something to do; if not, the worker has ended.</returns>
    private bool TrySleep()
    {
        lock (_workGate)
        {
            bool isAwake = _isAwake && !_closing.IsCancellationRequested;
            _isAwake = false;
            if (!isAwake)
            {
                _work = Task.CompletedTask;
            }

            return isAwake;
        }
    }

    private void EndWork()
    {
        lock (_workGate)
        {
            _isAwake = false;
        }
    }

    /// <summary>One step of the work, the most urgent one.</summary>
    /// <returns>Whether there was one.</returns>
    private bool Step()
    {
        try
        {
            return TryCatchUp() || TryRemove() || TryMergeFiles();
        }
        catch (RunDamagedException damage)
        {
            Drop(damage);
            return true;
        }
    }

    /// <summary>Makes one run of what is durable and missing.</summary>
    private bool TryCatchUp()
    {
        bool hasMade = false;
        lock (_building)
        {
            Open();
            if (WritesFiles && (!_hasFlushFailed || _current.MemoryBytes < _options.MaxRunBytes) && FindGap(_log.DurableEnd.Sequence) is { } missing)
            {
                Make(missing);
                MergeInMemory();
                hasMade = true;
            }
        }

        // Without the lock: a question that needs the newest records does not wait for the disk.
        return (WritesFiles && FlushIfDue(_options.FlushBytes)) || hasMade;
    }

    /// <summary>Turns durable runs in memory that follow each other into a file, when they have become too many; one thread at a time.</summary>
    private bool FlushIfDue(long limit)
    {
        if (Volatile.Read(ref _current).MemoryBytes <= Math.Max(limit, _flushAgainBytes) || Interlocked.Exchange(ref _isFlushing, 1) != 0)
        {
            return false;
        }

        try
        {
            lock (_gate)
            {
                _beingWritten = [.. RunsToFlush(_current, limit)];
            }

            return _beingWritten.Length > 0 && TryWrite(_beingWritten);
        }
        finally
        {
            Volatile.Write(ref _beingWritten, []);
            Volatile.Write(ref _isFlushing, 0);
        }
    }

    private List<Run> RunsToFlush(RunSet set, long limit)
    {
        ulong durable = _log.DurableEnd.Sequence;
        List<Run> row = [];
        foreach (Run run in set.Runs)
        {
            bool fits = !run.IsFile && run.LastSequence <= durable && run.LastSequence > set.Start.Sequence;
            if (!fits || (row.Count > 0 && row[^1].LastSequence + 1 != run.FirstSequence))
            {
                if (row.Sum(static other => other.Bytes) > limit / 2)
                {
                    break;
                }

                row.Clear();
            }

            if (fits)
            {
                row.Add(run);
            }
        }

        return row;
    }

    private bool TryMergeFiles() =>
        WritesFiles && !_hasFlushFailed && MergePlan.Find(Volatile.Read(ref _current).Runs, static run => run.IsFile, _options.FlushBytes) is { } plan && TryWrite(plan);

    /// <summary>Writes one file in place of some runs.</summary>
    private bool TryWrite(IReadOnlyList<Run> runs)
    {
        RunSet set = EnterCurrent();
        try
        {
            if (runs.Any(run => !set.Runs.Contains(run)))
            {
                return true; // the set has changed: look again
            }

            Run merged = _files!.Write(runs, StartOf(runs), _cache, _closing.Token);
            Interlocked.Add(ref _writtenBytes, merged.Bytes);
            if (!TryReplace(runs, merged))
            {
                merged.Close();
                _files.Delete(merged.Path);
                return true;
            }

            foreach (Run run in runs.Where(run => run.IsFile && !string.Equals(run.Path, merged.Path, StringComparison.Ordinal)))
            {
                _files.Delete(run.Path);
            }

            (_hasFlushFailed, _flushAgainBytes) = (false, 0);
            return true;
        }
        catch (Exception exception) when (exception is IOException or StateCorruptedException)
        {
            // Memory takes more until the next attempt, up to its bound.
            _hasFlushFailed = true;
            _flushAgainBytes = _current.MemoryBytes + _options.FlushBytes;
            _raise(new StoreEvent.HistoryFailed(exception));
            return false;
        }
        finally
        {
            set.Exit();
        }
    }

    /// <summary>Removes the runs that lie wholly before the start.</summary>
    private bool TryRemove()
    {
        Run[] passed = [.. Volatile.Read(ref _current).Runs.ToArray().Where(run => run.LastSequence <= _keptFrom().Sequence)];
        if (passed.Length == 0 || !TryReplace(passed, with: null))
        {
            return false;
        }

        foreach (Run run in passed.Where(static run => run.IsFile))
        {
            _files!.Delete(run.Path);
        }

        return true;
    }

    /// <summary>Takes over the files that are there, once. The caller holds the lock for making runs.</summary>
    private void Open()
    {
        if (_isOpen)
        {
            return;
        }

        if (_files is { Exist: true })
        {
            TakeFiles();
            if (WritesFiles)
            {
                foreach (string leftover in _files.Leftovers())
                {
                    _files.Delete(leftover);
                }
            }
        }

        Volatile.Write(ref _isOpen, true);
    }

    /// <summary>Read-only: looks for files that the writer has made since.</summary>
    private void Reload()
    {
        if (_files is { Exist: true })
        {
            TakeFiles();
        }
    }

    /// <summary>Takes over the files that count. Runs in memory that overlap one of them go.</summary>
    private void TakeFiles()
    {
        LogPosition start = _keptFrom();
        Dictionary<string, Run> known = _current.Runs.ToArray().Where(static run => run.IsFile).ToDictionary(static run => run.Path, StringComparer.Ordinal);
        List<Run> runs = [];
        foreach (RunName name in _files!.List().Where(name => !_dropped.Contains(name.Path) && name.Last > start.Sequence))
        {
            if (known.TryGetValue(name.Path, out Run? run) || TryOpen(name, start, out run))
            {
                runs.Add(run);
            }
        }

        lock (_gate)
        {
            Run[] kept = [.. _current.Runs.ToArray().Where(other => !runs.Contains(other) && !runs.Exists(run => run.FirstSequence <= other.LastSequence && other.FirstSequence <= run.LastSequence))];
            Replace([.. runs.Concat(kept).OrderBy(static run => run.FirstSequence)], start);
        }
    }

    /// <summary>Opens a file and sees whether it is about this log.</summary>
    private bool TryOpen(in RunName name, LogPosition start, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Run? run)
    {
        run = null;
        try
        {
            run = _files!.Open(name, _cache);
            CheckAgainstLog(run, start);
            return true;
        }
        catch (Exception exception) when (exception is StateStoreException or IOException)
        {
            run?.Close();
            run = null;
            if (_isReadOnly && exception is FileNotFoundException)
            {
                return false; // the writer has merged it meanwhile
            }

            Exception cause = exception is RunDamagedException damage ? damage.InnerException! : exception;
            _dropped.Add(name.Path);
            if (WritesFiles && exception is not IOException)
            {
                _files!.Delete(name.Path);
            }

            _raise(new StoreEvent.HistoryDamaged(name.Path, cause));
            return false;
        }
    }

    /// <summary>Holds the last record that both have against the log: a run of another history of the same store (a backup put back in parts) does not get past this.</summary>
    private void CheckAgainstLog(Run run, LogPosition start)
    {
        LogPosition end = _log.End;
        ulong sequence = Math.Min(run.LastSequence, end.Sequence);
        if (run.LastSequence > end.Sequence && !_isReadOnly)
        {
            throw new StateCorruptedException(run.Path, HistoryHeaderLayout.LastSequenceOffset, "last record of a history run", $"one up to {end.Sequence}, the end of the log", $"{run.LastSequence}");
        }

        if (sequence <= start.Sequence || sequence < run.FirstSequence)
        {
            return;
        }

        LogPosition expected = run.Record(sequence).After;
        LogPosition found = sequence == end.Sequence ? end : _log.Records.ReadHeads(run.Before(sequence)).First().After;
        if (found != expected)
        {
            throw new StateCorruptedException(run.Path, HistoryHeaderLayout.AfterPlaceOffset, "place behind a record of a history run", $"{found}, as in the log", $"{expected}");
        }
    }
}
