using Cairn.Homes;
using Cairn.IO;

namespace Cairn.Tests.Stores;

/// <summary>Where the store of a test lives.</summary>
public enum HomeKind
{
    /// <summary>In memory.</summary>
    Memory,
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

    public static TestHome Create(HomeKind kind) => kind switch
    {
        HomeKind.Memory => new InMemory(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public virtual Task<StateStore> OpenAsync(StoreSettings settings) => StateStore.OpenAsync(Location, settings.ToOptions(FileSystem));

    /// <summary>Closes the store and checks all of it.</summary>
    public async Task CloseAsync(StateStore store)
    {
        await store.DisposeAsync();
        await CheckAsync();
    }

    /// <summary>Checks the closed store.</summary>
    public abstract Task CheckAsync();

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

        public override Task CheckAsync() => Task.CompletedTask;
    }
}
