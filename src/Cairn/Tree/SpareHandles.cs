namespace Cairn.Tree;

/// <summary>Handles that serve no page and that nobody keeps any more, for pages to be made, and what such handles knew of the stored forms of their pages. Safe for any thread.</summary>
internal sealed class SpareHandles
{
    /// <summary>The most that are held: as many as some large blocks replace between two checkpoints. They take 10 MB.</summary>
    private const int MostHandles = 1 << 17;

    private readonly Lock _lock = new();
    private readonly Stack<PageReference> _handles = new();
    private readonly Stack<PageBases> _bases = new();

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _handles.Count;
            }
        }
    }

    /// <summary>Puts one in.</summary>
    public void Put(PageReference handle)
    {
        lock (_lock)
        {
            if (_handles.Count < MostHandles)
            {
                _handles.Push(handle);
            }
        }
    }

    /// <summary>Takes one out, if there is one.</summary>
    public PageReference? TryTake()
    {
        lock (_lock)
        {
            return _handles.TryPop(out PageReference? handle) ? handle : null;
        }
    }

    /// <summary>Puts in what no handle has any more.</summary>
    public void Put(PageBases bases)
    {
        lock (_lock)
        {
            if (_bases.Count < MostHandles)
            {
                _bases.Push(bases);
            }
        }
    }

    /// <summary>Gives one to be begun.</summary>
    public PageBases RentBases()
    {
        lock (_lock)
        {
            if (_bases.TryPop(out PageBases? bases))
            {
                return bases;
            }
        }

        return new PageBases();
    }
}
