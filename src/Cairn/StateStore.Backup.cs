using Cairn.Backups;
using Cairn.Homes;
using Cairn.IO;

namespace Cairn;

/// <content>Backups of the running store. They read files beside everything else; only the deletion of files waits for them.</content>
public sealed partial class StateStore
{
    private int _backups;

    /// <summary>Whether a backup is being made: page files and log that are not needed any more stay until it is done.</summary>
    private bool IsBackingUp => Volatile.Read(ref _backups) > 0;

    /// <summary>Backs the store up as it is now, while it goes on being written. What <see cref="StoreBackup.RunAsync"/> does from another process, but to the newest commit whatever the durability, and without ever having to begin again.</summary>
    /// <param name="target">The directory of the backup, absent, empty, or an earlier backup of this store, which is brought up to date.</param>
    /// <param name="options">The options; null for the defaults. Files are those of the store.</param>
    /// <param name="cancellationToken">Ends the backup between two parts of a file.</param>
    /// <returns>What was done. The backup is durable then.</returns>
    /// <exception cref="InvalidOperationException">The store is not a directory store.</exception>
    /// <exception cref="TargetRefusedException">The target has something else.</exception>
    /// <exception cref="StoreLockedException">Another backup is being written to the target, or it is open as a store.</exception>
    /// <exception cref="StateCorruptedException">The store or the earlier backup is damaged.</exception>
    /// <exception cref="IOException">Reading or writing failed. The store goes on.</exception>
    public async Task<BackupReport> BackupAsync(string target, BackupOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ThrowIfDisposed();
        if (_pageFiles is null)
        {
            throw new InvalidOperationException($"The store '{Location}' is not a directory store, which alone is backed up file by file.");
        }

        IFileSystem files = _options.FileSystem ?? OsFileSystem.Instance;
        options = new BackupOptions { FileSystem = files, OnProgress = options?.OnProgress };
        if (IsReadOnly)
        {
            return await StoreBackup.RunAsync(Location, target, options, cancellationToken).ConfigureAwait(false);
        }

        await SyncAsync(cancellationToken).ConfigureAwait(false);
        string path = HomeLocator.DirectoryPath(Location);
        string directory = HomeLocator.DirectoryPath(target);

        // Before the manifest is read: what that one lists is deleted two manifests later at the earliest, and by then this is seen.
        Interlocked.Increment(ref _backups);
        try
        {
            DirectoryBackup backup = new(files, path, directory, _ => _log.DurableEnd.Sequence, options.OnProgress);
            return await Task.Run(() => backup.Run(cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _backups);
        }
    }
}
