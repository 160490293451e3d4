using System.Buffers.Binary;
using Cairn.Format;
using Cairn.Homes;
using Cairn.IO;
using static Cairn.Log.SegmentHeaderLayout;

namespace Cairn.Log;

/// <summary>The checked header of a segment.</summary>
/// <param name="FirstSequence">The sequence of the first record, also the name of the file.</param>
/// <param name="PreviousChecksum">The checksum of the record before it; 0 for the first of the log.</param>
/// <param name="Salt">A random number that all frames of the segment repeat; never 0.</param>
/// <param name="PreviousFirstSequence">The sequence that the segment before starts with; 0 for the first of the log.</param>
internal readonly record struct SegmentHeader(ulong FirstSequence, uint PreviousChecksum, ulong Salt, ulong PreviousFirstSequence)
{
    /// <summary>The version this program writes, and the only one it reads.</summary>
    private const uint FormatVersion = 1;

    private static ReadOnlySpan<byte> Magic => "CairnLog"u8;

    /// <summary>Writes the header with its checksum.</summary>
    /// <param name="bytes">Exactly <see cref="SizeBytes"/>, zero.</param>
    public void WriteTo(Span<byte> bytes)
    {
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[FormatVersionOffset..], FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[PreviousChecksumOffset..], PreviousChecksum);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[SaltOffset..], Salt);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[FirstSequenceOffset..], FirstSequence);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[PreviousFirstSequenceOffset..], PreviousFirstSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ChecksumOffset..], Crc32C.Compute(bytes[..ChecksumOffset]));
    }

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">What the file has there; fewer than <see cref="SizeBytes"/> when it is shorter.</param>
    /// <param name="segment">The segment, for its name.</param>
    /// <param name="header">The header when there is no fault.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    /// <exception cref="StoreFormatException">The header is sound, but of a format or with features this version does not know.</exception>
    public static FileFault? Parse(ReadOnlySpan<byte> bytes, SegmentName segment, out SegmentHeader header)
    {
        header = default;
        if (bytes.Length < SizeBytes)
        {
            return new FileFault(segment.Path, 0, "segment header", $"{SizeBytes} bytes", $"{bytes.Length}");
        }

        uint checksum = Crc32C.Compute(bytes[..ChecksumOffset]);
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]);
        if (checksum != stored)
        {
            return new FileFault(segment.Path, ChecksumOffset, "checksum of the segment header", $"{checksum:x8}", $"{stored:x8}");
        }

        if (!bytes.StartsWith(Magic))
        {
            return new FileFault(segment.Path, 0, "magic of the segment", Convert.ToHexStringLower(Magic), Convert.ToHexStringLower(bytes[..Magic.Length]));
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[FormatVersionOffset..]);
        if (version != FormatVersion)
        {
            throw new StoreFormatException(segment.Path, "log format version", $"{FormatVersion}", $"{version}");
        }

        uint required = BinaryPrimitives.ReadUInt32LittleEndian(bytes[RequiredFeaturesOffset..]);
        if (required != 0)
        {
            throw new StoreFormatException(segment.Path, "required log features", "none", $"{required:x8}");
        }

        header = new SegmentHeader(
            FirstSequence: BinaryPrimitives.ReadUInt64LittleEndian(bytes[FirstSequenceOffset..]),
            PreviousChecksum: BinaryPrimitives.ReadUInt32LittleEndian(bytes[PreviousChecksumOffset..]),
            Salt: BinaryPrimitives.ReadUInt64LittleEndian(bytes[SaltOffset..]),
            PreviousFirstSequence: BinaryPrimitives.ReadUInt64LittleEndian(bytes[PreviousFirstSequenceOffset..]));
        if (header.FirstSequence != segment.FirstSequence)
        {
            return new FileFault(segment.Path, FirstSequenceOffset, "first sequence of the segment", $"{segment.FirstSequence} as in its name", $"{header.FirstSequence}");
        }

        bool isFirst = header.FirstSequence == 1;
        return isFirst == (header.PreviousFirstSequence == 0) && header.PreviousFirstSequence < header.FirstSequence
            ? null
            : new FileFault(segment.Path, PreviousFirstSequenceOffset, "first sequence of the segment before", isFirst ? "0, as there is none" : $"1 to {header.FirstSequence - 1}", $"{header.PreviousFirstSequence}");
    }

    /// <summary>Reads the header of a segment file, and nothing else of it.</summary>
    /// <param name="file">The segment, open.</param>
    /// <param name="segment">Its name.</param>
    /// <param name="header">The header when there is no fault.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    /// <exception cref="StoreFormatException">The header is sound, but of a format or with features this version does not know.</exception>
    public static FileFault? Read(IFile file, SegmentName segment, out SegmentHeader header)
    {
        byte[] bytes = new byte[SizeBytes];
        return Parse(bytes.AsSpan(0, file.Read(0, bytes)), segment, out header);
    }
}
