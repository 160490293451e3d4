using System.Runtime.CompilerServices;
using Cairn.Homes;
using Cairn.IO;

namespace Cairn.Checking;

/// <summary>
/// The whole-store check: every checksum, the chain of the log, the manifest copies, and of both trees every page, gap, cut, count and hash, at the checkpoint and again at the head after replaying; the named snapshots with their proofs. Reads everything, writes
/// nothing.
/// </summary>
public static class StoreChecker
{
    /// <summary>Checks a store that nobody is writing to.</summary>
    /// <param name="location">A path or URI, as for opening.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the check between two records or pages.</param>
    /// <returns>What was found; damage is a result, not an exception.</returns>
    /// <exception cref="StoreNotFoundException">There is no store.</exception>
    /// <exception cref="StoreLockedException">A process has the store open for writing.</exception>
    /// <exception cref="StoreFormatException">The store needs another version.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public static async Task<CheckReport> CheckAsync(string location, CheckOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new CheckOptions();
        IFileSystem files = options.FileSystem ?? OsFileSystem.Instance;
        (StoreContents contents, string path) = HomeLocator.Find(location, files);
        CheckLog log = new(options.OnProgress);
        using IDisposable? held = Lock(files, path);
        if (contents == StoreContents.DirectoryStore)
        {
            await new DirectoryChecker(files, path, log, cancellationToken).RunAsync().ConfigureAwait(false);
        }
        else
        {
            await CheckJsonLinesAsync(files, path, log, cancellationToken).ConfigureAwait(false);
        }

        await SnapshotChecker.RunAsync(files, path, log, cancellationToken).ConfigureAwait(false);
        return log.ToReport() with { UnknownFiles = [.. UnknownFiles.Of(files, path, contents)] };
    }

    /// <summary>Keeps writers out, without making a lock file where there is none.</summary>
    private static IDisposable? Lock(IFileSystem files, string path)
    {
        string file = Path.Combine(path, StoreFinding.LockFileName);
        return files.FileExists(file) ? files.TryLock(file) ?? throw new StoreLockedException(path) : null;
    }

    private static async Task CheckJsonLinesAsync(IFileSystem files, string path, CheckLog log, CancellationToken cancellationToken)
    {
        try
        {
            JsonLinesHome home = JsonLinesHome.Open(files, path, new StateStoreOptions { ReadOnly = true, FileSystem = files });
            await using ConfiguredAsyncDisposable _ = home.ConfigureAwait(false);
            log.Torn(home.LogRecovery);
            await new HeadChecker(home.Log, store: null, home.Location, Manifest.Empty, log, cancellationToken).RunAsync(countRecords: true).ConfigureAwait(false);
        }
        catch (StateCorruptedException damage)
        {
            log.Add(damage);
        }
    }
}
