namespace Cairn.Hosting;

/// <summary>Options of a store for the usual environments, made of the presets of the engine. Each is a place to start from: <c>CairnPresets.Staging with { RetainAll = true }</c>.</summary>
public static class CairnPresets
{
    /// <summary>For the machine of a developer: <see cref="StateStoreOptions.Development"/>. A loss of power may take the newest blocks; a process that is killed loses nothing.</summary>
    public static StateStoreOptions Development => StateStoreOptions.Development;

    /// <summary>
    /// For rehearsing production on a smaller machine: <see cref="StateStoreOptions.Production"/>, durable as that, with about a quarter of its memory: <see cref="StateStoreOptions.CacheBytes"/> 256 MiB,
    /// <see cref="StateStoreOptions.DirtyBytes"/> 128 MiB, <see cref="StateStoreOptions.RecentViewBytes"/> 64 MiB.
    /// </summary>
    public static StateStoreOptions Staging { get; } = StateStoreOptions.Production with
    {
        CacheBytes = 256L << 20,
        DirtyBytes = 128L << 20,
        RecentViewBytes = 64L << 20,
    };

    /// <summary>For a server whose main work is the store: <see cref="StateStoreOptions.Production"/>. Every commit is durable.</summary>
    public static StateStoreOptions Production => StateStoreOptions.Production;

    /// <summary>The preset of an environment of a host.</summary>
    /// <param name="environment">The name of the environment, in any case: <c>builder.Environment.EnvironmentName</c>.</param>
    /// <returns>That of <c>Development</c> or <c>Staging</c>; for every other name that of production, which promises most.</returns>
    public static StateStoreOptions ForEnvironment(string environment) => TryGet(environment, out StateStoreOptions options) ? options : Production;

    /// <summary>Finds a preset by its name, in any case.</summary>
    internal static bool TryGet(string name, out StateStoreOptions options)
    {
        StateStoreOptions? found =
            string.Equals(name, nameof(Development), StringComparison.OrdinalIgnoreCase) ? Development
            : string.Equals(name, nameof(Staging), StringComparison.OrdinalIgnoreCase) ? Staging
            : string.Equals(name, nameof(Production), StringComparison.OrdinalIgnoreCase) ? Production
            : null;
        options = found ?? Production;
        return found is not null;
    }
}
