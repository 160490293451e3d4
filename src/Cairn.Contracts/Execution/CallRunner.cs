using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Cairn.Contracts.Execution;

/// <summary>
/// Runs calls on a storage session, one outermost call after the other.
/// <list type="bullet">
/// <item>Every call has a scope of the session: it is released when the call succeeds and rolled back when it fails.</item>
/// <item>A contract is in the calls that run at most once, so its slots change through one of them at a time, and each pays for what it changed.</item>
/// <item>What fails in the store goes through all calls to the host, also when a contract has caught it.</item>
/// </list>
/// For one thread.
/// </summary>
internal sealed class CallRunner
{
    private readonly StorageSession _session;
    private readonly ContractResolver _resolver;
    private readonly ContractExecutorOptions _options;
    private readonly List<CallWriter> _results = [];
    private ExecutionContext? _current;
    private int _depth;
    private bool _hasLostScope;
    private ExceptionDispatchInfo? _hostFault;

    public CallRunner(BlockDraft draft, DateTimeOffset time, ContractPrograms programs, ContractExecutorOptions options)
        : this(new StorageSession(draft, options.Profile) { PageLimit = options.PageLimit }, draft.State, draft.Height, time, programs, options)
    {
    }

    public CallRunner(StateView view, ContractPrograms programs, ContractExecutorOptions options)
        : this(new StorageSession(view, options.Profile), view.State, view.Height ?? default, DateTimeOffset.UnixEpoch.AddTicks(view.TimeTicks ?? 0), programs, options)
    {
    }

    private CallRunner(StorageSession session, ITreeReader state, BlockHeight height, DateTimeOffset time, ContractPrograms programs, ContractExecutorOptions options)
    {
        _session = session;
        _resolver = new ContractResolver(state, programs);
        _options = options;
        Height = height;
        Time = time;
    }

    public BlockHeight Height { get; }

    public DateTimeOffset Time { get; }

    public StorageSession Session => _session;

    /// <summary>Runs an outermost call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="keeps">Whether what it writes stays if it succeeds.</param>
    /// <param name="isQuery">Whether it has to be of a view.</param>
    public ExecutionResult Run(ContractCall call, bool keeps, bool isQuery = false)
    {
        bool isKept = false;
        _hasLostScope = false;
        _session.IsHeld = true;
        try
        {
            ExecutionResult result = Run(call, new GasMeter(_options.Schedule, call.GasLimit ?? _options.DefaultGasLimit), isQuery);
            if (_hasLostScope && result.IsSuccess)
            {
                result = Failed(ExecutionFailure.Threw, "A contract has ended scopes of storage that it did not begin.", result.GasUsed);
            }

            isKept = keeps && result.IsSuccess;
            return result;
        }
        finally
        {
            _session.IsHeld = false;
            if (isKept)
            {
                _session.Accept();
            }
            else
            {
                _session.Discard();
            }
        }
    }

    /// <summary>Runs a call that a contract makes.</summary>
    public ExecutionResult RunNested(ExecutionContext outer, ContractCall call)
    {
        if (!ReferenceEquals(outer, _current))
        {
            throw new InvalidOperationException($"The call of '{outer.Method}' of contract {outer.Contract} does not run now; its context cannot be used.");
        }

        ulong limit = Math.Min(call.GasLimit ?? ulong.MaxValue, outer.Meter.Left);
        ExecutionResult result = Run(call, new GasMeter(_options.Schedule, limit), isQuery: false);
        outer.Meter.Charge(result.GasUsed);
        return result;
    }

    /// <summary>Runs a call in a scope of its own.</summary>
    private ExecutionResult Run(ContractCall call, GasMeter meter, bool isQuery)
    {
        ExecutionContext? outer = _current;
        StorageScope? scope = null;
        CallReader arguments = new(call.Arguments.Span);
        try
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            meter.ChargeCall(call.InputBytes);
            ExecutionFailure refusal = Find(call, isQuery, out ContractProgram? program, out int method, out ReadOnlyMemory<byte>? parameters);
            if (refusal != ExecutionFailure.None)
            {
                return Failed(refusal, Refusal(refusal, call), meter.Used);
            }

            bool isReadOnly = isQuery || program!.Methods[method].IsView || outer?.IsReadOnly == true;
            SlotStorage storage = _session.Open(call.Contract, isReadOnly ? StorageAccess.ReadOnly : StorageAccess.ReadWrite);
            CallWriter output = ResultAt(_depth++);
            _current = new ExecutionContext(this, outer, call, meter, storage) { Parameters = parameters };
            scope = _session.BeginScope();
            if (!isReadOnly)
            {
                storage.ApplyLocks(_current.Caller);
            }

            program!.Run(_current, method, ref arguments, output);
            arguments.End();
            Settle(scope.Value, storage, meter, call.InputBytes + output.Length);
            scope.Value.Release();
            scope = null;
            return new ExecutionResult { Failure = ExecutionFailure.None, GasUsed = meter.Used, Output = output.ToArray() };
        }
        catch (Exception fault) when (IsOfTheCall(fault))
        {
            return Failed(KindOf(meter, fault, arguments.HasEnded), TextOf(fault), meter.Used);
        }
        finally
        {
            // A scope that somebody else has ended cannot be taken back any more: then nothing of the outermost call stays.
            _hasLostScope |= scope is { } open && !_session.RollbackInside(open);
            scope?.Dispose();
            _current = outer;
            _depth = outer?.Depth + 1 ?? 0;
        }
    }

    /// <summary>Ends a call that has returned: pays for its memory, and for what it changed in the slots of its contract.</summary>
    private void Settle(StorageScope scope, SlotStorage storage, GasMeter meter, int memoryBytes)
    {
        _session.ThrowIfReadingFailed();
        _hostFault?.Throw();
        if (!_session.RollbackInside(scope))
        {
            throw new InvalidOperationException("The contract has ended scopes of storage that it did not begin.");
        }

        meter.ChargeMemory(memoryBytes);
        (long entries, long bytes) = _session.ChangesOf(storage);
        meter.ChargeWrites(entries, bytes);
    }

    private ExecutionFailure Find(ContractCall call, bool isQuery, out ContractProgram? program, out int method, out ReadOnlyMemory<byte>? parameters)
    {
        (program, method, parameters) = (null, -1, null);
        if (_depth >= CallLimits.MaxDepth)
        {
            return ExecutionFailure.TooDeep;
        }

        for (ExecutionContext? running = _current; running is not null; running = running.Outer)
        {
            if (running.Contract == call.Contract)
            {
                return ExecutionFailure.Reentered;
            }
        }

        ExecutionFailure failure = _resolver.Find(call.Contract, out program, out parameters);
        if (failure != ExecutionFailure.None)
        {
            return failure;
        }

        method = program!.IndexOf(call.Method);
        return method < 0 ? ExecutionFailure.UnknownMethod
            : isQuery && !program.Methods[method].IsView ? ExecutionFailure.NotAView
            : ExecutionFailure.None;
    }

    private CallWriter ResultAt(int depth)
    {
        if (depth == _results.Count)
        {
            _results.Add(new CallWriter());
        }

        _results[depth].Clear();
        return _results[depth];
    }

    /// <summary>Whether an exception ends the call that it came out of, and not the block. One that does not is kept, so that no contract on its way gets rid of it.</summary>
    private bool IsOfTheCall(Exception fault)
    {
        bool isOfTheCall = !_session.HasReadingFailed && _hostFault is null && IsOfContracts(fault);
        _hostFault ??= isOfTheCall ? null : ExceptionDispatchInfo.Capture(fault);
        return isOfTheCall;
    }

    /// <summary>Whether contracts throw such exceptions: all but failures of the store and of the process, which other nodes do not have.</summary>
    private static bool IsOfContracts(Exception fault) => fault switch
    {
        OutOfMemoryException or InsufficientExecutionStackException => false,
        OutOfGasException or RequirementException or CallFailedException or CallEncodingException => true,
        SlotForbiddenException or SlotOverflowException or PageLimitException or StorageLayoutException => true,
        StateStoreException => false,
        _ => true,
    };

    private static ExecutionFailure KindOf(GasMeter meter, Exception fault, bool hasArguments) => fault switch
    {
        _ when meter.OutOfGas is not null => ExecutionFailure.OutOfGas,
        CallEncodingException when !hasArguments => ExecutionFailure.InvalidArguments,
        SlotForbiddenException { Obstacle: SlotObstacle.Locked } => ExecutionFailure.SlotLocked,
        SlotForbiddenException => ExecutionFailure.ReadOnly,
        PageLimitException => ExecutionFailure.TooManyPages,
        RequirementException => ExecutionFailure.Refused,
        CallFailedException => ExecutionFailure.CalledContractFailed,
        _ => ExecutionFailure.Threw,
    };

    private static string Refusal(ExecutionFailure refusal, ContractCall call) => refusal switch
    {
        ExecutionFailure.TooDeep => $"More than {CallLimits.MaxDepth} calls inside of each other.",
        ExecutionFailure.Reentered => $"Contract {call.Contract} is being called already and is not entered again.",
        ExecutionFailure.InactiveContract => $"Contract {call.Contract} is deactivated.",
        ExecutionFailure.UnknownMethod => $"Contract {call.Contract} has no method '{call.Method}'.",
        ExecutionFailure.NotAView => $"'{call.Method}' of contract {call.Contract} is no view.",
        _ => $"There is no contract at {call.Contract} that this node can run.",
    };

    private static string TextOf(Exception fault)
    {
        switch (fault)
        {
            case CallFailedException failed:
                return failed.FullText;
            case StateStoreException ours:
                return ours.Message;
            default:
                break;
        }

        try
        {
            return $"{fault.GetType().Name}: {fault.Message}";
        }
        catch (Exception inner) when (inner is not OutOfMemoryException)
        {
            // The message of an exception of a contract is code of the contract.
            return fault.GetType().Name;
        }
    }

    private static ExecutionResult Failed(ExecutionFailure failure, string error, ulong gasUsed) => new() { Failure = failure, Error = ExecutionRecord.ErrorText(error), GasUsed = gasUsed };
}
