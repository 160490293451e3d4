namespace Cairn.Homes;

/// <summary>Where a home keeps the named snapshots of its store. One thread at a time creates and deletes; any may list and read beside it.</summary>
public interface ISnapshotStore
{
    /// <summary>The names, in ordinal order.</summary>
    /// <exception cref="IOException">Reading failed.</exception>
    IReadOnlyList<string> List();

    /// <summary>Opens a snapshot; the caller disposes the stream, whose length is that of the snapshot.</summary>
    /// <exception cref="FileNotFoundException">There is none of that name.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    Stream OpenRead(string name);

    /// <summary>Begins a snapshot, which is not there before <see cref="ISnapshotDraft.Commit"/> has returned. What a crash left of an earlier one goes.</summary>
    /// <param name="name">A name that is not taken.</param>
    /// <exception cref="IOException">Writing failed.</exception>
    ISnapshotDraft Create(string name);

    /// <summary>Deletes a snapshot, durably.</summary>
    /// <exception cref="IOException">Writing failed: it is there, or not.</exception>
    void Delete(string name);
}
