using System.Buffers.Binary;

namespace Cairn.Snapshots;

/// <summary>
/// Reads a snapshot from a stream, part by part. Everything is checked before it is used: lengths against limits, checksums, the order of the parts, the totals of the end mark; memory is bounded whatever the bytes say. What the parts
/// hold is not looked at here. Stops behind the end mark. Used once, by one thread at a time.
/// </summary>
internal sealed class SnapshotReader(Stream stream, string name)
{
    /// <summary>What is read of a part before more memory is taken for it.</summary>
    private const int FirstBytes = 256 * 1024;

    private readonly byte[] _header = new byte[SnapshotFrameLayout.SizeBytes];
    private byte[] _stored = [];
    private byte[] _raw = [];
    private SnapshotFrame _frame;
    private uint _checksum;
    private uint _next;
    private ulong _items;
    private ulong _rawBytes;
    private SnapshotInfo? _info;

    /// <summary>The snapshot, for messages.</summary>
    public string Name => name;

    /// <summary>What the header says.</summary>
    public SnapshotInfo Info => _info ?? throw new InvalidOperationException("The header has not been read.");

    /// <summary>The bytes read.</summary>
    public long Offset { get; private set; }

    /// <summary>Where the present part begins.</summary>
    public long PartOffset { get; private set; }

    /// <summary>How many entries or changes the present part says it has.</summary>
    public uint Items => _frame.Items;

    /// <summary>Reads the header alone.</summary>
    /// <exception cref="SnapshotDamagedException">The bytes are no snapshot.</exception>
    public static SnapshotInfo ReadInfo(Stream stream, string name)
    {
        Span<byte> header = stackalloc byte[SnapshotHeaderLayout.SizeBytes];
        int read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        return read == header.Length ? SnapshotHeader.Decode(name, header) : throw CutShort(name, read, "header", header.Length - read);
    }

    /// <summary>Reads the header.</summary>
    /// <exception cref="SnapshotDamagedException">The bytes are no snapshot.</exception>
    /// <exception cref="StoreFormatException">They are one of a later version.</exception>
    /// <exception cref="SnapshotChainException">The snapshot builds on something that is not before it.</exception>
    public async ValueTask<SnapshotInfo> BeginAsync(CancellationToken cancellationToken)
    {
        byte[] header = new byte[SnapshotHeaderLayout.SizeBytes];
        await FillAsync(header, "header", cancellationToken).ConfigureAwait(false);
        _info = SnapshotHeader.Decode(name, header);
        _checksum = SnapshotHeader.ChecksumOf(header);
        return _info;
    }

    /// <summary>Goes on to the next part.</summary>
    /// <returns>False at the end mark.</returns>
    /// <exception cref="SnapshotDamagedException">The bytes are damaged or cut short.</exception>
    public async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        PartOffset = Offset;
        await FillAsync(_header, "a part or the end mark", cancellationToken).ConfigureAwait(false);
        SnapshotFrame frame = SnapshotFrame.Read(_header);
        if (frame.Fault(_next, _checksum) is { } fault)
        {
            throw Damaged(fault.Offset, fault.What, fault.Expected, fault.Found);
        }

        await FillStoredAsync(frame.StoredBytes, cancellationToken).ConfigureAwait(false);
        uint found = BinaryPrimitives.ReadUInt32LittleEndian(_header);
        _checksum = SnapshotFrame.ChecksumOf(_header, _stored.AsSpan(0, frame.StoredBytes));
        if (_checksum != found || BinaryPrimitives.ReadUInt16LittleEndian(_header.AsSpan(SnapshotFrameLayout.CodecOffset + 1)) != 0)
        {
            throw Damaged(SnapshotFrameLayout.ChecksumOffset, "checksum of the part", $"{_checksum:x8}", $"{found:x8}");
        }

        _frame = frame;
        if (frame.Kind == SnapshotFrameKind.End)
        {
            CheckEnd();
            return false;
        }

        _next++;
        _items += frame.Items;
        _rawBytes += (ulong)frame.RawBytes;
        return true;
    }

    /// <summary>What the present part holds; valid until the next one.</summary>
    /// <exception cref="SnapshotDamagedException">It cannot be decompressed.</exception>
    /// <exception cref="StoreFormatException">Its codec is not available here.</exception>
    public ReadOnlyMemory<byte> ReadPart()
    {
        if (!PartCompressor.IsAvailable(_frame.Codec))
        {
            throw new StoreFormatException(name, "codec", "Deflate, and Zstandard where the system has libzstd.so.1", $"{_frame.Codec}");
        }

        ReadOnlyMemory<byte> stored = _stored.AsMemory(0, _frame.StoredBytes);
        if (_frame.Codec == SnapshotCodec.None)
        {
            return stored;
        }

        if (_frame.RawBytes > _raw.Length)
        {
            _raw = new byte[_frame.RawBytes];
        }

        return PartCompressor.TryDecompress(_frame.Codec, stored, _raw.AsSpan(0, _frame.RawBytes))
            ? _raw.AsMemory(0, _frame.RawBytes)
            : throw Damaged(SnapshotFrameLayout.SizeBytes, "compressed part", $"what gives {_frame.RawBytes} bytes by {_frame.Codec}", "other bytes");
    }

    /// <summary>The refusal of something in the present part.</summary>
    /// <param name="offset">Where in the part, its frame included.</param>
    /// <param name="what">What was looked at.</param>
    /// <param name="expected">What should be there.</param>
    /// <param name="found">What is there.</param>
    public SnapshotDamagedException Damaged(long offset, string what, string expected, string found) => new(name, PartOffset + offset, what, expected, found);

    private void CheckEnd()
    {
        ulong items = BinaryPrimitives.ReadUInt64LittleEndian(_stored.AsSpan(SnapshotEndLayout.ItemsOffset));
        ulong bytes = BinaryPrimitives.ReadUInt64LittleEndian(_stored.AsSpan(SnapshotEndLayout.RawBytesOffset));
        if (items != _items || bytes != _rawBytes || _frame.Items != 0)
        {
            throw Damaged(SnapshotFrameLayout.SizeBytes, "totals of the end mark", $"{_items} items in {_rawBytes} bytes", $"{items} in {bytes}");
        }
    }

    /// <summary>Reads the stored bytes of a part. Memory is taken as they come, for the length is only a claim.</summary>
    private async ValueTask FillStoredAsync(int length, CancellationToken cancellationToken)
    {
        for (int filled = 0; filled < length;)
        {
            int upTo = (int)Math.Min(length, Math.Max(2L * filled, FirstBytes));
            if (_stored.Length < upTo)
            {
                Array.Resize(ref _stored, upTo);
            }

            await FillAsync(_stored.AsMemory(filled, upTo - filled), "the rest of a part", cancellationToken).ConfigureAwait(false);
            filled = upTo;
        }
    }

    private async ValueTask FillAsync(Memory<byte> buffer, string what, CancellationToken cancellationToken)
    {
        int read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        Offset += read;
        if (read < buffer.Length)
        {
            throw CutShort(name, Offset, what, buffer.Length - read);
        }
    }

    private static SnapshotDamagedException CutShort(string name, long offset, string what, int missing) =>
        new(name, offset, "end of the snapshot", $"{what}: {missing} bytes more", "the end of the stream: it is cut short");
}
