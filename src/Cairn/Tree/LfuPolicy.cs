namespace Cairn.Tree;

/// <summary>
/// Least frequently used, by samples: of some pages drawn at random the least used one goes. That comes close to the exact order (the least of eight is in the lowest eighth on average) at a fixed price, with one byte
/// a page. Uses fade: at each removal one page, in turn, loses half of its count, so that what counts is the time in which about all pages were replaced once.
/// </summary>
internal sealed class LfuPolicy : IEvictionPolicy
{
    /// <summary>How many pages are compared; up to so many, all of them are.</summary>
    internal const int SamplePages = 8;

    private readonly List<PageReference> _pages = [];
    private ulong _random = 0x9E3779B97F4A7C15; // any fixed number but zero: the order is the same in each run
    private int _chosen;
    private int _fading;

    /// <inheritdoc/>
    public byte MostUses => byte.MaxValue;

    /// <inheritdoc/>
    public int Count => _pages.Count;

    /// <inheritdoc/>
    public void Add(PageReference page) => _pages.Add(page);

    /// <inheritdoc/>
    public PageReference? Next(ref int steps)
    {
        if (_pages.Count == 0 || steps <= 0)
        {
            return null;
        }

        int sampled = Math.Min(SamplePages, _pages.Count);
        steps -= sampled;
        int least = int.MaxValue;
        for (int i = 0; i < sampled; i++)
        {
            int index = _pages.Count <= SamplePages ? i : Draw();
            if (_pages[index].Uses < least)
            {
                (_chosen, least) = (index, _pages[index].Uses);
            }
        }

        return _pages[_chosen];
    }

    /// <inheritdoc/>
    public void Remove()
    {
        _pages[_chosen] = _pages[^1];
        _pages.RemoveAt(_pages.Count - 1);
        if (_pages.Count > 0)
        {
            _fading = _fading + 1 < _pages.Count ? _fading + 1 : 0;
            _pages[_fading].Uses /= 2;
        }
    }

    /// <inheritdoc/>
    /// <remarks>A page that cannot go has children in memory, and is used as often as they are: it counts as used more.</remarks>
    public void Pass() => _pages[_chosen].Uses = (byte)Math.Min(byte.MaxValue, (2 * _pages[_chosen].Uses) + 1);

    /// <inheritdoc/>
    public void RemoveAll(Predicate<PageReference> isGone) => _pages.RemoveAll(isGone);

    /// <summary>The next number of a xorshift generator, as an index.</summary>
    private int Draw()
    {
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return (int)(((_random >> 32) * (ulong)_pages.Count) >> 32);
    }
}
