namespace Cairn;

/// <content>Options for the usual purposes. Each is a place to start from: <c>StateStoreOptions.Production with { CacheBytes = 4L &lt;&lt; 30 }</c>. None of them changes what is fixed when a store is created.</content>
public sealed partial record StateStoreOptions
{
    /// <summary>
    /// For a machine that does much else, such as a developer's: about 0.3 GB of memory at most, and a sync for 64 blocks, so that commits do not wait for the disk each. A process that is killed loses nothing;
    /// a loss of power may take the blocks after <see cref="StateStore.DurableHeight"/>.
    /// </summary>
    /// <remarks>
    /// <see cref="Durability"/> <see cref="Durability.Grouped"/>, <see cref="GroupedBlocks"/> 64, <see cref="DirtyBytes"/> and <see cref="CacheBytes"/> 32 MiB, <see cref="ReplayBytes"/> and <see cref="RecentViewBytes"/>
    /// 16 MiB, <see cref="PageFileBytes"/> 32 MiB; the rest as by default.
    /// </remarks>
    public static StateStoreOptions Development { get; } = new()
    {
        Durability = Durability.Grouped,
        GroupedBlocks = 64,
        DirtyBytes = 32L << 20,
        ReplayBytes = 16L << 20,
        CacheBytes = 32L << 20,
        RecentViewBytes = 16L << 20,
        PageFileBytes = 32 << 20,
    };

    /// <summary>
    /// For a server whose main work is the store: every commit is durable, about 2.5 GB of memory at most. With more memory raise <see cref="CacheBytes"/> first.
    /// </summary>
    /// <remarks>
    /// <see cref="Durability"/> <see cref="Durability.Durable"/>, <see cref="CacheBytes"/> 1 GiB, <see cref="DirtyBytes"/> 512 MiB, <see cref="ReplayBytes"/> 128 MiB (about two seconds of opening after a crash),
    /// <see cref="RecentViewBytes"/> 256 MiB, <see cref="ReserveBytes"/> 64 MiB; the rest as by default.
    /// </remarks>
    public static StateStoreOptions Production { get; } = new()
    {
        Durability = Durability.Durable,
        CacheBytes = 1L << 30,
        DirtyBytes = 512L << 20,
        ReplayBytes = 128L << 20,
        RecentViewBytes = 256L << 20,
        ReserveBytes = 64L << 20,
    };

    /// <summary>
    /// For filling a store from a source that is still there: nothing is synced before a checkpoint, which come seldom; about 2.5 GB of memory at most. A loss of power may take everything since the last checkpoint; a process that is
    /// killed loses nothing. Closing the store, or <see cref="StateStore.CheckpointAsync"/>, makes all of it durable; then open it with other options. Blocks of 10,000 changes and more load fastest.
    /// </summary>
    /// <remarks>
    /// <see cref="Durability"/> <see cref="Durability.DangerNoSync"/>, <see cref="DirtyBytes"/> 1 GiB, <see cref="ReplayBytes"/> 1 GiB, <see cref="CacheBytes"/> 256 MiB, <see cref="RecentViewBytes"/> 0; the rest as by default.
    /// </remarks>
    public static StateStoreOptions BulkLoad { get; } = new()
    {
        Durability = Durability.DangerNoSync,
        DirtyBytes = 1L << 30,
        ReplayBytes = 1L << 30,
        CacheBytes = 256L << 20,
        RecentViewBytes = 0,
    };
}
