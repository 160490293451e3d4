using Cairn.Homes;

namespace Cairn.History;

/// <summary>
/// The key-sorted index over the block log: runs in memory and, in a directory store, in files.
/// <list type="bullet">
/// <item>What a question needs and no run has yet is read from the log at once; a worker in the background does the same as the log grows, turns runs in memory into files and merges files.</item>
/// <item>A file holds only what was durable in the log before. Nothing depends on a file: one that is damaged or missing is made anew from the log.</item>
/// <item>The set of runs is replaced under <c>_gate</c>; a reader uses the set it entered, whatever comes after it. Runs are made under <c>_building</c>; merging files needs neither until it is done.</item>
/// </list>
/// Safe for any thread.
/// </summary>
internal sealed partial class ChangeHistory : IChangeHistory, IOldValues, IAsyncDisposable
{
    /// <summary>How often a question is begun again because a run was damaged. Each time one run less is left, and what replaces it is in memory first.</summary>
    internal const int MaxAttempts = 64;

    private readonly Lock _gate = new();
    private readonly Lock _building = new();
    private readonly IBlockLog _log;
    private readonly string _location;
    private readonly HistoryFiles? _files;
    private readonly bool _isReadOnly;
    private readonly HistoryOptions _options;
    private readonly Func<LogPosition> _keptFrom;
    private readonly Action<StoreEvent> _raise;
    private readonly BlockCache _cache;
    private readonly SpareBlocks _spare;
    private readonly TailBuilder _tail; // under _building
    private readonly HashSet<string> _dropped = []; // paths of files that are damaged; under _building
    private RunSet _current;
    private bool _isOpen;

    /// <summary>Makes the history of a log. Reads nothing yet.</summary>
    /// <param name="location">The store, for messages.</param>
    /// <param name="log">The log.</param>
    /// <param name="directory">Where files may be; null where everything is in memory.</param>
    /// <param name="isReadOnly">Whether files are only read.</param>
    /// <param name="keptFrom">The place from which on the log is kept. It never goes back.</param>
    /// <param name="options">How much it may take.</param>
    /// <param name="raise">Takes events; must not throw.</param>
    public ChangeHistory(string location, IBlockLog log, HistoryDirectory? directory, bool isReadOnly, Func<LogPosition> keptFrom, HistoryOptions options, Action<StoreEvent> raise)
    {
        _location = location;
        _log = log;
        _spare = new SpareBlocks(options.PoisonsBlocks);
        _tail = new TailBuilder(log.Records, _spare);
        _files = directory is null ? null : new HistoryFiles(directory);
        _isReadOnly = isReadOnly;
        _keptFrom = keptFrom;
        _options = options;
        _raise = raise;
        _cache = new BlockCache(options.CacheBytes);
        _current = new RunSet([], LogPosition.Start);
    }

    /// <summary>Whether runs become files.</summary>
    private bool WritesFiles => _files is not null && !_isReadOnly;

    /// <summary>Takes over the files that are there, if nothing has asked for them yet.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public void OpenFiles()
    {
        if (_files is not null && !Volatile.Read(ref _isOpen))
        {
            lock (_building)
            {
                Open();
            }
        }
    }

    /// <summary>What the history takes and has, as far as its files were opened.</summary>
    public HistoryUsage Usage
    {
        get
        {
            RunSet set = Volatile.Read(ref _current);
            return new HistoryUsage(set.Runs.Length, set.FileBytes, set.MemoryBytes, _cache.Bytes, _cache.Misses, Interlocked.Read(ref _writtenBytes), set.Covered);
        }
    }

    /// <summary>Uses a set that covers everything up to a sequence, which the log has.</summary>
    /// <param name="upTo">The sequence; brought down to the end of the log.</param>
    /// <returns>The set, to be left.</returns>
    private RunSet Enter(ref ulong upTo)
    {
        while (true)
        {
            RunSet set = EnterCurrent();
            if (set.Covered >= upTo && Volatile.Read(ref _isOpen))
            {
                return set;
            }

            set.Exit();
            upTo = Math.Min(upTo, _log.End.Sequence);
            Cover(upTo);
        }
    }

    private RunSet EnterCurrent()
    {
        RunSet set;
        do
        {
            set = Volatile.Read(ref _current);
        }
        while (!set.TryEnter());

        return set;
    }

    /// <summary>Makes what is missing up to a sequence.</summary>
    private void Cover(ulong upTo)
    {
        lock (_building)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            Open();
            bool hasReloaded = false;
            while (FindGap(upTo) is { } gap)
            {
                if (_isReadOnly && !hasReloaded)
                {
                    hasReloaded = true;
                    Reload();
                    continue;
                }

                RefuseTooMuch(gap);
                Make(gap);
                MergeInMemory();
                if (WritesFiles)
                {
                    FlushIfDue(2 * _options.FlushBytes);
                }
            }
        }
    }

    /// <summary>The first part that is missing, of what is to be there now.</summary>
    private RunSet.Gap? FindGap(ulong upTo)
    {
        LogPosition start = _keptFrom();
        lock (_gate)
        {
            if (start.Sequence > _current.Start.Sequence)
            {
                Replace(_current.Runs.ToArray(), start);
            }

            return _current.FindGap(upTo);
        }
    }

    private void RefuseTooMuch(RunSet.Gap gap)
    {
        if (_files is not null && _current.MemoryBytes > _options.MaxRunBytes && !(WritesFiles && !_hasFlushFailed))
        {
            Wake();
            throw new HistoryNotIndexedException(_location, gap.Before.Sequence, gap.Through, _options.MaxRunBytes);
        }
    }

    /// <summary>Makes a run in memory of the first records of a gap.</summary>
    private void Make(RunSet.Gap gap)
    {
        try
        {
            Add(MakeRun(gap));
        }
        catch (Exception exception) when (exception is StateCorruptedException or IOException && _keptFrom().Sequence > gap.Before.Sequence)
        {
            // The log before that place may have been retired meanwhile: what is missing now begins there.
        }
    }

    private Run MakeRun(RunSet.Gap gap)
    {
        RunSet set = EnterCurrent();
        TailBuilder tail = _tail;
        try
        {
            tail.Begin(gap.Before);
            (ulong Height, ulong Sequence) head = HeadAfter(set, gap.Before.Sequence);
            foreach (PlacedRecord placed in _log.Records.ReadPlaced(gap.Before, gap.Through))
            {
                LogRecord record = placed.Record;
                head = record.Kind switch
                {
                    RecordKind.Block => (record.Height.Value, record.Sequence),
                    RecordKind.Rewind when record.AbandonedFrom - 1 > gap.Before.Sequence => (tail.Row(record.AbandonedFrom - 1).HeadHeight, tail.Row(record.AbandonedFrom - 1).HeadSequence),
                    RecordKind.Rewind => HeadAfter(set, record.AbandonedFrom - 1),
                    _ => head,
                };
                tail.Add(placed, new RecordRow(record.Kind, record.Height.Value, record.TimeTicks, record.Root, record.AbandonedFrom, head.Height, head.Sequence, placed.After));
                if (tail.Bytes >= _options.BatchBytes)
                {
                    break;
                }
            }

            return tail.Finish();
        }
        finally
        {
            tail.Forget();
            set.Exit();
        }
    }

    private static (ulong Height, ulong Sequence) HeadAfter(RunSet set, ulong sequence) =>
        set.RunOf(sequence)?.Record(sequence) is { } row ? (row.HeadHeight, row.HeadSequence) : (0, 0);

    /// <summary>Adds a run in a gap.</summary>
    private void Add(Run run)
    {
        lock (_gate)
        {
            Replace([.. _current.Runs.ToArray().Append(run).OrderBy(static other => other.FirstSequence)], _current.Start);
        }
    }

    /// <summary>Puts a run in place of others.</summary>
    /// <returns>False when these are not all there any more; the run is then nobody's.</returns>
    private bool TryReplace(IReadOnlyList<Run> others, Run? with)
    {
        lock (_gate)
        {
            Run[] runs = _current.Runs.ToArray();
            if (others.Any(other => !runs.Contains(other)))
            {
                return false;
            }

            Replace([.. runs.Except(others).Concat(with is null ? [] : [with]).OrderBy(static run => run.FirstSequence)], _current.Start);
            return true;
        }
    }

    /// <summary>Makes another set the current one; the caller holds the gate.</summary>
    private void Replace(Run[] runs, LogPosition start)
    {
        RunSet old = _current;
        Volatile.Write(ref _current, new RunSet(runs, start));
        old.Exit();
    }

    /// <summary>Runs in memory that follow each other and have about the same size become one.</summary>
    private void MergeInMemory()
    {
        while (true)
        {
            // Inside, the memory of runs that become a file meanwhile is not used again.
            RunSet set = EnterCurrent();
            try
            {
                if (MergePlan.Find(set.Runs, run => !run.IsFile && !Volatile.Read(ref _beingWritten).Contains(run), RunBlock.SizeBytes) is not { } plan)
                {
                    return;
                }

                MemoryRunSink sink = new(_spare);
                if (!TryReplace(plan, sink.ToRun(RunMerger.Merge(plan, sink, StartOf(plan), default, CancellationToken.None))))
                {
                    return; // they have just become a file
                }
            }
            finally
            {
                set.Exit();
            }
        }
    }

    /// <summary>What a merge may leave out: the records before the start, but not all of them.</summary>
    private ulong StartOf(IReadOnlyList<Run> runs) => Math.Min(Volatile.Read(ref _current).Start.Sequence, runs[^1].LastSequence - 1);

    /// <summary>Lets go of a damaged run. What it had is made anew when it is needed, or by the worker.</summary>
    private void Drop(RunDamagedException damage)
    {
        lock (_building)
        {
            if (!TryReplace([damage.Run], with: null))
            {
                return; // another question met it first
            }

            _dropped.Add(damage.Run.Path);
            if (WritesFiles)
            {
                _files!.Delete(damage.Run.Path);
            }
        }

        _raise(new StoreEvent.HistoryDamaged(damage.Run.Path, damage.InnerException!));
        Wake();
    }
}
