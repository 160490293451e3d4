using System.Globalization;
using Cairn.IO;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cairn.Hosting;

/// <summary>Says how a store is, from what it counts anyway.</summary>
internal sealed class StoreHealthCheck(StoreOpener opener, CairnHealthOptions asked) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        HealthStatus failed = context.Registration.FailureStatus;
        if (opener.Store is not { } store)
        {
            return Task.FromResult(new HealthCheckResult(failed, "The store is not open."));
        }

        try
        {
            return Task.FromResult(opener.IsClosed ? Closed(failed) : Judge(store, store.GetStatistics(), failed));
        }
        catch (ObjectDisposedException)
        {
            return Task.FromResult(Closed(failed)); // since it was looked at
        }
    }

    private static HealthCheckResult Closed(HealthStatus failed) => new(failed, "The store is closed.");

    private HealthCheckResult Judge(StateStore store, StoreStatistics statistics, HealthStatus failed)
    {
        StateStoreOptions options = opener.Options.Store;
        double backlog = Math.Max(ShareOf(statistics.DirtyBytes, options.DirtyBytes), ShareOf(statistics.ReplayBytes, options.ReplayBytes));
        Dictionary<string, object> data = DataOf(store, statistics, backlog);
        if (statistics.HasFailed)
        {
            Exception? cause = opener.Failure;
            string advice = cause is DiskFullException ? "The disk is full: free space, then restart." : "Remove the cause, then restart.";
            return new HealthCheckResult(failed, $"The store takes no more writes, an earlier one failed. {advice}", cause, data);
        }

        List<string> troubles = [];
        Note(asked.ExpectsWrites && store.IsReadOnly, "it is open for reading only");
        Note(backlog >= asked.BacklogShare, string.Create(CultureInfo.InvariantCulture, $"commits are about to wait for the disk ({backlog:P0} of the room for what no checkpoint has)"));
        Note(HasLostReserve(store, statistics, options), $"the disk reserve of {options.ReserveBytes} bytes is not there: the disk is full, or nearly");
        Note(statistics.RetentionFault is not null, $"old log cannot be removed: {statistics.RetentionFault}");
        Note(opener.CleaningFault is not null, $"page files cannot be cleaned: {opener.CleaningFault?.Message}");
        return troubles.Count == 0
            ? HealthCheckResult.Healthy("The store takes blocks.", data)
            : HealthCheckResult.Degraded($"The store is degraded: {string.Join("; ", troubles)}.", opener.CleaningFault, data);

        void Note(bool holds, string trouble)
        {
            if (holds)
            {
                troubles.Add(trouble);
            }
        }
    }

    /// <summary>How near a backlog is to where commits wait: at twice what starts a checkpoint.</summary>
    private static double ShareOf(long bytes, long checkpointBytes) => bytes / (2.0 * checkpointBytes);

    /// <summary>Only stores in directories that are written hold space back.</summary>
    private static bool HasLostReserve(StateStore store, StoreStatistics statistics, StateStoreOptions options) =>
        options.ReserveBytes > 0 && statistics.ReserveBytes == 0 && !store.IsReadOnly && store.Location.StartsWith("dir:", StringComparison.Ordinal);

    private static Dictionary<string, object> DataOf(StateStore store, StoreStatistics statistics, double backlog)
    {
        Dictionary<string, object> data = new(StringComparer.Ordinal)
        {
            ["location"] = store.Location,
            ["readOnly"] = store.IsReadOnly,
            ["root"] = statistics.Root.ToString(),
            ["blocks"] = statistics.BlockCount,
            ["entries"] = statistics.State.Entries,
            ["dirtyBytes"] = statistics.DirtyBytes,
            ["replayBytes"] = statistics.ReplayBytes,
            ["backlogShare"] = backlog,
            ["logBytes"] = statistics.LogBytes,
            ["pageBytes"] = statistics.PageBytes,
            ["reserveBytes"] = statistics.ReserveBytes,
            ["openViews"] = statistics.OpenViews,
            ["commitWaits"] = statistics.CommitWaits,
        };
        Add("height", statistics.Height);
        Add("durableHeight", statistics.DurableHeight);
        Add("floorHeight", statistics.FloorHeight);
        return data;

        void Add(string name, BlockHeight? height)
        {
            if (height is { } known)
            {
                data[name] = known.Value;
            }
        }
    }
}
