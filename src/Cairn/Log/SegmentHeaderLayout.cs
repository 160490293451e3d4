namespace Cairn.Log;

/// <summary>The first 4 KiB of a segment. See "Segment header" in docs/format.md.</summary>
internal static class SegmentHeaderLayout
{
    public const int MagicOffset = 0;
    public const int FormatVersionOffset = 8;
    public const int RequiredFeaturesOffset = 12;
    public const int OptionalFeaturesOffset = 16;
    public const int PreviousChecksumOffset = 20;
    public const int SaltOffset = 24;
    public const int FirstSequenceOffset = 32;
    public const int PreviousFirstSequenceOffset = 40;
    public const int ChecksumOffset = 4092;
    public const int SizeBytes = 4096;
}
