using System.Buffers.Binary;
using Cairn.Homes;
using static Cairn.History.HistoryRecordLayout;

namespace Cairn.History;

/// <summary>A record of the log as a run has it.</summary>
/// <param name="Kind">What the record says.</param>
/// <param name="Height">Block: its height. Rewind: the height gone back to. Finalise: the height that is final.</param>
/// <param name="TimeTicks">The time of a block, if it has one.</param>
/// <param name="Root">The state root after the record.</param>
/// <param name="AbandonedFrom">Rewind: the first sequence it abandons; else 0.</param>
/// <param name="HeadHeight">The height of the newest block after the record; 0 when the history does not know it.</param>
/// <param name="HeadSequence">The sequence of that block; 0 when the history does not know it.</param>
/// <param name="After">The place behind the record.</param>
internal readonly record struct RecordRow(RecordKind Kind, ulong Height, long? TimeTicks, Hash256 Root, ulong AbandonedFrom, ulong HeadHeight, ulong HeadSequence, LogPosition After)
{
    /// <summary>How many records a block has.</summary>
    public const int PerBlock = (RunBlock.SizeBytes - HistoryBlockLayout.SizeBytes) / SizeBytes;

    private const byte HasTime = 1;

    /// <summary>Where a record stands in its block.</summary>
    public static int OffsetOf(int index) => HistoryBlockLayout.SizeBytes + (index * SizeBytes);

    /// <summary>Writes the record.</summary>
    /// <param name="bytes">Zeros.</param>
    public void Write(Span<byte> bytes)
    {
        bytes[KindOffset] = (byte)Kind;
        bytes[FlagsOffset] = TimeTicks is null ? (byte)0 : HasTime;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[RecordChecksumOffset..], After.Checksum);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[PlaceOffset..], After.Place);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[HeightOffset..], Height);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[HeadHeightOffset..], HeadHeight);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[HeadSequenceOffset..], HeadSequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[TimeOffset..], TimeTicks ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[AbandonedFromOffset..], AbandonedFrom);
        Root.CopyTo(bytes[RootOffset..]);
    }

    /// <summary>Reads a record of a checked block.</summary>
    /// <param name="bytes">Where it stands.</param>
    /// <param name="sequence">Its sequence.</param>
    public static RecordRow Read(ReadOnlySpan<byte> bytes, ulong sequence) => new(
        (RecordKind)bytes[KindOffset],
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[HeightOffset..]),
        bytes[FlagsOffset] == HasTime ? BinaryPrimitives.ReadInt64LittleEndian(bytes[TimeOffset..]) : null,
        new Hash256(bytes.Slice(RootOffset, Hash256.SizeBytes)),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[AbandonedFromOffset..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[HeadHeightOffset..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[HeadSequenceOffset..]),
        new LogPosition(sequence, BinaryPrimitives.ReadUInt64LittleEndian(bytes[PlaceOffset..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[RecordChecksumOffset..])));

    /// <summary>What is wrong with the records of a block; null when nothing is.</summary>
    public static string? FaultOf(ReadOnlySpan<byte> block, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> bytes = block.Slice(OffsetOf(i), SizeBytes);
            if (bytes[KindOffset] is < (byte)RecordKind.Block or > (byte)RecordKind.Finalise || bytes[FlagsOffset] > HasTime || (bytes[FlagsOffset] == 0 && BinaryPrimitives.ReadInt64LittleEndian(bytes[TimeOffset..]) != 0) || BinaryPrimitives.ReadUInt16LittleEndian(bytes[(FlagsOffset + 1)..]) != 0)
            {
                return $"record {i} of a block";
            }
        }

        return null;
    }
}
