using Cairn.Homes;
using Cairn.IO;

namespace Cairn.Log;

/// <summary>
/// Finds segments that are missing, without reading records: each header names the segment before. A header that is damaged says nothing here; whoever reads
/// the segment, and the check of the store, will meet it.
/// </summary>
internal static class SegmentChain
{
    /// <summary>Refuses a log from which a segment is missing between two places.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">Where the segments are.</param>
    /// <param name="segments">All that are there, ascending.</param>
    /// <param name="from">The place from which on all must be there.</param>
    /// <param name="to">The place from which on the records are read anyway.</param>
    /// <exception cref="StateCorruptedException">A segment is missing, or the first one does not go on from the place.</exception>
    public static void Check(IFileSystem files, string directory, IReadOnlyList<SegmentName> segments, LogPosition from, LogPosition to)
    {
        int first = LogScan.IndexHolding(segments, from.Sequence + 1);
        if (first < 0 && segments.Count > 0)
        {
            throw new StateCorruptedException(directory, -1, "log segment", $"one that holds record {from.Sequence + 1}, the first that is kept", $"a first one that starts with record {segments[0].FirstSequence}");
        }

        for (int i = Math.Max(first, 0); i < segments.Count && segments[i].FirstSequence <= to.Sequence; i++)
        {
            using IFile file = files.Open(segments[i].Path, FileOpening.Read);
            if (SegmentHeader.Read(file, segments[i], out SegmentHeader header) is null)
            {
                CheckHeader(directory, segments[i], header, from, i > first ? segments[i - 1] : null);
            }
        }
    }

    /// <summary>
    /// Refuses a place that is not behind the record it names: where the segment with that record is missing, its offset would be one in the segment before. The sync batch of the record is found
    /// by going back from boundary to boundary, and its heads are read.
    /// </summary>
    /// <param name="files">The file system.</param>
    /// <param name="segment">The segment that should hold the record, by its name.</param>
    /// <param name="place">The place behind the record, not the start of the log.</param>
    /// <exception cref="StateCorruptedException">The record does not end there.</exception>
    public static void CheckRecordBefore(IFileSystem files, SegmentName segment, LogPosition place)
    {
        using IFile file = files.Open(segment.Path, FileOpening.Read);
        byte[] bytes = new byte[FrameLayout.SizeBytes];
        if (SegmentHeader.Read(file, segment, out SegmentHeader header) is { } fault)
        {
            throw fault.ToException();
        }

        for (long at = ((long)place.Place - 1) & ~(long)(LogCursor.BoundaryBytes - 1); at >= SegmentHeaderLayout.SizeBytes; at -= LogCursor.BoundaryBytes)
        {
            if (file.Read(at, bytes) == bytes.Length && FrameHeader.Parse(bytes) is var frame
                && frame.Salt == header.Salt && frame.Sequence == frame.BatchFirstSequence && frame.Sequence <= place.Sequence && frame.Sequence >= segment.FirstSequence)
            {
                CheckBatch(files, segment, new LogPosition(frame.Sequence - 1, (ulong)at, frame.PreviousChecksum), place);
                return;
            }
        }

        throw new StateCorruptedException(segment.Path, (long)place.Place, "log segment", $"one that holds record {place.Sequence}", "no sync batch that begins before the end of that record");
    }

    private static void CheckBatch(IFileSystem files, SegmentName segment, LogPosition from, LogPosition place)
    {
        using HeadCursor cursor = HeadCursor.Open(files, segment, from);
        while (cursor.Position.Sequence < place.Sequence)
        {
            cursor.Next();
        }

        if (cursor.Position != place)
        {
            throw new StateCorruptedException(segment.Path, (long)place.Place, "end of the record at the place to replay from", $"{place}", $"{cursor.Position}");
        }
    }

    private static void CheckHeader(string directory, SegmentName segment, SegmentHeader header, LogPosition from, SegmentName? before)
    {
        if (before is not null && header.PreviousFirstSequence != before.Value.FirstSequence)
        {
            throw new StateCorruptedException(
                directory, -1, "log segment", $"one that starts with record {header.PreviousFirstSequence}, as '{segment.Path}' says of the one before it", $"one that starts with record {before.Value.FirstSequence}");
        }

        if (before is null && header.FirstSequence == from.Sequence + 1 && header.PreviousChecksum != from.Checksum)
        {
            throw new StateCorruptedException(
                segment.Path, SegmentHeaderLayout.PreviousChecksumOffset, "checksum of the record before the first that is kept", $"{from.Checksum:x8}", $"{header.PreviousChecksum:x8}");
        }
    }
}
