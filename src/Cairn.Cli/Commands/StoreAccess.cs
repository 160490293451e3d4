namespace Cairn.Cli.Commands;

/// <summary>Opening stores for reading and for upkeep.</summary>
internal static class StoreAccess
{
    /// <summary>Pages that one reading command needs; the default is meant for a server.</summary>
    private const long ReadingCacheBytes = 64L << 20;

    /// <summary>Opens a store that has to exist, for reading only: beside a writer, without locking or changing anything.</summary>
    public static Task<StateStore> OpenForReadingAsync(string location, CancellationToken cancellationToken) =>
        StateStore.OpenAsync(location, new StateStoreOptions { ReadOnly = true, CacheBytes = ReadingCacheBytes }, cancellationToken);

    /// <summary>Opens a store that has to exist, for upkeep: nothing that whoever writes its blocks wants retained is retired by it.</summary>
    public static Task<StateStore> OpenForUpkeepAsync(string location, CancellationToken cancellationToken) =>
        StateStore.OpenAsync(location, new StateStoreOptions { CreateIfMissing = false, RetainAll = true, CacheBytes = ReadingCacheBytes }, cancellationToken);

    /// <summary>A view of a height, or of the head where none is given.</summary>
    public static StateView ViewOf(StateStore store, BlockHeight? at) => at is { } height ? store.ViewAt(height) : store.OpenView();

    /// <summary>The height of the head of a store that has to have one.</summary>
    public static BlockHeight HeightOf(StateView view, string location) =>
        view.Height ?? throw new CliException(ExitCode.NotFound, $"the store '{location}' has no block yet; 'cairn apply' adds some.");

    /// <summary>One of the two trees.</summary>
    public static ITreeReader TreeOf(StateView view, TreeKind kind) => kind == TreeKind.Local ? view.Local : view.State;
}
