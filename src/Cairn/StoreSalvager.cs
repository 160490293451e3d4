using System.Runtime.CompilerServices;
using Cairn.Checking;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Repairing;

namespace Cairn;

/// <summary>Carries out a repair: opens what is whole as a store and migrates it, with the history that is still there. Used once, by one thread.</summary>
internal sealed class StoreSalvager(IFileSystem files, string source, Salvage salvage, RepairOptions options, CancellationToken cancellationToken)
{
    private const long CacheBytes = 64 << 20;

    /// <summary>Follows the first plan that leads to a state whose root was logged.</summary>
    /// <exception cref="StateCorruptedException">None does.</exception>
    public async Task<RepairReport> RunAsync(IReadOnlyList<SalvagePlan> plans, RepairReport report)
    {
        string? why = null;
        foreach (SalvagePlan plan in plans)
        {
            StateStore whole;
            try
            {
                IHome home = SalvageHome.Open(files, source, plan.Manifest);
                whole = await StateStore.OpenAsync(home, new StateStoreOptions { ReadOnly = true, FileSystem = files, CacheBytes = CacheBytes }, cancellationToken).ConfigureAwait(false);
            }
            catch (StateCorruptedException damage)
            {
                why ??= damage.Message;
                continue;
            }

            await using ConfiguredAsyncDisposable _ = whole.ConfigureAwait(false);
            return await SaveAsync(whole, plan, report).ConfigureAwait(false);
        }

        why ??= salvage.Log.Stretches.Count == 0 ? "no sound checkpoint and no whole log record" : $"no sound checkpoint, and a log that is whole from record {salvage.Log.Stretches[0].Before.Sequence + 1} on only";
        throw new StateCorruptedException(source, -1, "something that can be saved", "a checkpoint with sound pages, or a log from the first block on (restore a backup, or take the state from another node)", why);
    }

    private async Task<RepairReport> SaveAsync(StateStore whole, SalvagePlan plan, RepairReport report)
    {
        report = salvage.WithLosses(plan, report) with { Height = whole.Height, Root = whole.Root, FloorHeight = whole.FloorHeight, CheckpointHeight = plan.CheckpointHeight };
        if (options.DryRun)
        {
            return report;
        }

        MigrationOptions migration = new()
        {
            WithHistory = true,
            OnProgress = options.OnProgress,
            Target = new StateStoreOptions { FileSystem = files, SegmentBytes = plan.Manifest.SegmentBytes, CacheBytes = CacheBytes, ReserveBytes = 0 },
        };
        await StoreMigration.RunAsync(whole, $"{DirectoryHome.KindName}:{report.Target}", migration, cancellationToken).ConfigureAwait(false);
        CheckReport check = await StoreChecker.CheckAsync(report.Target, new CheckOptions { FileSystem = files }, cancellationToken).ConfigureAwait(false);
        return check.IsSound && check.Height == report.Height && check.Root == report.Root
            ? report
            : throw new StateCorruptedException(
                report.Target, -1, "the repaired store", $"sound, height {report.Height}, root {report.Root}", check.IsSound ? $"height {check.Height}, root {check.Root}" : check.Faults[0].ToString());
    }
}
