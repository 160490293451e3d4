using System.Buffers.Binary;
using Cairn.Format;
using Cairn.Manifests;

namespace Cairn.Pages;

/// <summary>Offsets of the header of a page file: docs/format.md, "Page file header".</summary>
internal static class PageFileHeaderLayout
{
    public const int MagicOffset = 0;
    public const int ChecksumOffset = 8;
    public const int FormatVersionOffset = 12;
    public const int RequiredFeaturesOffset = 16;
    public const int OptionalFeaturesOffset = 20;
    public const int FileNumberOffset = 24;
    public const int StoreIdOffset = 32;
    public const int SizeBytes = 64;
}

/// <summary>The first bytes of a page file: which store and which number it has.</summary>
internal static class PageFileHeader
{
    /// <summary>The format this version writes, and the only one it reads.</summary>
    public const uint FormatVersion = 1;

    /// <summary>The required features this version knows: none yet.</summary>
    public const uint KnownFeatures = 0;

    /// <summary>The first 8 bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "CairnPgs"u8;

    /// <summary>Writes a header.</summary>
    /// <param name="destination">Exactly <see cref="PageFileHeaderLayout.SizeBytes"/> bytes.</param>
    /// <param name="storeId">The store.</param>
    /// <param name="number">The number of the file.</param>
    public static void Write(Span<byte> destination, StoreId storeId, uint number)
    {
        destination.Clear();
        Magic.CopyTo(destination[PageFileHeaderLayout.MagicOffset..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[PageFileHeaderLayout.FormatVersionOffset..], FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[PageFileHeaderLayout.FileNumberOffset..], number);
        storeId.Write(destination[PageFileHeaderLayout.StoreIdOffset..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[PageFileHeaderLayout.ChecksumOffset..], Checksum(destination));
    }

    /// <summary>The checksum of a header: of everything behind the checksum.</summary>
    public static uint Checksum(ReadOnlySpan<byte> header) => Crc32C.Compute(header[PageFileHeaderLayout.FormatVersionOffset..]);

    /// <summary>Refuses a header that is not that of a given file of a given store.</summary>
    /// <param name="file">Where the bytes come from, for messages.</param>
    /// <param name="header">The first bytes of the file, at most <see cref="PageFileHeaderLayout.SizeBytes"/> of them.</param>
    /// <param name="storeId">The store it has to belong to.</param>
    /// <param name="number">The number it has to have.</param>
    /// <exception cref="StateCorruptedException">It is damaged, or belongs to something else.</exception>
    /// <exception cref="StoreFormatException">Its version or a required feature is not known.</exception>
    public static void Check(string file, ReadOnlySpan<byte> header, StoreId storeId, uint number)
    {
        if (header.Length != PageFileHeaderLayout.SizeBytes)
        {
            throw new StateCorruptedException(file, header.Length, "page file header", $"{PageFileHeaderLayout.SizeBytes} bytes", $"{header.Length}");
        }

        if (!header.StartsWith(Magic))
        {
            throw new StateCorruptedException(file, PageFileHeaderLayout.MagicOffset, "page file magic", Convert.ToHexStringLower(Magic), Convert.ToHexStringLower(header[..Magic.Length]));
        }

        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(header[PageFileHeaderLayout.ChecksumOffset..]);
        uint computed = Checksum(header);
        if (stored != computed)
        {
            throw new StateCorruptedException(file, PageFileHeaderLayout.ChecksumOffset, "page file header checksum", $"{computed:x8}", $"{stored:x8}");
        }

        CheckFormat(file, header);
        StoreId foundStore = StoreId.Read(header[PageFileHeaderLayout.StoreIdOffset..]);
        if (foundStore != storeId)
        {
            throw new StateCorruptedException(file, PageFileHeaderLayout.StoreIdOffset, "page file store id", storeId.ToString(), foundStore.ToString());
        }

        uint foundNumber = BinaryPrimitives.ReadUInt32LittleEndian(header[PageFileHeaderLayout.FileNumberOffset..]);
        if (foundNumber != number)
        {
            throw new StateCorruptedException(file, PageFileHeaderLayout.FileNumberOffset, "page file number", $"{number}", $"{foundNumber}");
        }
    }

    private static void CheckFormat(string file, ReadOnlySpan<byte> header)
    {
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[PageFileHeaderLayout.FormatVersionOffset..]);
        if (version != FormatVersion)
        {
            throw new StoreFormatException(file, "page file format", $"{FormatVersion}", $"{version}");
        }

        uint features = BinaryPrimitives.ReadUInt32LittleEndian(header[PageFileHeaderLayout.RequiredFeaturesOffset..]);
        if ((features & ~KnownFeatures) != 0)
        {
            throw new StoreFormatException(file, "required features", $"{KnownFeatures:x8}", $"{features:x8}");
        }
    }
}
