using Cairn.Backups;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Manifests;

namespace Cairn;

/// <summary>
/// Backups of directory stores: another directory that is the same store at one height, made beside a running writer in this or another process. Nothing of the store is changed. See "Backup" in docs/operations.md.
/// </summary>
public static class StoreBackup
{
    /// <summary>Backs a store up. A second call with the same target brings the backup up to date: only what is new is linked or copied. Interrupted at any point, the earlier backup is still whole.</summary>
    /// <param name="location">The store: a path or <c>dir:PATH</c>.</param>
    /// <param name="target">The directory of the backup, absent, empty, or an earlier backup of the same store.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the backup between two parts of a file.</param>
    /// <returns>What was done. The backup is durable then.</returns>
    /// <exception cref="StoreNotFoundException">There is no store.</exception>
    /// <exception cref="StoreOptionsException">The store is of another kind.</exception>
    /// <exception cref="TargetRefusedException">The target has something else.</exception>
    /// <exception cref="StoreLockedException">Another backup is being written to the target, or it is open as a store.</exception>
    /// <exception cref="ImportUnfinishedException">The store is the beginning of an import.</exception>
    /// <exception cref="StateCorruptedException">The store or the earlier backup is damaged.</exception>
    /// <exception cref="StoreFormatException">It needs another version.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    public static Task<BackupReport> RunAsync(string location, string target, BackupOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(location);
        ArgumentNullException.ThrowIfNull(target);
        options ??= new BackupOptions();
        IFileSystem files = options.FileSystem ?? OsFileSystem.Instance;
        (StoreContents contents, string path) = HomeLocator.Find(location, files);
        if (contents != StoreContents.DirectoryStore)
        {
            throw new StoreOptionsException("location", $"'{location}' is a JSON-lines store; only directory stores are backed up file by file. Copy its files while nobody writes, or migrate it to another store.");
        }

        string directory = HomeLocator.DirectoryPath(target);
        return Task.Run(() => RunLocked(files, path, directory, options, cancellationToken), cancellationToken);
    }

    /// <summary>Without a writer the lock keeps one from beginning, and the log is read to its end; beside one it is read as far as that has synced.</summary>
    private static BackupReport RunLocked(IFileSystem files, string path, string target, BackupOptions options, CancellationToken cancellationToken)
    {
        string lockFile = Path.Combine(path, StoreFinding.LockFileName);
        using IDisposable? held = files.FileExists(lockFile) ? TryLock(files, lockFile) : null;
        Func<StoreId, ulong?> last = held is null ? id => HintedSequence(files, path, id) : static _ => null;
        return new DirectoryBackup(files, path, target, last, options.OnProgress).Run(cancellationToken);
    }

    private static ulong HintedSequence(IFileSystem files, string path, StoreId id)
    {
        using HeadHintFile hint = new(files, path, id);
        return hint.ReadSequence() ?? 0;
    }

    private static IDisposable? TryLock(IFileSystem files, string lockFile)
    {
        try
        {
            return files.TryLock(lockFile);
        }
        catch (IOException)
        {
            return null; // on a read-only file system there is no lock to be had, and no writer
        }
    }
}
