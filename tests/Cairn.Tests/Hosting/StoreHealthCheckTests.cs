using Cairn.Hosting;
using Cairn.IO;
using Cairn.Tests.IO;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace Cairn.Tests.Hosting;

/// <summary>What the health check says of a store in each state.</summary>
public sealed class StoreHealthCheckTests
{
    private const string Location = "dir:/store";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_FromOpeningToClosing_FollowsTheStore()
    {
        await using ServiceProvider provider = Provider(new SimulatedFileSystem());
        HealthReportEntry before = await CheckAsync(provider);
        Assert.Equal((HealthStatus.Unhealthy, "The store is not open."), (before.Status, before.Description));
        StateStore store = provider.GetRequiredService<StateStore>();
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(provider)).Status);
        await CommitAsync(store, bytes: 1);
        HealthReportEntry open = await CheckAsync(provider);
        Assert.Equal(HealthStatus.Healthy, open.Status);
        Assert.Equal(1UL, open.Data["height"]);
        Assert.Equal(1UL, open.Data["durableHeight"]);
        Assert.Equal(store.Root.ToString(), open.Data["root"]);
        Assert.Equal(Location, open.Data["location"]);
        Assert.Equal(false, open.Data["readOnly"]);
        await store.DisposeAsync();
        HealthReportEntry closed = await CheckAsync(provider);
        Assert.Equal((HealthStatus.Unhealthy, "The store is closed."), (closed.Status, closed.Description));
    }

    [Fact]
    public async Task Check_AfterAFailedWrite_IsUnhealthyWithTheCause()
    {
        SimulatedFileSystem files = new();
        await using ServiceProvider provider = Provider(files);
        StateStore store = provider.GetRequiredService<StateStore>();
        files.Fail(FileOperation.Write, forever: true);
        await Assert.ThrowsAnyAsync<IOException>(() => CommitAsync(store, bytes: 1));
        HealthReportEntry entry = await CheckAsync(provider);
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("Remove the cause", entry.Description, StringComparison.Ordinal);
        Assert.IsType<IOException>(entry.Exception, exactMatch: false);
        files.Heal();
    }

    [Fact]
    public async Task Check_AfterAFullDisk_IsUnhealthyAndSaysSo()
    {
        SimulatedFileSystem files = new();
        await using ServiceProvider provider = Provider(files);
        StateStore store = provider.GetRequiredService<StateStore>();
        files.CapacityBytes = files.UsedBytes;
        await Assert.ThrowsAsync<DiskFullException>(() => CommitAsync(store, bytes: 300_000));
        HealthReportEntry entry = await CheckAsync(provider);
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("The disk is full", entry.Description, StringComparison.Ordinal);
        Assert.IsType<DiskFullException>(entry.Exception);
        files.CapacityBytes = long.MaxValue;
    }

    [Fact]
    public async Task Check_WithoutRoomForTheReserve_IsDegraded()
    {
        SimulatedFileSystem files = new() { CapacityBytes = 1 << 20 };
        await using ServiceProvider provider = Provider(files, options => options.Store = options.Store with { ReserveBytes = 1 << 20 });
        Assert.NotNull(provider.GetRequiredService<StateStore>());
        HealthReportEntry entry = await CheckAsync(provider);
        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("the disk reserve of 1048576 bytes is not there", entry.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.9, HealthStatus.Healthy)]
    [InlineData(0.2, HealthStatus.Degraded)]
    public async Task Check_WithABacklog_IsDegradedFromItsShareOn(double share, HealthStatus expected)
    {
        await using ServiceProvider provider = Provider(new SimulatedFileSystem(), options => options.Store = options.Store with { ReplayBytes = 1 << 20 }, health => health.BacklogShare = share);
        await CommitAsync(provider.GetRequiredService<StateStore>(), bytes: 600_000);
        HealthReportEntry entry = await CheckAsync(provider);
        Assert.Equal(expected, entry.Status);
        Assert.InRange((double)entry.Data["backlogShare"], 0.25, 0.4);
        Assert.Equal(expected == HealthStatus.Degraded, entry.Description!.Contains("commits are about to wait", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, HealthStatus.Degraded)]
    [InlineData(false, HealthStatus.Healthy)]
    public async Task Check_OfAReadOnlyStore_IsDegradedWhereWritesAreExpected(bool expectsWrites, HealthStatus expected)
    {
        SimulatedFileSystem files = new();
        await (await StateStore.OpenAsync(Location, new StateStoreOptions { FileSystem = files, ReserveBytes = 0 }, Cancel)).DisposeAsync();
        await using ServiceProvider provider = Provider(files, options => options.Store = options.Store with { ReadOnly = true }, health => health.ExpectsWrites = expectsWrites);
        Assert.True(provider.GetRequiredService<StateStore>().IsReadOnly);
        HealthReportEntry entry = await CheckAsync(provider);
        Assert.Equal(expected, entry.Status);
        Assert.Equal(true, entry.Data["readOnly"]);
    }

    [Fact]
    public async Task Check_OfANamedStore_HasItsNameStatusAndTags()
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddCairn("main", options => options.Location = "memory:");
        services.AddHealthChecks().AddCairn("main", failureStatus: HealthStatus.Degraded, tags: ["ready"]);
        await using ServiceProvider provider = services.BuildServiceProvider();
        HealthReport report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancel);
        (string name, HealthReportEntry entry) = Assert.Single(report.Entries);
        Assert.Equal("cairn-main", name);
        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Equal(["ready"], entry.Tags);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void AddCairn_WithAShareOutOfRange_IsRefused(double share)
    {
        IHealthChecksBuilder builder = new ServiceCollection().AddHealthChecks();
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AddCairn(configure: options => options.BacklogShare = share));
    }

    private static ServiceProvider Provider(SimulatedFileSystem files, Action<CairnOptions>? configure = null, Action<CairnHealthOptions>? health = null)
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddCairn(options =>
        {
            options.Location = Location;
            options.Store = new StateStoreOptions { FileSystem = files, ReserveBytes = 0, SegmentBytes = 1 << 20 };
            configure?.Invoke(options);
        });
        services.AddHealthChecks().AddCairn(configure: health);
        return services.BuildServiceProvider();
    }

    private static async Task<HealthReportEntry> CheckAsync(ServiceProvider provider) => (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancel)).Entries["cairn"];

    private static async Task CommitAsync(StateStore store, int bytes)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight((store.Height?.Value ?? 0) + 1));
        draft.State.Put("key"u8, new byte[bytes]);
        await store.CommitAsync(draft);
    }
}
