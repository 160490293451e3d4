namespace Cairn.Homes;

/// <summary>A named snapshot being written. Disposing it without committing leaves nothing.</summary>
public interface ISnapshotDraft : IDisposable
{
    /// <summary>Takes the bytes, one behind the other.</summary>
    Stream Content { get; }

    /// <summary>Makes the snapshot be there, whole and durable.</summary>
    /// <exception cref="IOException">Writing failed: it is there as a whole, or not at all.</exception>
    void Commit();
}
