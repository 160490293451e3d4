using Cairn.Homes;
using Cairn.IO;

namespace Cairn.Log;

/// <content>Reading single records and parts of them.</content>
internal sealed partial class SegmentLog : ILogRecords
{
    /// <summary>How many segments stay open for reading old values.</summary>
    private const int OpenSegments = 64;

    private readonly SpareLists _spareLists = new();
    private readonly OpenFileTable _open = new(OpenSegments);

    /// <inheritdoc/>
    ILogRecords IBlockLog.Records => this;

    /// <inheritdoc/>
    public IEnumerable<PlacedRecord> ReadPlaced(LogPosition from, ulong through)
    {
        (SegmentName[] segments, LogPosition end) = Extent();
        return through > end.Sequence
            ? throw new StateCorruptedException(_directory, -1, "place in the log", $"one up to {end}", $"record {through}")
            : Records(segments, from, end, through, CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Release(LogRecord record)
    {
        _spareLists.Return(record.StateChanges);
        _spareLists.Return(record.LocalChanges);
    }

    /// <inheritdoc/>
    /// <remarks>The place is the offset of the value in its segment.</remarks>
    public void PlaceOld(in PlacedRecord placed, TreeKind tree, Span<ulong> places) =>
        RecordCodec.PlaceOld(placed.Record, tree, placed.After.Place - (ulong)RecordCodec.EncodedBytes(placed.Record), places);

    /// <inheritdoc/>
    public (string File, long Offset) ReadOld(LogPosition before, TreeKind tree, ulong place, Span<byte> destination)
    {
        SegmentName segment;
        lock (_gate)
        {
            segment = SegmentHolding(before.Sequence + 1);
        }

        using OpenFileTable.Lease lease = _open.TryBorrow(segment.FirstSequence, out OpenFileTable.Lease open)
            ? open
            : _open.Add(segment.FirstSequence, _files.Open(segment.Path, FileOpening.Read));
        int read = place > long.MaxValue ? 0 : lease.File.Read((long)place, destination);
        return read == destination.Length
            ? (segment.Path, (long)place)
            : throw new StateCorruptedException(segment.Path, lease.File.Length, "length of the segment", $"at least {place + (ulong)destination.Length}", $"{lease.File.Length}");
    }

    /// <summary>The segment with a record; the caller holds the lock.</summary>
    private SegmentName SegmentHolding(ulong sequence)
    {
        int low = 0;
        int high = _segments.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_segments[middle].Name.FirstSequence <= sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low > 0 ? _segments[low - 1].Name : throw new StateCorruptedException(
            _directory, -1, "log segment", $"one that holds record {sequence}", _segments.Count == 0 ? "none" : $"a first one that starts with record {_segments[0].Name.FirstSequence}");
    }
}
