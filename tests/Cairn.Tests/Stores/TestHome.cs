using Cairn.Checking;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Where the store of a test lives.</summary>
public enum HomeKind
{
    /// <summary>In memory.</summary>
    Memory,

    /// <summary>A directory of the operating system.</summary>
    Directory,

    /// <summary>A directory on the simulated file system.</summary>
    SimulatedDirectory,

    /// <summary>A directory with a JSON-lines file on the simulated file system.</summary>
    JsonLines,
}

/// <summary>A place for one test store: opens it again and again, and closes it with the check of the whole store.</summary>
internal abstract class TestHome : IDisposable
{
    private readonly IDisposable? _owned;

    protected TestHome(IDisposable? owned = null) => _owned = owned;

    /// <summary>The location as users give it.</summary>
    public abstract string Location { get; }

    /// <summary>The file system it lies on; null for the operating system's or none.</summary>
    public virtual IFileSystem? FileSystem => null;

    /// <summary>Whether a checkpoint writes pages.</summary>
    public virtual bool HasPages => true;

    /// <summary>Whether old blocks are removed.</summary>
    public bool IsPrunable => HasPages;

    public static TestHome Create(HomeKind kind) => kind switch
    {
        HomeKind.Memory => new InMemory(),
        HomeKind.Directory => new OnDisk(new TemporaryDirectory()),
        HomeKind.SimulatedDirectory => new SimulatedHome(kind, new SimulatedFileSystem()),
        HomeKind.JsonLines => new SimulatedHome(kind, new SimulatedFileSystem()),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public virtual Task<StateStore> OpenAsync(StoreSettings settings) => StateStore.OpenAsync(Location, settings.ToOptions(FileSystem));

    /// <summary>Begins to install a state in a new store, or goes on with it.</summary>
    public virtual Task<StoreInstaller> InstallAsync(StoreSettings settings, InstalledState target, Hash256 source = default) =>
        StoreInstaller.BeginAsync(Location, settings.ToOptions(FileSystem), target, source, CancellationToken.None);

    /// <summary>Imports snapshots, given as bytes.</summary>
    public async Task<StateStore> ImportAsync(StoreSettings settings, IEnumerable<byte[]> snapshots, SnapshotImportOptions? options = null, CancellationToken cancellationToken = default)
    {
        SnapshotTarget target = new(async _ => await OpenExistingAsync(settings with { CreateIfMissing = false }), (state, _) => InstallAsync(settings, state));
        return await new SnapshotImport(target, options ?? new SnapshotImportOptions()).RunAsync([.. snapshots.Select(static bytes => new MemoryStream(bytes, writable: false))], cancellationToken);
    }

    /// <summary>Opens the store if there is one.</summary>
    protected virtual Task<StateStore> OpenExistingAsync(StoreSettings settings) => OpenAsync(settings);

    /// <summary>Opens what lies below a closed store, for looking at its log.</summary>
    public virtual IHome OpenHome() => HomeLocator.Open(Location, (StoreSettings.Quiet with { ReadOnly = true }).ToOptions(FileSystem));

    /// <summary>Closes the store and checks all of it.</summary>
    public async Task CloseAsync(StateStore store)
    {
        await store.DisposeAsync();
        await CheckAsync();
    }

    /// <summary>The check of the whole store, which must find nothing.</summary>
    public virtual async Task CheckAsync()
    {
        CheckReport report = await StoreChecker.CheckAsync(Location, new CheckOptions { FileSystem = FileSystem });
        Assert.True(report.IsSound, "The store is not sound:\n" + string.Join('\n', report.Faults));
    }

    public void Dispose() => _owned?.Dispose();

    private sealed class InMemory : TestHome
    {
        private MemoryHome? _home;

        public override string Location => "memory:";

        public override Task<StateStore> OpenAsync(StoreSettings settings)
        {
            _home = _home is null ? new MemoryHome() : _home.Reopen();
            return StateStore.OpenAsync(_home, settings.ToOptions(fileSystem: null));
        }

        public override Task<StoreInstaller> InstallAsync(StoreSettings settings, InstalledState target, Hash256 source = default)
        {
            _home = _home is null ? new MemoryHome() : _home.Reopen();
            return StoreInstaller.BeginAsync(_home, () => _home = _home.Reopen(), settings.ToOptions(fileSystem: null), target, source, CancellationToken.None);
        }

        protected override Task<StateStore> OpenExistingAsync(StoreSettings settings) => _home is null ? throw new StoreNotFoundException(Location, "nothing is there") : OpenAsync(settings);

        public override IHome OpenHome() => _home = _home!.Reopen();

        public override Task CheckAsync() => Task.CompletedTask;
    }

    private sealed class OnDisk(TemporaryDirectory directory) : TestHome(directory)
    {
        public override string Location => directory.PathOf("store");
    }
}

/// <summary>A store on the simulated file system.</summary>
internal sealed class SimulatedHome(HomeKind kind, SimulatedFileSystem files) : TestHome
{
    /// <summary>The directory of the store.</summary>
    public string Path => "/store";

    public override string Location => (kind == HomeKind.JsonLines ? "jsonl:" : "dir:") + Path;

    public override IFileSystem FileSystem => files;

    public SimulatedFileSystem Files => files;

    public override bool HasPages => kind != HomeKind.JsonLines;
}
