using Cairn.Homes;
using Cairn.IO;

namespace Cairn.Log;

/// <summary>What <see cref="LogVerifier"/> found.</summary>
/// <param name="Faults">What is damaged, in the order of the log.</param>
/// <param name="Records">The sound records.</param>
/// <param name="End">The place after the last sound one.</param>
/// <param name="Torn">The bytes of an interrupted sync batch at the end, which the next opening removes: no damage.</param>
internal sealed record LogVerification(IReadOnlyList<FileFault> Faults, long Records, LogPosition End, LogRecovery Torn);

/// <summary>
/// Reads a whole log and notes everything that is not as it was written, going on behind it at the next sync batch. Writes nothing, and does not throw
/// because of damage. The log must be at rest. Used once, by one thread.
/// </summary>
internal sealed class LogVerifier
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly IReadOnlyList<SegmentName> _segments;
    private readonly LogPosition _verifiedEnd;
    private readonly Action<LogRecord>? _onRecord;
    private readonly List<FileFault> _faults = [];
    private long _records;
    private LogPosition _end;
    private LogRecovery _torn;
    private readonly bool _endsThere;
    private (ulong Sequence, Hash256 Root) _previous;

    private LogVerifier(IFileSystem files, string directory, LogPosition keptFrom, LogPosition verifiedEnd, bool endsThere, Action<LogRecord>? onRecord)
    {
        _endsThere = endsThere;
        _files = files;
        _directory = directory;
        _verifiedEnd = verifiedEnd;
        _onRecord = onRecord;

        // What lies before the segment that has to be there is what a retirement left: it belongs to nothing.
        IReadOnlyList<SegmentName> all = SegmentName.List(files, directory);
        _segments = [.. all.Skip(LogScan.IndexHolding(all, keptFrom.Sequence + 1)).TakeWhile(segment => !endsThere || segment.FirstSequence <= verifiedEnd.Sequence)];
    }

    /// <summary>Verifies a log.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">Where the segments are.</param>
    /// <param name="keptFrom">From here on every record must be there; what lies before it is not looked at, as far as it is in other segments.</param>
    /// <param name="verifiedEnd">What is bad at or before it is damage, never a torn write.</param>
    /// <param name="endsThere">Whether the log ends at that place: what lies behind is that of a backup that was not finished, and not looked at.</param>
    /// <param name="onRecord">Called with each sound record, ascending, but not without gaps when there is damage.</param>
    /// <param name="cancellationToken">Ends the reading between two records.</param>
    /// <exception cref="StoreFormatException">A segment is of a format this version does not know.</exception>
    public static LogVerification Verify(
        IFileSystem files, string directory, LogPosition keptFrom, LogPosition verifiedEnd, bool endsThere, Action<LogRecord>? onRecord, CancellationToken cancellationToken)
    {
        LogVerifier verifier = new(files, directory, keptFrom, verifiedEnd, endsThere, onRecord);
        verifier.Run(keptFrom, cancellationToken);
        return new LogVerification(verifier._faults, verifier._records, verifier._end, verifier._torn);
    }

    private void Run(LogPosition keptFrom, CancellationToken cancellationToken)
    {
        if (_segments.Count == 0 || _segments[0].FirstSequence > keptFrom.Sequence + 1)
        {
            if (_segments.Count > 0 || _verifiedEnd.Sequence > 0)
            {
                _faults.Add(new FileFault(_directory, -1, "log segment", $"one that holds record {keptFrom.Sequence + 1}", _segments.Count == 0 ? "none" : $"a first one that starts with record {_segments[0].FirstSequence}"));
            }
        }

        for (int i = 0; i < _segments.Count; i++)
        {
            try
            {
                VerifySegment(i, cancellationToken);
            }
            catch (IOException e)
            {
                _faults.Add(new FileFault(_segments[i].Path, -1, "reading the segment", "its bytes", e.Message));
            }
        }

        if (_end.Sequence < _verifiedEnd.Sequence && _faults.Count == 0)
        {
            _faults.Add(new FileFault(_directory, -1, "end of the log", $"{_verifiedEnd}", $"{_end}"));
        }
    }

    private void VerifySegment(int index, CancellationToken cancellationToken)
    {
        SegmentName name = _segments[index];
        bool isLast = index == _segments.Count - 1;
        using SegmentReader reader = SegmentReader.Open(_files, name, out FileFault? fault);
        if (fault is not null)
        {
            bool isLeftover = isLast && name.FirstSequence > _verifiedEnd.Sequence && reader.LastNonZero(SegmentHeaderLayout.SizeBytes) < 0;
            if (!isLeftover)
            {
                _faults.Add(fault.Value);
            }

            return;
        }

        LogPosition before = new(name.FirstSequence - 1, Place: 0, reader.Header.PreviousChecksum);
        if (_end.Sequence == before.Sequence && _end.Checksum != before.Checksum)
        {
            _faults.Add(new FileFault(name.Path, SegmentHeaderLayout.PreviousChecksumOffset, "checksum of the record before", $"{_end.Checksum:x8}", $"{before.Checksum:x8}"));
        }

        VerifyRecords(new LogCursor(reader, before with { Place = SegmentHeaderLayout.SizeBytes }), isLast ? ulong.MaxValue : _segments[index + 1].FirstSequence, cancellationToken);
    }

    /// <summary>Goes through the records of a segment.</summary>
    private void VerifyRecords(LogCursor cursor, ulong nextFirstSequence, CancellationToken cancellationToken)
    {
        while (!_endsThere || cursor.Position.Sequence < _verifiedEnd.Sequence)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long before = (long)cursor.Position.Place;
            FrameStatus status = cursor.Next(out long at, out FileFault fault);
            if (status == FrameStatus.Valid)
            {
                CheckRecord(cursor);
                CheckGap(cursor.Reader, before, at);
                continue;
            }

            if (status == FrameStatus.Blank)
            {
                fault = new FileFault(cursor.Reader.Name.Path, at, $"record {cursor.Position.Sequence + 1}", "a frame", "zeros or the end of the file");
            }

            long later = cursor.FindLaterBatch(at);
            if (later < 0)
            {
                JudgeEnd(cursor, status, at, fault, nextFirstSequence);
                return;
            }

            _faults.Add(fault);
            cursor.SkipTo(later);
        }
    }

    private void JudgeEnd(LogCursor cursor, FrameStatus status, long at, FileFault fault, ulong nextFirstSequence)
    {
        bool isLast = nextFirstSequence == ulong.MaxValue;
        ulong required = isLast ? _verifiedEnd.Sequence : nextFirstSequence - 1;
        long last = cursor.Reader.LastNonZero(at);
        if (cursor.Position.Sequence < required || status == FrameStatus.Misplaced)
        {
            _faults.Add(fault);
        }
        else if (!isLast && cursor.Position.Sequence > required)
        {
            _faults.Add(new FileFault(cursor.Reader.Name.Path, cursor.RecordOffset, "last record of the segment", $"{required}, as the next one starts behind it", $"{cursor.Position.Sequence}"));
        }
        else if (last >= 0 && isLast)
        {
            _torn = new LogRecovery(last + 1 - at, cursor.Reader.Name.Path, at);
        }
        else if (last >= 0)
        {
            _faults.Add(new FileFault(cursor.Reader.Name.Path, last, "bytes behind the last record of the segment", "zeros", "other bytes"));
        }
    }

    private void CheckGap(SegmentReader reader, long before, long at)
    {
        long flaw = reader.FirstNonZero(before, at);
        if (flaw >= 0)
        {
            _faults.Add(new FileFault(reader.Name.Path, flaw, "gap between two sync batches", "zeros", "other bytes"));
        }
    }

    private void CheckRecord(LogCursor cursor)
    {
        _end = cursor.Position;
        if (_end.Sequence == _verifiedEnd.Sequence && _end != _verifiedEnd)
        {
            _faults.Add(new FileFault(cursor.Reader.Name.Path, cursor.RecordOffset, "record at the end of the log that the manifest names", $"{_verifiedEnd}", $"{_end}"));
        }

        LogRecord record;
        try
        {
            record = cursor.Decode();
        }
        catch (StateCorruptedException e)
        {
            _faults.Add(FileFault.Of(e));
            return;
        }

        if (_previous.Sequence + 1 == record.Sequence && _previous.Sequence > 0 && record.PreviousRoot != _previous.Root)
        {
            _faults.Add(new FileFault(cursor.Reader.Name.Path, cursor.RecordOffset, $"root before record {record.Sequence}", $"{_previous.Root}", $"{record.PreviousRoot}"));
        }

        _previous = (record.Sequence, record.Root);
        _records++;
        _onRecord?.Invoke(record);
    }
}
