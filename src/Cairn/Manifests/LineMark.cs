using System.Buffers.Binary;
using Cairn.Format;

namespace Cairn.Manifests;

/// <summary>Offsets of a line mark: docs/format.md, "Line mark".</summary>
internal static class LineMarkLayout
{
    public const int MagicOffset = 0;
    public const int ChecksumOffset = 8;
    public const int FormatVersionOffset = 12;
    public const int StoreIdOffset = 16;
    public const int LineOffset = 32;
    public const int SizeBytes = 48;
}

/// <summary>
/// Names the line that a store is on. A store that is opened for writing out of a backup goes its own way from there, and its files get the names that the files of the other way have too; the line tells them apart.
/// </summary>
/// <param name="StoreId">The store.</param>
/// <param name="Line">A random number, made when the store left a backup; 0 for one that never did.</param>
internal readonly record struct LineMark(StoreId StoreId, UInt128 Line)
{
    /// <summary>The format this version writes, and the only one it reads.</summary>
    public const uint FormatVersion = 1;

    /// <summary>The first 8 bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "CairnLin"u8;

    /// <summary>Encodes the mark.</summary>
    public byte[] Encode()
    {
        byte[] bytes = new byte[LineMarkLayout.SizeBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(LineMarkLayout.FormatVersionOffset), FormatVersion);
        StoreId.Write(bytes.AsSpan(LineMarkLayout.StoreIdOffset));
        BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(LineMarkLayout.LineOffset), Line);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(LineMarkLayout.ChecksumOffset), Checksum(bytes));
        return bytes;
    }

    /// <summary>Decodes a mark.</summary>
    /// <param name="file">Where the bytes come from, for messages.</param>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="StateCorruptedException">The bytes are not what was written.</exception>
    /// <exception cref="StoreFormatException">The mark is whole, but of a version that is not known.</exception>
    public static LineMark Decode(string file, ReadOnlySpan<byte> bytes)
    {
        Check(file, bytes.Length == LineMarkLayout.SizeBytes, -1, "length", $"{LineMarkLayout.SizeBytes}", $"{bytes.Length}");
        Check(file, bytes.StartsWith(Magic), LineMarkLayout.MagicOffset, "magic", Convert.ToHexStringLower(Magic), Convert.ToHexStringLower(bytes[..Magic.Length]));
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes[LineMarkLayout.ChecksumOffset..]);
        Check(file, stored == Checksum(bytes), LineMarkLayout.ChecksumOffset, "checksum", $"{Checksum(bytes):x8}", $"{stored:x8}");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[LineMarkLayout.FormatVersionOffset..]);
        return version == FormatVersion
            ? new LineMark(StoreId.Read(bytes[LineMarkLayout.StoreIdOffset..]), BinaryPrimitives.ReadUInt128LittleEndian(bytes[LineMarkLayout.LineOffset..]))
            : throw new StoreFormatException(file, "format of the line mark", $"{FormatVersion}", $"{version}");
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes) => Crc32C.Compute(bytes[LineMarkLayout.FormatVersionOffset..]);

    private static void Check(string file, bool holds, int offset, string what, string expected, string found)
    {
        if (!holds)
        {
            throw new StateCorruptedException(file, offset, "line mark " + what, expected, found);
        }
    }
}
