using Cairn.IO;

namespace Cairn.Homes;

/// <summary>A file as a stream, read or written from its beginning to its end, through a buffer. Owns the file. Used by one thread at a time.</summary>
internal sealed class StoredFileStream(IFile file, bool isWriting) : Stream
{
    private const int BufferBytes = 256 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private long _offset; // of the file, where the buffer begins
    private int _used; // in the buffer: what was read out of it, or written into it
    private int _filled;
    private bool _isClosed;

    /// <inheritdoc/>
    public override bool CanRead => !isWriting;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => isWriting;

    /// <inheritdoc/>
    public override long Length => isWriting ? _offset + _used : file.Length;

    /// <inheritdoc/>
    public override long Position { get => _offset + _used; set => throw new NotSupportedException("The stream goes forward only."); }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_used == _filled)
        {
            _offset += _filled;
            _used = 0;
            _filled = file.Read(_offset, _buffer);
        }

        int count = Math.Min(buffer.Length, _filled - _used);
        _buffer.AsSpan(_used, count).CopyTo(buffer);
        _used += count;
        return count;
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count = Math.Min(buffer.Length, _buffer.Length - _used);
            buffer[..count].CopyTo(_buffer.AsSpan(_used));
            _used += count;
            buffer = buffer[count..];
            if (_used == _buffer.Length)
            {
                Flush();
            }
        }
    }

    /// <summary>Writes what the buffer holds. Does not make it durable.</summary>
    public override void Flush()
    {
        if (isWriting && _used > 0)
        {
            file.Write(_offset, _buffer.AsSpan(0, _used));
            _offset += _used;
            _used = 0;
        }
    }

    /// <summary>Writes what the buffer holds, and makes the file durable.</summary>
    public void Sync()
    {
        Flush();
        file.Sync();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The stream goes forward only.");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("The stream goes forward only.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isClosed)
        {
            _isClosed = true;
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
