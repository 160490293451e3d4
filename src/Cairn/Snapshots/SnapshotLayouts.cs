namespace Cairn.Snapshots;

/// <summary>Offsets of the header of a snapshot: docs/format.md, "Snapshot header".</summary>
internal static class SnapshotHeaderLayout
{
    public const int MagicOffset = 0;
    public const int ChecksumOffset = 8;
    public const int HeaderBytesOffset = 12;
    public const int FormatVersionOffset = 16;
    public const int RequiredFeaturesOffset = 20;
    public const int OptionalFeaturesOffset = 24;
    public const int FlagsOffset = 28;
    public const int HeightOffset = 32;
    public const int TimeOffset = 40;
    public const int CreatedOffset = 48;
    public const int BlockCountOffset = 56;
    public const int RootOffset = 64;
    public const int EntriesOffset = 96;
    public const int EntryBytesOffset = 104;
    public const int BaseHeightOffset = 112;
    public const int BaseRootOffset = 120;
    public const int ChunkBytesOffset = 152;
    public const int CodecOffset = 156;
    public const int SizeBytes = 160;
}

/// <summary>Offsets of the frame of a part of a snapshot: docs/format.md, "Snapshot frame". What is stored follows.</summary>
internal static class SnapshotFrameLayout
{
    public const int ChecksumOffset = 0;
    public const int KindOffset = 4;
    public const int CodecOffset = 5;
    public const int IndexOffset = 8;
    public const int PreviousChecksumOffset = 12;
    public const int ItemsOffset = 16;
    public const int RawBytesOffset = 20;
    public const int StoredBytesOffset = 24;
    public const int SizeBytes = 28;
}

/// <summary>Offsets of what the last frame of a snapshot stores: docs/format.md, "Snapshot end".</summary>
internal static class SnapshotEndLayout
{
    public const int ItemsOffset = 0;
    public const int RawBytesOffset = 8;
    public const int SizeBytes = 16;
}
