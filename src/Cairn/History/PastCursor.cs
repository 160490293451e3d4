namespace Cairn.History;

/// <summary>
/// Walks over the keys that changed in an interval: a merge of the runs that have a part of it. Holds the set of runs it began with; when one of them turns out to be damaged, it goes on with a newer set behind the last key. Owned by one thread.
/// </summary>
internal sealed class PastCursor : IPastCursor
{
    /// <summary>How many entries of a key are walked over before the next key is looked up instead.</summary>
    private const int MaxSteps = 8;

    private readonly ChangeHistory _history;
    private readonly TreeKind _tree;
    private readonly byte[] _start;
    private readonly byte[] _end;
    private readonly ulong _after;
    private readonly bool _reverse;
    private readonly List<RunSeeker> _sources = []; // those that stand on an entry, ascending by sequence
    private readonly byte[] _key = new byte[RunKey.MaxBytes];
    private readonly byte[] _passed = new byte[RunKey.MaxBytes]; // the last key that was given: where a new beginning goes on
    private ulong _upTo;
    private RunSet? _set;
    private LiveSequences _live = LiveSequences.All;
    private int _keyBytes;
    private int _passedBytes;
    private int _drops;
    private bool _isDisposed;

    /// <summary>Makes a cursor before its first key.</summary>
    public PastCursor(ChangeHistory history, TreeKind tree, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, ulong after, ulong upTo, bool reverse)
    {
        _history = history;
        _tree = tree;
        _start = [(byte)tree, .. start];
        _end = end.Length == 0 ? [(byte)(tree + 1)] : [(byte)tree, .. end];
        _after = after;
        _upTo = upTo;
        _reverse = reverse;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Key => _key.AsSpan(1, _keyBytes - 1);

    /// <inheritdoc/>
    public PastChange Change { get; private set; }

    /// <inheritdoc/>
    public bool Next()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        while (true)
        {
            try
            {
                if (_set is null)
                {
                    Begin();
                }

                bool isFound = _reverse ? NextBackward() : NextForward();
                if (isFound)
                {
                    LastKey.CopyTo(_passed);
                    _passedBytes = _keyBytes;
                }

                return isFound;
            }
            catch (RunDamagedException damage) when (++_drops < ChangeHistory.MaxAttempts)
            {
                Leave();
                _history.DropRun(damage);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        Leave();
    }

    private void Leave()
    {
        _sources.Clear();
        _set?.Exit();
        _set = null;
    }

    /// <summary>Places the sources behind the last key that was given, or at the beginning.</summary>
    private void Begin()
    {
        _set = _history.EnterSet(ref _upTo);
        _history.ThrowUnlessKept(_set, _after);
        _live = _set.LiveAt(_upTo);
        ReadOnlySpan<Run> runs = _set.Runs;
        for (int i = _set.IndexFor(_after + 1); i < runs.Length && runs[i].FirstSequence <= _upTo; i++)
        {
            RunSeeker source = new();
            ReadOnlySpan<byte> passed = _passed.AsSpan(0, _passedBytes);
            bool isThere = _reverse ? source.SeekBefore(runs[i], _passedBytes > 0 ? passed : _end, 0)
                : _passedBytes > 0 ? source.Seek(runs[i], passed, ulong.MaxValue)
                : source.Seek(runs[i], _start, 0);
            if (isThere)
            {
                _sources.Add(source);
            }
        }
    }

    private ReadOnlySpan<byte> LastKey => _key.AsSpan(0, _keyBytes);

    private bool NextForward()
    {
        while (_sources.Count > 0)
        {
            RunSeeker least = _sources[0];
            foreach (RunSeeker source in _sources)
            {
                least = source.Key.SequenceCompareTo(least.Key) < 0 ? source : least;
            }

            if (least.Key.SequenceCompareTo(_end) >= 0)
            {
                _sources.Clear();
                return false;
            }

            Take(least.Key);
            bool isFound = false;
            for (int i = 0; i < _sources.Count; i++)
            {
                if (!_sources[i].Key.SequenceEqual(LastKey))
                {
                    continue;
                }

                isFound = isFound || TryTakeChange(_sources[i]);
                if (!PassKey(_sources[i]))
                {
                    _sources.RemoveAt(i--);
                }
            }

            if (isFound)
            {
                return true;
            }
        }

        return false;
    }

    private bool NextBackward()
    {
        while (_sources.Count > 0)
        {
            RunSeeker most = _sources[0];
            foreach (RunSeeker source in _sources)
            {
                most = source.Key.SequenceCompareTo(most.Key) > 0 ? source : most;
            }

            if (most.Key.SequenceCompareTo(_start) < 0)
            {
                _sources.Clear();
                return false;
            }

            Take(most.Key);
            bool isFound = _history.TryFindFirst(_set!, _tree, Key, _after, _upTo, out PastChange change);
            Change = change;
            for (int i = 0; i < _sources.Count; i++)
            {
                if (_sources[i].Key.SequenceEqual(LastKey) && !_sources[i].SeekBefore(_sources[i].Run, LastKey, 0))
                {
                    _sources.RemoveAt(i--);
                }
            }

            if (isFound)
            {
                return true;
            }
        }

        return false;
    }

    private void Take(ReadOnlySpan<byte> key)
    {
        key.CopyTo(_key);
        _keyBytes = key.Length;
    }

    /// <summary>Takes the first live change of the key from a source that stands on it.</summary>
    private bool TryTakeChange(RunSeeker source)
    {
        ulong from = _live.Next(_after + 1);
        for (int steps = 0; ; steps++)
        {
            if (source.Entry.Sequence > _upTo)
            {
                return false;
            }

            from = _live.Next(Math.Max(from, source.Entry.Sequence));
            if (from == source.Entry.Sequence)
            {
                Change = _history.ToChange(source, _tree);
                return true;
            }

            bool isThere = steps < MaxSteps ? source.Next() : source.Seek(source.Run, LastKey, from);
            if (!isThere || !source.Key.SequenceEqual(LastKey))
            {
                return false;
            }
        }
    }

    /// <summary>Moves a source behind the key.</summary>
    /// <returns>False when it has no entry there.</returns>
    private bool PassKey(RunSeeker source)
    {
        for (int steps = 0; source.HasEntry && source.Key.SequenceEqual(LastKey); steps++)
        {
            bool isThere = steps < MaxSteps ? source.Next() : source.Seek(source.Run, LastKey, ulong.MaxValue);
            if (!isThere)
            {
                return false;
            }
        }

        return source.HasEntry;
    }
}
