using Cairn.Homes;

namespace Cairn.Log;

/// <content>Removing whole segments at the old end of the log, beside the thread that writes at the new one.</content>
internal sealed partial class SegmentLog : ILogRetention
{
    /// <inheritdoc/>
    public ILogRetention? Retention => this;

    /// <inheritdoc/>
    public IEnumerable<LogRecordHead> ReadHeads(LogPosition from)
    {
        (SegmentName[] segments, LogPosition end) = Extent();
        return Heads(segments, from, end);
    }

    /// <inheritdoc/>
    /// <remarks>Zeros that were filled ahead count; headers do not.</remarks>
    public long OccupiedBytes(LogPosition from, LogPosition to) => Sum(from, to, static segment => segment.FileBytes);

    /// <inheritdoc/>
    public LogRetirement WouldRetire(LogPosition before)
    {
        lock (_gate)
        {
            int count = CountBefore(before);
            return new LogRetirement(count, _segments.Take(count).Sum(static segment => segment.FileBytes));
        }
    }

    /// <summary>
    /// Deletes the segments that hold nothing but records before a place, the oldest first; the newest one stays in any case. If the crash comes before the directory is
    /// synced, some of them may be there again: they are below every floor then, and the next retirement deletes them.
    /// </summary>
    /// <inheritdoc/>
    public LogRetirement Retire(LogPosition before)
    {
        ThrowUnlessWritable();
        Segment[] gone;
        lock (_gate)
        {
            int count = CountBefore(before);

            // A new list, because the writer looks at the last segment without the lock.
            gone = [.. _segments.Take(count)];
            _segments = [.. _segments.Skip(count)];
        }

        if (gone.Length > 0)
        {
            Latched(() => Delete(gone));
        }

        return new LogRetirement(gone.Length, gone.Sum(static segment => segment.FileBytes));
    }

    /// <summary>How many segments hold nothing but records before a place; the newest one does not count. Under the gate.</summary>
    private int CountBefore(LogPosition before)
    {
        int count = 0;
        while (count + 1 < _segments.Count && _segments[count + 1].Name.FirstSequence <= before.Sequence + 1)
        {
            count++;
        }

        return count;
    }

    private void Delete(Segment[] gone)
    {
        foreach (Segment segment in gone)
        {
            _open.Close(segment.Name.FirstSequence);
            _files.Delete(segment.Name.Path);
        }

        _files.SyncDirectory(_directory);
    }

    private IEnumerable<LogRecordHead> Heads(SegmentName[] segments, LogPosition from, LogPosition end)
    {
        LogPosition position = from;
        while (position.Sequence < end.Sequence)
        {
            int index = IndexFor(segments, position);
            using HeadCursor cursor = HeadCursor.Open(_files, segments[index], position);
            ulong last = LastSequence(segments, index, end);
            while (position.Sequence < last)
            {
                LogRecordHead head = cursor.Next();
                position = head.After;
                yield return head;
            }
        }
    }

    /// <summary>The segments and the end at one moment.</summary>
    private (SegmentName[] Segments, LogPosition End) Extent()
    {
        lock (_gate)
        {
            return ([.. _segments.Select(static segment => segment.Name)], _end);
        }
    }

    /// <summary>The segment that holds the record behind a place.</summary>
    private int IndexFor(SegmentName[] segments, LogPosition position)
    {
        int index = LogScan.IndexHolding(segments, position.Sequence + 1);
        return index >= 0 ? index : throw new StateCorruptedException(
            _directory, -1, "log segment", $"one that holds record {position.Sequence + 1}", segments.Length == 0 ? "none" : $"a first one that starts with record {segments[0].FirstSequence}");
    }

    /// <summary>The last record to be read of a segment.</summary>
    private static ulong LastSequence(SegmentName[] segments, int index, LogPosition end) =>
        index + 1 < segments.Length ? Math.Min(end.Sequence, segments[index + 1].FirstSequence - 1) : end.Sequence;
}
