using Cairn.Homes;
using Cairn.Tree;

namespace Cairn;

/// <summary>
/// Puts a whole state into a new or empty store of any home, out of its entries in key order. Memory is bounded. An interrupted installation goes on behind <see cref="LastKey"/> when it is begun again with the same target and
/// source; until it is finished the store is refused by everyone else. Where pages are in RAM only, the state becomes the first block of the log, and an interrupted installation leaves nothing.
/// </summary>
/// <remarks>For one thread at a time. Disposing it before <see cref="FinishAsync"/> interrupts it.</remarks>
internal sealed class StoreInstaller : IAsyncDisposable
{
    /// <summary>The entries that are applied together.</summary>
    private const int BatchBytes = 4 << 20;

    /// <summary>The most bytes of new pages in memory, and so about what an interruption loses.</summary>
    private const long StepBytes = 16 << 20;

    private readonly StateStore _store;
    private readonly StateStoreOptions _options;
    private readonly Func<IHome> _reopen;
    private readonly InstalledState _target;
    private readonly InstallBuffer _state = new(TreeKind.State);
    private readonly InstallBuffer _local = new(TreeKind.Local);
    private BlockDraft? _draft;
    private bool _isClosed;

    private StoreInstaller(StateStore store, StateStoreOptions options, Func<IHome> reopen, InstalledState target)
    {
        _store = store;
        _options = options;
        _reopen = reopen;
        _target = target;
    }

    /// <summary>What is there of both trees, not all of it durable.</summary>
    public (TreeTotals State, TreeTotals Local) Totals => _draft is { } draft
        ? (draft.State.Totals, draft.Local.Totals)
        : (_store.InstalledTotals.State + _state.Totals, _store.InstalledTotals.Local + _local.Totals);

    /// <summary>Begins, or goes on with what was begun, in the store at a location.</summary>
    /// <param name="location">As for <see cref="StateStore.OpenAsync(string, StateStoreOptions?, CancellationToken)"/>.</param>
    /// <param name="options">The options of the store.</param>
    /// <param name="target">What will be there: checked at the end.</param>
    /// <param name="source">Tells different contents for the same target apart (the local tree is not covered by the root).</param>
    /// <param name="cancellationToken">Ends opening.</param>
    /// <exception cref="StoreNotEmptyException">The store has blocks.</exception>
    /// <exception cref="ImportUnfinishedException">Something else was begun there.</exception>
    public static Task<StoreInstaller> BeginAsync(string location, StateStoreOptions options, InstalledState target, Hash256 source, CancellationToken cancellationToken)
    {
        IHome home = HomeLocator.Open(location, options);
        return BeginAsync(home, ReopenOf(home, options), options, target, source, cancellationToken);
    }

    /// <summary>The same in an open home, which the installer owns from then on.</summary>
    public static async Task<StoreInstaller> BeginAsync(
        IHome home, Func<IHome> reopen, StateStoreOptions options, InstalledState target, Hash256 source, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(target.BlockCount);
        StateStore store = await StateStore.OpenForInstallAsync(home, options, cancellationToken).ConfigureAwait(false);
        try
        {
            StoreInstaller installer = new(store, options, reopen, target);
            if (store.HasPages)
            {
                await store.BeginInstallAsync(target, source).ConfigureAwait(false);
                installer._state.StartBehind(store.LastKey(TreeKind.State));
                installer._local.StartBehind(store.LastKey(TreeKind.Local));
            }
            else
            {
                installer._draft = store.Height is { } height ? throw new StoreNotEmptyException(store.Location, height) : store.CreateDraft(target.Height);
                installer._draft.TimeTicks = target.TimeTicks;
            }

            return installer;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The greatest key that is there of a tree; null when none is. Whoever goes on with an installation gives the entries behind it.</summary>
    public ReadOnlyMemory<byte>? LastKey(TreeKind tree) => (tree == TreeKind.State ? _state : _local).LastKey;

    /// <summary>Adds an entry behind those of its tree that are there.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="key">The key, above <see cref="LastKey"/>.</param>
    /// <param name="value">The value.</param>
    /// <param name="changed">The height at which the entry last changed, at most that of the state.</param>
    /// <exception cref="ArgumentException">The key is not above the last one, or the entry is none that a store may have.</exception>
    /// <exception cref="BlockTooLargeException">The home has no pages, and the state is larger than a block may be.</exception>
    public void Add(TreeKind tree, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, BlockHeight changed)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(changed.Value, _target.Height.Value, nameof(changed));
        InstallBuffer buffer = tree == TreeKind.State ? _state : _local;
        buffer.Check(key, value);
        if (_draft is { } draft)
        {
            (tree == TreeKind.State ? draft.State : draft.Local).Put(key, value);
            buffer.StartBehind(key.ToArray());
            return;
        }

        buffer.Add(key, value, changed);
    }

    /// <summary>Applies what was added when there is enough of it. To be called now and then, at places from which going on makes sense.</summary>
    /// <param name="cancellationToken">Honoured before anything is done.</param>
    /// <exception cref="IOException">Writing failed.</exception>
    public async ValueTask StepAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_draft is null && _state.ByteCount + _local.ByteCount >= Math.Min(BatchBytes, _options.DirtyBytes))
        {
            Apply();
            await _store.StoreInstalledAsync(Math.Min(StepBytes, _options.DirtyBytes)).ConfigureAwait(false);
        }
    }

    /// <summary>Makes everything added so far durable, where that is possible before the end.</summary>
    /// <exception cref="IOException">Writing failed.</exception>
    public async ValueTask StoreAsync()
    {
        if (_draft is null)
        {
            Apply();
            await _store.StoreInstalledAsync(most: 0).ConfigureAwait(false);
        }
    }

    /// <summary>Checks root and totals, and makes the store one like any other.</summary>
    /// <param name="cancellationToken">Honoured while the store is opened anew; it is whole by then.</param>
    /// <returns>The store, open. The installer is closed.</returns>
    /// <exception cref="StateCorruptedException">The entries are not those that were announced.</exception>
    /// <exception cref="RootMismatchException">The same in a home without pages.</exception>
    /// <exception cref="IOException">Writing failed.</exception>
    public async Task<StateStore> FinishAsync(CancellationToken cancellationToken)
    {
        if (_draft is { } draft)
        {
            RequireTotals(draft);
            draft.ExpectedRoot = _target.Root;
            await _store.CommitAsync(draft, cancellationToken).ConfigureAwait(false);
            await _store.SyncAsync(CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            Apply();
            await _store.FinishInstallAsync().ConfigureAwait(false);
        }

        await DisposeAsync().ConfigureAwait(false);
        return await StateStore.OpenAsync(_reopen(), _options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _draft?.Dispose();
            await _store.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static Func<IHome> ReopenOf(IHome home, StateStoreOptions options) =>
        home is MemoryHome memory ? memory.Reopen : () => HomeLocator.Open(home.Location, options);

    private void Apply()
    {
        Apply(_state);
        Apply(_local);
    }

    private void Apply(InstallBuffer buffer)
    {
        if (buffer.Count > 0)
        {
            _store.Install(buffer.Tree, buffer.ToBatch());
            buffer.Clear();
        }
    }

    private void RequireTotals(BlockDraft draft)
    {
        if (draft.State.Totals != _target.StateTotals || draft.Local.Totals != _target.LocalTotals)
        {
            throw new StateCorruptedException(_store.Location, -1, "totals of the imported trees", $"{_target.StateTotals}, {_target.LocalTotals}", $"{draft.State.Totals}, {draft.Local.Totals}");
        }
    }
}
