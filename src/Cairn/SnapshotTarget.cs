using Cairn.Homes;

namespace Cairn;

/// <summary>Where snapshots are imported.</summary>
/// <param name="OpenAsync">Opens the store that is there, or throws <see cref="StoreNotFoundException"/>.</param>
/// <param name="InstallAsync">Begins to install a state there, or goes on with it.</param>
internal sealed record SnapshotTarget(Func<CancellationToken, Task<StateStore>> OpenAsync, Func<InstalledState, CancellationToken, Task<StoreInstaller>> InstallAsync)
{
    /// <summary>A location, as users give it.</summary>
    public static SnapshotTarget At(string location, StateStoreOptions options) => new(
        cancellationToken => StateStore.OpenAsync(location, options with { CreateIfMissing = false }, cancellationToken),
        (target, cancellationToken) => StoreInstaller.BeginAsync(location, options, target, source: default, cancellationToken));
}
