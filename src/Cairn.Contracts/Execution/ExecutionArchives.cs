using System.Globalization;
using Cairn.IO;

namespace Cairn.Contracts.Execution;

/// <summary>
/// Files of executions that left the store. They are written and synced before the records leave, and become part of the history in the block in which the records stop to be: whatever is interrupted where, each record is there
/// once. Rewinding to before that block brings the records back, and the file means nothing any more.
/// </summary>
/// <remarks>Safe for any number of threads.</remarks>
public sealed class ExecutionArchives
{
    /// <summary>The most records of one archive: moving them is one block.</summary>
    public const int MaxRecords = 50_000;

    private const string NewSuffix = ".new";

    private readonly IFileSystem _fileSystem;
    private readonly string _directory;

    /// <summary>Names the place of archives.</summary>
    /// <param name="directory">The directory, of one store alone; it is created with the first archive. A backup of the store does not contain it.</param>
    /// <param name="fileSystem">The file system; null for that of the operating system.</param>
    public ExecutionArchives(string directory, IFileSystem? fileSystem = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        _directory = directory;
        _fileSystem = fileSystem ?? OsFileSystem.Instance;
    }

    /// <summary>How blocks are compressed. For tests.</summary>
    internal int Codec { get; init; } = ArchiveHeaderLayout.CodecBrotli;

    /// <summary>Lists the archives at the height of a view, in the order in which they were made.</summary>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public static IReadOnlyList<ExecutionArchive> List(StateView view) => List((view ?? throw new ArgumentNullException(nameof(view))).Local);

    /// <summary>Moves the oldest executions before a time to a new archive: the file is written and synced, and the draft has the archive in place of the records. They stay in the totals of their contracts.</summary>
    /// <param name="draft">The block. When it is not committed, the file means nothing.</param>
    /// <param name="beforeTicks">Executions before this time are moved, in 100 ns ticks since 1970-01-01 UTC.</param>
    /// <param name="maxRecords">The most executions to move.</param>
    /// <returns>The archive; null when there is no execution before that time.</returns>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <exception cref="IOException">The file could not be written; the draft is as it was.</exception>
    /// <exception cref="InvalidOperationException">The draft can no longer be changed.</exception>
    public ExecutionArchive? Move(BlockDraft draft, long beforeTicks, int maxRecords = MaxRecords)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxRecords);
        List<PlacedExecution> records = new ExecutionHistory(draft).ReadOldest(beforeTicks, Math.Min(maxRecords, MaxRecords));
        if (records.Count == 0)
        {
            return null;
        }

        List<ExecutionArchive> before = List(draft.Local);
        ExecutionArchive archive = WriteFile(before.Count == 0 ? 1 : before[^1].Number + 1, records);
        foreach (PlacedExecution placed in records)
        {
            ExecutionHistory.Remove(draft.Local, placed);
        }

        archive.Write(draft.Local);
        return archive;
    }

    /// <summary>Lists the archives of a tree.</summary>
    internal static List<ExecutionArchive> List(ITreeReader tree)
    {
        List<ExecutionArchive> archives = [];
        foreach (EntryScan entry in tree.Prefix(ExecutionKeys.ArchivesPrefix))
        {
            archives.Add(ExecutionArchive.Read(entry.Key, entry.Value));
        }

        return archives;
    }

    /// <summary>Walks the records of an archive that a question asks for, in the order of the history.</summary>
    internal IEnumerable<PlacedExecution> Read(ExecutionArchive archive, ExecutionQuery query)
    {
        if (archive.OldestTicks >= query.ToTicks || archive.NewestTicks < query.FromTicks)
        {
            yield break;
        }

        using ArchiveFile file = ArchiveFile.Open(_fileSystem, _directory, archive);
        foreach (PlacedExecution placed in file.Read(query))
        {
            yield return placed;
        }
    }

    private ExecutionArchive WriteFile(ulong number, List<PlacedExecution> records)
    {
        if (!_fileSystem.DirectoryExists(_directory))
        {
            _fileSystem.CreateDirectory(_directory);
            _fileSystem.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(_directory)) ?? _directory);
        }

        string path = Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"{number:x16}{ExecutionArchive.Suffix}{NewSuffix}"));
        _fileSystem.Delete(path);
        ExecutionArchive archive;
        using (IFile file = _fileSystem.Open(path, FileOpening.CreateNew))
        {
            ArchiveWriter writer = new(file, Codec);
            foreach (PlacedExecution placed in records)
            {
                writer.Add(placed);
            }

            archive = writer.End(number);
            file.Sync();
        }

        // If the crash comes before the block is committed, the records are in the store and the file means nothing; making the archive again replaces it.
        _fileSystem.Rename(path, Path.Combine(_directory, archive.FileName));
        _fileSystem.SyncDirectory(_directory);
        return archive;
    }
}
