namespace Cairn.History;

/// <summary>The fixed part of a block of a run. See "History block" in docs/format.md.</summary>
internal static class HistoryBlockLayout
{
    public const int ChecksumOffset = 0;
    public const int KindOffset = 4;
    public const int LevelOffset = 5;
    public const int CountOffset = 6;
    public const int MarkCountOffset = 8;
    public const int EndOffset = 10;
    public const int SizeBytes = 12;
}

/// <summary>The first block of a run. See "History header" in docs/format.md.</summary>
internal static class HistoryHeaderLayout
{
    public const int MagicOffset = 0;
    public const int ChecksumOffset = 8;
    public const int FormatVersionOffset = 12;
    public const int RequiredFeaturesOffset = 16;
    public const int OptionalFeaturesOffset = 20;
    public const int StoreIdOffset = 24;
    public const int FirstSequenceOffset = 40;
    public const int LastSequenceOffset = 48;
    public const int BeforePlaceOffset = 56;
    public const int AfterPlaceOffset = 64;
    public const int BeforeChecksumOffset = 72;
    public const int AfterChecksumOffset = 76;
    public const int BaseHeightOffset = 80;
    public const int EntryCountOffset = 88;
    public const int BlockCountOffset = 96;
    public const int RootBlockOffset = 100;
    public const int LevelsOffset = 104;
    public const int FirstRecordBlockOffset = 108;
    public const int FirstRewindBlockOffset = 112;
    public const int RewindCountOffset = 116;
    public const int SizeBytes = 120;
}

/// <summary>A record of the log in a run. See "History record" in docs/format.md.</summary>
internal static class HistoryRecordLayout
{
    public const int KindOffset = 0;
    public const int FlagsOffset = 1;
    public const int RecordChecksumOffset = 4;
    public const int PlaceOffset = 8;
    public const int HeightOffset = 16;
    public const int HeadHeightOffset = 24;
    public const int HeadSequenceOffset = 32;
    public const int TimeOffset = 40;
    public const int AbandonedFromOffset = 48;
    public const int RootOffset = 56;
    public const int SizeBytes = 88;
}

/// <summary>A rewind in a run. See "History rewind" in docs/format.md.</summary>
internal static class HistoryRewindLayout
{
    public const int SequenceOffset = 0;
    public const int AbandonedFromOffset = 8;
    public const int SizeBytes = 16;
}
