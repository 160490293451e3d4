namespace Cairn.Contracts.Execution;

/// <summary>The first bytes of an archive: see <c>docs/format.md</c>, "Archive header".</summary>
internal static class ArchiveHeaderLayout
{
    public const int MagicOffset = 0;
    public const int FormatVersionOffset = 8;
    public const int RequiredFeaturesOffset = 12;
    public const int RecordsOffset = 16;
    public const int IndexPlaceOffset = 24;
    public const int BlocksOffset = 32;
    public const int CodecOffset = 36;
    public const int IndexHashOffset = 40;
    public const int SizeBytes = 72;

    public const int FormatVersion = 1;
    public const int CodecNone = 0;
    public const int CodecBrotli = 1;

    public static ReadOnlySpan<byte> Magic => "CairnExe"u8;
}
