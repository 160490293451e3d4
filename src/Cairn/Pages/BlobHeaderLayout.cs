namespace Cairn.Pages;

/// <summary>
/// Where the fields of a blob's header are. Described in docs/format.md, "Blob header". The header of a page begins with the same fields, up to the item count, which is 0 for a blob: so whoever walks a page file from
/// extent to extent needs to know no more than these.
/// </summary>
internal static class BlobHeaderLayout
{
    public const int CrcOffset = 0;
    public const int FormatVersionOffset = 4;
    public const int CodecOffset = 5;
    public const int RequiredFeaturesOffset = 6;
    public const int OptionalFeaturesOffset = 7;
    public const int KeyIdOffset = 8;
    public const int NonceOffset = 12;
    public const int StoredBytesOffset = 24;
    public const int TreeOffset = 28;
    public const int ItemCountOffset = 29;
    public const int KeyLengthOffset = 30;
    public const int SizeBytes = 32;
}
