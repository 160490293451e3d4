namespace Cairn.Tree;

/// <summary>
/// The recent versions, oldest first, found by height. Heights ascend but where a rewind went back: each version from the last such place on is found by bisection, older ones by walking back. Guarded by its owner.
/// </summary>
internal sealed class RecentVersions
{
    private const int CompactAfter = 1024;

    private readonly List<StateVersion?> _versions = [];
    private int _first;
    private int _ascendingFrom;

    /// <summary>How many there are.</summary>
    public int Count => _versions.Count - _first;

    /// <summary>The oldest one.</summary>
    public StateVersion Oldest => At(_first);

    /// <summary>The lowest height; null without a block. Looks at each version.</summary>
    public BlockHeight? LowestHeight
    {
        get
        {
            BlockHeight? lowest = null;
            for (int i = _first; i < _versions.Count; i++)
            {
                lowest = At(i).Height is { } height && !(lowest <= height) ? height : lowest;
            }

            return lowest;
        }
    }

    /// <summary>Adds the newest one.</summary>
    public void Add(StateVersion version)
    {
        if (Count > 0 && !IsAtOrBelow(At(_versions.Count - 1), version.Height))
        {
            _ascendingFrom = _versions.Count;
        }

        _versions.Add(version);
    }

    /// <summary>Takes out the oldest one.</summary>
    public StateVersion TakeOldest()
    {
        StateVersion oldest = Oldest;
        _versions[_first++] = null;
        if (_first > CompactAfter && _first > _versions.Count / 2)
        {
            _versions.RemoveRange(0, _first);
            _ascendingFrom = Math.Max(0, _ascendingFrom - _first);
            _first = 0;
        }

        return oldest;
    }

    /// <summary>Finds the last version at or below a height: what follows it has greater heights.</summary>
    /// <param name="height">The height.</param>
    /// <param name="next">The version that follows it; null when it is the newest.</param>
    /// <returns>Null when there is none, or none with a block.</returns>
    public StateVersion? Find(BlockHeight height, out StateVersion? next)
    {
        int low = Math.Max(_first, _ascendingFrom);
        int high = _versions.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = IsAtOrBelow(At(middle), height) ? (middle + 1, high) : (low, middle);
        }

        // Before the first of the ascending ones, if it is not among them.
        int at = low - 1;
        while (at >= _first && !IsAtOrBelow(At(at), height))
        {
            at--;
        }

        next = at + 1 < _versions.Count && at >= _first ? At(at + 1) : null;
        return at >= _first && At(at).Height is not null ? At(at) : null;
    }

    /// <summary>The empty store is below every height.</summary>
    private static bool IsAtOrBelow(StateVersion version, BlockHeight? height) => version.Height is not { } own || own <= height;

    private StateVersion At(int index) => _versions[index]!;
}
