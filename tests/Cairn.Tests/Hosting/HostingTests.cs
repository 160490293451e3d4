using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Cairn.Contracts.Registry;
using Cairn.Hosting;
using Cairn.Tests.Contracts.Execution;
using Cairn.Tests.IO;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cairn.Tests.Hosting;

/// <summary>Stores in hosts: opened before services start, closed after they have stopped, durable, with names, and refused when their options are wrong.</summary>
public sealed class HostingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Host_StartedAndStopped_OpensAndClosesTheStoreAroundItsServices()
    {
        using TemporaryDirectory directory = new();
        LogCollector log = new();
        HostApplicationBuilder builder = NewBuilder(log);
        builder.Services.AddCairn(options => options.Location = directory.PathOf("store"));
        builder.Services.AddHostedService<Writer>();
        using IHost host = builder.Build();
        await host.StartAsync(Cancel);
        StateStore store = host.Services.GetRequiredService<StateStore>();
        Assert.Equal(new BlockHeight(1), store.Height);
        await host.StopAsync(Cancel);
        Assert.Throws<ObjectDisposedException>(store.OpenView);

        // Writer has committed a second block while it stopped: the store was still open then.
        string[] messages = [.. log.Messages.Where(message => message.Category == "Cairn.StateStore").Select(message => message.Id.Name!)];
        Assert.Equal("Opened", messages[0]);
        Assert.Equal(2, messages.Count(name => name == "BlockCommitted"));
        Assert.Equal("Closed", messages[^1]);
        await using StateStore again = await StateStore.OpenAsync(directory.PathOf("store"), cancellationToken: Cancel);
        Assert.Equal(new BlockHeight(2), again.Height);
        Assert.Equal(0, again.Recovery.BlocksReplayed);
    }

    [Fact]
    public async Task Host_WithWrongOptions_DoesNotStartAndNamesAll()
    {
        HostApplicationBuilder builder = NewBuilder();
        builder.Services.AddCairn(options => options.Store = options.Store with { CacheBytes = 1, GroupedBlocks = 0, ApplyWorkers = 99 });
        builder.Services.AddCairn("audit", options =>
        {
            options.Contracts.Profile = null!;
            options.Contracts.Storage = new ContractStorageOptions { WhenBusy = (BusyBehavior)9 };
            options.Contracts.Executor = new ContractExecutorOptions { PageLimit = -1, Schedule = null!, Clock = null!, Profile = StorageProfile.L2 };
        });
        using IHost host = builder.Build();
        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync(Cancel));
        string all = string.Join('\n', Flatten(exception).Select(inner => inner.Message));
        Assert.All(["Location: it is missing", "CacheBytes: 1 ", "GroupedBlocks: 0 ", "ApplyWorkers: 99 ", "Store 'audit': Location", "Store 'audit': Contracts.Profile", "Store 'audit': Contracts.Storage.WhenBusy: 9 ", "Executor.PageLimit: -1 ", "Executor.Schedule: ", "Executor.Clock: ", "Executor.Profile: it is L2"], part => Assert.Contains(part, all, StringComparison.Ordinal));
        Assert.All(Flatten(exception), inner => Assert.IsType<OptionsValidationException>(inner));
    }

    [Fact]
    public async Task Host_WithWrongOptionsAndAServiceOnTheStore_DoesNotStartAndNamesAll()
    {
        HostApplicationBuilder builder = NewBuilder();
        builder.Services.AddCairn(options => options.Store = options.Store with { CacheBytes = 1, GroupedBlocks = 0 });
        builder.Services.AddHostedService<Writer>();
        using IHost host = builder.Build();
        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));
        Assert.All(["Location: it is missing", "CacheBytes: 1 ", "GroupedBlocks: 0 "], part => Assert.Contains(part, exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Host_OfAStoreThatIsLocked_DoesNotStart_AndDoesLater()
    {
        using TemporaryDirectory directory = new();
        StateStore other = await StateStore.OpenAsync(directory.PathOf("store"), cancellationToken: Cancel);
        HostApplicationBuilder builder = NewBuilder();
        builder.Services.AddCairn(options => options.Location = directory.PathOf("store"));
        using IHost host = builder.Build();
        await Assert.ThrowsAsync<StoreLockedException>(() => host.StartAsync(Cancel));
        await other.DisposeAsync();
        await using StateStore opened = host.Services.GetRequiredService<StateStore>();
        Assert.Null(opened.Height);
    }

    [Fact]
    public async Task Host_ThatFailsToStart_ClosesTheStoreWhenDisposed()
    {
        using TemporaryDirectory directory = new();
        HostApplicationBuilder builder = NewBuilder();
        builder.Services.AddCairn(options => options.Location = directory.PathOf("store"));
        builder.Services.AddHostedService<Refuser>();
        using (IHost host = builder.Build())
        {
            await Assert.ThrowsAsync<NotSupportedException>(() => host.StartAsync(Cancel));
            await Assert.ThrowsAsync<StoreLockedException>(() => StateStore.OpenAsync(directory.PathOf("store"), cancellationToken: Cancel));
        }

        await using StateStore store = await StateStore.OpenAsync(directory.PathOf("store"), cancellationToken: Cancel);
        Assert.Null(store.Height);
    }

    /// <summary>The second store cannot write its last checkpoint: that is told, the first one is closed all the same, and nothing committed is lost.</summary>
    [Fact]
    public async Task Host_OfWhichAStoreCannotBeClosedCleanly_ClosesTheOthersAndSaysSo()
    {
        SimulatedFileSystem files = new();
        HostApplicationBuilder builder = NewBuilder();
        builder.Services.AddCairn("first", options => options.Location = "memory:");
        builder.Services.AddCairn("second", options =>
        {
            options.Location = "dir:/second";
            options.Store = options.Store with { FileSystem = files, ReserveBytes = 0 };
        });
        using (IHost host = builder.Build())
        {
            await host.StartAsync(Cancel);
            StateStore first = host.Services.GetRequiredKeyedService<StateStore>("first");
            StateStore second = host.Services.GetRequiredKeyedService<StateStore>("second");
            await CommitAsync(second);
            files.Fail(FileOperation.Write, forever: true);
            Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => host.StopAsync(Cancel));
            Assert.All(Flatten(exception), inner => Assert.IsType<IOException>(inner, exactMatch: false));
            Assert.Throws<ObjectDisposedException>(first.OpenView);
            Assert.Throws<ObjectDisposedException>(second.OpenView);
        }

        files.Heal();
        await using StateStore again = await StateStore.OpenAsync("dir:/second", new StateStoreOptions { FileSystem = files, ReserveBytes = 0 }, Cancel);
        Assert.Equal(new BlockHeight(1), again.Height);
    }

    [Fact]
    public async Task NamedStores_ByKey_AreDifferentAndAllClosed()
    {
        using TemporaryDirectory directory = new();
        HostApplicationBuilder builder = NewBuilder();
        builder.Services.AddCairn("main", options => options.Location = directory.PathOf("main"));
        builder.Services.AddCairn("audit", options => options.Location = $"jsonl:{directory.PathOf("audit")}").AddContracts();
        builder.Services.AddSingleton<Both>();
        using IHost host = builder.Build();
        await host.StartAsync(Cancel);
        Both both = host.Services.GetRequiredService<Both>();
        Assert.StartsWith("dir:", both.Main.Location, StringComparison.Ordinal);
        Assert.StartsWith("jsonl:", both.Audit.Location, StringComparison.Ordinal);
        Assert.Same(both.Audit, host.Services.GetRequiredKeyedService<StateStore>("audit"));
        Assert.Same(both.Audit, host.Services.GetRequiredKeyedService<ContractSessions>("audit").Store);
        Assert.Null(host.Services.GetService<StateStore>());
        Assert.Null(host.Services.GetKeyedService<ContractSessions>("main"));
        await host.StopAsync(Cancel);
        Assert.Throws<ObjectDisposedException>(both.Main.OpenView);
        Assert.Throws<ObjectDisposedException>(both.Audit.OpenView);
    }

    [Fact]
    public async Task Provider_WithoutAHost_OpensWhenAskedAndClosesWhenDisposed()
    {
        List<StoreEvent> events = [];
        ServiceCollection services = new();
        services.AddCairn(options =>
        {
            options.Location = "memory:";
            options.Store = options.Store with { OnEvent = events.Add };
        }).AddContracts();
        StateStore store;
        await using (ServiceProvider provider = services.BuildServiceProvider())
        {
            Assert.Empty(events);
            store = provider.GetRequiredService<StateStore>();
            Assert.Same(store, provider.GetRequiredService<StateStore>());
            using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
            StorageSession session = provider.GetRequiredService<ContractSessions>().Open(draft);
            Assert.Same(StorageProfile.L1, session.Profile);
        }

        Assert.Throws<ObjectDisposedException>(store.OpenView);
        Assert.IsType<StoreEvent.Opened>(events[0]);
        Assert.Equal(new StoreEvent.Closed(Clean: true), events[^1]);
    }

    [Fact]
    public async Task AddCairn_Twice_AddsToTheOptionsOfOneStore()
    {
        ServiceCollection services = new();
        services.AddCairn(options => options.Location = "memory:");
        services.AddCairn(options => options.Contracts.Storage = new ContractStorageOptions { WhenBusy = BusyBehavior.Refuse }).AddContracts(contracts => contracts.Profile = StorageProfile.L2);
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Single(provider.GetServices<StateStore>());
        Assert.Single(provider.GetServices<IHostedService>());
        ContractSessions sessions = provider.GetRequiredService<ContractSessions>();
        Assert.Equal("memory:", sessions.Store.Location);
        using StateView view = sessions.Store.OpenView();
        Assert.Same(StorageProfile.L2, sessions.Open(view).Profile);
        Assert.True(sessions.Open(view).IsReadOnly);
    }

    [Fact]
    public async Task ContractStorage_OfAHost_WritesItsStoreAndLeavesItToTheHost()
    {
        using TemporaryDirectory directory = new();
        HostApplicationBuilder builder = NewBuilder();
        builder.Services.AddCairn(options => options.Location = directory.PathOf("store")).AddContracts(contracts => contracts.Storage = new ContractStorageOptions { WhenBusy = BusyBehavior.Refuse });
        using (IHost host = builder.Build())
        {
            await host.StartAsync(Cancel);
            ContractStateStorage storage = host.Services.GetRequiredService<ContractStateStorage>();
            Assert.Same(host.Services.GetRequiredService<StateStore>(), storage.State);
            await storage.SetStateAsync(ContractId.FromText("counter"), "key"u8.ToArray(), "value"u8.ToArray(), Cancel);
            ContractBlock block = await storage.BeginBlockAsync(cancellationToken: Cancel); // left open
            await Assert.ThrowsAsync<ContractStorageBusyException>(() => storage.BeginBlockAsync(cancellationToken: Cancel));
            Assert.Same(block, storage.Block);
            await host.StopAsync(Cancel);
        }

        await using ContractStateStorage again = await ContractStateStorage.OpenAsync(directory.PathOf("store"), cancellationToken: Cancel);
        Assert.Equal("value"u8.ToArray(), again.GetState(ContractId.FromText("counter"), "key"u8));
        Assert.Equal(new BlockHeight(1), again.State.Height);
    }

    [Fact]
    public async Task Executor_OfAHost_RunsItsProgramsByItsOptions()
    {
        using TemporaryDirectory directory = new();
        Address contract = new([.. Enumerable.Repeat((byte)0xaa, 20)]);
        HostApplicationBuilder builder = NewBuilder();
        builder.Services.AddCairn(options => options.Location = directory.PathOf("store")).AddContracts(contracts =>
        {
            contracts.Profile = StorageProfile.L2;
            contracts.Executor = new ContractExecutorOptions { DefaultGasLimit = 21_000 };
            contracts.Programs.AddAt(contract, Coin.Program);
        });
        using IHost host = builder.Build();
        await host.StartAsync(Cancel);
        ContractExecutor executor = host.Services.GetRequiredService<ContractExecutor>();
        executor.BeginBlock(new BlockHeight(1), DateTimeOffset.UnixEpoch);
        Assert.Equal(ExecutionFailure.OutOfGas, executor.Execute(Coin.At(contract).Mint(contract, 7)).Failure);
        Assert.True(executor.Execute(Coin.At(contract).Mint(contract, 7) with { GasLimit = 1_000_000 }).IsSuccess);
        CommittedBlock block = await executor.FinalizeBlockAsync(cancellationToken: Cancel);
        StateStore store = host.Services.GetRequiredService<StateStore>();
        Assert.Equal(block.Root, store.Root);
        using (StateView view = store.OpenView())
        {
            Assert.Equal(7, (long)Coin.Open(host.Services.GetRequiredService<ContractSessions>().Open(view).Open(contract)).TotalSupply);
            using ContractExecutor reader = new(store, host.Services.GetRequiredService<ContractPrograms>(), new ContractExecutorOptions { Profile = StorageProfile.L2 });
            Assert.Equal(7, (long)reader.Query(view, Coin.At(contract).BalanceOf(contract)).Value);
        }

        executor.BeginBlock(new BlockHeight(2), DateTimeOffset.UnixEpoch); // left open
        await host.StopAsync(Cancel);
    }

    /// <summary>What the executor is given is what was set, all of it, with the profile of all services.</summary>
    [Fact]
    public void ExecutorOptions_All_ArePassedOn()
    {
        CairnContractOptions options = new()
        {
            Profile = StorageProfile.L2,
            Executor = new ContractExecutorOptions { Schedule = GasSchedule.Default with { }, DefaultGasLimit = 7, PageLimit = 8, Clock = new Clock() },
        };
        ContractExecutorOptions passed = options.ExecutorOptions();
        Assert.Equal(5, typeof(ContractExecutorOptions).GetProperties().Length);
        Assert.Same(options.Executor.Schedule, passed.Schedule);
        Assert.Same(options.Executor.Clock, passed.Clock);
        Assert.Equal((7UL, 8L, StorageProfile.L2), (passed.DefaultGasLimit, passed.PageLimit, passed.Profile));
    }

    private static HostApplicationBuilder NewBuilder(LogCollector? log = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        if (log is not null)
        {
            builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        }

        return builder;
    }

    private static IEnumerable<Exception> Flatten(Exception exception) => exception is AggregateException many ? many.InnerExceptions.SelectMany(Flatten) : [exception];

    private static async Task CommitAsync(StateStore store)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight((store.Height?.Value ?? 0) + 1));
        draft.State.Put("key"u8, BitConverter.GetBytes(draft.Height.Value));
        await store.CommitAsync(draft);
    }

    private sealed class Clock : TimeProvider;

    private sealed class Writer(StateStore store) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => CommitAsync(store);

        public Task StopAsync(CancellationToken cancellationToken) => CommitAsync(store);
    }

    private sealed class Refuser : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Both([FromKeyedServices("main")] StateStore main, [FromKeyedServices("audit")] StateStore audit)
    {
        public StateStore Main => main;

        public StateStore Audit => audit;
    }
}
