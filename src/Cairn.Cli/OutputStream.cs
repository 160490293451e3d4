using System.Text;

namespace Cairn.Cli;

/// <summary>
/// Standard output, buffered. When its reader has gone (<c>| head</c>) it says so once by <see cref="OutputClosedException"/> and swallows the rest;
/// any other failure is an <see cref="IOException"/> that names the output.
/// </summary>
internal sealed class OutputStream(Stream inner) : Stream
{
    private const int BrokenPipeError = 32; // EPIPE
    private const int BufferBytes = 64 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _used;

    /// <summary>Whether the reader has gone.</summary>
    public bool IsClosed { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Writes text as UTF-8.</summary>
    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes text as UTF-8 and a line feed.</summary>
    public void WriteLine(string text)
    {
        Write(text);
        Write("\n"u8);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > _buffer.Length - _used)
        {
            Drain();
        }

        if (buffer.Length > _buffer.Length)
        {
            Pass(buffer);
            return;
        }

        buffer.CopyTo(_buffer.AsSpan(_used));
        _used += buffer.Length;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        Drain();
        Pass([]);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private void Drain()
    {
        int used = _used;
        _used = 0; // whatever happens, these bytes are not tried again
        Pass(_buffer.AsSpan(0, used));
    }

    private void Pass(ReadOnlySpan<byte> bytes)
    {
        if (IsClosed)
        {
            return;
        }

        try
        {
            if (bytes.IsEmpty)
            {
                inner.Flush();
            }
            else
            {
                inner.Write(bytes);
            }
        }
        catch (IOException exception)
        {
            IsClosed = true;
            throw (exception.HResult & 0xffff) == BrokenPipeError
                ? new OutputClosedException()
                : new IOException($"The output cannot be written: {exception.Message}", exception);
        }
    }
}

/// <summary>The reader of standard output has gone; nobody wants the rest.</summary>
internal sealed class OutputClosedException : Exception;
