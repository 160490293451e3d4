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

    private readonly Lock _gate = new();
    private readonly OpenFileTable.Lease _handle;
    private byte[] _buffer; // rented: files follow each other, and the buffers are large
    private long _flushed; // bytes that are in the file
    private int _used; // bytes in the buffer behind them
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
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Min(MaxBufferBytes, pageFileBytes));
        PageFileHeader.Write(_buffer.AsSpan(0, PageFileHeaderLayout.SizeBytes), storeId, page.Number);
        _used = PageFileHeaderLayout.SizeBytes;
        page.End = _used;
    }

    /// <summary>The file.</summary>
    public PageFile Page { get; }

    /// <summary>Appends a page.</summary>
    /// <returns>Where it lies; readable at once.</returns>
    public PageAddress Add(ReadOnlySpan<byte> bytes)
    {
        PageAddress address = new(Page.Number, Page.End);
        int padding = (int)(PageAddress.Aligned(bytes.Length) - bytes.Length);
        _isSynced = false;
        if (bytes.Length + padding > _buffer.Length - _used)
        {
            Flush();
        }

        if (bytes.Length + padding > _buffer.Length)
        {
            _handle.File.Write(address.Offset, bytes);
            lock (_gate)
            {
                _flushed += bytes.Length;
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

            _buffer.AsSpan((int)start, destination.Length).CopyTo(destination);
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
        bytes.CopyTo(_buffer.AsSpan(_used));
        _buffer.AsSpan(_used + bytes.Length, padding).Clear();
        _used += bytes.Length + padding;
    }

    private void Flush()
    {
        if (_used == 0)
        {
            return;
        }

        // Left to the sync, all of a checkpoint would stand before the syncs of commits in the disk's queue.
        _handle.File.Write(_flushed, _buffer.AsSpan(0, _used));
        _handle.File.BeginTransfer(_flushed, _used);
        lock (_gate)
        {
            _flushed += _used;
            _used = 0;
        }
    }
}
