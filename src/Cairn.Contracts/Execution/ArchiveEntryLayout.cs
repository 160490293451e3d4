namespace Cairn.Contracts.Execution;

/// <summary>What the local tree has of an archive: see <c>docs/format.md</c>, "Archive entry".</summary>
internal static class ArchiveEntryLayout
{
    public const int VersionOffset = 0;
    public const int RecordsOffset = 1;
    public const int FileLengthOffset = 9;
    public const int NewestTimeOffset = 17;
    public const int OldestTimeOffset = 25;
    public const int HeaderHashOffset = 33;
    public const int SizeBytes = 65;

    public const byte Version = 1;
}
