namespace Cairn.Contracts.Execution;

/// <summary>What the index of an archive has of a block: see <c>docs/format.md</c>, "Archive block".</summary>
internal static class ArchiveBlockLayout
{
    public const int PlaceOffset = 0;
    public const int StoredBytesOffset = 8;
    public const int StoredBytesBytes = 4;
    public const int PlainBytesOffset = 12;
    public const int PlainBytesBytes = 4;
    public const int RecordsOffset = 16;
    public const int FirstPositionOffset = 20;
    public const int LastPositionOffset = 36;
    public const int HashOffset = 52;
    public const int SizeBytes = 84;
}
