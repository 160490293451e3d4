using Cairn.Homes;
using Cairn.IO;
using Cairn.Log;

namespace Cairn.Repairing;

/// <summary>
/// Finds what is whole in a damaged log: every record is decoded and held against the one before (sequence, checksum, root); where one is not as it was written, the next stretch begins at the next sync batch or segment. Writes nothing.
/// Used by one thread.
/// </summary>
internal sealed class LogSurvey
{
    private readonly IFileSystem _files;
    private readonly ulong _lastSequence;
    private readonly List<LogStretch> _stretches = [];
    private LogPosition _before;
    private LogPosition _end;
    private SegmentName _segment;
    private Hash256? _root;
    private bool _isOpen;

    private LogSurvey(IFileSystem files, string directory, ulong lastSequence)
    {
        _files = files;
        _lastSequence = lastSequence;
        Segments = [.. SegmentName.List(files, directory).Where(segment => segment.FirstSequence <= lastSequence)];
    }

    /// <summary>The segments.</summary>
    public IReadOnlyList<SegmentName> Segments { get; }

    /// <summary>The whole stretches, ascending.</summary>
    public IReadOnlyList<LogStretch> Stretches => _stretches;

    /// <summary>Looks at a log.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">Where the segments are.</param>
    /// <param name="lastSequence">The last record that belongs to the log.</param>
    /// <param name="cancellationToken">Ends it between two records.</param>
    /// <exception cref="StoreFormatException">A segment or record is of a format this version does not know.</exception>
    public static LogSurvey Of(IFileSystem files, string directory, ulong lastSequence, CancellationToken cancellationToken)
    {
        LogSurvey survey = new(files, directory, lastSequence);
        foreach (SegmentName segment in survey.Segments)
        {
            try
            {
                survey.Look(segment, cancellationToken);
            }
            catch (IOException)
            {
                survey.Close(); // what cannot be read is not whole
            }
        }

        survey.Close();
        return survey;
    }

    /// <summary>Reads the records of a stretch behind a place.</summary>
    public IEnumerable<LogRecord> Read(LogStretch stretch, LogPosition from)
    {
        LogPosition position = from;
        while (position.Sequence < stretch.End.Sequence)
        {
            SegmentName segment = Segments[LogScan.IndexHolding(Segments, position.Sequence + 1)];
            using LogCursor cursor = OpenBehind(segment, position);
            while (position.Sequence < stretch.End.Sequence && cursor.Next(out _, out _) == FrameStatus.Valid)
            {
                position = cursor.Position;
                yield return cursor.Decode();
            }
        }
    }

    private LogCursor OpenBehind(SegmentName segment, LogPosition position)
    {
        if (segment.FirstSequence <= position.Sequence)
        {
            return LogScan.OpenBehind(_files, segment, position);
        }

        return LogCursor.AtStart(SegmentReader.Open(_files, segment, out _), position);
    }

    private void Look(SegmentName segment, CancellationToken cancellationToken)
    {
        using SegmentReader reader = SegmentReader.Open(_files, segment, out FileFault? fault);
        if (fault is not null)
        {
            Close();
            return;
        }

        LogPosition start = new(segment.FirstSequence - 1, SegmentHeaderLayout.SizeBytes, reader.Header.PreviousChecksum);
        if (_isOpen && (_end.Sequence != start.Sequence || _end.Checksum != start.Checksum))
        {
            Close();
        }

        LogCursor cursor = new(reader, start);
        while (cursor.Position.Sequence < _lastSequence)
        {
            cancellationToken.ThrowIfCancellationRequested();
            LogPosition before = cursor.Position;
            if (cursor.Next(out long at, out _) == FrameStatus.Valid)
            {
                Take(cursor, before, segment);
                continue;
            }

            long later = cursor.FindLaterBatch(at);
            if (later < 0)
            {
                return; // the end of the segment, or nothing more that can be read in it: the next one tells
            }

            Close();
            cursor.SkipTo(later);
        }
    }

    private void Take(LogCursor cursor, LogPosition before, SegmentName segment)
    {
        LogRecord record;
        try
        {
            record = cursor.Decode();
        }
        catch (StateCorruptedException)
        {
            Close();
            return;
        }

        if (_isOpen && record.PreviousRoot != _root)
        {
            Close();
        }

        if (!_isOpen)
        {
            _isOpen = true;
            _before = before;
        }

        _end = cursor.Position;
        _segment = segment;
        _root = record.Root;
    }

    private void Close()
    {
        if (_isOpen)
        {
            _stretches.Add(new LogStretch(_before, _end, _segment));
        }

        _isOpen = false;
        _root = null;
    }
}
