namespace Cairn.Contracts.Execution;

/// <summary>What stands before a record in a block of an archive: see <c>docs/format.md</c>, "Archive record".</summary>
internal static class ArchiveRecordLayout
{
    public const int RecordBytesOffset = 0;
    public const int RecordBytesBytes = 2;
    public const int PositionOffset = 2;
    public const int SizeBytes = 18;
}
