namespace Cairn.IO;

/// <summary>An open file with positional access. Reads may run on any number of threads beside one writer.</summary>
public interface IFile : IDisposable
{
    /// <summary>What <see cref="WriteDirect"/> needs multiples of, in bytes: no disk in use has larger sectors.</summary>
    const int DirectBytes = 4096;

    /// <summary>The path it was opened by.</summary>
    string Path { get; }

    /// <summary>The current length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <param name="offset">The place of the first byte, at or after 0; past the end nothing is read.</param>
    /// <param name="buffer">Where the bytes go.</param>
    /// <returns>How many bytes were read; fewer than asked only at the end of the file.</returns>
    int Read(long offset, Span<byte> buffer);

    /// <summary>
    /// Reads as <see cref="Read"/> does, past the system's cache of files where that can be done: for many bytes that were written by <see cref="WriteDirect"/> and are read once. That takes an offset, a length and an address of the buffer in memory that are
    /// multiples of <see cref="DirectBytes"/>; whatever else, and any file system that does not know how, is an ordinary read.
    /// </summary>
    /// <param name="offset">The place of the first byte, at or after 0; past the end nothing is read.</param>
    /// <param name="buffer">Where the bytes go.</param>
    /// <returns>How many bytes were read; fewer than asked only at the end of the file.</returns>
    int ReadDirect(long offset, Span<byte> buffer) => Read(offset, buffer);

    /// <summary>Writes all bytes at the offset, extending the file (with zeros before) where needed. Not durable before <see cref="Sync"/>.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Writes as <see cref="Write"/> does, past the system's cache of files where that can be done: for many bytes that nobody is going to read soon. That takes an offset, a length and an address of the bytes in memory that are multiples of
    /// <see cref="DirectBytes"/>; whatever else, and any file system that does not know how, is an ordinary write.
    /// </summary>
    /// <param name="offset">The place of the first byte.</param>
    /// <param name="bytes">The bytes. They must not change before the call returns.</param>
    void WriteDirect(long offset, ReadOnlySpan<byte> bytes) => Write(offset, bytes);

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
