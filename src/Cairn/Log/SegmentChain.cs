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
