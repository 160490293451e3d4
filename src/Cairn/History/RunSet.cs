using Cairn.Homes;

namespace Cairn.History;

/// <summary>
/// The runs of the history at one moment.
/// <list type="bullet">
/// <item>Ascending by sequence, none overlapping another; there may be gaps between them where runs were dropped.</item>
/// <item>Immutable. A newer set replaces it as a whole; it lives until its last reader has left, and its runs until no set has them.</item>
/// </list>
/// </summary>
internal sealed class RunSet
{
    private readonly Run[] _runs;
    private readonly PastRewind[] _rewinds;
    private Liveness _live = new(0, LiveSequences.All);
    private int _users = 1; // whoever made it current

    /// <summary>Makes a set, which holds its runs.</summary>
    /// <param name="runs">The runs, ascending.</param>
    /// <param name="start">The place before the first record that the history is to have.</param>
    public RunSet(IEnumerable<Run> runs, LogPosition start)
    {
        _runs = [.. runs];
        Start = start;
        Covered = FindGap(ulong.MaxValue) is { } gap ? gap.Before.Sequence : ulong.MaxValue;
        From = FindFrom();
        _rewinds = [.. _runs.SelectMany(static run => run.Rewinds)];
        foreach (Run run in _runs)
        {
            run.Hold();
        }
    }

    /// <summary>The runs.</summary>
    public ReadOnlySpan<Run> Runs => _runs;

    /// <summary>The place before the first record that the history is to have.</summary>
    public LogPosition Start { get; }

    /// <summary>The last sequence up to which, from the start on, none is missing.</summary>
    public ulong Covered { get; }

    /// <summary>The sequence behind which, up to <see cref="Covered"/>, none is missing: before the start where older runs are still there.</summary>
    public ulong From { get; }

    /// <summary>The memory of the runs that are no files.</summary>
    public long MemoryBytes => _runs.Where(static run => !run.IsFile).Sum(static run => run.Bytes);

    /// <summary>The disk that the others take.</summary>
    public long FileBytes => _runs.Where(static run => run.IsFile).Sum(static run => run.Bytes);

    /// <summary>Begins using the set.</summary>
    /// <returns>False when it is no longer the current one and everybody has left it.</returns>
    public bool TryEnter()
    {
        int users = Volatile.Read(ref _users);
        while (users > 0)
        {
            int found = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (found == users)
            {
                return true;
            }

            users = found;
        }

        return false;
    }

    /// <summary>Ends using it.</summary>
    public void Exit()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            foreach (Run run in _runs)
            {
                run.Release();
            }
        }
    }

    /// <summary>The first run that ends at or behind a sequence.</summary>
    public int IndexFor(ulong sequence)
    {
        int low = 0;
        int high = _runs.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_runs[middle].LastSequence < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The run that has a record; null when none has.</summary>
    public Run? RunOf(ulong sequence)
    {
        int index = IndexFor(sequence);
        return index < _runs.Length && _runs[index].FirstSequence <= sequence ? _runs[index] : null;
    }

    /// <summary>What is live for a version.</summary>
    public LiveSequences LiveAt(ulong upTo)
    {
        if (_rewinds.Length == 0)
        {
            return LiveSequences.All;
        }

        int count = _rewinds.Length;
        while (count > 0 && _rewinds[count - 1].Sequence > upTo)
        {
            count--;
        }

        Liveness known = Volatile.Read(ref _live);
        if (known.Rewinds != count)
        {
            known = new Liveness(count, LiveSequences.Without(_rewinds.Take(count)));
            Volatile.Write(ref _live, known);
        }

        return known.Live;
    }

    /// <summary>The first part that is missing.</summary>
    /// <param name="through">The sequence up to which nothing should be.</param>
    public Gap? FindGap(ulong through)
    {
        LogPosition place = Start;
        foreach (Run run in _runs)
        {
            if (place.Sequence >= through)
            {
                return null;
            }

            if (run.FirstSequence > place.Sequence + 1)
            {
                return new Gap(place, Math.Min(through, run.FirstSequence - 1));
            }

            place = run.LastSequence > place.Sequence ? run.Header.After : place;
        }

        return place.Sequence < through ? new Gap(place, through) : null;
    }

    private ulong FindFrom()
    {
        ulong from = Start.Sequence;
        for (int i = IndexFor(from + 1); i >= 0; i--)
        {
            if (i < _runs.Length && _runs[i].FirstSequence <= from + 1 && _runs[i].LastSequence >= from)
            {
                from = Math.Min(from, _runs[i].FirstSequence - 1);
            }
        }

        return from;
    }

    /// <summary>A part that is missing.</summary>
    /// <param name="Before">The place before it.</param>
    /// <param name="Through">The last sequence of it.</param>
    internal readonly record struct Gap(LogPosition Before, ulong Through);

    private sealed record Liveness(int Rewinds, LiveSequences Live);
}
