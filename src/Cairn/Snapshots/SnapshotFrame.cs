using System.Buffers.Binary;
using Cairn.Format;

namespace Cairn.Snapshots;

/// <summary>What a part of a snapshot is.</summary>
internal enum SnapshotFrameKind : byte
{
    /// <summary>Entries, or changes, with their proof.</summary>
    Chunk = 1,

    /// <summary>The end mark.</summary>
    End = 2,
}

/// <summary>The frame in front of what a part stores: docs/format.md, "Snapshot frame".</summary>
/// <param name="Kind">What the part is.</param>
/// <param name="Codec">How it is compressed.</param>
/// <param name="Index">Its number, 0 for the first.</param>
/// <param name="PreviousChecksum">The checksum of the part before; of the header for the first.</param>
/// <param name="Items">How many entries or changes it has.</param>
/// <param name="RawBytes">Its length before compression.</param>
/// <param name="StoredBytes">Its length as stored.</param>
internal readonly record struct SnapshotFrame(SnapshotFrameKind Kind, SnapshotCodec Codec, uint Index, uint PreviousChecksum, uint Items, int RawBytes, int StoredBytes)
{
    /// <summary>The longest part, before compression. It bounds what a damaged or hostile snapshot takes of memory.</summary>
    public const int MaxRawBytes = 64 << 20;

    /// <summary>Writes the frame with its checksum.</summary>
    /// <returns>The checksum.</returns>
    public uint Write(Span<byte> frame, ReadOnlySpan<byte> stored)
    {
        frame[..SnapshotFrameLayout.SizeBytes].Clear();
        frame[SnapshotFrameLayout.KindOffset] = (byte)Kind;
        frame[SnapshotFrameLayout.CodecOffset] = (byte)Codec;
        BinaryPrimitives.WriteUInt32LittleEndian(frame[SnapshotFrameLayout.IndexOffset..], Index);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[SnapshotFrameLayout.PreviousChecksumOffset..], PreviousChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[SnapshotFrameLayout.ItemsOffset..], Items);
        BinaryPrimitives.WriteInt32LittleEndian(frame[SnapshotFrameLayout.RawBytesOffset..], RawBytes);
        BinaryPrimitives.WriteInt32LittleEndian(frame[SnapshotFrameLayout.StoredBytesOffset..], StoredBytes);
        uint checksum = ChecksumOf(frame, stored);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, checksum);
        return checksum;
    }

    /// <summary>The checksum of a part: of its frame behind the checksum, and of what it stores.</summary>
    public static uint ChecksumOf(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> stored) =>
        Crc32C.Append(Crc32C.Compute(frame[SnapshotFrameLayout.KindOffset..SnapshotFrameLayout.SizeBytes]), stored);

    /// <summary>Reads the fields, which are to be checked.</summary>
    public static SnapshotFrame Read(ReadOnlySpan<byte> frame) => new(
        (SnapshotFrameKind)frame[SnapshotFrameLayout.KindOffset],
        (SnapshotCodec)frame[SnapshotFrameLayout.CodecOffset],
        BinaryPrimitives.ReadUInt32LittleEndian(frame[SnapshotFrameLayout.IndexOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(frame[SnapshotFrameLayout.PreviousChecksumOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(frame[SnapshotFrameLayout.ItemsOffset..]),
        BinaryPrimitives.ReadInt32LittleEndian(frame[SnapshotFrameLayout.RawBytesOffset..]),
        BinaryPrimitives.ReadInt32LittleEndian(frame[SnapshotFrameLayout.StoredBytesOffset..]));

    /// <summary>What is wrong with the fields, by name, expectation and value; null when nothing is.</summary>
    public (int Offset, string What, string Expected, string Found)? Fault(uint index, uint previousChecksum)
    {
        bool isEnd = Kind == SnapshotFrameKind.End;
        return Kind is not (SnapshotFrameKind.Chunk or SnapshotFrameKind.End) ? (SnapshotFrameLayout.KindOffset, "kind of the part", "1 or 2", $"{(byte)Kind}")
            : Index != index ? (SnapshotFrameLayout.IndexOffset, "number of the part", $"{index}", $"{Index}")
            : PreviousChecksum != previousChecksum ? (SnapshotFrameLayout.PreviousChecksumOffset, "checksum of the part before", $"{previousChecksum:x8}", $"{PreviousChecksum:x8}")
            : RawBytes is < 1 or > MaxRawBytes || (isEnd && RawBytes != SnapshotEndLayout.SizeBytes) ? (SnapshotFrameLayout.RawBytesOffset, "length of the part", isEnd ? $"{SnapshotEndLayout.SizeBytes}" : $"1 to {MaxRawBytes}", $"{RawBytes}")
            : Codec > SnapshotCodec.Zstandard || (isEnd && Codec != SnapshotCodec.None) ? (SnapshotFrameLayout.CodecOffset, "codec of the part", isEnd ? "0" : "0, 1 or 2", $"{(byte)Codec}")
            : Codec == SnapshotCodec.None ? (StoredBytes == RawBytes ? null : (SnapshotFrameLayout.StoredBytesOffset, "stored length of the part", $"{RawBytes}, as it is not compressed", $"{StoredBytes}"))
            : StoredBytes < 1 || StoredBytes >= RawBytes ? (SnapshotFrameLayout.StoredBytesOffset, "stored length of the part", $"1 to {RawBytes - 1}", $"{StoredBytes}")
            : null;
    }
}
