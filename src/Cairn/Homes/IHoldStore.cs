namespace Cairn.Homes;

/// <summary>Where a home keeps the named holds of its store. One thread at a time writes.</summary>
public interface IHoldStore
{
    /// <summary>Reads the holds, ascending by name.</summary>
    /// <exception cref="StateCorruptedException">They are damaged, so that nobody knows what has to be kept.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    IReadOnlyList<StoredHold> Read();

    /// <summary>Replaces all holds, atomically and durably.</summary>
    /// <param name="holds">The holds, ascending by name (ordinal), each name once; at most <see cref="LogHold.MaxHolds"/>.</param>
    /// <exception cref="IOException">Writing failed: the holds are the old ones or the new ones; the caller latches.</exception>
    void Write(IReadOnlyList<StoredHold> holds);
}
