using Cairn.Homes;

namespace Cairn;

/// <summary>The places in the log that readers of the past need it from: while one is there, nothing behind it is retired. Unlike a hold it has no limit, and goes with whoever reads. Safe for any thread.</summary>
internal sealed class LogPins
{
    private readonly Lock _lock = new();
    private readonly LinkedList<LogPosition> _places = new();

    /// <summary>The oldest place; null when there is none.</summary>
    public LogPosition? Oldest
    {
        get
        {
            lock (_lock)
            {
                return _places.Count == 0 ? null : _places.MinBy(static place => place.Sequence);
            }
        }
    }

    /// <summary>Adds a place; it is taken out by disposing what is returned, once.</summary>
    public Pin Add(LogPosition place)
    {
        lock (_lock)
        {
            return new Pin(this, _places.AddLast(place));
        }
    }

    /// <summary>One reader's place.</summary>
    internal sealed class Pin(LogPins pins, LinkedListNode<LogPosition> node) : IDisposable
    {
        /// <summary>The place.</summary>
        public LogPosition Place => node.Value;

        /// <summary>Takes the place out.</summary>
        public void Dispose()
        {
            lock (pins._lock)
            {
                pins._places.Remove(node);
            }
        }
    }
}
