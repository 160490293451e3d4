namespace Cairn.Homes;

/// <summary>
/// The page store of a home: immutable pages and blobs by id, replaced as a whole by checkpoints. Reading is safe on any thread; one checkpoint
/// is written at a time.
/// </summary>
public interface IPageStore : IAsyncDisposable
{
    /// <summary>The newest durable manifest; <see cref="Manifest.Empty"/> before the first checkpoint.</summary>
    Manifest Manifest { get; }

    /// <summary>The bytes the pages occupy at their home.</summary>
    long StoredBytes { get; }

    /// <summary>The bytes of them that the newest manifest still refers to.</summary>
    long LiveBytes { get; }

    /// <summary>Reads a stored page or blob, or the first part of it.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="destination">As long as the part wanted; filled completely.</param>
    /// <exception cref="StateCorruptedException">The id leads nowhere, or there are fewer bytes.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    void Read(PageId id, Span<byte> destination);

    /// <summary>Where a page or blob lies, for messages: a file and an offset, a table and a row.</summary>
    (string File, long Offset) Locate(PageId id);

    /// <summary>Tells that pages will be read soon. May do nothing.</summary>
    ValueTask PrefetchAsync(ReadOnlyMemory<PageId> ids, CancellationToken cancellationToken);

    /// <summary>Begins a checkpoint. Nothing of it counts before <see cref="ICheckpointWriter.CommitAsync"/> has returned.</summary>
    ICheckpointWriter BeginCheckpoint();

    /// <summary>Read-only homes: reads the manifest again. Elsewhere it does nothing.</summary>
    ValueTask RefreshAsync(CancellationToken cancellationToken);
}
