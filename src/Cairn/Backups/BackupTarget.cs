using Cairn.Homes;
using Cairn.IO;
using Cairn.Log;
using Cairn.Manifests;
using Cairn.Pages;

namespace Cairn.Backups;

/// <summary>
/// The directory of a backup, locked.
/// <list type="bullet">
/// <item>Its mark is made first and durably, so that whatever else is in it is known to be ours.</item>
/// <item>What the manifest of the backup before covers is never written: bytes are added behind the end of a file it knows, or in files it does not know. Its log ends where it says, so segments put behind that do not count.</item>
/// <item>The file of an unsealed page file and the segment that holds the end of the log are copies of our own; all others may be hard links and are only ever unlinked.</item>
/// </list>
/// Used by one thread.
/// </summary>
internal sealed class BackupTarget : IDisposable
{
    /// <summary>A segment of which nothing is missing.</summary>
    private const long Whole = long.MaxValue;

    /// <summary>The files that may be there before the first manifest is.</summary>
    private static readonly string[] EarlyNames =
        [StoreFinding.LockFileName, LineFiles.BackupName, LineFiles.BackupName + LineFiles.NewEnding, PageFiles.DirectoryName, DirectoryHome.LogDirectoryName, SnapshotDirectory.DirectoryName];

    private readonly IFileSystem _files;
    private readonly IDisposable _lock;
    private readonly BackupCopier _copier;
    private readonly Dictionary<uint, PageFileEntry> _pages = [];
    private readonly Dictionary<ulong, long> _segments = [];
    private StoreManifest? _before;

    private BackupTarget(IFileSystem files, string path, IDisposable @lock, BackupCopier copier)
    {
        _files = files;
        Path = path;
        _lock = @lock;
        _copier = copier;
        PageDirectory = System.IO.Path.Combine(path, PageFiles.DirectoryName);
        LogDirectory = System.IO.Path.Combine(path, DirectoryHome.LogDirectoryName);
    }

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>The manifest of the backup before; null for a first one.</summary>
    public StoreManifest? Before => _before;

    private string PageDirectory { get; }

    private string LogDirectory { get; }

    private string SnapshotsDirectory => System.IO.Path.Combine(Path, SnapshotDirectory.DirectoryName);

    /// <summary>Opens the target of a backup of a store, making it if need be.</summary>
    /// <exception cref="TargetRefusedException">It has something else.</exception>
    /// <exception cref="StoreLockedException">Somebody is writing to it.</exception>
    /// <exception cref="StateCorruptedException">The backup in it is damaged.</exception>
    public static BackupTarget Open(IFileSystem files, string path, LineMark line, BackupCopier copier)
    {
        if (files.FileExists(path))
        {
            throw new TargetRefusedException(path, "a file is there, and a backup is a directory. Choose another place.");
        }

        // Before anything is made or locked: a place that is refused stays as it is.
        if (files.DirectoryExists(path))
        {
            Judge(files, path, line);
        }

        StoreDirectories.Create(files, path);
        IDisposable held = files.TryLock(System.IO.Path.Combine(path, StoreFinding.LockFileName)) ?? throw new StoreLockedException(path);
        try
        {
            BackupTarget target = new(files, path, held, copier);
            target.Begin(line);
            return target;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Puts a page file in place, as far as the manifest of the store covers it.</summary>
    public void PutPageFile(string sourceDirectory, PageFileEntry entry)
    {
        string name = PageFile.NameOf(entry.Number);
        string source = System.IO.Path.Combine(sourceDirectory, name);
        string file = System.IO.Path.Combine(PageDirectory, name);
        EnsureDirectory(PageDirectory);
        if (_pages.TryGetValue(entry.Number, out PageFileEntry held))
        {
            if (entry.TotalBytes < held.TotalBytes || (held.IsSealed && entry.TotalBytes != held.TotalBytes))
            {
                throw new StateCorruptedException(source, -1, "page file length", $"{held.TotalBytes} bytes, as in the backup, where it is {(held.IsSealed ? "sealed" : "growing")}", $"{entry.TotalBytes}");
            }

            _copier.Extend(source, file, held.TotalBytes, entry.TotalBytes);
        }
        else
        {
            _files.Delete(file); // of a backup that was interrupted
            _copier.Put(source, file, entry.TotalBytes, mayLink: entry.IsSealed);
        }

        _pages[entry.Number] = entry;
    }

    /// <summary>Puts a segment in place.</summary>
    /// <param name="source">The segment of the store.</param>
    /// <param name="end">Where the log ends, when it does in this segment; null when the segment is never written any more.</param>
    public void PutSegment(SegmentName source, long? end)
    {
        SegmentName file = SegmentName.Of(LogDirectory, source.FirstSequence);
        EnsureDirectory(LogDirectory);
        if (_segments.TryGetValue(source.FirstSequence, out long held) && held != Whole)
        {
            _copier.Extend(source.Path, file.Path, held, end);
        }
        else if (held == Whole)
        {
            _copier.Keep();
        }
        else
        {
            _files.Delete(file.Path);
            _copier.Put(source.Path, file.Path, end, mayLink: end is null);
        }

        _segments[source.FirstSequence] = end ?? Whole;
    }

    /// <summary>
    /// Puts a named snapshot in place. A name can come to mean another snapshot, so the file is replaced as a whole unless it is the same, byte by byte; each is whole by itself, so it does not matter which manifest counts.
    /// </summary>
    public void PutSnapshot(string sourceDirectory, string name)
    {
        string source = System.IO.Path.Combine(sourceDirectory, name);
        string file = System.IO.Path.Combine(SnapshotsDirectory, name);
        EnsureDirectory(SnapshotsDirectory);
        if (_files.FileExists(file) && _copier.IsSame(source, file))
        {
            _copier.Keep();
            return;
        }

        string @new = file + SnapshotDirectory.NewSuffix;
        _files.Delete(@new);
        _copier.Put(source, @new, bytes: null, mayLink: true);
        _files.Rename(@new, file);
    }

    /// <summary>
    /// Makes what was put in place count. The second manifest says the same as the first, so that the one before no longer counts when what only it needs is removed.
    /// </summary>
    /// <param name="manifest">The manifest of the store, with the end of the log in the backup.</param>
    /// <param name="holds">The holds of the store.</param>
    public void Commit(StoreManifest manifest, IReadOnlyList<StoredHold> holds)
    {
        SyncIfThere(PageDirectory);
        SyncIfThere(LogDirectory);
        SyncIfThere(SnapshotsDirectory);
        _files.SyncDirectory(Path);

        // Without holds both manifests stand; with those of one of them the other might lack log.
        HoldsFile holdsFile = new(_files, Path, manifest.StoreId);
        string holdsPath = System.IO.Path.Combine(Path, HoldsFile.FileName);
        if (_files.FileExists(holdsPath))
        {
            _files.Delete(holdsPath);
            _files.SyncDirectory(Path);
        }

        ulong generation = (_before?.Content.Generation ?? 0) + 1;
        ManifestFiles.Write(_files, Path, manifest with { Content = manifest.Content with { Generation = generation } });
        _before = manifest with { Content = manifest.Content with { Generation = generation + 1 } };
        ManifestFiles.Write(_files, Path, _before);
        if (holds.Count > 0)
        {
            holdsFile.Write(holds);
        }
    }

    /// <summary>Removes the page files, segments and snapshots that the backup does not need any more.</summary>
    /// <returns>How many.</returns>
    public int RemoveRest(StoreManifest manifest, IReadOnlyList<SegmentName> segments, IReadOnlyList<string> snapshots)
    {
        HashSet<string> pages = [.. manifest.Files.Select(static entry => PageFile.NameOf(entry.Number))];
        HashSet<string> log = [.. segments.Select(static segment => System.IO.Path.GetFileName(segment.Path))];
        return RemoveRest(PageDirectory, name => PageFile.TryParse(name, out _) && !pages.Contains(name))
            + RemoveRest(LogDirectory, name => SegmentName.Of(LogDirectory, 1).Path.Length == System.IO.Path.Combine(LogDirectory, name).Length && !log.Contains(name))
            + RemoveRest(SnapshotsDirectory, name => !snapshots.Contains(name, StringComparer.Ordinal) && (name.EndsWith(SnapshotDirectory.Suffix, StringComparison.Ordinal) || name.EndsWith(SnapshotDirectory.Suffix + SnapshotDirectory.NewSuffix, StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    /// <summary>Refuses a place that is neither empty nor a backup of the same line, or one that was begun.</summary>
    private static void Judge(IFileSystem files, string path, LineMark line)
    {
        IReadOnlyList<string> names = files.List(path);
        bool hasMark = names.Contains(LineFiles.BackupName, StringComparer.Ordinal);
        if (!hasMark)
        {
            string[] others = [.. names.Where(static name => name is not (StoreFinding.LockFileName or LineFiles.BackupName + LineFiles.NewEnding))];
            if (others.Length == 0)
            {
                return;
            }

            string what = StoreFinding.At(files, path).Contents is StoreContents.DirectoryStore or StoreContents.JsonLinesStore
                ? "a store is there that is no backup, or no longer one because it was opened for writing"
                : $"the directory has other files, '{others[0]}' among them";
            throw new TargetRefusedException(path, $"{what}. Choose an empty or absent directory.");
        }

        LineMark found = LineFiles.Read(files, path, LineFiles.BackupName)!.Value;
        if (found.StoreId != line.StoreId)
        {
            throw new TargetRefusedException(path, $"a backup of another store is there, of {found.StoreId} and not of {line.StoreId}. Choose an empty or absent directory.");
        }

        if (found.Line != line.Line)
        {
            throw new TargetRefusedException(path, "a backup is there of what this store was before it was restored, or of another restored copy. Choose an empty or absent directory.");
        }

        bool hasManifest = names.Contains(ManifestFiles.OddName, StringComparer.Ordinal) || names.Contains(ManifestFiles.EvenName, StringComparer.Ordinal);
        if (!hasManifest && names.FirstOrDefault(static name => !EarlyNames.Contains(name, StringComparer.Ordinal)) is { } other)
        {
            throw new TargetRefusedException(path, $"a first backup was begun there, and the directory has other files, '{other}' among them. Choose an empty or absent directory.");
        }
    }

    private void Begin(LineMark line)
    {
        Judge(_files, Path, line);
        if (!LineFiles.IsBackup(_files, Path))
        {
            LineFiles.Write(_files, Path, LineFiles.BackupName, line);
        }

        ManifestReading reading = ManifestFiles.Read(_files, Path);
        _before = reading.Newest;
        if (_before is null)
        {
            // The first manifest may have been torn by a crash; when there is a second one, it was durable.
            if (_files.FileExists(ManifestFiles.PathOf(Path, isEven: true)))
            {
                throw reading.Damages[0];
            }

            return;
        }

        ManifestFiles.MakeDurable(_files, Path, _before);
        foreach (PageFileEntry entry in _before.Files)
        {
            _pages[entry.Number] = entry;
        }

        LogPosition end = _before.Content.LogEnd;
        IReadOnlyList<SegmentName> segments = SegmentName.List(_files, LogDirectory);
        int holding = end.Sequence == 0 ? -1 : LogScan.IndexHolding(segments, end.Sequence);
        for (int i = 0; i <= holding; i++)
        {
            _segments[segments[i].FirstSequence] = i == holding ? (long)end.Place : Whole;
        }
    }

    private int RemoveRest(string directory, Predicate<string> isRest)
    {
        if (!_files.DirectoryExists(directory))
        {
            return 0;
        }

        string[] rest = [.. _files.List(directory).Where(name => isRest(name))];
        foreach (string name in rest)
        {
            _files.Delete(System.IO.Path.Combine(directory, name));
        }

        if (rest.Length > 0)
        {
            _files.SyncDirectory(directory);
        }

        return rest.Length;
    }

    private void EnsureDirectory(string directory)
    {
        if (!_files.DirectoryExists(directory))
        {
            _files.CreateDirectory(directory);
            _files.SyncDirectory(Path);
        }
    }

    private void SyncIfThere(string directory)
    {
        if (_files.DirectoryExists(directory))
        {
            _files.SyncDirectory(directory);
        }
    }
}
