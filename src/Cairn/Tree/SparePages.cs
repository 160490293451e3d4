namespace Cairn.Tree;

/// <summary>Page objects that stand for no page, the one put in last on top. A value in one place, guarded by whatever guards that.</summary>
internal struct SparePages
{
    private const int LeastRoom = 64;

    private Page[]? _pages;
    private int _count;

    /// <summary>Takes the objects put in last: what was used a moment ago is still near.</summary>
    /// <param name="taken">Takes as many as there are and as fit, the one put in last at its end.</param>
    /// <returns>How many, at the beginning of <paramref name="taken"/>.</returns>
    public int Take(Span<Page> taken)
    {
        int count = Math.Min(_count, taken.Length);
        _count -= count;
        Span<Page> top = _pages.AsSpan(_count, count);
        top.CopyTo(taken);
        top.Clear();
        return count;
    }

    /// <summary>Puts an object in, unless there would be too many then; that one goes to the garbage collector.</summary>
    public void Put(Page page, int most)
    {
        if (_count == most)
        {
            return;
        }

        _pages ??= new Page[LeastRoom];
        if (_count == _pages.Length)
        {
            Array.Resize(ref _pages, 2 * _count);
        }

        _pages[_count++] = page;
    }
}
