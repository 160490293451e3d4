using System.Buffers;
using Cairn.Format;
using Cairn.Homes;
using Cairn.IO;

namespace Cairn.Log;

/// <summary>What lies at a place of a segment.</summary>
internal enum FrameStatus
{
    /// <summary>A frame with the salt of the segment and the right checksum.</summary>
    Valid,

    /// <summary>Zeros, or the end of the file.</summary>
    Blank,

    /// <summary>Something without the salt of the segment.</summary>
    Foreign,

    /// <summary>A frame with the salt of the segment that is cut off or has the wrong checksum.</summary>
    Damaged,

    /// <summary>A valid frame that does not belong at this place. Never the result of a torn write.</summary>
    Misplaced,
}

/// <summary>
/// Reads frames of one segment through a buffer. Owns the file. One thread at a time; the segment may be written meanwhile, what was read before
/// is then stale until <see cref="Forget"/>.
/// </summary>
internal sealed class SegmentReader : IDisposable
{
    /// <summary>Read ahead: a few dozen ordinary records, little beside a large one.</summary>
    private const int ChunkBytes = 256 * 1024;

    /// <summary>What is read at once of large records.</summary>
    private const int DirectChunkBytes = 1 << 20;

    private readonly IFile _file;
    private byte[] _buffer = [];
    private int _bufferStart; // where in it what was read begins
    private long _bufferOffset;
    private int _bufferBytes;
    private int _lastFrameBytes;
    private HelpedWork? _ahead; // reads what comes next into the buffer of its own
    private byte[] _aheadBuffer = [];
    private int _aheadStart;
    private long _aheadOffset;
    private int _aheadBytes;
    private int _bodyStart;
    private int _bodyBytes;

    private SegmentReader(IFile file, SegmentName name)
    {
        _file = file;
        Name = name;
    }

    /// <summary>The segment.</summary>
    public SegmentName Name { get; }

    /// <summary>Its header; only meaningful when <see cref="Open"/> found no fault.</summary>
    public SegmentHeader Header { get; private set; }

    /// <summary>The length of the file now.</summary>
    public long Length => _file.Length;

    /// <summary>The body of the frame that <see cref="Read"/> found valid. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Body => _buffer.AsSpan(_bodyStart, _bodyBytes);

    /// <summary>Opens a segment and reads its header.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="name">The segment.</param>
    /// <param name="fault">What is wrong with the header; null when nothing is.</param>
    /// <exception cref="StoreFormatException">The header is of a format this version does not know.</exception>
    public static SegmentReader Open(IFileSystem files, SegmentName name, out FileFault? fault)
    {
        SegmentReader reader = new(files.Open(name.Path, FileOpening.Read), name);
        try
        {
            fault = SegmentHeader.Parse(reader.Fetch(0, SegmentHeaderLayout.SizeBytes), name, out SegmentHeader header);
            reader.Header = header;
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Looks at a place.</summary>
    /// <param name="offset">The place in bytes.</param>
    /// <param name="frame">The fields before the body, if <see cref="FrameStatus.Valid"/>.</param>
    /// <param name="fault">What is wrong, if <see cref="FrameStatus.Foreign"/> or <see cref="FrameStatus.Damaged"/>.</param>
    public FrameStatus Read(long offset, out FrameHeader frame, out FileFault fault)
    {
        frame = default;
        fault = default;
        ReadOnlySpan<byte> bytes = Fetch(offset, FrameLayout.SizeBytes);
        if (!bytes.ContainsAnyExcept((byte)0))
        {
            return FrameStatus.Blank;
        }

        if (bytes.Length < FrameLayout.SizeBytes)
        {
            fault = new FileFault(Name.Path, offset, "frame", $"{FrameLayout.SizeBytes} bytes", $"{bytes.Length}");
            return FrameStatus.Foreign;
        }

        FrameHeader read = FrameHeader.Parse(bytes);
        if (read.Salt != Header.Salt)
        {
            fault = new FileFault(Name.Path, offset + FrameLayout.SaltOffset, "salt of a frame", $"{Header.Salt:x16}", $"{read.Salt:x16}");
            return FrameStatus.Foreign;
        }

        long available = Math.Clamp(Length - offset - FrameLayout.SizeBytes, 0, StateLimits.MaxRecordBytes);
        if (read.BodyBytes > available)
        {
            fault = new FileFault(Name.Path, offset + FrameLayout.BodyBytesOffset, "length of a record", $"at most {available}", $"{read.BodyBytes}");
            return FrameStatus.Damaged;
        }

        int frameBytes = FrameLayout.SizeBytes + (int)read.BodyBytes;
        bytes = Fetch(offset, frameBytes);
        if (bytes.Length < frameBytes || FrameHeader.Parse(bytes) != read)
        {
            fault = new FileFault(Name.Path, offset, "frame", "the same bytes when read again", "others, it is being written");
            return FrameStatus.Damaged;
        }

        uint checksum = Crc32C.Compute(bytes[FrameLayout.BodyBytesOffset..]);
        if (checksum != read.Checksum)
        {
            fault = new FileFault(Name.Path, offset, "checksum of a record", $"{checksum:x8}", $"{read.Checksum:x8}");
            return FrameStatus.Damaged;
        }

        frame = read;
        _bodyStart = _bufferStart + (int)(offset - _bufferOffset) + FrameLayout.SizeBytes;
        _bodyBytes = (int)read.BodyBytes;
        _lastFrameBytes = frameBytes;
        return FrameStatus.Valid;
    }

    /// <summary>The first byte at or after a place that is not zero.</summary>
    /// <returns>Its place; −1 when there is none before <paramref name="end"/>.</returns>
    public long FirstNonZero(long offset, long end)
    {
        while (offset < end)
        {
            ReadOnlySpan<byte> bytes = Fetch(offset, (int)Math.Min(ChunkBytes, end - offset));
            int found = bytes.IndexOfAnyExcept((byte)0);
            if (found >= 0 || bytes.Length == 0)
            {
                return found < 0 ? -1 : offset + found;
            }

            offset += bytes.Length;
        }

        return -1;
    }

    /// <summary>The last byte at or after a place that is not zero.</summary>
    /// <returns>Its place; −1 when there is none.</returns>
    public long LastNonZero(long offset)
    {
        for (long end = Length; end > offset;)
        {
            long start = Math.Max(offset, end - ChunkBytes);
            int found = Fetch(start, (int)(end - start)).LastIndexOfAnyExcept((byte)0);
            if (found >= 0)
            {
                return start + found;
            }

            end = start;
        }

        return -1;
    }

    /// <summary>Drops what was read ahead, so that bytes written since are seen.</summary>
    public void Forget()
    {
        _bufferBytes = 0;
        _ahead?.Finish();
        _ahead = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        _file.Dispose();
        ArrayPool<byte>.Shared.Return(Interlocked.Exchange(ref _buffer, []));
        ArrayPool<byte>.Shared.Return(Interlocked.Exchange(ref _aheadBuffer, []));
    }

    /// <summary>Bytes of the file, fewer than asked only at its end. Valid until the next call.</summary>
    private ReadOnlySpan<byte> Fetch(long offset, int count)
    {
        if (offset < _bufferOffset || offset + count > _bufferOffset + _bufferBytes)
        {
            // Large records follow large ones: they are read the way they were written.
            if (_lastFrameBytes >= SegmentLog.MinDirectBytes)
            {
                FillDirect(offset, count);
            }
            else
            {
                Forget();
                int wanted = (int)Math.Clamp(Length - offset, 0, Math.Max(count, ChunkBytes));
                Reserve(wanted, kept: 0);
                _bufferBytes = _file.Read(offset, _buffer.AsSpan(_bufferStart, wanted));
                _bufferOffset = offset;
            }
        }

        int start = (int)(offset - _bufferOffset);
        return _buffer.AsSpan(_bufferStart + start, Math.Max(0, Math.Min(count, _bufferBytes - start)));
    }

    /// <summary>Reads on from what the buffer has, past the system's cache.</summary>
    private void FillDirect(long offset, int count)
    {
        long from = AlignedMemory.Down(offset);
        long end = _bufferOffset + _bufferBytes;
        bool goesOn = from >= _bufferOffset && from < end && (end | _bufferOffset) % IFile.DirectBytes == 0;
        int kept = goesOn ? (int)(end - from) : 0;
        long ahead = Math.Max(AlignedMemory.Up(offset - from + count), kept + (long)DirectChunkBytes);
        int wanted = (int)Math.Clamp(AlignedMemory.Up(Length - from), kept, ahead);
        if (kept > 0)
        {
            _buffer.AsSpan(_bufferStart + (int)(from - _bufferOffset), kept).CopyTo(_buffer.AsSpan(_bufferStart));
        }

        _bufferBytes = kept;
        Reserve(wanted, kept);
        _bufferOffset = from;
        while (_bufferBytes < wanted)
        {
            int read = TakeAhead(from + _bufferBytes, _buffer.AsSpan(_bufferStart + _bufferBytes, wanted - _bufferBytes));
            if (read == 0)
            {
                break;
            }

            _bufferBytes += read;
        }

        ReadAhead(from + _bufferBytes);
    }

    /// <summary>Takes what was read ahead, or reads.</summary>
    private int TakeAhead(long offset, Span<byte> destination)
    {
        HelpedWork? ahead = _ahead;
        _ahead = null;
        ahead?.Complete();
        if (ahead is null || _aheadOffset != offset || _aheadBytes > destination.Length)
        {
            return _file.ReadDirect(offset, destination);
        }

        _aheadBuffer.AsSpan(_aheadStart, _aheadBytes).CopyTo(destination);
        return _aheadBytes;
    }

    /// <summary>Lets a thread of the pool read what comes next, if it has time.</summary>
    private void ReadAhead(long offset)
    {
        if (offset >= Length || offset % IFile.DirectBytes != 0)
        {
            return;
        }

        if (_aheadBuffer.Length == 0)
        {
            _aheadBuffer = ArrayPool<byte>.Shared.Rent(DirectChunkBytes + IFile.DirectBytes);
        }

        _aheadOffset = offset;
        _ahead = HelpedWork.Begin(() =>
        {
            _aheadStart = AlignedMemory.Start(_aheadBuffer, 0);
            _aheadBytes = _file.ReadDirect(offset, _aheadBuffer.AsSpan(_aheadStart, DirectChunkBytes));
        });
    }

    /// <summary>Sees to it that the buffer has so many bytes from a multiple of <see cref="IFile.DirectBytes"/> in memory on.</summary>
    private void Reserve(int bytes, int kept)
    {
        if (bytes > _buffer.Length - _bufferStart)
        {
            long doubled = Math.Min(Math.Max(ChunkBytes, _buffer.Length * 2L), Math.Min(Length, Array.MaxLength - IFile.DirectBytes));
            byte[] grown = ArrayPool<byte>.Shared.Rent((int)Math.Max(bytes, doubled) + IFile.DirectBytes);
            int start = AlignedMemory.Start(grown, 0);
            _buffer.AsSpan(_bufferStart, kept).CopyTo(grown.AsSpan(start));
            ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _bufferStart) = (grown, start);
        }
    }
}
