using Cairn.Homes;

namespace Cairn;

/// <summary>
/// Moves a store to another home: the newest state of both trees with the heights of their changes, and on request the retained blocks. Interrupted, the same call goes on where it stopped. See "Moving a store" in docs/operations.md.
/// </summary>
public static class StoreMigration
{
    /// <summary>Migrates a store as it is now.</summary>
    /// <param name="source">The store. It may be read and written meanwhile; what is committed from now on stays behind, until the same call is made again.</param>
    /// <param name="target">The location of the new store: new, empty, or one that was migrated from the same store before and is behind it or equal.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the migration between two entries or blocks; the same call goes on from there.</param>
    /// <returns>What was done. The target is closed and durable.</returns>
    /// <exception cref="TargetRefusedException">The target has another store.</exception>
    /// <exception cref="StateCorruptedException">A store is damaged, or the two are not the same at the end.</exception>
    /// <exception cref="HeightNotRetainedException">The source no longer retains the height that the target has.</exception>
    /// <exception cref="ViewOutdatedException">The source is read-only, and its writer has removed files it needs: migrate a backup.</exception>
    /// <exception cref="BlockTooLargeException">The target has no pages, and the state is larger than a block may be.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    public static async Task<MigrationReport> RunAsync(StateStore source, string target, MigrationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        options ??= new MigrationOptions();
        (StateStore store, MigrationReport report) = await RunAsync(source, new LocatedTarget(target, options), options, cancellationToken).ConfigureAwait(false);
        await store.DisposeAsync().ConfigureAwait(false);
        return report;
    }

    /// <summary>The same to any target, which is left open.</summary>
    internal static async Task<(StateStore Target, MigrationReport Report)> RunAsync(StateStore source, MigrationTarget target, MigrationOptions options, CancellationToken cancellationToken)
    {
        using StateTransfer transfer = new(source, options);
        StateStore store = await transfer.OpenAsync(target, cancellationToken).ConfigureAwait(false);
        try
        {
            return (store, await transfer.CompleteAsync(store, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private sealed class LocatedTarget(string location, MigrationOptions options) : MigrationTarget
    {
        private readonly StateStoreOptions _options = options.Target with { ReadOnly = false, RetainAll = true };

        public override string Location => location;

        public override async Task<StateStore?> OpenAsync(bool mayCreate, CancellationToken cancellationToken)
        {
            try
            {
                return await StateStore.OpenAsync(location, _options with { CreateIfMissing = mayCreate }, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreNotFoundException) when (!mayCreate)
            {
                return null;
            }
        }

        public override Task<StoreInstaller> InstallAsync(InstalledState state, Hash256 source, CancellationToken cancellationToken) =>
            StoreInstaller.BeginAsync(location, _options with { CreateIfMissing = true }, state, source, cancellationToken);
    }
}

/// <summary>Where a store is migrated to.</summary>
internal abstract class MigrationTarget
{
    /// <summary>Its name, for messages.</summary>
    public abstract string Location { get; }

    /// <summary>Opens the store that is there.</summary>
    /// <returns>Null when there is none and none may be created.</returns>
    public abstract Task<StateStore?> OpenAsync(bool mayCreate, CancellationToken cancellationToken);

    /// <summary>Begins to install a state, or goes on with it.</summary>
    public abstract Task<StoreInstaller> InstallAsync(InstalledState state, Hash256 source, CancellationToken cancellationToken);
}
