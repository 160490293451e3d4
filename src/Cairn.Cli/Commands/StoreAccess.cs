namespace Cairn.Cli.Commands;

/// <summary>Opening stores for reading and for upkeep.</summary>
internal static class StoreAccess
{
    /// <summary>Pages that one reading command needs; the default is meant for a server.</summary>
    private const long ReadingCacheBytes = 64L << 20;

    /// <summary>What indexing the log that the writer has not indexed yet may take: a command does it once and ends, and is better slow than refused.</summary>
    private const long ReadingHistoryBytes = 1L << 30;

    /// <summary>Opens a store that has to exist, for reading only: beside a writer, without locking or changing anything.</summary>
    public static Task<StateStore> OpenForReadingAsync(string location, CancellationToken cancellationToken) =>
        StateStore.OpenAsync(location, new StateStoreOptions { ReadOnly = true, CacheBytes = ReadingCacheBytes, HistoryBytes = ReadingHistoryBytes }, cancellationToken);

    /// <summary>Opens a store for upkeep: nothing that whoever writes its blocks wants retained is retired by it.</summary>
    /// <param name="location">The store.</param>
    /// <param name="cancellationToken">Ends opening.</param>
    /// <param name="mayCreate">Whether it is created when there is none; otherwise it has to exist.</param>
    public static Task<StateStore> OpenForUpkeepAsync(string location, CancellationToken cancellationToken, bool mayCreate = false) =>
        StateStore.OpenAsync(location, new StateStoreOptions { CreateIfMissing = mayCreate, RetainAll = true, CacheBytes = ReadingCacheBytes }, cancellationToken);

    /// <summary>Opens a store that has to exist, for upkeep, does something to it and closes it. Arguments that the store does not take are malformed; what it cannot do, it refuses.</summary>
    public static async Task<int> KeepUpAsync(string location, Func<StateStore, Task> change, CancellationToken cancellationToken)
    {
        await using StateStore store = await OpenForUpkeepAsync(location, cancellationToken);
        try
        {
            await change(store);
        }
        catch (ArgumentException exception)
        {
            throw new CliException(ExitCode.Malformed, exception.Message);
        }
        catch (InvalidOperationException exception) when (exception is not ObjectDisposedException)
        {
            throw new CliException(ExitCode.Refused, exception.Message);
        }

        return ExitCode.Fine;
    }

    /// <summary>A view of a height, or of the head where none is given.</summary>
    public static StateView ViewOf(StateStore store, BlockHeight? at) => at is { } height ? store.ViewAt(height) : store.OpenView();

    /// <summary>The height of the head of a store that has to have one.</summary>
    public static BlockHeight HeightOf(StateView view, string location) =>
        view.Height ?? throw new CliException(ExitCode.NotFound, $"the store '{location}' has no block yet; 'cairn apply' adds some.");

    /// <summary>One of the two trees.</summary>
    public static ITreeReader TreeOf(StateView view, TreeKind kind) => kind == TreeKind.Local ? view.Local : view.State;
}
