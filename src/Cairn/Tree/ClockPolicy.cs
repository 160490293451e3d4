namespace Cairn.Tree;

/// <summary>
/// A queue with a second chance, which is the clock: a page used since it was last at the front goes to the back once more. Where no use is counted it is first in, first out. A use pays for at most one
/// step past its page, so a removal is one step and what uses have paid for.
/// </summary>
internal sealed class ClockPolicy(byte mostUses) : IEvictionPolicy
{
    private readonly Queue<PageReference> _queue = new();

    /// <inheritdoc/>
    public byte MostUses => mostUses;

    /// <inheritdoc/>
    public int Count => _queue.Count;

    /// <inheritdoc/>
    public void Add(PageReference page) => _queue.Enqueue(page);

    /// <inheritdoc/>
    public PageReference? Next(ref int steps)
    {
        while (steps-- > 0 && _queue.TryPeek(out PageReference? page))
        {
            if (page.Uses == 0)
            {
                return page;
            }

            page.Uses = 0;
            Pass();
        }

        return null;
    }

    /// <inheritdoc/>
    public void Remove() => _queue.Dequeue();

    /// <inheritdoc/>
    public void Pass() => _queue.Enqueue(_queue.Dequeue());

    /// <inheritdoc/>
    public void RemoveAll(Predicate<PageReference> isGone)
    {
        for (int left = _queue.Count; left > 0; left--)
        {
            PageReference page = _queue.Dequeue();
            if (!isGone(page))
            {
                _queue.Enqueue(page);
            }
        }
    }
}
