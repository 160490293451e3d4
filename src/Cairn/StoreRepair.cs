using Cairn.Checking;
using Cairn.Homes;
using Cairn.IO;

using Cairn.Repairing;

namespace Cairn;

/// <summary>
/// Saves what can be saved of a damaged directory store into a new one: the longest whole stretch of the log on a checkpoint whose pages are sound, or the log alone where it reaches back to the first block. Every root on the way is held against
/// the one that was logged, and the new store is checked. Nothing of the damaged store is changed. See "A damaged store" in docs/operations.md.
/// </summary>
public static class StoreRepair
{
    /// <summary>Repairs a store that nobody is writing to.</summary>
    /// <param name="location">The damaged store: a path or <c>dir:PATH</c>.</param>
    /// <param name="target">The directory of the new store: absent or empty.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it; an unfinished target has to be deleted.</param>
    /// <returns>What was saved and what is lost.</returns>
    /// <exception cref="StoreNotFoundException">There is no store.</exception>
    /// <exception cref="StoreOptionsException">The store is of another kind.</exception>
    /// <exception cref="TargetRefusedException">The target is not empty.</exception>
    /// <exception cref="StoreLockedException">A process has the store open for writing.</exception>
    /// <exception cref="StateCorruptedException">Nothing can be saved: no checkpoint is sound, and the log does not reach back to the first block.</exception>
    /// <exception cref="StoreFormatException">The store needs another version: use that one. Nothing of it is guessed.</exception>
    /// <exception cref="ImportUnfinishedException">The store is the beginning of an import: run that again.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    public static async Task<RepairReport> RunAsync(string location, string target, RepairOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(location);
        ArgumentNullException.ThrowIfNull(target);
        options ??= new RepairOptions();
        IFileSystem files = options.FileSystem ?? OsFileSystem.Instance;
        (StoreContents contents, string path) = HomeLocator.Find(location, files);
        if (contents != StoreContents.DirectoryStore)
        {
            throw new StoreOptionsException("location", $"'{location}' is a JSON-lines store, which is text: 'cairn check' names the first bad line; copy the file, keep the lines before that one, and apply the blocks behind it again.");
        }

        string directory = HomeLocator.DirectoryPath(target);
        RefuseUnlessEmpty(files, directory);

        // The check keeps writers out while it runs, and lists everything that is wrong; what can be saved is judged apart.
        CheckReport check = await StoreChecker.CheckAsync(location, new CheckOptions { FileSystem = files }, cancellationToken).ConfigureAwait(false);
        string lockFile = Path.Combine(path, StoreFinding.LockFileName);
        using IDisposable? held = files.FileExists(lockFile) ? files.TryLock(lockFile) ?? throw new StoreLockedException(path) : null;
        Salvage salvage = Salvage.Of(files, path, cancellationToken);
        if (salvage.Manifests is [{ Content: { InstallSource: not null } unfinished }, ..])
        {
            throw ImportUnfinishedException.Of(location, unfinished);
        }

        IReadOnlyList<SalvagePlan> plans = await salvage.PlansAsync(cancellationToken).ConfigureAwait(false);
        RepairReport report = new()
        {
            Source = path,
            Target = directory,
            IsDryRun = options.DryRun,
            Faults = check.Faults,
            SourceFloorHeight = salvage.Manifests.Select(static manifest => manifest.Content.FloorHeight).FirstOrDefault(static height => height is not null),
        };
        return await new StoreSalvager(files, path, salvage, options, cancellationToken).RunAsync(plans, report).ConfigureAwait(false);
    }

    private static void RefuseUnlessEmpty(IFileSystem files, string directory)
    {
        StoreFinding finding = StoreFinding.At(files, directory);
        if (finding.Contents is not (StoreContents.Nothing or StoreContents.EmptyDirectory))
        {
            throw new TargetRefusedException(directory, $"{finding.Detail}. What is saved goes into an empty or absent directory only.");
        }
    }
}
