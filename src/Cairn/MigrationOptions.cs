namespace Cairn;

/// <summary>The options of a migration.</summary>
public sealed class MigrationOptions
{
    /// <summary>Whether the retained blocks come along, and not only the newest state. Default: false.</summary>
    public bool WithHistory { get; init; }

    /// <summary>The options the target is opened with. Those fixed at creation are fixed by them. Default: the defaults.</summary>
    public StateStoreOptions Target { get; init; } = new();

    /// <summary>Called now and then on the thread of the migration. Default: none.</summary>
    public Action<MigrationProgress>? OnProgress { get; init; }
}
