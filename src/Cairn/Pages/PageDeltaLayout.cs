namespace Cairn.Pages;

/// <summary>
/// Where the fields of a delta's header are. Described in docs/format.md, "Page delta". The header begins like that of a page or blob; whoever walks a page file tells it from those by the byte of the format version.
/// </summary>
internal static class PageDeltaLayout
{
    public const int CrcOffset = 0;
    public const int FormatVersionOffset = 4;
    public const int CodecOffset = 5;
    public const int RequiredFeaturesOffset = 6;
    public const int OptionalFeaturesOffset = 7;
    public const int StoredBytesOffset = 8;
    public const int BaseBytesOffset = 10;
    public const int BaseCrcOffset = 12;
    public const int BaseIdOffset = 16;
    public const int ChangedItemsOffset = 24;
    public const int SizeBytes = 32;

    /// <summary>The format this code writes and reads. Pages and blobs have no bit 7 there.</summary>
    public const byte FormatVersion = 0x81;

    /// <summary>The format of a delta that adds entries: <see cref="DeltaAdditionsLayout"/> follows the header.</summary>
    public const byte AddingFormatVersion = 0x82;

    /// <summary>Whether stored bytes are those of a delta rather than of a page or blob.</summary>
    public static bool IsDelta(ReadOnlySpan<byte> stored) => stored[FormatVersionOffset] is FormatVersion or AddingFormatVersion;
}

/// <summary>What follows the header of a delta that adds entries. Described in docs/format.md, "Delta additions".</summary>
internal static class DeltaAdditionsLayout
{
    public const int AddedItemsOffset = 0;
    public const int SizeBytes = 8;
}

/// <summary>Where the fixed fields of a stub that changed are in a delta. Described in docs/format.md, "Stub change".</summary>
internal static class StubChangeLayout
{
    public const int PageIdOffset = 0;
    public const int CrcOffset = 8;
    public const int BasesOffset = 12;
    public const int StoredBytesOffset = 16;
    public const int SizeBytes = 18;
}
