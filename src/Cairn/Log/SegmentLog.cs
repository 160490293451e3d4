using Cairn.Homes;
using Cairn.IO;

namespace Cairn.Log;

/// <summary>
/// The block log of the directory home: segments of framed records in one directory. See "Log segments" in docs/format.md.
/// <list type="bullet">
/// <item>A place in the log is the offset of the byte behind a record, in the segment that holds that record (not the one that starts after it): the
/// segment is found by the sequence, so a position leads to its bytes directly.</item>
/// <item>A sync batch is begun only after the one before is durable, a segment only after everything before it is, and no record is written
/// into a segment before its header and its directory entry are durable. <see cref="LogScan"/> rests on this.</item>
/// <item>Bytes behind the last record are zero or absent; where they were not, the segment was cut and is not written any more.</item>
/// <item>Read-only, the durable end is the end: what the scan has found.</item>
/// <item>The segments and both ends are guarded by the lock; the rest belongs to the one writer.</item>
/// </list>
/// </summary>
internal sealed partial class SegmentLog : IBlockLog
{
    private const int MinSegmentBytes = 2 * SegmentHeaderLayout.SizeBytes;

    private readonly Lock _gate = new();
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly SegmentLogOptions _options;
    private List<Segment> _segments = [];
    private LogPosition _end;
    private LogPosition _durableEnd;

    private SegmentLog(IFileSystem files, string directory, SegmentLogOptions options)
    {
        _files = files;
        _directory = directory;
        _options = options;
    }

    /// <summary>What opening found at the end of the log.</summary>
    public LogRecovery Recovery { get; private set; }

    /// <inheritdoc/>
    public LogPosition End
    {
        get
        {
            lock (_gate)
            {
                return _end;
            }
        }
    }

    /// <inheritdoc/>
    public LogPosition DurableEnd
    {
        get
        {
            lock (_gate)
            {
                return _durableEnd;
            }
        }
    }

    /// <inheritdoc/>
    public bool KeepsRecords => false;

    /// <inheritdoc/>
    public long StoredBytes
    {
        get
        {
            lock (_gate)
            {
                return _segments.Sum(segment => segment.FileBytes);
            }
        }
    }

    /// <summary>
    /// Opens the log, finds its end and, unless read-only, removes what a crash left behind it. Nothing is written before all of that is decided.
    /// An absent directory is an empty log; it is created with the first record.
    /// </summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">Where the segments are.</param>
    /// <param name="options">How.</param>
    /// <param name="scanFrom">A place <see cref="End"/> had; the records before it are not read now.</param>
    /// <param name="verifiedEnd">A place known to be durable, at or after <paramref name="scanFrom"/>: what is bad or missing before it is corruption.</param>
    /// <exception cref="StateCorruptedException">Something is not as it was written; nothing was changed.</exception>
    /// <exception cref="StoreFormatException">A segment is of a format this version does not know; nothing was changed.</exception>
    /// <exception cref="IOException">Reading or repairing failed.</exception>
    public static SegmentLog Open(IFileSystem files, string directory, SegmentLogOptions options, LogPosition scanFrom, LogPosition verifiedEnd)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SegmentBytes, MinSegmentBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.SegmentBytes % LogCursor.BoundaryBytes, 0);
        SegmentLog log = new(files, directory, options);
        LogScan scan = log.Scan(options.IsSurveyed ? null : options.KeptFrom, scanFrom, verifiedEnd);
        log.Recovery = scan.Recovery;
        if (!options.ReadOnly)
        {
            log.Repair(scan, verifiedEnd);
        }

        log.Take(scan);
        return log;
    }

    /// <inheritdoc/>
    public long BytesBetween(LogPosition from, LogPosition to) => Sum(from, to, static segment => segment.EndOffset);

    /// <inheritdoc/>
    public IAsyncEnumerable<LogRecord> Read(LogPosition from, CancellationToken cancellationToken)
    {
        (SegmentName[] segments, LogPosition end) = Extent();
        return from.Sequence > end.Sequence || (from.Sequence == end.Sequence && from != end)
            ? throw new StateCorruptedException(_directory, -1, "place in the log", $"one up to {end}", $"{from}")
            : Records(segments, from, end, end.Sequence, cancellationToken).Select(static placed => placed.Record).ToAsyncEnumerable();
    }

    /// <inheritdoc/>
    public ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        if (_options.ReadOnly)
        {
            cancellationToken.ThrowIfCancellationRequested();
            LogPosition end = End;
            Manifest newest = _options.Newest();

            // Behind the floor of the newest manifest the writer may have retired what was read last; replaying goes on behind its checkpoint then.
            Take(end.Sequence > newest.LogFloor.Sequence ? Scan(keptFrom: null, end, end) : Scan(keptFrom: null, newest.ReplayFrom, newest.LogEnd));
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The bytes between two places; of the segments that lie between them, up to the end that is asked for.</summary>
    private long Sum(LogPosition from, LogPosition to, Func<Segment, long> endOf)
    {
        lock (_gate)
        {
            long bytes = 0;
            foreach (Segment segment in _segments)
            {
                ulong first = segment.Name.FirstSequence;
                if (first > to.Sequence || segment.LastSequence <= from.Sequence)
                {
                    continue;
                }

                long start = first > from.Sequence ? SegmentHeaderLayout.SizeBytes : (long)from.Place;
                long end = segment.LastSequence >= to.Sequence ? (long)to.Place : endOf(segment);
                bytes += Math.Max(0, end - start);
            }

            return bytes;
        }
    }

    private LogScan Scan(LogPosition? keptFrom, LogPosition scanFrom, LogPosition verifiedEnd)
    {
        ulong? last = _options.EndsAtVerifiedEnd ? verifiedEnd.Sequence : _options.ReadOnly ? _options.HeadHint() : null;
        LogScan scan = new(_files, _directory, keptFrom, scanFrom, verifiedEnd, last);
        scan.Run();
        return scan;
    }

    /// <summary>Makes the outcome of a scan, and of the repair that followed, the state of the log.</summary>
    private void Take(LogScan scan)
    {
        List<Segment> segments = [];
        for (int i = 0; i < scan.Segments.Count && scan.Segments[i].FirstSequence <= scan.End.Sequence; i++)
        {
            SegmentName name = scan.Segments[i];
            bool isLast = i + 1 == scan.Segments.Count || scan.Segments[i + 1].FirstSequence > scan.End.Sequence;
            bool isKnown = i < _segments.Count - 1 && _segments[i].Name == name; // and was not the last one before
            try
            {
                segments.Add(isLast ? Measure(name, scan.End.Sequence, (long)scan.End.Place)
                    : isKnown ? _segments[i]
                    : Measure(name, scan.Segments[i + 1].FirstSequence - 1, scan.EndOf(name)));
            }
            catch (FileNotFoundException) when (_options.ReadOnly && !isLast)
            {
                // The writer has just retired it, and so those before it. Whoever needs it will miss it.
                segments.Clear();
            }
        }

        lock (_gate)
        {
            _segments = segments;
            _end = scan.End;
            _durableEnd = scan.End;
        }
    }

    private Segment Measure(SegmentName name, ulong lastSequence, long? endOffset)
    {
        using IFile file = _files.Open(name.Path, FileOpening.Read);
        return new Segment(name, lastSequence, EndOffset: endOffset ?? file.Length, FileBytes: file.Length);
    }

    private IEnumerable<PlacedRecord> Records(SegmentName[] segments, LogPosition from, LogPosition end, ulong through, CancellationToken cancellationToken)
    {
        LogPosition position = from;
        while (position.Sequence < through)
        {
            int index = IndexFor(segments, position);
            using LogCursor cursor = OpenFor(segments[index], position);
            ulong last = Math.Min(through, LastSequence(segments, index, end));
            while (position.Sequence < last)
            {
                cancellationToken.ThrowIfCancellationRequested();
                FrameStatus status = cursor.Next(out long at, out FileFault fault);
                if (status != FrameStatus.Valid)
                {
                    throw (status == FrameStatus.Blank ? new FileFault(segments[index].Path, at, $"record {position.Sequence + 1}", "a frame", "zeros or the end of the file") : fault).ToException();
                }

                position = cursor.Position;
                yield return new PlacedRecord(cursor.Decode(_spareLists), position);
            }
        }
    }

    /// <summary>Opens the segment that holds the next record, behind the record before.</summary>
    private LogCursor OpenFor(SegmentName segment, LogPosition position)
    {
        if (segment.FirstSequence <= position.Sequence)
        {
            return LogScan.OpenBehind(_files, segment, position);
        }

        SegmentReader reader = SegmentReader.Open(_files, segment, out FileFault? fault);
        if (fault is not null)
        {
            reader.Dispose();
            throw fault.Value.ToException();
        }

        return LogCursor.AtStart(reader, position);
    }

    /// <summary>A segment that holds at least one record.</summary>
    /// <param name="Name">Its file.</param>
    /// <param name="LastSequence">The sequence of its last record.</param>
    /// <param name="EndOffset">The place behind that; for segments that were not read on opening, the length of the file.</param>
    /// <param name="FileBytes">The length of the file.</param>
    private readonly record struct Segment(SegmentName Name, ulong LastSequence, long EndOffset, long FileBytes);
}
