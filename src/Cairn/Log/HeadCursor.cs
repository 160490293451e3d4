using System.Buffers.Binary;
using Cairn.Homes;
using Cairn.IO;

namespace Cairn.Log;

/// <summary>
/// Walks from record to record of one segment and reads their heads alone: the frame and the fixed part of the body, by one small read each. It sees whatever
/// the fields tell (salt, sequence, checksum of the record before, lengths, flags), but not damage in payload and changes, and cannot check a checksum.
/// Owned by one thread; owns the file.
/// </summary>
internal sealed class HeadCursor : IDisposable
{
    private const int HeadBytes = FrameLayout.SizeBytes + RecordBodyLayout.SizeBytes;
    private const uint KnownFlags = RecordBodyLayout.HasParentHeight | RecordBodyLayout.HasTime | RecordBodyLayout.HasPayload;

    private readonly byte[] _buffer = new byte[LogCursor.BoundaryBytes + HeadBytes];
    private readonly IFile _file;
    private readonly SegmentName _name;
    private readonly SegmentHeader _header;
    private ulong _batchFirstSequence; // 0: not known

    private HeadCursor(IFile file, SegmentName name, SegmentHeader header, LogPosition position)
    {
        _file = file;
        _name = name;
        _header = header;
        Position = position;
    }

    /// <summary>The place behind the last record that was read.</summary>
    public LogPosition Position { get; private set; }

    /// <summary>Opens a segment behind a record: one that it holds, or the one before it.</summary>
    /// <exception cref="StateCorruptedException">Its header is damaged, or it does not go on from that place.</exception>
    /// <exception cref="StoreFormatException">It is of a format this version does not know.</exception>
    public static HeadCursor Open(IFileSystem files, SegmentName name, LogPosition position)
    {
        IFile file = files.Open(name.Path, FileOpening.Read);
        try
        {
            if (SegmentHeader.Read(file, name, out SegmentHeader header) is { } fault)
            {
                throw fault.ToException();
            }

            if (name.FirstSequence <= position.Sequence)
            {
                return new HeadCursor(file, name, header, position);
            }

            return header.PreviousChecksum == position.Checksum
                ? new HeadCursor(file, name, header, position with { Place = SegmentHeaderLayout.SizeBytes })
                : throw new StateCorruptedException(name.Path, SegmentHeaderLayout.PreviousChecksumOffset, "checksum of the record before", $"{position.Checksum:x8}", $"{header.PreviousChecksum:x8}");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads the head of the next record, which has to be in this segment.</summary>
    /// <exception cref="StateCorruptedException">It is not there, or not as it was written.</exception>
    public LogRecordHead Next()
    {
        long at = (long)Position.Place;
        long boundary = LogCursor.AlignUp(at);
        Require(at >= SegmentHeaderLayout.SizeBytes && at < _file.Length, at, "place of a record", $"one before byte {_file.Length}, the end of the segment", $"{at}");
        ReadOnlySpan<byte> read = _buffer.AsSpan(0, _file.Read(at, _buffer.AsSpan(0, (int)(boundary - at) + HeadBytes)));
        if (at != boundary && (read.Length < HeadBytes || FrameHeader.Parse(read).Salt != _header.Salt))
        {
            // Nothing of ours at once behind the record before: the batch has ended.
            read = read[(int)Math.Min(read.Length, boundary - at)..];
            at = boundary;
        }

        Require(read.Length >= HeadBytes, at, $"record {Position.Sequence + 1}", $"at least {HeadBytes} bytes", $"{read.Length}");
        return Accept(FrameHeader.Parse(read), read[FrameLayout.SizeBytes..], at);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private LogRecordHead Accept(FrameHeader frame, ReadOnlySpan<byte> body, long at)
    {
        bool startsBatch = at % LogCursor.BoundaryBytes == 0 && frame.BatchFirstSequence == frame.Sequence;
        bool continuesBatch = at == (long)Position.Place && at > SegmentHeaderLayout.SizeBytes
            && (_batchFirstSequence == 0 ? frame.BatchFirstSequence <= Position.Sequence : frame.BatchFirstSequence == _batchFirstSequence);
        long room = Math.Min(StateLimits.MaxRecordBytes, _file.Length - at - FrameLayout.SizeBytes);
        Require(frame.Salt == _header.Salt, at + FrameLayout.SaltOffset, "salt of a frame", $"{_header.Salt:x16}", $"{frame.Salt:x16}");
        Require(frame.Sequence == Position.Sequence + 1, at + FrameLayout.SequenceOffset, "sequence of a record", $"{Position.Sequence + 1}", $"{frame.Sequence}");
        Require(frame.PreviousChecksum == Position.Checksum, at + FrameLayout.PreviousChecksumOffset, "checksum of the record before", $"{Position.Checksum:x8}", $"{frame.PreviousChecksum:x8}");
        Require(startsBatch || continuesBatch, at + FrameLayout.BatchFirstSequenceOffset, "first sequence of the sync batch", $"{frame.Sequence} or that of the batch before", $"{frame.BatchFirstSequence}");
        Require(frame.Kind <= byte.MaxValue && Enum.IsDefined((RecordKind)frame.Kind), at + FrameLayout.KindOffset, "kind of a record", "1 to 3", $"{frame.Kind}");
        Require(frame.BodyBytes >= RecordBodyLayout.SizeBytes && frame.BodyBytes <= room, at + FrameLayout.BodyBytesOffset, "length of a record", $"{RecordBodyLayout.SizeBytes} to {room}", $"{frame.BodyBytes}");
        LogRecordHead head = Parse(frame, body, at + FrameLayout.SizeBytes);
        _batchFirstSequence = frame.BatchFirstSequence;
        Position = head.After;
        return head;
    }

    private LogRecordHead Parse(FrameHeader frame, ReadOnlySpan<byte> body, long at)
    {
        uint flags = UInt32(body, RecordBodyLayout.FlagsOffset);
        bool hasParent = (flags & RecordBodyLayout.HasParentHeight) != 0;
        bool hasPayload = (flags & RecordBodyLayout.HasPayload) != 0;
        uint payload = UInt32(body, RecordBodyLayout.PayloadBytesOffset);
        ulong height = UInt64(body, RecordBodyLayout.HeightOffset);
        ulong parent = UInt64(body, RecordBodyLayout.ParentHeightOffset);
        ulong parts = (ulong)RecordBodyLayout.SizeBytes + payload + UInt32(body, RecordBodyLayout.StateChangeBytesOffset) + UInt32(body, RecordBodyLayout.LocalChangeBytesOffset);
        Require((flags & ~KnownFlags) == 0, at + RecordBodyLayout.FlagsOffset, "record flags", "bits 0 to 2", $"{flags}");
        Require(payload <= (hasPayload ? StateLimits.MaxPayloadBytes : 0), at + RecordBodyLayout.PayloadBytesOffset, "payload length", $"at most {(hasPayload ? StateLimits.MaxPayloadBytes : 0)}", $"{payload}");
        Require(parts <= frame.BodyBytes, at + RecordBodyLayout.PayloadBytesOffset, "bytes of payload and changes", $"at most {frame.BodyBytes}", $"{parts}");
        Require(hasParent || parent == 0, at + RecordBodyLayout.ParentHeightOffset, "parent height that is absent", "0", $"{parent}");
        Require((RecordKind)frame.Kind != RecordKind.Block || !hasParent || parent < height, at + RecordBodyLayout.ParentHeightOffset, "height of the block before", $"below {height}", $"{parent}");
        ulong abandonedFrom = UInt64(body, RecordBodyLayout.AbandonedFromOffset);
        bool isRewind = (RecordKind)frame.Kind == RecordKind.Rewind;
        Require(isRewind ? abandonedFrom > 0 && abandonedFrom < frame.Sequence : abandonedFrom == 0, at + RecordBodyLayout.AbandonedFromOffset, "first abandoned sequence", isRewind ? $"1 to {frame.Sequence - 1}" : "0", $"{abandonedFrom}");
        return new LogRecordHead(
            (RecordKind)frame.Kind,
            frame.Sequence,
            (BlockHeight)height,
            hasParent ? (BlockHeight)parent : null,
            new Hash256(body.Slice(RecordBodyLayout.PreviousRootOffset, Hash256.SizeBytes)),
            new Hash256(body.Slice(RecordBodyLayout.RootOffset, Hash256.SizeBytes)),
            abandonedFrom,
            new LogPosition(frame.Sequence, (ulong)(at + frame.BodyBytes), frame.Checksum));
    }

    private static uint UInt32(ReadOnlySpan<byte> body, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(body[offset..]);

    private static ulong UInt64(ReadOnlySpan<byte> body, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(body[offset..]);

    private void Require(bool holds, long at, string what, string expected, string found)
    {
        if (!holds)
        {
            throw new StateCorruptedException(_name.Path, at, what, expected, found);
        }
    }
}
