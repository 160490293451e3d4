namespace Cairn.Manifests;

/// <summary>Offsets in a copy of the holds: docs/format.md, "Holds". The holds follow.</summary>
internal static class HoldsLayout
{
    public const int MagicOffset = 0;
    public const int ChecksumOffset = 8;
    public const int TotalBytesOffset = 12;
    public const int FormatVersionOffset = 16;
    public const int HoldCountOffset = 20;
    public const int StoreIdOffset = 24;
    public const int SizeBytes = 40;
}

/// <summary>Offsets of a hold: docs/format.md, "Hold".</summary>
internal static class HoldLayout
{
    public const int HeightOffset = 0;
    public const int PlaceOffset = 8;
    public const int MaxBytesOffset = 32;
    public const int BrokenAtBytesOffset = 40;
    public const int FlagsOffset = 48;
    public const int NameLengthOffset = 52;
    public const int NameOffset = 56;
    public const int SizeBytes = 120;
}
