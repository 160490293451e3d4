using Cairn.Homes;
using Cairn.IO;

namespace Cairn.Log;

/// <summary>
/// Finds the end of the log and judges what lies there; writes nothing. What is bad at or before the verified end is corruption. Behind it:
/// <list type="bullet">
/// <item>A sync batch is only begun, and a segment only created, when everything before it is durable. So whatever is bad before a later batch or
/// segment was sound once: corruption.</item>
/// <item>Otherwise it belongs to the last sync batch, which a crash interrupted: the log ends before it.</item>
/// <item>A last segment with nothing but (a part of) a header is what an interrupted creation leaves.</item>
/// </list>
/// A writer may be at work in another process. What looks bad before a later batch is therefore read once more: the later one can only have been seen
/// after the writer had finished the earlier one. Used once, by one thread.
/// </summary>
internal sealed class LogScan
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly LogPosition? _keptFrom;
    private readonly LogPosition _scanFrom;
    private readonly LogPosition _verifiedEnd;
    private readonly ulong _lastSequence;
    private readonly Dictionary<ulong, long> _passed = [];
    private LogCursor? _cursor;
    private ulong _readAgain; // the sequence that was looked for twice already

    /// <summary>Prepares a scan.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">Where the segments are.</param>
    /// <param name="keptFrom">From here on no segment may be missing; null where that was seen to before.</param>
    /// <param name="scanFrom">A place between two records; those before it are not read.</param>
    /// <param name="verifiedEnd">A place known to be durable, at or after <paramref name="scanFrom"/>.</param>
    /// <param name="lastSequence">Where to stop, if after the verified end; null to go on to the end.</param>
    public LogScan(IFileSystem files, string directory, LogPosition? keptFrom, LogPosition scanFrom, LogPosition verifiedEnd, ulong? lastSequence)
    {
        _files = files;
        _directory = directory;
        _keptFrom = keptFrom;
        _scanFrom = scanFrom;
        _verifiedEnd = verifiedEnd;
        _lastSequence = Math.Max(lastSequence ?? ulong.MaxValue, verifiedEnd.Sequence);
        End = scanFrom;
    }

    /// <summary>The place after the last good record.</summary>
    public LogPosition End { get; private set; }

    /// <summary>All segments that were there.</summary>
    public IReadOnlyList<SegmentName> Segments { get; private set; } = [];

    /// <summary>The torn bytes, if any.</summary>
    public LogRecovery Recovery { get; private set; }

    /// <summary>The last segment, when it has no good record. It may hold (a part of) a header, and torn bytes.</summary>
    public SegmentName? EmptySegment { get; private set; }

    /// <summary>Where the last sync batch starts, in the segment that holds the end; 0 when no record was read.</summary>
    public long LastBatchOffset { get; private set; }

    /// <summary>Where the records of a segment end that was read to its last one, and is followed by another.</summary>
    public long? EndOf(SegmentName passed) => _passed.TryGetValue(passed.FirstSequence, out long end) ? end : null;

    /// <summary>Finds the end.</summary>
    /// <exception cref="StateCorruptedException">Something is not as it was written.</exception>
    /// <exception cref="StoreFormatException">A segment is of a format this version does not know.</exception>
    public void Run()
    {
        if (_verifiedEnd.Sequence < _scanFrom.Sequence || (_verifiedEnd.Sequence == _scanFrom.Sequence && _verifiedEnd != _scanFrom))
        {
            throw new StateCorruptedException(_directory, -1, "verified end of the log", $"at or after {_scanFrom}", $"{_verifiedEnd}");
        }

        try
        {
            Segments = SegmentName.List(_files, _directory);
            if (_keptFrom is { } keptFrom)
            {
                SegmentChain.Check(_files, _directory, Segments, keptFrom, _scanFrom);
            }

            OpenHolding();
            if (_keptFrom is not null && _cursor is not null)
            {
                SegmentChain.CheckRecordBefore(_files, _cursor.Reader.Name, End);
            }

            while (End.Sequence < _lastSequence && Step())
            {
            }
        }
        finally
        {
            _cursor?.Dispose();
        }
    }

    /// <summary>The segment that holds a record, by its name; −1 when there is none.</summary>
    public static int IndexHolding(IReadOnlyList<SegmentName> segments, ulong sequence)
    {
        int index = segments.Count - 1;
        while (index >= 0 && segments[index].FirstSequence > sequence)
        {
            index--;
        }

        return index;
    }

    /// <summary>Opens a segment behind a record it holds.</summary>
    /// <exception cref="StateCorruptedException">Its header is bad, or it is too short.</exception>
    public static LogCursor OpenBehind(IFileSystem files, SegmentName segment, LogPosition position)
    {
        SegmentReader reader = SegmentReader.Open(files, segment, out FileFault? fault);
        long length = reader.Length;
        if (fault is null && (position.Place > (ulong)length || position.Place < SegmentHeaderLayout.SizeBytes + FrameLayout.SizeBytes))
        {
            fault = new FileFault(segment.Path, length, "length of the segment", $"at least {position.Place}", $"{length}");
        }

        if (fault is not null)
        {
            reader.Dispose();
            throw fault.Value.ToException();
        }

        return new LogCursor(reader, position);
    }

    private ulong Expected => End.Sequence + 1;

    /// <summary>Opens the segment that holds the last record before the end so far; there is none at the start of the log.</summary>
    private void OpenHolding()
    {
        _cursor?.Dispose();
        _cursor = null;
        if (End.Sequence > 0)
        {
            int index = IndexHolding(Segments, End.Sequence);
            string found = Segments.Count == 0 ? "none" : $"a first one that starts with record {Segments[0].FirstSequence}";
            _cursor = index >= 0 ? OpenBehind(_files, Segments[index], End) : throw new StateCorruptedException(_directory, -1, "log segment", $"one that holds record {End.Sequence}", found);
        }
    }

    /// <summary>Goes to the next record or segment.</summary>
    /// <returns>False at the end of the log.</returns>
    private bool Step()
    {
        if (NextSegment() is { } next && next.FirstSequence == Expected)
        {
            return Enter(next);
        }

        if (_cursor is null)
        {
            string found = Segments.Count == 0 ? "none" : $"a first one that starts with record {Segments[0].FirstSequence}";
            FileFault missing = new(_directory, -1, "log segment", $"one that starts with record {Expected}", found);
            return Segments.Count == 0 ? EndUnlessVerified(missing) : throw missing.ToException();
        }

        FrameStatus status = _cursor.Next(out long at, out FileFault fault);
        switch (status)
        {
            case FrameStatus.Valid:
                End = _cursor.Position;
                LastBatchOffset = _cursor.BatchOffset;
                CheckVerifiedEnd(at);
                return true;
            case FrameStatus.Misplaced:
                throw fault.ToException();
            case FrameStatus.Blank:
                fault = new FileFault(_cursor.Reader.Name.Path, at, $"record {Expected}", "a frame", "zeros or the end of the file");
                break;
            default:
                break;
        }

        return Judge(at, fault);
    }

    /// <summary>The first segment behind the end and behind the segment at hand.</summary>
    private SegmentName? NextSegment()
    {
        ulong current = _cursor?.Reader.Name.FirstSequence ?? 0;
        int index = IndexHolding(Segments, Math.Max(End.Sequence, current)) + 1;
        return index < Segments.Count ? Segments[index] : null;
    }

    private void CheckVerifiedEnd(long at)
    {
        if (End.Sequence == _verifiedEnd.Sequence && End != _verifiedEnd)
        {
            throw new StateCorruptedException(_cursor!.Reader.Name.Path, at, "record at the end of the log that the manifest names", $"{_verifiedEnd}", $"{End}");
        }
    }

    private bool Enter(SegmentName segment)
    {
        SegmentReader reader;
        FileFault? fault;
        try
        {
            reader = SegmentReader.Open(_files, segment, out fault);
        }
        catch (FileNotFoundException)
        {
            // Beside this reader, a writer that recovers has just removed a segment without records. Then it is not listed any more.
            Segments = SegmentName.List(_files, _directory);
            if (Segments.Contains(segment))
            {
                throw;
            }

            return true;
        }

        if (_cursor is not null)
        {
            _passed[_cursor.Reader.Name.FirstSequence] = (long)End.Place;
            _cursor.Dispose();
        }

        _cursor = LogCursor.AtStart(reader, End);
        if (fault is not null)
        {
            return JudgeHeader(fault.Value);
        }

        return reader.Header.PreviousChecksum == End.Checksum
            ? true
            : throw new StateCorruptedException(segment.Path, SegmentHeaderLayout.PreviousChecksumOffset, "checksum of the record before", $"{End.Checksum:x8}", $"{reader.Header.PreviousChecksum:x8}");
    }

    /// <summary>A bad header is that of an interrupted creation if nothing lies behind it, in this file or in a later one.</summary>
    /// <returns>True to look again; false when the log ends before the segment.</returns>
    private bool JudgeHeader(FileFault fault)
    {
        bool hasRecords = _cursor!.Reader.LastNonZero(SegmentHeaderLayout.SizeBytes) >= 0;
        Segments = SegmentName.List(_files, _directory);
        if (!hasRecords && NextSegment() is null)
        {
            EmptySegment = _cursor.Reader.Name;
            return EndUnlessVerified(fault);
        }

        ThrowSecondTime(fault);
        OpenHolding();
        return true;
    }

    /// <summary>Something that is not the next record: was it durable once, or is it what a crash, or a writer at work, left unfinished?</summary>
    /// <returns>True to look again; false when the log ends before it.</returns>
    private bool Judge(long at, FileFault fault)
    {
        Segments = SegmentName.List(_files, _directory);
        SegmentName? next = NextSegment();
        if (next?.FirstSequence == Expected)
        {
            return true; // the writer has gone on to it since
        }

        if (next is not null || _cursor!.FindLaterBatch(at) >= 0)
        {
            ThrowSecondTime(fault);
            _cursor!.Reader.Forget();
            return true;
        }

        long last = _cursor.Reader.LastNonZero(at);
        Recovery = last < 0 ? default : new LogRecovery(last + 1 - at, _cursor.Reader.Name.Path, at);
        EmptySegment = _cursor.Reader.Name.FirstSequence == Expected ? _cursor.Reader.Name : null;
        return EndUnlessVerified(fault);
    }

    private bool EndUnlessVerified(FileFault fault) => Expected <= _verifiedEnd.Sequence ? throw fault.ToException() : false;

    private void ThrowSecondTime(FileFault fault)
    {
        if (_readAgain == Expected)
        {
            throw fault.ToException();
        }

        _readAgain = Expected;
    }
}
