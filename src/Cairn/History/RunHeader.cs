using System.Buffers.Binary;
using Cairn.Format;
using Cairn.Homes;
using Cairn.Manifests;
using static Cairn.History.HistoryHeaderLayout;

namespace Cairn.History;

/// <summary>What a run says of itself. As read from a file it has been checked as far as its own bytes go.</summary>
internal readonly record struct RunHeader
{
    /// <summary>The version this program writes, and the only one it reads.</summary>
    public const uint Version = 1;

    /// <summary>The most levels of nodes: with the four children that a lowest node has room for at least, and the twenty of the others, they reach further than a file can be long.</summary>
    public const int MaxLevels = 12;

    private static ReadOnlySpan<byte> Magic => "CairnHis"u8;

    /// <summary>The store it belongs to; zero for a run in memory.</summary>
    public StoreId StoreId { get; init; }

    /// <summary>The place before its first record.</summary>
    public LogPosition Before { get; init; }

    /// <summary>The place behind its last record.</summary>
    public LogPosition After { get; init; }

    /// <summary>The lowest height of its records, from which heights are counted.</summary>
    public ulong BaseHeight { get; init; }

    /// <summary>How many changes and roots it has.</summary>
    public ulong EntryCount { get; init; }

    /// <summary>How many blocks it has, this one included.</summary>
    public uint BlockCount { get; init; }

    /// <summary>The block to begin searching at; 0 when there are no entries.</summary>
    public uint RootBlock { get; init; }

    /// <summary>How many nodes lead from there to an entry block; 0 when the root is one.</summary>
    public int Levels { get; init; }

    /// <summary>The block with the first record.</summary>
    public uint FirstRecordBlock { get; init; }

    /// <summary>The block with the first rewind, or the one behind the last where there is none.</summary>
    public uint FirstRewindBlock { get; init; }

    /// <summary>How many rewinds there are.</summary>
    public uint RewindCount { get; init; }

    /// <summary>The sequence of its first record.</summary>
    public ulong FirstSequence => Before.Sequence + 1;

    /// <summary>The sequence of its last record.</summary>
    public ulong LastSequence => After.Sequence;

    /// <summary>How many records it covers.</summary>
    public ulong RecordCount => After.Sequence - Before.Sequence;

    /// <summary>Its length as a file.</summary>
    public long FileBytes => (long)BlockCount * RunBlock.SizeBytes;

    /// <summary>The header as a block.</summary>
    public byte[] ToBlock()
    {
        byte[] block = new byte[RunBlock.SizeBytes];
        Span<byte> bytes = block;
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[FormatVersionOffset..], Version);
        StoreId.Write(bytes[StoreIdOffset..]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[FirstSequenceOffset..], FirstSequence);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[LastSequenceOffset..], LastSequence);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[BeforePlaceOffset..], Before.Place);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[AfterPlaceOffset..], After.Place);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[BeforeChecksumOffset..], Before.Checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[AfterChecksumOffset..], After.Checksum);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[BaseHeightOffset..], BaseHeight);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[EntryCountOffset..], EntryCount);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[BlockCountOffset..], BlockCount);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[RootBlockOffset..], RootBlock);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[LevelsOffset..], Levels);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[FirstRecordBlockOffset..], FirstRecordBlock);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[FirstRewindBlockOffset..], FirstRewindBlock);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[RewindCountOffset..], RewindCount);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ChecksumOffset..], Crc32C.Compute(bytes[FormatVersionOffset..]));
        return block;
    }

    /// <summary>Reads a header.</summary>
    /// <param name="block">The first block, or what there is of it.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="fileBytes">Its length.</param>
    /// <exception cref="StateCorruptedException">It is not what was written.</exception>
    /// <exception cref="StoreFormatException">It is of a format, or needs features, that this version does not know.</exception>
    public static RunHeader Parse(ReadOnlySpan<byte> block, string file, long fileBytes)
    {
        Require(block.Length == RunBlock.SizeBytes, file, 0, "header of a history run", $"{RunBlock.SizeBytes} bytes", $"{block.Length}");
        Require(block.StartsWith(Magic), file, MagicOffset, "magic of a history run", Convert.ToHexStringLower(Magic), Convert.ToHexStringLower(block[..Magic.Length]));
        uint stored = UInt32(block, ChecksumOffset);
        uint computed = Crc32C.Compute(block[FormatVersionOffset..]);
        Require(stored == computed, file, ChecksumOffset, "checksum of the header of a history run", $"{computed:x8}", $"{stored:x8}");
        uint version = UInt32(block, FormatVersionOffset);
        uint required = UInt32(block, RequiredFeaturesOffset);
        if (version != Version || required != 0)
        {
            throw version != Version
                ? new StoreFormatException(file, "format of a history run", $"{Version}", $"{version}")
                : new StoreFormatException(file, "required features of a history run", "none", $"{required:x8}");
        }

        ulong first = UInt64(block, FirstSequenceOffset);
        ulong last = UInt64(block, LastSequenceOffset);
        Require(first >= 1 && last >= first && last < ulong.MaxValue, file, FirstSequenceOffset, "sequences of a history run", "ascending ones from 1", $"{first} to {last}");
        RunHeader header = new()
        {
            StoreId = StoreId.Read(block[StoreIdOffset..]),
            Before = new LogPosition(first - 1, UInt64(block, BeforePlaceOffset), UInt32(block, BeforeChecksumOffset)),
            After = new LogPosition(last, UInt64(block, AfterPlaceOffset), UInt32(block, AfterChecksumOffset)),
            BaseHeight = UInt64(block, BaseHeightOffset),
            EntryCount = UInt64(block, EntryCountOffset),
            BlockCount = UInt32(block, BlockCountOffset),
            RootBlock = UInt32(block, RootBlockOffset),
            Levels = (int)Math.Min(UInt32(block, LevelsOffset), int.MaxValue),
            FirstRecordBlock = UInt32(block, FirstRecordBlockOffset),
            FirstRewindBlock = UInt32(block, FirstRewindBlockOffset),
            RewindCount = UInt32(block, RewindCountOffset),
        };
        header.CheckExtents(file, fileBytes);
        return header;
    }

    private void CheckExtents(string file, long fileBytes)
    {
        Require(FileBytes == fileBytes, file, BlockCountOffset, "length of a history run", $"{FileBytes} bytes", $"{fileBytes}");
        Require(Levels <= MaxLevels, file, LevelsOffset, "levels of a history run", $"at most {MaxLevels}", $"{Levels}");
        Require((RootBlock == 0) == (EntryCount == 0) && RootBlock < Math.Max(1u, FirstRecordBlock), file, RootBlockOffset, "root block of a history run", $"one before block {FirstRecordBlock}", $"{RootBlock}");
        ulong records = (RecordCount + RecordRow.PerBlock - 1) / RecordRow.PerBlock;
        ulong rewinds = ((ulong)RewindCount + RewindTable.PerBlock - 1) / RewindTable.PerBlock;
        Require(FirstRecordBlock >= 1 && FirstRecordBlock + records == FirstRewindBlock, file, FirstRecordBlockOffset, "first record block of a history run", $"one {records} before block {FirstRewindBlock}", $"{FirstRecordBlock}");
        Require(FirstRewindBlock + rewinds == BlockCount, file, FirstRewindBlockOffset, "first rewind block of a history run", $"one {rewinds} before the end at {BlockCount}", $"{FirstRewindBlock}");
    }

    private static void Require(bool holds, string file, long offset, string what, string expected, string found)
    {
        if (!holds)
        {
            throw new StateCorruptedException(file, offset, what, expected, found);
        }
    }

    private static uint UInt32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static ulong UInt64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
