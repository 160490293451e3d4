using System.Buffers.Binary;

namespace Cairn.Contracts.Execution;

/// <summary>
/// Runs calls of contracts in blocks: <see cref="BeginBlock"/>, <see cref="Execute(ContractCall)"/> for every transaction, <see cref="FinalizeBlockAsync"/>. The same calls in the same blocks give the same results and the same state
/// root on every node, whatever its home. For one thread at a time; several executors may be on one store, of which one commits.
/// </summary>
public sealed class ContractExecutor : IDisposable
{
    private readonly StateStore _store;
    private readonly ContractPrograms _programs;
    private readonly ContractExecutorOptions _options;
    private BlockDraft? _draft;
    private CallRunner? _runner;
    private uint _executions;
    private bool _isBroken;

    /// <summary>Makes an executor.</summary>
    /// <param name="store">The store. The executor does not close it.</param>
    /// <param name="programs">What can be run.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public ContractExecutor(StateStore store, ContractPrograms programs, ContractExecutorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(programs);
        _options = options ?? new ContractExecutorOptions();
        _options.Check();
        _store = store;
        _programs = programs;
    }

    /// <summary>The block that is open, for what other layers put into it; null for none. What contracts have written is in it once <see cref="ComputeRoot"/> was called; their slots are not to be written there.</summary>
    public BlockDraft? Draft => _draft;

    /// <summary>Opens a block on the head.</summary>
    /// <param name="height">Its height, above that of the head.</param>
    /// <param name="time">Its time: the only time that contracts see.</param>
    /// <exception cref="InvalidOperationException">A block is open.</exception>
    /// <exception cref="HeightNotAboveException">The height is not above that of the head.</exception>
    public void BeginBlock(BlockHeight height, DateTimeOffset time)
    {
        if (_draft is not null)
        {
            throw new InvalidOperationException($"Block {_draft.Height} is open. Finalize or abandon it first.");
        }

        BlockDraft draft = _store.CreateDraft(height);
        draft.TimeTicks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        _runner = new CallRunner(draft, time.ToUniversalTime(), _programs, _options);
        _draft = draft;
        _executions = 0;
        _isBroken = false;
    }

    /// <summary>Runs a call. When it fails nothing of what it wrote stays; that it was, how it ended and what it used is recorded in the history in any case.</summary>
    /// <param name="call">The call. One with a transaction hash is found under it in the history, where a later one with the same hash takes its place; any other under height and index in the block, 8 and 4 bytes, big-endian.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="InvalidOperationException">No block is open, or it cannot go on after a failure of the store.</exception>
    /// <exception cref="StateStoreException">The store failed. Nothing is recorded, and the block can only be abandoned.</exception>
    public ExecutionResult Execute(ContractCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        CallRunner runner = Runner();
        _isBroken = true;
        long begun = _options.Clock.GetTimestamp();
        ExecutionResult result = runner.Run(call, keeps: true);
        Record(call, result, _options.Clock.GetElapsedTime(begun));
        _isBroken = false;
        return result;
    }

    /// <summary>Runs a call, as <see cref="Execute(ContractCall)"/>.</summary>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="call">The call.</param>
    /// <exception cref="CallEncodingException">The contract at the address gave a result of another type. It was executed and recorded.</exception>
    public ExecutionResult<TResult> Execute<TResult>(ContractCall<TResult> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return new ExecutionResult<TResult>(Execute((ContractCall)call), call.ResultCodec);
    }

    /// <summary>Tells how a call would end if it were executed now, in the open block. Nothing stays and nothing is recorded; the gas used is exactly what executing it would charge.</summary>
    /// <param name="call">The call.</param>
    /// <exception cref="InvalidOperationException">No block is open, or it cannot go on after a failure of the store.</exception>
    /// <exception cref="StateStoreException">The store failed. The block can only be abandoned.</exception>
    public ExecutionResult Estimate(ContractCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        CallRunner runner = Runner();
        _isBroken = true;
        ExecutionResult result = runner.Run(call, keeps: false);
        _isBroken = false;
        return result;
    }

    /// <summary>Asks a view of a contract at the height of a view of the store. For any number of threads, with a block open or without.</summary>
    /// <param name="view">The state that is asked.</param>
    /// <param name="call">The call, of a method that is a view.</param>
    /// <exception cref="StateStoreException">The store failed.</exception>
    public ExecutionResult Query(StateView view, ContractCall call)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(call);
        return new CallRunner(view, _programs, _options).Run(call, keeps: false, isQuery: true);
    }

    /// <summary>Asks a view of a contract at the height of a view of the store. For any number of threads, with a block open or without.</summary>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="view">The state that is asked.</param>
    /// <param name="call">The call, of a method that is a view.</param>
    /// <exception cref="CallEncodingException">The contract at the address gave a result of another type.</exception>
    /// <exception cref="StateStoreException">The store failed.</exception>
    public ExecutionResult<TResult> Query<TResult>(StateView view, ContractCall<TResult> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return new ExecutionResult<TResult>(Query(view, (ContractCall)call), call.ResultCodec);
    }

    /// <summary>Computes the state root that the block would have now.</summary>
    /// <exception cref="InvalidOperationException">No block is open, or it cannot go on after a failure of the store.</exception>
    /// <exception cref="BlockTooLargeException">The block has become too large.</exception>
    public Hash256 ComputeRoot()
    {
        Runner().Session.Flush();
        return _draft!.ComputeRoot();
    }

    /// <summary>Commits the open block, as durably as the store is set to. When it fails the block stays open, to be tried again or abandoned.</summary>
    /// <param name="expectedRoot">The state root that it has to have; null for any.</param>
    /// <param name="cancellationToken">Cancels before the block is logged.</param>
    /// <returns>The block with its state root.</returns>
    /// <exception cref="InvalidOperationException">No block is open, or it cannot go on after a failure of the store.</exception>
    /// <exception cref="RootMismatchException">The block has another root than expected.</exception>
    /// <exception cref="StateStoreException">The store refused or failed.</exception>
    public async ValueTask<CommittedBlock> FinalizeBlockAsync(Hash256? expectedRoot = null, CancellationToken cancellationToken = default)
    {
        Runner().Session.Flush();
        BlockDraft draft = _draft!;
        draft.ExpectedRoot = expectedRoot ?? draft.ExpectedRoot;
        CommittedBlock committed = await _store.CommitAsync(draft, cancellationToken).ConfigureAwait(false);
        AbandonBlock();
        return committed;
    }

    /// <summary>Closes the open block, if there is one, and forgets it with all its executions.</summary>
    public void AbandonBlock()
    {
        _draft?.Dispose();
        (_draft, _runner) = (null, null);
    }

    /// <summary>Abandons the open block. The store stays open.</summary>
    public void Dispose() => AbandonBlock();

    private CallRunner Runner() => _runner switch
    {
        null => throw new InvalidOperationException("No block is open. Begin one first."),
        _ when _isBroken => throw new InvalidOperationException($"The store failed while block {_draft!.Height} was executed. Abandon the block."),
        { } runner => runner,
    };

    private void Record(ContractCall call, ExecutionResult result, TimeSpan duration)
    {
        BlockDraft draft = _draft!;
        ExecutionHistory.Add(draft, new ExecutionRecord
        {
            Id = IdOf(call, draft.Height, _executions++),
            Contract = call.Contract,
            Function = call.Method,
            Caller = call.Caller,
            Height = draft.Height,
            TimeTicks = draft.TimeTicks ?? 0,
            Duration = duration,
            GasUsed = result.GasUsed,
            IsSuccess = result.IsSuccess,
            Error = result.Error,
        });
    }

    private static ExecutionId IdOf(ContractCall call, BlockHeight height, uint index)
    {
        if (call.TransactionHash != default)
        {
            return new ExecutionId(call.TransactionHash);
        }

        Span<byte> id = stackalloc byte[sizeof(ulong) + sizeof(uint)];
        BinaryPrimitives.WriteUInt64BigEndian(id, height.Value);
        BinaryPrimitives.WriteUInt32BigEndian(id[sizeof(ulong)..], index);
        return new ExecutionId(id);
    }
}
