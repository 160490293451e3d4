namespace Cairn;

/// <summary>The open views in the order of their opening, to tell what they cost. Safe for any thread.</summary>
internal sealed class OpenViewList
{
    private readonly Lock _lock = new();
    private readonly LinkedList<StateView> _views = new();

    /// <summary>Enters a view.</summary>
    /// <returns>Its place, for <see cref="Remove"/>.</returns>
    public LinkedListNode<StateView> Add(StateView view)
    {
        lock (_lock)
        {
            return _views.AddLast(view);
        }
    }

    /// <summary>Takes a view out, once.</summary>
    public void Remove(LinkedListNode<StateView> place)
    {
        lock (_lock)
        {
            _views.Remove(place);
        }
    }

    /// <summary>The lowest height of a view, and the time stamp of the first opened; null when none is open. Looks at each view.</summary>
    public (BlockHeight? Height, long OpenedAt)? Oldest()
    {
        lock (_lock)
        {
            if (_views.First is not { } first)
            {
                return null;
            }

            // A view of the empty store is the oldest, and has no height.
            BlockHeight? lowest = first.Value.Height;
            foreach (StateView view in _views)
            {
                lowest = view.Height is { } height && lowest is { } known ? (height < known ? height : known) : null;
            }

            return (lowest, first.Value.OpenedAt);
        }
    }
}
