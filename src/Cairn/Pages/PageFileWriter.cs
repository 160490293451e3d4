using System.Buffers;
using Cairn.IO;
using Cairn.Manifests;

namespace Cairn.Pages;

/// <summary>
/// Appends pages to one page file, in large writes.
/// <list type="bullet">
/// <item>A page lies wholly in the buffer or wholly in the file: what is at or behind <c>_flushed</c> is in the buffer.</item>
/// <item>Adding, flushing and syncing happen on one thread at a time, <see cref="TryRead"/> on any. The lock guards the buffer's bounds and is never
/// held during I/O: the bytes stay in the buffer until the bounds say that the file has them.</item>
/// <item>A failed write leaves the file in an unknown state; the owner never writes again.</item>
/// </list>
/// </summary>
internal sealed class PageFileWriter : IDisposable
{
    /// <summary>The size of the writes: large enough that their number does not matter, small enough to forget in the memory budget.</summary>
    private const int MaxBufferBytes = 512 << 10;

    /// <summary>Less is copied faster into the system's cache than handed to the disk.</summary>
    private const int MinDirectBytes = 128 << 10;

    private readonly Lock _gate = new();
    private readonly OpenFileTable.Lease _handle;
    private readonly int _bufferBytes;
    private byte[] _buffer; // rented: files follow each other, and the buffers are large
    private long _flushed; // bytes that are in the file
    private int _start; // where in the buffer those behind them begin
    private int _used; // how many these are
    private bool _isSynced;

    /// <summary>Begins a file with its header.</summary>
    /// <param name="page">The file, still empty.</param>
    /// <param name="handle">Its handle, kept until disposing.</param>
    /// <param name="storeId">The store.</param>
    /// <param name="pageFileBytes">The size the file is meant to have; it bounds the buffer.</param>
    public PageFileWriter(PageFile page, OpenFileTable.Lease handle, StoreId storeId, int pageFileBytes)
    {
        Page = page;
        _handle = handle;
        _bufferBytes = Math.Min(MaxBufferBytes, pageFileBytes);
        _buffer = ArrayPool<byte>.Shared.Rent(_bufferBytes + IFile.DirectBytes);
        _start = AlignedMemory.Start(_buffer, 0);
        PageFileHeader.Write(_buffer.AsSpan(_start, PageFileHeaderLayout.SizeBytes), storeId, page.Number);
        _used = PageFileHeaderLayout.SizeBytes;
        page.End = _used;
    }

    /// <summary>The file.</summary>
    public PageFile Page { get; }

    /// <summary>Whether what is written may well be read from the file soon, so that it belongs in the system's cache.</summary>
    public bool IsReadBack { get; set; }

    /// <summary>Appends a page.</summary>
    /// <returns>Where it lies; readable at once.</returns>
    public PageAddress Add(ReadOnlySpan<byte> bytes)
    {
        PageAddress address = new(Page.Number, Page.End);
        int padding = (int)(PageAddress.Aligned(bytes.Length) - bytes.Length);
        _isSynced = false;
        if (bytes.Length + padding > _bufferBytes - _used)
        {
            Flush();
        }

        if (bytes.Length + padding > _bufferBytes)
        {
            _handle.File.Write(address.Offset, bytes);
            lock (_gate)
            {
                _flushed += bytes.Length;
                _start = AlignedMemory.Start(_buffer, _flushed);
                Append([], padding);
            }
        }
        else
        {
            lock (_gate)
            {
                Append(bytes, padding);
            }
        }

        Page.End = _flushed + _used;
        return address;
    }

    /// <summary>Copies what is still in the buffer.</summary>
    /// <returns>Whether it was; if not, it is in the file.</returns>
    public bool TryRead(long offset, Span<byte> destination)
    {
        lock (_gate)
        {
            long start = offset - _flushed;
            if (start < 0)
            {
                return false;
            }

            _buffer.AsSpan(_start + (int)start, destination.Length).CopyTo(destination);
            return true;
        }
    }

    /// <summary>Makes everything added durable, the file's directory entry apart.</summary>
    public void Sync()
    {
        if (_isSynced)
        {
            return;
        }

        Flush();
        _handle.File.Sync();
        _isSynced = true;
    }

    /// <summary>Gives the handle back. What is not synced counts for nothing.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        lock (_gate)
        {
            // What a failure left in it may still be read.
            if (_used == 0 && _buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = [];
            }
        }
    }

    private void Append(ReadOnlySpan<byte> bytes, int padding)
    {
        bytes.CopyTo(_buffer.AsSpan(_start + _used));
        _buffer.AsSpan(_start + _used + bytes.Length, padding).Clear();
        _used += bytes.Length + padding;
    }

    private void Flush()
    {
        if (_used == 0)
        {
            return;
        }

        Span<byte> bytes = _buffer.AsSpan(_start, _used);
        long aligned = AlignedMemory.Up(_flushed);
        int whole = (int)(AlignedMemory.Down(_flushed + _used) - aligned);
        if (IsReadBack || whole < MinDirectBytes)
        {
            // Left to the sync, all of a checkpoint would stand before the syncs of commits in the disk's queue.
            _handle.File.Write(_flushed, bytes);
            _handle.File.BeginTransfer(_flushed, _used);
        }
        else
        {
            // The ends in ordinary writes: no place of the file is written both ways, nor anything anew that is there.
            int before = (int)(aligned - _flushed);
            Write(_flushed, bytes[..before]);
            _handle.File.WriteDirect(aligned, bytes.Slice(before, whole));
            Write(aligned + whole, bytes[(before + whole)..]);
        }

        lock (_gate)
        {
            _flushed += _used;
            _used = 0;
            _start = AlignedMemory.Start(_buffer, _flushed);
        }
    }

    private void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            _handle.File.Write(offset, bytes);
        }
    }
}
