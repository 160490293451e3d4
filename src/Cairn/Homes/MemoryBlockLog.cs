namespace Cairn.Homes;

/// <summary>
/// The block log of the memory home.
/// <list type="bullet">
/// <item>The record with sequence n is element n − 1; sequences have no gap.</item>
/// <item>A position names the sequence as its place; there is no framing and hence no checksum (0).</item>
/// <item>The list only grows; it is guarded by its lock, a reader copies nothing but references.</item>
/// </list>
/// </summary>
internal sealed class MemoryBlockLog : IBlockLog
{
    /// <summary>What a record counts for beside its keys, values and payload, about what a segment's frame would take.</summary>
    private const int RecordBytes = 192;

    /// <summary>What a change counts for beside its key and values.</summary>
    private const int ChangeBytes = 16;

    private readonly Lock _gate = new();
    private readonly List<LogRecord> _records;
    private readonly List<long> _ends; // element n: bytes of the first n + 1 records
    private ulong _durable;
    private bool _closed;

    public MemoryBlockLog()
        : this([], [])
    {
    }

    private MemoryBlockLog(List<LogRecord> records, List<long> ends)
    {
        _records = records;
        _ends = ends;
        _durable = (ulong)records.Count;
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
    public long StoredBytes => BytesTo(Count);

    private ulong Count
    {
        get
        {
            lock (_gate)
            {
                return (ulong)_records.Count;
            }
        }
    }

    /// <summary>The same records in a new, open log.</summary>
    /// <exception cref="InvalidOperationException">This log is still open.</exception>
    public MemoryBlockLog Reopen()
    {
        lock (_gate)
        {
            return _closed ? new MemoryBlockLog([.. _records], [.. _ends]) : throw new InvalidOperationException("The memory home is still open; close it before reopening its content.");
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
            end = (ulong)_records.Count;
        }

        if (from.Sequence > end || from != Position(from.Sequence))
        {
            throw new StateCorruptedException(MemoryHome.KindName, -1, "place in the log", $"a place up to {Position(end)}", from.ToString());
        }

        return Records(from.Sequence, end, cancellationToken).ToAsyncEnumerable();
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(LogRecord record, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (record.Sequence != (ulong)_records.Count + 1)
            {
                throw new ArgumentException($"The record has sequence {record.Sequence}; the log goes on with {_records.Count + 1}.", nameof(record));
            }

            _ends.Add(BytesTo((ulong)_records.Count) + SizeOf(record));
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
            _durable = (ulong)_records.Count;
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
                record = _records[(int)index];
            }

            yield return record;
        }
    }

    private long BytesTo(ulong sequence)
    {
        lock (_gate)
        {
            return sequence == 0 ? 0 : _ends[checked((int)(sequence - 1))];
        }
    }
}
