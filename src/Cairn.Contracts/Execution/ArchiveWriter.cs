using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using Cairn.IO;

namespace Cairn.Contracts.Execution;

using Block = ArchiveBlockLayout;
using Header = ArchiveHeaderLayout;

/// <summary>
/// Writes the file of an archive: blocks of records in the order of the history, each compressed on its own so that a question reads few of them, then an index, and at the beginning a head with the hash of the index. The caller
/// syncs and renames.
/// </summary>
internal sealed class ArchiveWriter
{
    /// <summary>A block is ended when it has so many bytes.</summary>
    public const int BlockBytes = 64 * 1024;

    /// <summary>The longest block before compression: one record beyond the end.</summary>
    public const int MaxPlainBytes = BlockBytes + ArchiveRecordLayout.SizeBytes + ExecutionRecordLayout.MaxBytes;

    private const int BrotliQuality = 5;
    private const int BrotliWindow = 18;

    private readonly IFile _file;
    private readonly int _codec;
    private readonly byte[] _plain = new byte[MaxPlainBytes];
    private readonly byte[] _stored = new byte[BrotliEncoder.GetMaxCompressedLength(MaxPlainBytes)];
    private readonly List<byte> _index = [];
    private long _end = Header.SizeBytes;
    private int _plainBytes;
    private int _blockRecords;
    private int _blocks;
    private ulong _records;
    private HistoryPosition _first;
    private HistoryPosition _last;
    private HistoryPosition _newest;

    /// <summary>Begins an archive in an empty file.</summary>
    public ArchiveWriter(IFile file, int codec)
    {
        _file = file;
        _codec = codec;
    }

    /// <summary>Adds a record, behind those that were added.</summary>
    public void Add(in PlacedExecution placed)
    {
        _newest = _records == 0 ? placed.Position : _newest;
        _first = _blockRecords == 0 ? placed.Position : _first;
        _last = placed.Position;
        Span<byte> place = _plain.AsSpan(_plainBytes);
        int bytes = ExecutionRecordCodec.Write(placed.Record, place[ArchiveRecordLayout.SizeBytes..]);
        BinaryPrimitives.WriteUInt16LittleEndian(place[ArchiveRecordLayout.RecordBytesOffset..], (ushort)bytes);
        ExecutionKeys.WritePosition(placed.Position, place[ArchiveRecordLayout.PositionOffset..]);
        _plainBytes += ArchiveRecordLayout.SizeBytes + bytes;
        _blockRecords++;
        _records++;
        if (_plainBytes >= BlockBytes)
        {
            EndBlock();
        }
    }

    /// <summary>Writes index and head.</summary>
    /// <param name="number">The number of the archive.</param>
    public ExecutionArchive End(ulong number)
    {
        if (_blockRecords > 0)
        {
            EndBlock();
        }

        byte[] index = [.. _index];
        _file.Write(_end, index);
        Span<byte> header = stackalloc byte[Header.SizeBytes];
        Header.Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[Header.FormatVersionOffset..], Header.FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(header[Header.RequiredFeaturesOffset..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(header[Header.RecordsOffset..], _records);
        BinaryPrimitives.WriteInt64LittleEndian(header[Header.IndexPlaceOffset..], _end);
        BinaryPrimitives.WriteInt32LittleEndian(header[Header.BlocksOffset..], _blocks);
        BinaryPrimitives.WriteInt32LittleEndian(header[Header.CodecOffset..], _codec);
        SHA256.HashData(index, header[Header.IndexHashOffset..]);
        _file.Write(0, header);
        return new ExecutionArchive(number, _records, (ulong)(_end + index.Length), _newest.TimeTicks, _last.TimeTicks, HashOf(header));
    }

    /// <summary>The SHA-256 of bytes.</summary>
    internal static Hash256 HashOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Hash256.SizeBytes];
        SHA256.HashData(bytes, hash);
        return new Hash256(hash);
    }

    private void EndBlock()
    {
        ReadOnlySpan<byte> stored = Compress(_plain.AsSpan(0, _plainBytes));
        _file.Write(_end, stored);
        Span<byte> entry = stackalloc byte[Block.SizeBytes];
        BinaryPrimitives.WriteInt64LittleEndian(entry[Block.PlaceOffset..], _end);
        BinaryPrimitives.WriteInt32LittleEndian(entry[Block.StoredBytesOffset..], stored.Length);
        BinaryPrimitives.WriteInt32LittleEndian(entry[Block.PlainBytesOffset..], _plainBytes);
        BinaryPrimitives.WriteInt32LittleEndian(entry[Block.RecordsOffset..], _blockRecords);
        ExecutionKeys.WritePosition(_first, entry[Block.FirstPositionOffset..]);
        ExecutionKeys.WritePosition(_last, entry[Block.LastPositionOffset..]);
        SHA256.HashData(stored, entry[Block.HashOffset..]);
        _index.AddRange(entry);
        _end += stored.Length;
        _blocks++;
        _plainBytes = 0;
        _blockRecords = 0;
    }

    private ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> plain)
    {
        if (_codec == Header.CodecNone)
        {
            return plain;
        }

        return BrotliEncoder.TryCompress(plain, _stored, out int bytes, BrotliQuality, BrotliWindow)
            ? _stored.AsSpan(0, bytes)
            : throw new InvalidOperationException("There is room for everything that can come of a block.");
    }
}
