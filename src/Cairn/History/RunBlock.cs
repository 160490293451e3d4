using System.Buffers.Binary;
using Cairn.Format;
using Cairn.Homes;

namespace Cairn.History;

/// <summary>What a block of a run holds.</summary>
internal enum RunBlockKind : byte
{
    /// <summary>Changes, sorted.</summary>
    Entries = 1,

    /// <summary>First keys and filters of blocks below.</summary>
    Node = 2,

    /// <summary>Records of the log by sequence.</summary>
    Records = 3,

    /// <summary>Rewinds by sequence.</summary>
    Rewinds = 4,
}

/// <summary>What all blocks of a run have in common: a size, a checksum, a kind, and how far they are filled.</summary>
internal static class RunBlock
{
    /// <summary>The size of a block. Small enough that reading one for a single key costs little, large enough that three levels find one of ten million changes.</summary>
    public const int SizeBytes = 8192;

    /// <summary>Begins a block.</summary>
    public static byte[] Begin(RunBlockKind kind, int level = 0)
    {
        byte[] block = new byte[SizeBytes];
        Begin(block, kind, level);
        return block;
    }

    /// <summary>Begins a block in memory that had another one.</summary>
    public static void Begin(Span<byte> block, RunBlockKind kind, int level = 0)
    {
        block.Clear();
        block[HistoryBlockLayout.KindOffset] = (byte)kind;
        block[HistoryBlockLayout.LevelOffset] = (byte)level;
    }

    /// <summary>Completes the fixed part.</summary>
    /// <param name="block">The block.</param>
    /// <param name="count">How many things it holds.</param>
    /// <param name="marks">How many offsets stand at its end.</param>
    /// <param name="end">The offset behind the last thing.</param>
    public static void Seal(Span<byte> block, int count, int marks, int end)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(block[HistoryBlockLayout.CountOffset..], (ushort)count);
        BinaryPrimitives.WriteUInt16LittleEndian(block[HistoryBlockLayout.MarkCountOffset..], (ushort)marks);
        BinaryPrimitives.WriteUInt16LittleEndian(block[HistoryBlockLayout.EndOffset..], (ushort)end);
        BinaryPrimitives.WriteUInt32LittleEndian(block, Crc32C.Compute(block[HistoryBlockLayout.KindOffset..]));
    }

    /// <summary>How many things a block holds.</summary>
    public static int Count(ReadOnlySpan<byte> block) => BinaryPrimitives.ReadUInt16LittleEndian(block[HistoryBlockLayout.CountOffset..]);

    /// <summary>How many offsets stand at its end.</summary>
    public static int Marks(ReadOnlySpan<byte> block) => BinaryPrimitives.ReadUInt16LittleEndian(block[HistoryBlockLayout.MarkCountOffset..]);

    /// <summary>The offset behind the last thing.</summary>
    public static int End(ReadOnlySpan<byte> block) => BinaryPrimitives.ReadUInt16LittleEndian(block[HistoryBlockLayout.EndOffset..]);

    /// <summary>One of the offsets at the end, the first one first.</summary>
    public static int Mark(ReadOnlySpan<byte> block, int index) => BinaryPrimitives.ReadUInt16LittleEndian(block[(SizeBytes - ((Marks(block) - index) * sizeof(ushort)))..]);

    /// <summary>Checks a block wholly, so that walking it cannot go astray.</summary>
    /// <param name="block">What was read.</param>
    /// <param name="kind">The kind it has to be.</param>
    /// <param name="level">The level it has to have.</param>
    /// <param name="header">The run.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="offset">The place of the block there.</param>
    /// <exception cref="StateCorruptedException">It is not such a block.</exception>
    public static void Check(byte[] block, RunBlockKind kind, int level, in RunHeader header, string file, long offset)
    {
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(block);
        uint computed = Crc32C.Compute(block.AsSpan(HistoryBlockLayout.KindOffset));
        FileFault? fault = stored != computed ? new FileFault(file, offset, "checksum of a block", $"{computed:x8}", $"{stored:x8}")
            : block[HistoryBlockLayout.KindOffset] != (byte)kind ? new FileFault(file, offset + HistoryBlockLayout.KindOffset, "kind of a block", $"{(byte)kind}", $"{block[HistoryBlockLayout.KindOffset]}")
            : block[HistoryBlockLayout.LevelOffset] != level ? new FileFault(file, offset + HistoryBlockLayout.LevelOffset, "level of a block", $"{level}", $"{block[HistoryBlockLayout.LevelOffset]}")
            : FaultOf(block, kind, header) is { } what ? new FileFault(file, offset, what, "one that keeps the rules of the format", "another")
            : null;
        if (fault is { } found)
        {
            throw found.ToException();
        }
    }

    private static string? FaultOf(byte[] block, RunBlockKind kind, in RunHeader header)
    {
        int count = Count(block);
        int marks = Marks(block);
        int end = End(block);
        if (end < HistoryBlockLayout.SizeBytes || end > SizeBytes - (marks * sizeof(ushort)))
        {
            return "extent of a block";
        }

        return kind switch
        {
            RunBlockKind.Entries => EntryBlock.FaultOf(block, header),
            RunBlockKind.Node => NodeBlock.FaultOf(block, header),
            RunBlockKind.Records => marks == 0 && end == HistoryBlockLayout.SizeBytes + (count * HistoryRecordLayout.SizeBytes) ? RecordRow.FaultOf(block, count) : "count of records in a block",
            _ => marks == 0 && end == HistoryBlockLayout.SizeBytes + (count * HistoryRewindLayout.SizeBytes) ? null : "count of rewinds in a block",
        };
    }
}
