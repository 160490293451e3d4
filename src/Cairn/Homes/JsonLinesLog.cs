using Cairn.IO;

namespace Cairn.Homes;

/// <summary>
/// The block log of the JSON-lines home: one file, one readable line a record, each line's checksum continuing that of the line before.
/// </summary>
/// <remarks>
/// Invariants: <c>_place</c> is behind the last line that is wholly in the file; <c>_durable</c> is at or before it and behind the last line
/// known to be synced. Writing members run on one thread at a time; <see cref="Read"/> opens nothing and shares the file.
/// </remarks>
internal sealed class JsonLinesLog : IBlockLog, ILogRecords
{
    private readonly IFile _file;
    private readonly JsonLineSink? _sink;
    private readonly JsonLinesPlace _start;
    private readonly Lock _lock = new();
    private JsonLinesPlace _place;
    private JsonLinesPlace _durable;
    private ulong _batch;
    private bool _hasFailed;

    /// <summary>Makes a log over an opened file.</summary>
    /// <param name="file">The file; the log owns it.</param>
    /// <param name="start">The place after the header.</param>
    /// <param name="place">The place after the last good line; the writer has cut and synced what follows.</param>
    /// <param name="isReadOnly">Whether writing is impossible.</param>
    public JsonLinesLog(IFile file, JsonLinesPlace start, JsonLinesPlace place, bool isReadOnly)
    {
        _file = file;
        _start = start;
        _place = place;
        _durable = place;
        _sink = isReadOnly ? null : new JsonLineSink(file, place.Offset, place.Crc);
    }

    /// <inheritdoc/>
    public LogPosition End => PositionOf(Current);

    /// <inheritdoc/>
    public LogPosition DurableEnd
    {
        get
        {
            lock (_lock)
            {
                return PositionOf(_durable);
            }
        }
    }

    /// <inheritdoc/>
    public bool KeepsRecords => false;

    /// <inheritdoc/>
    public long StoredBytes => Current.Offset;

    private JsonLinesPlace Current
    {
        get
        {
            lock (_lock)
            {
                return _place;
            }
        }
    }

    /// <inheritdoc/>
    public ILogRetention? Retention => null;

    /// <inheritdoc/>
    public ILogRecords Records => this;

    /// <inheritdoc/>
    public long BytesBetween(LogPosition from, LogPosition to) => OffsetOf(to) - OffsetOf(from);

    /// <inheritdoc/>
    public IAsyncEnumerable<LogRecord> Read(LogPosition from, CancellationToken cancellationToken) =>
        ReadLines(from, ulong.MaxValue, cancellationToken).Select(static placed => placed.Record).ToAsyncEnumerable();

    /// <inheritdoc/>
    public IEnumerable<PlacedRecord> ReadPlaced(LogPosition from, ulong through) => ReadLines(from, through, CancellationToken.None);

    /// <inheritdoc/>
    /// <remarks>Reads the whole lines.</remarks>
    public IEnumerable<LogRecordHead> ReadHeads(LogPosition from) => ReadLines(from, ulong.MaxValue, CancellationToken.None).Select(static placed => placed.ToHead());

    /// <inheritdoc/>
    /// <remarks>The place is the index of the change.</remarks>
    public void PlaceOld(in PlacedRecord placed, TreeKind tree, Span<ulong> places) => ChangeIndexes.Fill(places);

    /// <inheritdoc/>
    /// <remarks>Reads the whole line.</remarks>
    public (string File, long Offset) ReadOld(LogPosition before, TreeKind tree, ulong place, Span<byte> destination)
    {
        long offset = OffsetOf(before);
        LogRecord record = ReadLines(before, before.Sequence + 1, CancellationToken.None).Select(static placed => placed.Record).FirstOrDefault()
            ?? throw new StateCorruptedException(_file.Path, offset, "line", $"record {before.Sequence + 1}", "the end of the log");
        ChangeIndexes.CopyOld(record, tree, place, destination, _file.Path, offset);
        return (_file.Path, offset);
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(LogRecord record, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        JsonLineSink sink = Sink;
        ulong next = _place.Sequence + 1;
        if (record.Sequence != next)
        {
            throw new ArgumentException($"The record has sequence {record.Sequence}, the next one is {next}.", nameof(record));
        }

        _batch = _batch == 0 ? next : _batch;
        _hasFailed = true; // until the line is in the file: a failure between leaves part of a line there
        JsonLinesCodec.WriteRecord(sink, record, _batch);
        _hasFailed = false;
        lock (_lock)
        {
            _place = new JsonLinesPlace(sink.Offset, next, sink.Crc, _batch, IsEnd: false);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask SyncAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _ = Sink;
        if (_durable != _place)
        {
            _hasFailed = true;
            _file.Sync();
            _hasFailed = false;
            _batch = 0;
            lock (_lock)
            {
                _durable = _place;
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_sink is null)
        {
            JsonLinesPlace place = JsonLinesScan.Run(_file, Current, end: null).Place;
            lock (_lock)
            {
                _place = place;
                _durable = place;
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Syncs, and ends a log that has grown since the last end mark with another one.</summary>
    /// <returns>The end to be noted; null when the log is empty or read-only, or writing failed before.</returns>
    public JsonLinesEnd? Close()
    {
        if (_sink is not { } sink || _hasFailed || _place.Sequence == 0)
        {
            return null;
        }

        if (!_place.IsEnd)
        {
            _file.Sync(); // the mark says that all before it is durable
            JsonLinesCodec.WriteEnd(sink, _place.Sequence);
            _file.Sync();
            _place = _durable = new JsonLinesPlace(sink.Offset, _place.Sequence, sink.Crc, _place.Batch, IsEnd: true);
        }

        return new JsonLinesEnd(_place.Offset, _place.Sequence, _place.Crc);
    }

    /// <summary>Closes the file.</summary>
    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }

    private JsonLineSink Sink => _hasFailed
        ? throw new InvalidOperationException("Writing to the log failed before; the home has to be opened again.")
        : _sink ?? throw new InvalidOperationException("The home was opened read-only.");

    private IEnumerable<PlacedRecord> ReadLines(LogPosition from, ulong through, CancellationToken cancellationToken)
    {
        JsonLineTokens tokens = new(_file, OffsetOf(from), Current.Offset, from.Place == 0 ? _start.Crc : from.Checksum);
        JsonLinesDecoder decoder = new(tokens);
        ulong sequence = from.Sequence;
        while (sequence < through && tokens.HasLine)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (decoder.Read() is not { } record)
            {
                continue;
            }

            if (record.Sequence != ++sequence)
            {
                throw tokens.Bad($"record {sequence}", $"record {record.Sequence}");
            }

            yield return new PlacedRecord(record, new LogPosition(sequence, (ulong)tokens.EndOffset, tokens.Crc));
        }
    }

    private LogPosition PositionOf(JsonLinesPlace place) => place.Offset == _start.Offset ? LogPosition.Start : new(place.Sequence, (ulong)place.Offset, place.Crc);

    private long OffsetOf(LogPosition position) => position.Place == 0 ? _start.Offset : (long)position.Place;
}
