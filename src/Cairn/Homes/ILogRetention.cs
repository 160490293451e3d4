namespace Cairn.Homes;

/// <summary>
/// A log whose oldest records can be removed. What may go, the engine decides: see docs/durability.md. <see cref="Retire"/> is called from one thread at a time,
/// beside the thread that writes; the rest from any.
/// </summary>
public interface ILogRetention
{
    /// <summary>The bytes that the records between two places occupy at their home, with whatever lies between them.</summary>
    long OccupiedBytes(LogPosition from, LogPosition to);

    /// <summary>Tells what <see cref="Retire"/> would remove.</summary>
    LogRetirement WouldRetire(LogPosition before);

    /// <summary>Removes the records before a place, as far as the home can: it may keep some of them.</summary>
    /// <param name="before">A place in the log. Every durable manifest replays from there or later.</param>
    /// <returns>What was removed.</returns>
    /// <exception cref="IOException">Writing failed; the caller latches and never calls a writing member again.</exception>
    LogRetirement Retire(LogPosition before);
}
