using Cairn.Homes;
using Cairn.IO;

namespace Cairn.Log;

/// <content>Appending, syncing and beginning segments. One thread at a time.</content>
internal sealed partial class SegmentLog
{
    /// <summary>
    /// How far the file is filled with zeros ahead of small records: a sync that changes neither the length nor the allocation of the file takes
    /// about two thirds of the time.
    /// </summary>
    private const int ZeroAheadBytes = 256 * 1024;

    /// <summary>Records above this are not worth zeros ahead: writing them costs more than what the sync saves.</summary>
    private const int MaxZeroAheadFrameBytes = ZeroAheadBytes / 4;

    /// <summary>From here on a record that begins a batch is written past the system's cache: finding cache pages for it, and copying it there, takes longer than handing it to the disk.</summary>
    internal const int MinDirectBytes = 128 * 1024;

    /// <summary>From here on the disk is asked to begin at once with what is in the system's cache: what the writer does before it syncs is then done meanwhile.</summary>
    private const int MinTransferBytes = 256 * 1024;

    private static readonly byte[] Zeros = new byte[ZeroAheadBytes];

    private readonly RecordBuffer _frame = new();
    private IFile? _active;
    private ulong _activeSalt;
    private ulong _batchFirstSequence; // 0: no batch is open
    private bool _activeIsCut;
    private Exception? _failure;

    /// <inheritdoc/>
    /// <remarks>Written through at once, by one write. The token is honoured until then.</remarks>
    /// <exception cref="ArgumentException">The record is not the next one, or breaks a rule of the format.</exception>
    /// <exception cref="BlockTooLargeException">The record is larger than a record may be; nothing was written.</exception>
    public ValueTask AppendAsync(LogRecord record, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowUnlessWritable();
        LogPosition end = End;
        if (record.Sequence != end.Sequence + 1)
        {
            throw new ArgumentException($"The record has sequence {record.Sequence}; the log goes on with {end.Sequence + 1}.", nameof(record));
        }

        _frame.Clear();
        _frame.Extend(FrameLayout.SizeBytes);
        RecordCodec.Encode(record, _frame);
        Latched(() => Write(record, end));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>The token is not honoured: half a sync is none.</remarks>
    public ValueTask SyncAsync(CancellationToken cancellationToken)
    {
        ThrowUnlessWritable();
        Latched(Sync);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>Does not sync.</remarks>
    public ValueTask DisposeAsync()
    {
        _active?.Dispose();
        _active = null;
        _open.Dispose();
        _failure ??= new ObjectDisposedException(nameof(SegmentLog));
        return ValueTask.CompletedTask;
    }

    private void ThrowUnlessWritable()
    {
        if (_options.ReadOnly)
        {
            throw new InvalidOperationException($"The log '{_directory}' was opened for reading only.");
        }

        if (_failure is not null)
        {
            throw new StoreFailedException(_directory, _failure);
        }
    }

    /// <summary>After a failed write nobody knows what is on the disk, and after a failed sync a second one may succeed without having written anything: no more of either.</summary>
    private void Latched(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e)
        {
            _failure = e;
            throw;
        }
    }

    private void Write(LogRecord record, LogPosition end)
    {
        OpenActive();
        long offset = NextOffset(end);
        if (_active is null || _activeIsCut || (offset + _frame.Length > _options.SegmentBytes && offset > SegmentHeaderLayout.SizeBytes))
        {
            Sync();
            BeginSegment(record.Sequence, end.Checksum);
            offset = SegmentHeaderLayout.SizeBytes;
        }

        if (_batchFirstSequence == 0)
        {
            _batchFirstSequence = record.Sequence;
        }

        FrameHeader header = new(
            Checksum: 0,
            BodyBytes: (uint)(_frame.Length - FrameLayout.SizeBytes),
            Salt: _activeSalt,
            Sequence: record.Sequence,
            BatchFirstSequence: _batchFirstSequence,
            PreviousChecksum: end.Checksum,
            Kind: (uint)record.Kind);
        uint checksum = header.Seal(_frame.Bytes);
        bool isDirect = _frame.Length >= MinDirectBytes && offset % IFile.DirectBytes == 0;
        if (isDirect)
        {
            _active!.WriteDirect(offset, _frame.PaddedBytes);
        }
        else
        {
            _active!.Write(offset, _frame.Bytes);
            FillAhead(offset + _frame.Length);
        }

        Publish(new LogPosition(record.Sequence, (ulong)(offset + _frame.Length), checksum));
        if (!isDirect && _frame.Length >= MinTransferBytes)
        {
            _active.BeginTransfer(offset, _frame.Length);
        }
    }

    /// <summary>The place of the next record in the segment at hand.</summary>
    private long NextOffset(LogPosition end)
    {
        lock (_gate)
        {
            return _segments.Count == 0 || _segments[^1].EndOffset == SegmentHeaderLayout.SizeBytes ? SegmentHeaderLayout.SizeBytes
                : _batchFirstSequence != 0 ? (long)end.Place
                : LogCursor.AlignUp((long)end.Place);
        }
    }

    private void FillAhead(long end)
    {
        long length = _active!.Length;
        if (end >= length && _frame.Length <= MaxZeroAheadFrameBytes)
        {
            long target = Math.Min(_options.SegmentBytes, end + ZeroAheadBytes) & ~(long)(LogCursor.BoundaryBytes - 1);
            if (target > end)
            {
                _active.Write(end, Zeros.AsSpan(0, (int)(target - end)));
            }
        }
    }

    private void Publish(LogPosition end)
    {
        long length = _active!.Length;
        lock (_gate)
        {
            _segments[^1] = _segments[^1] with { LastSequence = end.Sequence, EndOffset = (long)end.Place, FileBytes = length };
            _end = end;
        }
    }

    private void Sync()
    {
        LogPosition end = End;
        if (end != DurableEnd)
        {
            _active!.Sync();
            lock (_gate)
            {
                _durableEnd = end;
            }
        }

        _batchFirstSequence = 0;
    }

    /// <summary>Opens the last segment for writing, if there is one and it is not open yet.</summary>
    private void OpenActive()
    {
        if (_active is null && _segments.Count > 0)
        {
            using (SegmentReader reader = SegmentReader.Open(_files, _segments[^1].Name, out FileFault? fault))
            {
                _activeSalt = fault is null ? reader.Header.Salt : throw fault.Value.ToException();
            }

            _active = _files.Open(_segments[^1].Name.Path, FileOpening.Write);
        }
    }

    /// <summary>Creates a segment and makes it durable. Everything before it is durable already.</summary>
    private void BeginSegment(ulong firstSequence, uint previousChecksum)
    {
        if (_segments.Count == 0 && !_files.DirectoryExists(_directory))
        {
            _files.CreateDirectory(_directory);
            _files.SyncDirectory(Path.GetDirectoryName(_directory) is { Length: > 0 } parent ? parent : ".");
        }

        ulong salt = _options.NewSalt();
        ulong previousFirstSequence = _segments.Count == 0 ? 0 : _segments[^1].Name.FirstSequence;
        SegmentHeader header = new(firstSequence, previousChecksum, salt == 0 ? 1 : salt, previousFirstSequence);
        byte[] bytes = new byte[SegmentHeaderLayout.SizeBytes];
        header.WriteTo(bytes);
        SegmentName name = SegmentName.Of(_directory, firstSequence);
        IFile file = _files.Open(name.Path, FileOpening.CreateNew);
        _active?.Dispose();
        _active = file;
        _activeSalt = header.Salt;
        _activeIsCut = false;
        file.Write(0, bytes);
        file.Sync();
        _files.SyncDirectory(_directory);
        lock (_gate)
        {
            _segments.Add(new Segment(name, LastSequence: firstSequence - 1, EndOffset: SegmentHeaderLayout.SizeBytes, FileBytes: SegmentHeaderLayout.SizeBytes));
        }
    }
}
