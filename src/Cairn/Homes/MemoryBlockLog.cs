namespace Cairn.Homes;

/// <summary>
/// The block log of the memory home.
/// <list type="bullet">
/// <item>The record with sequence n is element n − 1, less the oldest ones that were retired; sequences have no gap.</item>
/// <item>A position names the sequence as its place; there is no framing and hence no checksum (0).</item>
/// <item>The list is guarded by its lock; a reader copies nothing but references.</item>
/// </list>
/// </summary>
internal sealed class MemoryBlockLog : IBlockLog, ILogRetention, ILogRecords
{
    /// <summary>What a record counts for beside its keys, values and payload, about what a segment's frame would take.</summary>
    private const int RecordBytes = 192;

    /// <summary>What a change counts for beside its key and values.</summary>
    private const int ChangeBytes = 16;

    private readonly Lock _gate = new();
    private readonly List<LogRecord> _records;
    private readonly List<long> _ends; // bytes of all records up to and including the one at the same index
    private ulong _retired; // how many of the oldest records are gone
    private long _retiredBytes;
    private ulong _durable;
    private bool _closed;

    public MemoryBlockLog()
        : this([], [], retired: 0, retiredBytes: 0)
    {
    }

    private MemoryBlockLog(List<LogRecord> records, List<long> ends, ulong retired, long retiredBytes)
    {
        _records = records;
        _ends = ends;
        _retired = retired;
        _retiredBytes = retiredBytes;
        _durable = Count;
    }

    /// <inheritdoc/>
    public LogPosition End => Position(Count);

    /// <inheritdoc/>
    public LogPosition DurableEnd
    {
        get
        {
            lock (_gate)
            {
                return Position(_durable);
            }
        }
    }

    /// <inheritdoc/>
    public long StoredBytes => BytesTo(Count) - Interlocked.Read(ref _retiredBytes);

    /// <inheritdoc/>
    public ILogRetention? Retention => this;

    /// <inheritdoc/>
    ILogRecords IBlockLog.Records => this;

    private ulong Count
    {
        get
        {
            lock (_gate)
            {
                return _retired + (ulong)_records.Count;
            }
        }
    }

    /// <summary>The same records in a new, open log.</summary>
    /// <exception cref="InvalidOperationException">This log is still open.</exception>
    public MemoryBlockLog Reopen()
    {
        lock (_gate)
        {
            return _closed ? new MemoryBlockLog([.. _records], [.. _ends], _retired, _retiredBytes) : throw new InvalidOperationException("The memory home is still open; close it before reopening its content.");
        }
    }

    /// <inheritdoc/>
    public long BytesBetween(LogPosition from, LogPosition to) => BytesTo(to.Sequence) - BytesTo(from.Sequence);

    /// <inheritdoc/>
    public IAsyncEnumerable<LogRecord> Read(LogPosition from, CancellationToken cancellationToken)
    {
        ulong end;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            end = Count;
        }

        ThrowUnlessThere(from, end);
        return Records(from.Sequence, end, cancellationToken).ToAsyncEnumerable();
    }

    /// <inheritdoc/>
    public IEnumerable<LogRecordHead> ReadHeads(LogPosition from)
    {
        ulong end = Count;
        ThrowUnlessThere(from, end);
        return Records(from.Sequence, end, CancellationToken.None).Select(static record => new PlacedRecord(record, Position(record.Sequence)).ToHead());
    }

    /// <inheritdoc/>
    public IEnumerable<PlacedRecord> ReadPlaced(LogPosition from, ulong through)
    {
        ThrowUnlessThere(from, Count);
        return Records(from.Sequence, through, CancellationToken.None).Select(static record => new PlacedRecord(record, Position(record.Sequence)));
    }

    /// <inheritdoc/>
    /// <remarks>The place is the index of the change.</remarks>
    public void PlaceOld(in PlacedRecord placed, TreeKind tree, Span<ulong> places) => ChangeIndexes.Fill(places);

    /// <inheritdoc/>
    public (string File, long Offset) ReadOld(LogPosition before, TreeKind tree, ulong place, Span<byte> destination)
    {
        LogRecord record = Records(before.Sequence, before.Sequence + 1, CancellationToken.None).First();
        ChangeIndexes.CopyOld(record, tree, place, destination, MemoryHome.KindName, offset: -1);
        return (MemoryHome.KindName, -1);
    }

    /// <inheritdoc/>
    public long OccupiedBytes(LogPosition from, LogPosition to) => BytesBetween(from, to);

    /// <inheritdoc/>
    public LogRetirement WouldRetire(LogPosition before)
    {
        lock (_gate)
        {
            int count = before.Sequence > _retired ? (int)Math.Min(before.Sequence - _retired, (ulong)_records.Count) : 0;
            return new LogRetirement(count, count == 0 ? 0 : _ends[count - 1] - _retiredBytes);
        }
    }

    /// <inheritdoc/>
    public LogRetirement Retire(LogPosition before)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            LogRetirement retired = WouldRetire(before);
            _records.RemoveRange(0, retired.Segments);
            _ends.RemoveRange(0, retired.Segments);
            _retired += (ulong)retired.Segments;
            _retiredBytes += retired.Bytes;
            return retired;
        }
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(LogRecord record, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (record.Sequence != Count + 1)
            {
                throw new ArgumentException($"The record has sequence {record.Sequence}; the log goes on with {Count + 1}.", nameof(record));
            }

            _ends.Add(BytesTo(Count) + SizeOf(record));
            _records.Add(record);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask SyncAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _durable = Count;
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RefreshAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closed = true;
        }

        return ValueTask.CompletedTask;
    }

    private static LogPosition Position(ulong sequence) => new(sequence, Place: sequence, Checksum: 0);

    private static long SizeOf(LogRecord record) =>
        RecordBytes + (record.Payload?.Length ?? 0)
        + record.StateChanges.ByteCount + ((long)record.StateChanges.Count * ChangeBytes)
        + record.LocalChanges.ByteCount + ((long)record.LocalChanges.Count * ChangeBytes);

    private IEnumerable<LogRecord> Records(ulong first, ulong end, CancellationToken cancellationToken)
    {
        for (ulong index = first; index < end; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            LogRecord record;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                record = index >= _retired ? _records[(int)(index - _retired)] : throw new StateCorruptedException(MemoryHome.KindName, -1, "log record", $"{_retired + 1} or later", $"{index + 1}");
            }

            yield return record;
        }
    }

    private long BytesTo(ulong sequence)
    {
        lock (_gate)
        {
            return sequence <= _retired ? _retiredBytes : _ends[checked((int)(sequence - 1 - _retired))];
        }
    }

    private void ThrowUnlessThere(LogPosition from, ulong end)
    {
        lock (_gate)
        {
            if (from.Sequence < _retired || from.Sequence > end || from != Position(from.Sequence))
            {
                throw new StateCorruptedException(MemoryHome.KindName, -1, "place in the log", $"a place from {Position(_retired)} up to {Position(end)}", from.ToString());
            }
        }
    }
}
