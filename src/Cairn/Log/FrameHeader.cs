using System.Buffers.Binary;
using Cairn.Format;
using static Cairn.Log.FrameLayout;

namespace Cairn.Log;

/// <summary>The fields before the body of a record. As read they are only numbers; <see cref="SegmentReader"/> and <see cref="LogCursor"/> check them.</summary>
/// <param name="Checksum">The CRC-32C of everything behind it, body included.</param>
/// <param name="BodyBytes">The length of the body.</param>
/// <param name="Salt">The salt of the segment.</param>
/// <param name="Sequence">The sequence of the record.</param>
/// <param name="BatchFirstSequence">The sequence of the first record of the same sync batch.</param>
/// <param name="PreviousChecksum">The checksum of the record before; 0 for the first of the log.</param>
/// <param name="Kind">The kind of record; the three bytes behind it are part of the number and zero.</param>
internal readonly record struct FrameHeader(uint Checksum, uint BodyBytes, ulong Salt, ulong Sequence, ulong BatchFirstSequence, uint PreviousChecksum, uint Kind)
{
    /// <summary>Reads the fields.</summary>
    /// <param name="bytes">At least <see cref="SizeBytes"/>.</param>
    public static FrameHeader Parse(ReadOnlySpan<byte> bytes) => new(
        Checksum: BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]),
        BodyBytes: BinaryPrimitives.ReadUInt32LittleEndian(bytes[BodyBytesOffset..]),
        Salt: BinaryPrimitives.ReadUInt64LittleEndian(bytes[SaltOffset..]),
        Sequence: BinaryPrimitives.ReadUInt64LittleEndian(bytes[SequenceOffset..]),
        BatchFirstSequence: BinaryPrimitives.ReadUInt64LittleEndian(bytes[BatchFirstSequenceOffset..]),
        PreviousChecksum: BinaryPrimitives.ReadUInt32LittleEndian(bytes[PreviousChecksumOffset..]),
        Kind: BinaryPrimitives.ReadUInt32LittleEndian(bytes[KindOffset..]));

    /// <summary>Writes all fields but the checksum, then computes and writes that.</summary>
    /// <param name="frame">The whole frame; its body is there already.</param>
    /// <returns>The checksum.</returns>
    public uint Seal(Span<byte> frame)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame[BodyBytesOffset..], BodyBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[SaltOffset..], Salt);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[SequenceOffset..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[BatchFirstSequenceOffset..], BatchFirstSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[PreviousChecksumOffset..], PreviousChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[KindOffset..], Kind);
        uint checksum = Crc32C.Compute(frame[BodyBytesOffset..]);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, checksum);
        return checksum;
    }
}
