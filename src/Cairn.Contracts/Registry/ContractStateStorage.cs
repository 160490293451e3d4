namespace Cairn.Contracts.Registry;

/// <summary>
/// Contracts, their state and their executions as one thing with plain calls, over a <see cref="StateStore"/>. Each write is a block of its own, at the next height; between <see cref="BeginBlockAsync"/> and the end of that block all
/// calls are part of it, reads too. There is one writer: a second one waits or is refused (<see cref="ContractStorageOptions.WhenBusy"/>).
/// </summary>
/// <remarks>
/// Safe for any number of threads. Reads outside a block answer from the newest block and never wait; while a block is open they are taken one after the other with its writes. Who wants what is committed, whatever is being
/// written, opens a view on <see cref="State"/>.
/// </remarks>
public sealed partial class ContractStateStorage : IAsyncDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly object _gate = new();
    private readonly ContractStorageOptions _options;
    private readonly bool _ownsState;
    private ContractBlock? _block;
    private bool _disposed;

    /// <summary>Makes a storage of an open store.</summary>
    /// <param name="state">The store. What others commit to it meanwhile is allowed as long as they do not commit while a write here is running.</param>
    /// <param name="options">How it works; null for the defaults.</param>
    /// <param name="ownsState">Whether disposing this closes the store.</param>
    public ContractStateStorage(StateStore state, ContractStorageOptions? options = null, bool ownsState = false)
    {
        ArgumentNullException.ThrowIfNull(state);
        State = state;
        _options = options ?? new ContractStorageOptions();
        _ownsState = ownsState;
    }

    /// <summary>The store underneath: heights, roots, views, proofs, rewinding.</summary>
    public StateStore State { get; }

    /// <summary>The block that is open; null when none is.</summary>
    public ContractBlock? Block
    {
        get
        {
            lock (_gate)
            {
                return _block;
            }
        }
    }

    /// <summary>Opens or creates a store, as <see cref="StateStore.OpenAsync(string, StateStoreOptions?, CancellationToken)"/> does, and closes it when disposed.</summary>
    /// <param name="location">A path or a URI.</param>
    /// <param name="stateOptions">The options of the store; null for the defaults.</param>
    /// <param name="options">How the storage works; null for the defaults.</param>
    /// <param name="cancellationToken">Ends opening.</param>
    /// <inheritdoc cref="StateStore.OpenAsync(string, StateStoreOptions?, CancellationToken)" path="/exception"/>
    public static async Task<ContractStateStorage> OpenAsync(string location, StateStoreOptions? stateOptions = null, ContractStorageOptions? options = null, CancellationToken cancellationToken = default) =>
        new(await StateStore.OpenAsync(location, stateOptions, cancellationToken).ConfigureAwait(false), options, ownsState: true);

    /// <summary>Opens a block: what is written from here on becomes one block when it is committed.</summary>
    /// <param name="height">Its height; null, the default, for the next one.</param>
    /// <param name="timeTicks">Its time in 100 ns ticks since 1970-01-01 UTC; null, the default, for none.</param>
    /// <param name="cancellationToken">Ends waiting for another writer.</param>
    /// <returns>The block: commit it, or dispose it to abandon it.</returns>
    /// <exception cref="ContractStorageBusyException">Somebody else is writing, and second writers are refused.</exception>
    /// <exception cref="HeightNotAboveException">The height is not above the head's.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only, or its head is at the highest height there is.</exception>
    /// <exception cref="ObjectDisposedException">The storage or the store is closed.</exception>
    public async Task<ContractBlock> BeginBlockAsync(BlockHeight? height = null, long? timeTicks = null, CancellationToken cancellationToken = default)
    {
        await EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            BlockDraft draft = State.CreateDraft(height ?? NextHeight());
            draft.TimeTicks = timeTicks;
            ContractBlock block = new(this, draft);
            lock (_gate)
            {
                _block = block;
            }

            return block;
        }
        catch
        {
            _writing.Release();
            throw;
        }
    }

    /// <summary>Abandons the block that is open, if there is one, and closes the store if this owns it.</summary>
    /// <exception cref="IOException">The last checkpoint could not be written; nothing written is lost.</exception>
    public async ValueTask DisposeAsync()
    {
        ContractBlock? open;
        lock (_gate)
        {
            _disposed = true;
            open = _block;
        }

        open?.Dispose();
        if (_ownsState)
        {
            await State.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Commits the block that is open.</summary>
    internal async Task<CommittedBlock> CommitAsync(ContractBlock block, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_block, block))
            {
                throw new InvalidOperationException($"Block {block.Height} has ended already: it was committed or abandoned.");
            }

            _block = null;
        }

        try
        {
            return await State.CommitAsync(block.Draft, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            block.Draft.Dispose();
            _writing.Release();
        }
    }

    /// <summary>Abandons a block, if it is the one that is open.</summary>
    internal void Abandon(ContractBlock block)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_block, block))
            {
                return;
            }

            _block = null;
            block.Draft.Dispose();
        }

        _writing.Release();
    }

    /// <summary>Writes into the block that is open, or as a block of its own. All of it or nothing.</summary>
    /// <returns>The block it became; null when one is open.</returns>
    private async Task<CommittedBlock?> WriteAsync(Action<BlockDraft> write, CancellationToken cancellationToken)
    {
        if (TryJoin(write))
        {
            return null;
        }

        await EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await CommitAloneAsync(write, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private bool TryJoin(Action<BlockDraft> write)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_block is not { } block)
            {
                return false;
            }

            block.Draft.Begin();
            try
            {
                write(block.Draft);
            }
            catch
            {
                block.Draft.Rollback();
                throw;
            }

            block.Draft.Release();
            return true;
        }
    }

    private async Task<CommittedBlock> CommitAloneAsync(Action<BlockDraft> write, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using BlockDraft draft = State.CreateDraft(NextHeight());
                write(draft);
                return await State.CommitAsync(draft, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is StaleDraftException or HeightNotAboveException)
            {
                // Somebody committed to the store beside the storage between the look at the head and here. It made progress, so this ends.
            }
        }
    }

    private async Task EnterAsync(CancellationToken cancellationToken)
    {
        if (_options.WhenBusy == BusyBehavior.Wait)
        {
            await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (!await _writing.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
        {
            throw new ContractStorageBusyException(State.Location, Block?.Height);
        }

        lock (_gate)
        {
            if (!_disposed)
            {
                return;
            }
        }

        _writing.Release();
        throw new ObjectDisposedException(nameof(ContractStateStorage));
    }

    /// <summary>Begins to read: the block that is open, or a view of the newest one.</summary>
    private StorageReading OpenReading()
    {
        Monitor.Enter(_gate);
        if (_block is { } block)
        {
            return new StorageReading(_gate, block.Draft);
        }

        Monitor.Exit(_gate);
        return new StorageReading(State.OpenView());
    }

    private BlockHeight NextHeight() =>
        State.Height is not { } head ? new BlockHeight(1)
        : head.Value < ulong.MaxValue ? new BlockHeight(head.Value + 1)
        : throw new InvalidOperationException($"The head of '{State.Location}' is at height {head}, the highest there is: no block can follow.");
}
