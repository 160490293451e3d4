namespace Cairn.IO;

/// <summary>An open file with positional access. Reads may run on any number of threads beside one writer.</summary>
public interface IFile : IDisposable
{
    /// <summary>The path it was opened by.</summary>
    string Path { get; }

    /// <summary>The current length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <param name="offset">The place of the first byte, at or after 0; past the end nothing is read.</param>
    /// <param name="buffer">Where the bytes go.</param>
    /// <returns>How many bytes were read; fewer than asked only at the end of the file.</returns>
    int Read(long offset, Span<byte> buffer);

    /// <summary>Writes all bytes at the offset, extending the file (with zeros before) where needed. Not durable before <see cref="Sync"/>.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Cuts or extends the file; new bytes are zero. Not durable before <see cref="Sync"/>.</summary>
    void SetLength(long length);

    /// <summary>
    /// Asks for a range to be brought to the disk beside what follows, so that a later <see cref="Sync"/> has less to wait for. Makes nothing durable, and does not wait for the disk. Unless a file system knows how, it does nothing.
    /// </summary>
    /// <param name="offset">The place of the first byte.</param>
    /// <param name="length">How many bytes.</param>
    /// <exception cref="IOException">The disk refused; what was written before may be lost, as after a failed <see cref="Sync"/>.</exception>
    void BeginTransfer(long offset, long length)
    {
    }

    /// <summary>Makes the bytes and the length durable.</summary>
    void Sync();
}
