using Cairn.Homes;
using Cairn.IO;

namespace Cairn.Log;

/// <content>Removing what a crash left. Idempotent: a crash at any step leaves something this removes as well.</content>
internal sealed partial class SegmentLog
{
    private const int CopyBytes = 1024 * 1024;

    /// <summary>
    /// Carries out what the scan has decided.
    /// <list type="number">
    /// <item>A last segment without any record is deleted; its name will be used again.</item>
    /// <item>The last sync batch, as far as it is not known to be durable, is written again as it was read, and synced: after a sync that failed, the
    /// operating system may show bytes that are not on the disk and that no sync would bring there, because it takes them for written.</item>
    /// <item>The segment is cut behind the last record if torn bytes lie there, and never continued: the next record begins a new segment with a new
    /// salt, so that even on a file system that gives cut bytes back they cannot pass for records.</item>
    /// </list>
    /// </summary>
    private void Repair(LogScan scan, LogPosition verifiedEnd)
    {
        if (scan.EmptySegment is { } empty)
        {
            _files.Delete(empty.Path);
            _files.SyncDirectory(_directory);
        }

        if (_options.EndsAtVerifiedEnd)
        {
            RemoveBehind(scan);
            return;
        }

        bool rewrite = scan.End.Sequence > verifiedEnd.Sequence;
        bool cut = scan.Recovery.BytesTruncated > 0 && scan.EmptySegment is null;
        if (!rewrite && !cut)
        {
            return;
        }

        SegmentName segment = scan.Segments[LogScan.IndexHolding(scan.Segments, scan.End.Sequence)];
        using IFile file = _files.Open(segment.Path, FileOpening.Write);
        if (rewrite)
        {
            WriteAgain(file, scan.LastBatchOffset, (long)scan.End.Place);
        }

        if (cut)
        {
            file.SetLength((long)scan.End.Place);
            _activeIsCut = true;
        }

        file.Sync();
    }

    /// <summary>
    /// Removes what a backup that was not finished has put behind the end of the one before. The segment that holds the end is never a hard link; the others are only unlinked.
    /// </summary>
    private void RemoveBehind(LogScan scan)
    {
        SegmentName[] behind = [.. scan.Segments.Where(segment => segment.FirstSequence > scan.End.Sequence)];
        foreach (SegmentName segment in behind)
        {
            _files.Delete(segment.Path);
        }

        if (behind.Length > 0)
        {
            _files.SyncDirectory(_directory);
        }

        if (LogScan.IndexHolding(scan.Segments, scan.End.Sequence) is >= 0 and int index)
        {
            using IFile file = _files.Open(scan.Segments[index].Path, FileOpening.Write);
            if (file.Length > (long)scan.End.Place)
            {
                file.SetLength((long)scan.End.Place);
                file.Sync();
                _activeIsCut = true;
            }
        }
    }

    private static void WriteAgain(IFile file, long start, long end)
    {
        byte[] buffer = new byte[Math.Min(CopyBytes, end - start)];
        while (start < end)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - start));
            if (file.Read(start, part) < part.Length)
            {
                throw new IOException($"'{file.Path}' ends before byte {end}, although it was read up to there a moment ago.");
            }

            file.Write(start, part);
            start += part.Length;
        }
    }
}
