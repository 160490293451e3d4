namespace Cairn.Manifests;

/// <summary>Offsets of the fixed part of a manifest: docs/format.md, "Manifest". The page files follow, then the abandoned intervals.</summary>
internal static class ManifestLayout
{
    public const int MagicOffset = 0;
    public const int ChecksumOffset = 8;
    public const int TotalBytesOffset = 12;
    public const int FormatVersionOffset = 16;
    public const int RequiredFeaturesOffset = 20;
    public const int OptionalFeaturesOffset = 24;
    public const int SegmentBytesOffset = 28;
    public const int StoreIdOffset = 32;
    public const int GenerationOffset = 48;
    public const int PresenceOffset = 56;
    public const int HighestFileOffset = 60;
    public const int HeightOffset = 64;
    public const int TimeOffset = 72;
    public const int FloorHeightOffset = 80;
    public const int FinalizedHeightOffset = 88;
    public const int StateRootOffset = 96;
    public const int LocalRootOffset = 160;
    public const int ReplayFromOffset = 224;
    public const int LogEndOffset = 248;
    public const int LogFloorOffset = 272;
    public const int BlockCountOffset = 296;
    public const int PrunedBlocksOffset = 304;
    public const int FileCountOffset = 312;
    public const int IntervalCountOffset = 316;
    public const int SizeBytes = 320;
}

/// <summary>Offsets of a root page in a manifest: docs/format.md, "Manifest root page".</summary>
internal static class ManifestRootPageLayout
{
    public const int PageIdOffset = 0;
    public const int StoredBytesOffset = 8;
    public const int PageChecksumOffset = 12;
    public const int HashOffset = 16;
    public const int EntriesOffset = 48;
    public const int EntryBytesOffset = 56;
    public const int SizeBytes = 64;
}

/// <summary>Offsets of a place in the log, in a manifest and in the head hint: docs/format.md, "Log position".</summary>
internal static class LogPositionLayout
{
    public const int SequenceOffset = 0;
    public const int PlaceOffset = 8;
    public const int RecordChecksumOffset = 16;
    public const int PaddingOffset = 20;
    public const int SizeBytes = 24;
}

/// <summary>Offsets of a page file in a manifest: docs/format.md, "Manifest page file".</summary>
internal static class ManifestPageFileLayout
{
    public const int FileNumberOffset = 0;
    public const int FlagsOffset = 4;
    public const int TotalBytesOffset = 8;
    public const int LiveBytesOffset = 16;
    public const int SizeBytes = 24;
}

/// <summary>Offsets of an abandoned interval in a manifest: docs/format.md, "Manifest interval".</summary>
internal static class ManifestIntervalLayout
{
    public const int FirstOffset = 0;
    public const int LastOffset = 8;
    public const int SizeBytes = 16;
}

/// <summary>Offsets of the installed state in a manifest: docs/format.md, "Manifest installed state".</summary>
internal static class ManifestInstalledLayout
{
    public const int FlagsOffset = 0;
    public const int PaddingOffset = 4;
    public const int HeightOffset = 8;
    public const int TimeOffset = 16;
    public const int BlockCountOffset = 24;
    public const int RootOffset = 32;
    public const int StateEntriesOffset = 64;
    public const int StateBytesOffset = 72;
    public const int LocalEntriesOffset = 80;
    public const int LocalBytesOffset = 88;
    public const int SourceOffset = 96;
    public const int SizeBytes = 128;
}
