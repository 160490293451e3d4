namespace Cairn.Homes;

/// <summary>One checkpoint being written: pages from the leaves upwards, then the manifest. Disposing without committing abandons it. Not safe for several threads.</summary>
public interface ICheckpointWriter : IAsyncDisposable
{
    /// <summary>Stores a page.</summary>
    /// <param name="page">Its bytes, as they will be read back. Copied before the call returns.</param>
    /// <returns>Its id, valid at once for reading in this process.</returns>
    /// <exception cref="IOException">Writing failed.</exception>
    PageId Add(ReadOnlySpan<byte> page);

    /// <summary>Makes the checkpoint durable: its pages first, then the manifest, atomically.</summary>
    /// <param name="manifest">What is now true. The log is synced through it already.</param>
    /// <param name="freed">Pages and blobs that it no longer refers to but the manifest before did, with their stored bytes.</param>
    /// <param name="cancellationToken">Honoured until the manifest is written.</param>
    /// <exception cref="IOException">Writing or syncing failed; the caller latches.</exception>
    ValueTask CommitAsync(Manifest manifest, IReadOnlyList<StoredExtent> freed, CancellationToken cancellationToken);
}
