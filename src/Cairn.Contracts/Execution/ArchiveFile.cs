using System.Buffers.Binary;
using System.IO.Compression;
using Cairn.IO;

namespace Cairn.Contracts.Execution;

using Block = ArchiveBlockLayout;
using Header = ArchiveHeaderLayout;

/// <summary>Reads the file of an archive. The entry in the local tree has the hash of its head, the head that of the index, the index those of the blocks; what was read is parsed with the same care as if it had none.</summary>
internal sealed class ArchiveFile : IDisposable
{
    private readonly IFile _file;
    private readonly ExecutionArchive _archive;
    private readonly List<BlockEntry> _blocks;
    private readonly int _codec;

    private ArchiveFile(IFile file, ExecutionArchive archive)
    {
        _file = file;
        _archive = archive;
        byte[] header = new byte[Header.SizeBytes];
        Read(0, header, "head");
        Check(0, "hash of the head", $"{archive.HeaderHash}", ArchiveWriter.HashOf(header) is var hash && hash == archive.HeaderHash, $"{hash}");
        Check(Header.MagicOffset, "magic", "CairnExe", header.AsSpan(0, Header.Magic.Length).SequenceEqual(Header.Magic), "other bytes");
        int version = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(Header.FormatVersionOffset));
        int features = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(Header.RequiredFeaturesOffset));
        if (version != Header.FormatVersion || features != 0)
        {
            throw new StoreFormatException(file.Path, "archive of executions", $"version {Header.FormatVersion} without features", $"version {version} with features {features:x}");
        }

        _codec = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(Header.CodecOffset));
        Check(Header.CodecOffset, "codec", "0 or 1", _codec is Header.CodecNone or Header.CodecBrotli, $"{_codec}");
        _blocks = ReadIndex(header);
    }

    /// <summary>Opens an archive and reads its index.</summary>
    /// <exception cref="StateCorruptedException">The file is missing or damaged.</exception>
    /// <exception cref="StoreFormatException">It needs another version.</exception>
    public static ArchiveFile Open(IFileSystem fileSystem, string directory, ExecutionArchive archive)
    {
        string path = Path.Combine(directory, archive.FileName);
        if (!fileSystem.FileExists(path))
        {
            throw new StateCorruptedException(path, -1, "archive of executions", $"a file of {archive.FileBytes} bytes", "none");
        }

        IFile file = fileSystem.Open(path, FileOpening.Read);
        try
        {
            return new ArchiveFile(file, archive);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Walks the records that a question asks for, in the order of the history.</summary>
    public IEnumerable<PlacedExecution> Read(ExecutionQuery query)
    {
        foreach (BlockEntry block in _blocks)
        {
            if (block.Last.TimeTicks >= query.ToTicks || block.First.TimeTicks < query.FromTicks || block.Last <= query.After)
            {
                continue;
            }

            foreach (PlacedExecution placed in ReadBlock(block))
            {
                if (query.Has(placed.Position) && (query.Contract is not { } contract || contract == placed.Record.Contract))
                {
                    yield return placed;
                }
            }
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Takes the bytes of a block apart.</summary>
    internal static List<PlacedExecution> Parse(ReadOnlySpan<byte> plain, string file, in BlockEntry block)
    {
        List<PlacedExecution> records = [];
        int at = 0;
        HistoryPosition last = default;
        while (at < plain.Length)
        {
            int left = plain.Length - at - ArchiveRecordLayout.SizeBytes;
            int bytes = left < 0 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(plain[(at + ArchiveRecordLayout.RecordBytesOffset)..]);
            HistoryPosition position = left < 0 ? default : ExecutionKeys.ReadPosition(plain[(at + ArchiveRecordLayout.PositionOffset)..]);
            if (left < 0 || bytes > left || (records.Count > 0 && position <= last))
            {
                throw new StateCorruptedException(file, block.Place, $"record {records.Count} of a block", "a record that fits, behind the one before", $"{bytes} bytes at {position}, {left} left, after {last}");
            }

            try
            {
                records.Add(new PlacedExecution(position, ExecutionRecordCodec.Read(plain.Slice(at + ArchiveRecordLayout.SizeBytes, bytes), position.TimeTicks, [])));
            }
            catch (ContractRecordException fault)
            {
                throw new StateCorruptedException(file, block.Place, $"record {records.Count} of a block", fault.Expected, fault.Found, fault);
            }

            last = position;
            at += ArchiveRecordLayout.SizeBytes + bytes;
        }

        return records.Count == block.Records && records.Count > 0 && records[0].Position == block.First && last == block.Last
            ? records
            : throw new StateCorruptedException(file, block.Place, "block", $"{block.Records} records from {block.First} to {block.Last}", $"{records.Count} to {last}");
    }

    private List<PlacedExecution> ReadBlock(BlockEntry block)
    {
        byte[] stored = new byte[block.StoredBytes];
        Read(block.Place, stored, "block");
        Check(block.Place, "hash of a block", $"{block.Hash}", ArchiveWriter.HashOf(stored) is var hash && hash == block.Hash, $"{hash}");
        if (_codec == Header.CodecNone)
        {
            return Parse(stored, _file.Path, block);
        }

        byte[] plain = new byte[block.PlainBytes];
        bool isWhole = BrotliDecoder.TryDecompress(stored, plain, out int bytes) && bytes == plain.Length;
        Check(block.Place, "compressed block", $"{block.PlainBytes} bytes", isWhole, $"{bytes} bytes, or no Brotli");
        return Parse(plain, _file.Path, block);
    }

    private List<BlockEntry> ReadIndex(ReadOnlySpan<byte> header)
    {
        ulong records = BinaryPrimitives.ReadUInt64LittleEndian(header[Header.RecordsOffset..]);
        long place = BinaryPrimitives.ReadInt64LittleEndian(header[Header.IndexPlaceOffset..]);
        int count = BinaryPrimitives.ReadInt32LittleEndian(header[Header.BlocksOffset..]);
        long length = _file.Length;
        bool fits = count > 0 && place > Header.SizeBytes && place < length && (length - place) == (long)count * Block.SizeBytes && (ulong)length == _archive.FileBytes && records == _archive.Records;
        Check(Header.RecordsOffset, "head", $"{_archive.Records} records in {_archive.FileBytes} bytes, the index at the end", fits, $"{records} records in {length} bytes, an index of {count} blocks at {place}");
        byte[] index = new byte[(int)(length - place)];
        Read(place, index, "index");
        Hash256 expected = new(header.Slice(Header.IndexHashOffset, Hash256.SizeBytes));
        Check(place, "hash of the index", $"{expected}", ArchiveWriter.HashOf(index) is var hash && hash == expected, $"{hash}");
        List<BlockEntry> blocks = [];
        long end = Header.SizeBytes;
        ulong sum = 0;
        for (int at = 0; at < index.Length; at += Block.SizeBytes)
        {
            BlockEntry block = BlockEntry.Read(index.AsSpan(at, Block.SizeBytes));
            bool isNext = block.IsPossible(_codec) && block.Place == end && block.StoredBytes <= place - end && (blocks.Count == 0 || blocks[^1].Last < block.First);
            Check(place + at, $"block {blocks.Count} of the index", $"a block at {end}, behind the one before", isNext, $"{block}");
            blocks.Add(block);
            end += block.StoredBytes;
            sum += (ulong)block.Records;
        }

        Check(place, "index", $"{records} records in blocks up to {place}", end == place && sum == records, $"{sum} up to {end}");
        return blocks;
    }

    private void Read(long offset, Span<byte> destination, string what)
    {
        int read = _file.Read(offset, destination);
        Check(offset, what, $"{destination.Length} bytes", read == destination.Length, $"{read} bytes");
    }

    private void Check(long offset, string what, string expected, bool isRight, string found)
    {
        if (!isRight)
        {
            throw new StateCorruptedException(_file.Path, offset, $"archive of executions: {what}", expected, found);
        }
    }

    /// <summary>A block as the index has it.</summary>
    internal readonly record struct BlockEntry(long Place, int StoredBytes, int PlainBytes, int Records, HistoryPosition First, HistoryPosition Last, Hash256 Hash)
    {
        public static BlockEntry Read(ReadOnlySpan<byte> entry) => new(
            BinaryPrimitives.ReadInt64LittleEndian(entry[Block.PlaceOffset..]),
            BinaryPrimitives.ReadInt32LittleEndian(entry[Block.StoredBytesOffset..]),
            BinaryPrimitives.ReadInt32LittleEndian(entry[Block.PlainBytesOffset..]),
            BinaryPrimitives.ReadInt32LittleEndian(entry[Block.RecordsOffset..]),
            ExecutionKeys.ReadPosition(entry[Block.FirstPositionOffset..]),
            ExecutionKeys.ReadPosition(entry[Block.LastPositionOffset..]),
            new Hash256(entry.Slice(Block.HashOffset, Hash256.SizeBytes)));

        public bool IsPossible(int codec) =>
            PlainBytes is > 0 and <= ArchiveWriter.MaxPlainBytes && Records > 0 && First <= Last && StoredBytes > 0
            && (codec == Header.CodecNone ? StoredBytes == PlainBytes : StoredBytes <= BrotliEncoder.GetMaxCompressedLength(ArchiveWriter.MaxPlainBytes));
    }
}
