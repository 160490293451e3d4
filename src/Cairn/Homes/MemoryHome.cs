namespace Cairn.Homes;

/// <summary>
/// The home in memory: the log is the list of the records themselves, the pages are byte arrays by id. Nothing reaches a disk.
/// <list type="bullet">
/// <item>The content outlives the home: <see cref="Reopen"/> of a closed home gives a new one over the same content, as if a process had ended
/// and another begun. Nothing is registered anywhere; whoever drops the instance drops the store.</item>
/// <item>Appending and checkpointing happen on one thread at a time, reading on any.</item>
/// </list>
/// </summary>
internal sealed class MemoryHome : IHome
{
    /// <summary>The name of this kind of home, its scheme.</summary>
    public const string KindName = "memory";

    private readonly MemoryBlockLog _log;
    private readonly MemoryPageStore _pages;
    private readonly MemoryHoldStore _holds;
    private readonly MemorySnapshotStore _snapshots;

    /// <summary>Opens a fresh, empty store.</summary>
    public MemoryHome()
        : this(new MemoryBlockLog(), new MemoryPageStore(), new MemoryHoldStore(), new MemorySnapshotStore())
    {
    }

    private MemoryHome(MemoryBlockLog log, MemoryPageStore pages, MemoryHoldStore holds, MemorySnapshotStore snapshots)
    {
        _snapshots = snapshots;
        _log = log;
        _pages = pages;
        _holds = holds;
    }

    /// <inheritdoc/>
    public string Location => KindName + ":";

    /// <inheritdoc/>
    public string Kind => KindName;

    /// <inheritdoc/>
    public bool IsReadOnly => false;

    /// <inheritdoc/>
    public LogRecovery LogRecovery => default;

    /// <inheritdoc/>
    public IBlockLog Log => _log;

    /// <inheritdoc/>
    public IHoldStore Holds => _holds;

    /// <inheritdoc/>
    public ISnapshotStore Snapshots => _snapshots;

    /// <inheritdoc/>
    public IPageStore Pages => _pages;

    /// <summary>Opens the content of this home again.</summary>
    /// <exception cref="InvalidOperationException">This home is still open.</exception>
    public MemoryHome Reopen() => new(_log.Reopen(), _pages.Reopen(), _holds, _snapshots);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync().ConfigureAwait(false);
        await _pages.DisposeAsync().ConfigureAwait(false);
    }
}
