using System.Buffers.Binary;

namespace Cairn.Snapshots;

/// <summary>Writes a snapshot to a stream: the header, parts, the end mark. Used once, by one thread at a time.</summary>
internal sealed class SnapshotWriter(Stream stream, SnapshotInfo info)
{
    private readonly byte[] _frame = new byte[SnapshotFrameLayout.SizeBytes];
    private uint _checksum;
    private uint _index;
    private ulong _items;
    private ulong _rawBytes;

    /// <summary>What was written, in bytes.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>How many parts were written.</summary>
    public long Parts => _index;

    /// <summary>Writes the header.</summary>
    public async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        byte[] header = SnapshotHeader.Encode(info);
        _checksum = SnapshotHeader.ChecksumOf(header);
        await stream.WriteAsync(header, cancellationToken).ConfigureAwait(false);
        WrittenBytes = header.Length;
    }

    /// <summary>Writes a part.</summary>
    /// <param name="raw">What it holds.</param>
    /// <param name="items">How many entries or changes that is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask AddAsync(ReadOnlyMemory<byte> raw, uint items, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(raw.Length, SnapshotFrame.MaxRawBytes, nameof(raw));
        ReadOnlyMemory<byte> stored = PartCompressor.Compress(info.Codec, raw, out SnapshotCodec used);
        await WriteAsync(new SnapshotFrame(SnapshotFrameKind.Chunk, used, _index, _checksum, items, raw.Length, stored.Length), stored, cancellationToken).ConfigureAwait(false);
        _index++;
        _items += items;
        _rawBytes += (ulong)raw.Length;
    }

    /// <summary>Writes the end mark, and flushes the stream.</summary>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        byte[] end = new byte[SnapshotEndLayout.SizeBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(end.AsSpan(SnapshotEndLayout.ItemsOffset), _items);
        BinaryPrimitives.WriteUInt64LittleEndian(end.AsSpan(SnapshotEndLayout.RawBytesOffset), _rawBytes);
        await WriteAsync(new SnapshotFrame(SnapshotFrameKind.End, SnapshotCodec.None, _index, _checksum, Items: 0, end.Length, end.Length), end, cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteAsync(SnapshotFrame frame, ReadOnlyMemory<byte> stored, CancellationToken cancellationToken)
    {
        _checksum = frame.Write(_frame, stored.Span);
        await stream.WriteAsync(_frame, cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(stored, cancellationToken).ConfigureAwait(false);
        WrittenBytes += _frame.Length + stored.Length;
    }
}
