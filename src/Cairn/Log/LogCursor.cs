using Cairn.Homes;

namespace Cairn.Log;

/// <summary>
/// Walks from record to record of one segment and checks that each belongs behind the one before: sequence, checksum of the one before, sync batch.
/// <list type="bullet">
/// <item><see cref="Position"/> is the end of the last good record; nothing moves unless <see cref="Next"/> returns <see cref="FrameStatus.Valid"/>.</item>
/// <item>A record follows at once in the same sync batch, or at the next 4 KiB boundary as the first of a new one.</item>
/// </list>
/// Owned by one thread.
/// </summary>
internal sealed class LogCursor : IDisposable
{
    /// <summary>Sync batches start at multiples of this: the unit in which the operating system and most disks write, so that a torn write of one batch cannot touch the batch before.</summary>
    public const int BoundaryBytes = 4096;

    private ulong _batchFirstSequence; // 0: not known, or the batch has ended

    /// <summary>A cursor that stands behind a record.</summary>
    /// <param name="reader">The segment that holds the record, or the one that starts after it. Owned from now on.</param>
    /// <param name="position">The end of the record, as a place in that segment.</param>
    public LogCursor(SegmentReader reader, LogPosition position)
    {
        Reader = reader;
        Position = position;
    }

    /// <summary>The segment.</summary>
    public SegmentReader Reader { get; }

    /// <summary>The end of the last good record.</summary>
    public LogPosition Position { get; private set; }

    /// <summary>The place of the last good record; 0 when none was read.</summary>
    public long RecordOffset { get; private set; }

    /// <summary>The kind of the last good record.</summary>
    public byte RecordKind { get; private set; }

    /// <summary>The place of the first record read of the last sync batch; 0 when none was read.</summary>
    public long BatchOffset { get; private set; }

    /// <summary>The place of the body of the last good record.</summary>
    private long BodyOffset => RecordOffset + FrameLayout.SizeBytes;

    /// <summary>The first boundary at or after a place.</summary>
    public static long AlignUp(long offset) => (offset + BoundaryBytes - 1) & ~(long)(BoundaryBytes - 1);

    /// <summary>A cursor at the start of a segment.</summary>
    /// <param name="reader">The segment, its header without fault. Owned from now on.</param>
    /// <param name="before">The end of the record before.</param>
    public static LogCursor AtStart(SegmentReader reader, LogPosition before) =>
        new(reader, before with { Place = SegmentHeaderLayout.SizeBytes });

    /// <summary>Goes to the next record if a good one follows.</summary>
    /// <param name="at">Where it is, or where something else is.</param>
    /// <param name="fault">What is wrong with that; undefined when valid or blank.</param>
    public FrameStatus Next(out long at, out FileFault fault)
    {
        at = (long)Position.Place;
        long boundary = AlignUp(at);
        FrameStatus status = Reader.Read(at, out FrameHeader frame, out fault);
        if (at != boundary && status is FrameStatus.Blank or FrameStatus.Foreign)
        {
            // Nothing of ours here: the batch has ended, and the gap should be zero. Should be, for a sound record behind it outweighs a flaw in it.
            FileFault gapFault = fault;
            long flaw = Reader.FirstNonZero(at, boundary);
            status = Reader.Read(boundary, out frame, out fault);
            if (flaw >= 0 && status != FrameStatus.Valid)
            {
                fault = gapFault.File is null ? new FileFault(Reader.Name.Path, flaw, "gap between two sync batches", "zeros", "other bytes") : gapFault;
                return FrameStatus.Foreign;
            }

            at = boundary;
        }

        return status == FrameStatus.Valid ? Accept(frame, at, out fault) : status;
    }

    /// <summary>The last good record, decoded.</summary>
    /// <param name="spare">Memory for its changes, if there is any.</param>
    /// <exception cref="StateCorruptedException">Its body is not the form of any record.</exception>
    public LogRecord Decode(SpareLists? spare = null) => RecordCodec.Decode(RecordKind, Position.Sequence, Reader.Body, Reader.Name.Path, BodyOffset, spare);

    /// <summary>
    /// Looks behind something bad for a sign that it was durable once: a frame of a later sync batch, which is only written when the batch before
    /// is synced. Bytes inside a value cannot pass for one: they do not know the salt, or are copies of earlier frames.
    /// </summary>
    /// <param name="bad">The place of what is bad.</param>
    /// <returns>The place of such a frame; −1 when there is none.</returns>
    public long FindLaterBatch(long bad)
    {
        for (long at = AlignUp(bad + 1); at < Reader.Length; at += BoundaryBytes)
        {
            if (Reader.Read(at, out FrameHeader frame, out _) == FrameStatus.Valid && frame.BatchFirstSequence > Position.Sequence + 1)
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>Goes on from a place found by <see cref="FindLaterBatch"/>, as if the record before it had been good.</summary>
    public void SkipTo(long at)
    {
        Reader.Read(at, out FrameHeader frame, out _);
        Position = new LogPosition(frame.Sequence - 1, (ulong)at, frame.PreviousChecksum);
        _batchFirstSequence = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => Reader.Dispose();

    private FrameStatus Accept(FrameHeader frame, long at, out FileFault fault)
    {
        bool startsBatch = at % BoundaryBytes == 0 && frame.BatchFirstSequence == frame.Sequence;
        bool continuesBatch = at == (long)Position.Place && at > SegmentHeaderLayout.SizeBytes
            && (_batchFirstSequence == 0 ? frame.BatchFirstSequence <= Position.Sequence : frame.BatchFirstSequence == _batchFirstSequence);
        FileFault? misplaced = frame switch
        {
            _ when frame.Sequence != Position.Sequence + 1 => Fault(FrameLayout.SequenceOffset, "sequence of a record", $"{Position.Sequence + 1}", $"{frame.Sequence}"),
            _ when frame.PreviousChecksum != Position.Checksum => Fault(FrameLayout.PreviousChecksumOffset, "checksum of the record before", $"{Position.Checksum:x8}", $"{frame.PreviousChecksum:x8}"),
            _ when !startsBatch && !continuesBatch => Fault(FrameLayout.BatchFirstSequenceOffset, "first sequence of the sync batch", $"{frame.Sequence} or that of the batch before", $"{frame.BatchFirstSequence}"),
            _ when frame.Kind is 0 or > byte.MaxValue => Fault(FrameLayout.KindOffset, "kind of a record", "1 to 255", $"{frame.Kind}"),
            _ => null,
        };
        fault = misplaced.GetValueOrDefault();
        if (misplaced is not null)
        {
            return FrameStatus.Misplaced;
        }

        if (startsBatch || _batchFirstSequence == 0)
        {
            BatchOffset = at;
            _batchFirstSequence = frame.BatchFirstSequence;
        }

        RecordOffset = at;
        RecordKind = (byte)frame.Kind;
        Position = new LogPosition(frame.Sequence, (ulong)(BodyOffset + frame.BodyBytes), frame.Checksum);
        return FrameStatus.Valid;

        FileFault Fault(int field, string what, string expected, string found) => new(Reader.Name.Path, at + field, what, expected, found);
    }
}
