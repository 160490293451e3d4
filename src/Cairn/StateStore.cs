using System.Diagnostics;
using Cairn.History;
using Cairn.Homes;
using Cairn.Pages;
using Cairn.Proving;
using Cairn.Tree;

namespace Cairn;

/// <summary>
/// A state store: applies blocks of changes to two trees, durably and in order, and reads the state back at the head and at recent heights. One store object writes a store; any number of threads read it. All members are safe
/// for any thread; commits exclude each other.
/// </summary>
/// <remarks>
/// Files are read and synced on the calling thread: opening, committing and reading what is not in memory block for as long as the disk takes.
/// </remarks>
public sealed partial class StateStore : IAsyncDisposable
{
    /// <summary>The ordinal of the version that the manifest declares at opening.</summary>
    private const ulong FirstOrdinal = 1;

    private readonly IHome _home;
    private readonly IBlockLog _log;
    private readonly StateStoreOptions _options;
    private readonly StoreMetrics _metrics;
    private readonly ApplyCrew _crew;
    private readonly OpenViewList _openViews = new();
    private readonly ChangeHistory _history;
    private int _disposed;

    private StateStore(IHome home, StateStoreOptions options)
    {
        _home = home;
        _log = home.Log;
        _options = options;
        Buffers = new DraftBuffers(options.PoisonFreedPages);
        Pages = new PageCache(home.Pages, options.CacheBytes, new PagePool(options.PoisonFreedPages), options.EvictionPolicy, new OtherBounds(2 * options.DirtyBytes, options.RecentViewBytes));
        _crew = new ApplyCrew(Pages, options.ApplyWorkers, options.ApplyForkChanges);
        _pageFiles = home.Pages as PageFiles;
        _manifest = home.Pages?.Manifest ?? Manifest.Empty;
        _openedGeneration = _manifest.Generation;
        _marks = ChainMarks.Of(_manifest);
        _holds = home.Holds?.Read() ?? [];
        Versions = new VersionChain(Pages, options.RecentViewBytes, StateVersion.Of(_manifest, FirstOrdinal));
        Rebuilt = new RebuiltTrees(Pages, Versions, _crew, home.Location, options.RebuildBytes);
        _history = new ChangeHistory(
            home.Location,
            _log,
            (home as DirectoryHome)?.History,
            home.IsReadOnly,
            HistoryStart,
            new HistoryOptions(options.HistoryBytes) { LagBytes = options.HistoryLagBytes, Pauses = options.HistoryPauses, PoisonsBlocks = options.PoisonFreedPages },
            Raise);
        _metrics = new StoreMetrics(this);
        AllowShortcuts();
    }

    /// <summary>Where the store is, as a URI.</summary>
    public string Location => _home.Location;

    /// <summary>Whether the store was opened for reading only.</summary>
    public bool IsReadOnly => _home.IsReadOnly;

    /// <summary>The height of the newest block; null before the first one.</summary>
    public BlockHeight? Height => Versions.Head.Height;

    /// <summary>The state root after the newest block; <see cref="Hash256.EmptyRoot"/> before the first one.</summary>
    public Hash256 Root => Versions.Head.State.Hash;

    /// <summary>What opening the store found and did.</summary>
    public RecoveryReport Recovery { get; private set; } = null!;

    /// <summary>Gives the pages.</summary>
    internal PageCache Pages { get; }

    /// <summary>The memory of drafts and records.</summary>
    internal DraftBuffers Buffers { get; }

    /// <summary>Whether the log goes on referring to the records it was given.</summary>
    internal bool KeepsRecords => _log.KeepsRecords;

    /// <summary>The versions that somebody needs.</summary>
    internal VersionChain Versions { get; }

    /// <summary>The state trees of the past that were rebuilt for proofs.</summary>
    internal RebuiltTrees Rebuilt { get; }

    /// <summary>What the log says of the past.</summary>
    internal IChangeHistory History => _history;

    /// <summary>Waits until the index over the history has everything that is durable. For tests and measurements.</summary>
    internal Task CatchUpHistoryAsync() => _history.CatchUpAsync();

    /// <summary>Opens a store, creating it if need be, and recovers it if it was not closed.</summary>
    /// <param name="location">A path, or a URI: <c>dir:PATH</c>, <c>jsonl:PATH</c>, <c>memory:</c>. The kind of an existing path is detected; a new one becomes a directory store.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Ends opening between two records; nothing is lost by it.</param>
    /// <exception cref="StoreLockedException">Another process, or another object of this one, has it open for writing.</exception>
    /// <exception cref="StoreNotFoundException">There is no store, and none may be created.</exception>
    /// <exception cref="StateCorruptedException">The store is damaged. Nothing was changed.</exception>
    /// <exception cref="StoreFormatException">The store needs another version.</exception>
    /// <exception cref="StoreOptionsException">An option is wrong.</exception>
    /// <exception cref="ImportUnfinishedException">The store is the beginning of an import that was interrupted.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static Task<StateStore> OpenAsync(string location, StateStoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(location);
        options ??= new StateStoreOptions();
        return OpenAsync(HomeLocator.Open(location, options), options, cancellationToken);
    }

    /// <summary>Opens a store on an open home, which the store owns from then on.</summary>
    internal static Task<StateStore> OpenAsync(IHome home, StateStoreOptions options, CancellationToken cancellationToken = default) => OpenAsync(home, options, installs: false, cancellationToken);

    private static async Task<StateStore> OpenAsync(IHome home, StateStoreOptions options, bool installs, CancellationToken cancellationToken)
    {
        StateStore? store = null;
        try
        {
            if (!installs && home.Pages?.Manifest.InstallSource is not null)
            {
                throw Unfinished(home);
            }

            store = new StateStore(home, options);
            await store.RecoverAsync(cleans: !installs, cancellationToken).ConfigureAwait(false);
            return store;
        }
        catch
        {
            if (store is not null)
            {
                await store._history.DisposeAsync().ConfigureAwait(false);
                store._metrics.Dispose();
            }

            await home.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens a view on the head.</summary>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public StateView OpenView()
    {
        ThrowIfDisposed();
        return NewView(Versions.PinHead(isView: true));
    }

    /// <summary>Makes a draft of a block on the head.</summary>
    /// <param name="height">The height of the block, above the head's.</param>
    /// <exception cref="HeightNotAboveException">The height is not above the head's.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public BlockDraft CreateDraft(BlockHeight height)
    {
        ThrowIfDisposed();
        ThrowIfReadOnly();
        StateVersion head = Versions.PinHead(isView: false);
        if (head.Height is { } below && height <= below)
        {
            Versions.Unpin(head, isView: false);
            throw new HeightNotAboveException(height, below);
        }

        return new BlockDraft(this, height, head);
    }

    /// <summary>Makes a draft of a block on another draft, which can no longer be changed from then on. It can be committed once that one is.</summary>
    /// <param name="height">The height of the block, above that of the other draft.</param>
    /// <param name="parent">The draft to build on. Disposing it afterwards does not hurt this one's reads.</param>
    /// <exception cref="HeightNotAboveException">The height is not above the parent's.</exception>
    /// <exception cref="ArgumentException">The parent belongs to another store.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only, or the parent has open savepoints.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed or the parent disposed.</exception>
    public BlockDraft CreateDraft(BlockHeight height, BlockDraft parent)
    {
        ArgumentNullException.ThrowIfNull(parent);
        ThrowIfDisposed();
        ThrowIfReadOnly();
        ThrowIfForeign(parent);
        return height <= parent.Height ? throw new HeightNotAboveException(height, parent.Height) : new BlockDraft(this, height, parent);
    }

    /// <summary>
    /// Closes the store: waits for what is running, writes a last checkpoint so that the next opening has nothing to replay, and lets go of the lock. Nothing committed is lost, whether it succeeds or not; drafts that were not
    /// committed are. Views must not be read any more.
    /// </summary>
    /// <exception cref="IOException">The last checkpoint could not be written. The store is closed all the same; the next opening replays the log.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        try
        {
            await FinishAsync().ConfigureAwait(false);
        }
        finally
        {
            await _history.DisposeAsync().ConfigureAwait(false);
            _metrics.Dispose();
            _closing.Dispose();
            Rebuilt.Dispose();
            await _home.DisposeAsync().ConfigureAwait(false);
            Pages.Epochs.Collect();
            Raise(new StoreEvent.Closed(_failure is null));
        }
    }

    /// <summary>Reads a value of the head without a view of it.</summary>
    internal bool TryGetAtHead(TreeKind tree, ReadOnlySpan<byte> key, Span<byte> destination, out int valueBytes)
    {
        ThrowIfDisposed();
        StateVersion head = Versions.PinHead(isView: false);
        try
        {
            using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
            return TreeReading.TryRead(Pages, tree == TreeKind.State ? head.State : head.Local, tree, head.Ordinal, key, destination, out valueBytes);
        }
        finally
        {
            Versions.Unpin(head, isView: false);
        }
    }

    /// <summary>Applies a draft to the trees it is built on.</summary>
    /// <returns>Null when cleaning moved pages meanwhile: do it again, inside <see cref="PageCache.HoldMoves"/>.</returns>
    internal AppliedDraft? TryApply(BlockDraft draft)
    {
        ApplySlot appliers = _crew.Rent();

        // From before the first page is looked at until the result is tracked: see PageCache.Moves.cs.
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        long began = ReaderEpochs.Now;
        TreeChange state = Buffers.RentTree();
        TreeChange local = Buffers.RentTree();
        try
        {
            ChangeList.Builder stateRecord = Buffers.RentRecord(draft.State.Changes);
            ChangeList.Builder localRecord = Buffers.RentRecord(draft.Local.Changes);
            appliers.State.Apply(draft.BaseState, draft.State.Changes.ToBatch(), draft.Height, draft.Ordinal, stateRecord, state);
            appliers.Local.Apply(draft.BaseLocal, draft.Local.Changes.ToBatch(), draft.Height, draft.Ordinal, localRecord, local);
            Pages.AddDraft(state.Created);
            Pages.AddDraft(local.Created);
            AppliedDraft applied = new(Buffers, state, local, stateRecord, localRecord);
            if (!Pages.TryTrack(state, began, draft.FindBaseOrdinal) || !Pages.TryTrack(local, began, draft.FindBaseOrdinal))
            {
                applied.Discard(Pages);
                applied.Release(keepRecords: false);
                return null;
            }

            return applied;
        }
        catch
        {
            Pages.Discard(state.Created);
            throw;
        }
        finally
        {
            _crew.Return(appliers);
        }
    }

    /// <summary>Tells the handler. One that throws must not decide whether a block is committed or a checkpoint goes on, so what it throws ends here.</summary>
    private void Raise(StoreEvent happened)
    {
        try
        {
            _options.OnEvent?.Invoke(happened);
        }
        catch (Exception exception)
        {
            Trace.TraceError($"A handler of OnEvent failed on {happened}: {exception}");
        }
    }

    private StateView NewView(StateVersion pinned, PastPoint? past = null) => new(Versions, pinned, Pages, _openViews, _options.TimeProvider.GetTimestamp(), past);

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);

    private void ThrowIfReadOnly()
    {
        if (IsReadOnly)
        {
            throw new InvalidOperationException($"The store '{Location}' is open for reading only.");
        }
    }

    private void ThrowIfForeign(BlockDraft draft)
    {
        if (!ReferenceEquals(draft.Store, this))
        {
            throw new ArgumentException("The draft belongs to another store.", nameof(draft));
        }
    }
}
