using System.Buffers;
using Cairn.IO;

namespace Cairn.History;

/// <summary>Writes the blocks of a run to a file, some at a time. Owned by one thread.</summary>
internal sealed class FileRunSink(IFile file) : IRunSink, IDisposable
{
    private const int BufferBlocks = 32;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBlocks * RunBlock.SizeBytes);
    private long _offset = RunBlock.SizeBytes; // behind the header
    private int _used;

    /// <inheritdoc/>
    public void Put(uint number, ReadOnlySpan<byte> block)
    {
        if (block.Length > _buffer.Length - _used)
        {
            Flush();
        }

        block.CopyTo(_buffer.AsSpan(_used));
        _used += block.Length;
    }

    /// <summary>Writes the header and makes everything durable.</summary>
    /// <exception cref="IOException">Writing failed.</exception>
    public void Finish(in RunHeader header)
    {
        Flush();
        file.Write(0, header.ToBlock());
        file.Sync();
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Flush()
    {
        file.Write(_offset, _buffer.AsSpan(0, _used));
        _offset += _used;
        _used = 0;
    }
}
