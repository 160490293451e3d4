namespace Cairn.Log;

/// <summary>What stands before the body of each record in a segment. See "Frame" in docs/format.md.</summary>
internal static class FrameLayout
{
    public const int ChecksumOffset = 0;
    public const int BodyBytesOffset = 4;
    public const int SaltOffset = 8;
    public const int SequenceOffset = 16;
    public const int BatchFirstSequenceOffset = 24;
    public const int PreviousChecksumOffset = 32;
    public const int KindOffset = 36;
    public const int SizeBytes = 40;
}
