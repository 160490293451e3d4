using Cairn.Contracts.Execution;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Machines;

namespace Cairn.Vm.Running;

/// <summary>
/// One run while it goes on: a machine, and the block it is writing, or the view it reads. Whoever drives it commits the block when <see cref="Advance"/> says so, and begins the next one. Owns the draft. For one thread at a time.
/// </summary>
internal sealed class ProgramRun : IDisposable
{
    private readonly RunnerOptions _options;
    private readonly RunSettings _settings;
    private readonly CompiledProgram _program;
    private readonly Machine _machine;
    private readonly MachineStorage _storage;
    private readonly List<RunBlock> _blocks = [];
    private readonly long _begun;
    private NamespaceStore _store;
    private long _blockBegun;
    private ulong _blockGas;
    private TimeSpan _duration;

    /// <summary>Begins a run in a block, which this owns from here on.</summary>
    public ProgramRun(RunnerOptions options, RunSettings settings, CompiledProgram program, BlockDraft draft, CancellationToken cancellationToken)
        : this(options, settings, program, StoreOf(draft, options, AcceptedOrGivenUp(draft, options, settings)), draft, cancellationToken)
    {
    }

    /// <summary>Begins a run that reads a view.</summary>
    public ProgramRun(RunnerOptions options, RunSettings settings, CompiledProgram program, StateView view, CancellationToken cancellationToken)
        : this(options, settings, program, new NamespaceStore(view, Verified(view, options, settings), options.Namespaces), draft: null, cancellationToken)
    {
    }

    private ProgramRun(RunnerOptions options, RunSettings settings, CompiledProgram program, NamespaceStore store, BlockDraft? draft, CancellationToken cancellationToken)
    {
        _options = options;
        _settings = settings;
        _program = program;
        _store = store;
        Draft = draft;
        ExecutableProgram executable = ExecutableProgram.Of(program);
        _storage = new MachineStorage(store, canWrite: draft is not null, program.Names.Length);
        _begun = _blockBegun = options.Clock.GetTimestamp();
        _machine = new Machine(executable, _storage, MachineSettingsOf(options, settings), cancellationToken);
    }

    /// <summary>The block that is being written; null over a view.</summary>
    public BlockDraft? Draft { get; private set; }

    /// <summary>The blocks made so far.</summary>
    public IReadOnlyList<RunBlock> Blocks => _blocks;

    /// <summary>What was refused in the block that is being written.</summary>
    public IReadOnlyList<AuditAttempt> Attempts => _store.Attempts;

    /// <summary>Whether nobody in particular runs the program, who has no rights: what ends well has written nothing then.</summary>
    public bool IsAnonymous => _store.Principal.IsAnonymous;

    /// <summary>Checks what a run is asked to do, before anything is opened for it.</summary>
    /// <returns>The settings.</returns>
    public static RunSettings Check(RunnerOptions options, RunSettings? settings, CompiledProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        settings ??= new RunSettings();
        ArgumentNullException.ThrowIfNull(settings.Principal);
        ArgumentNullException.ThrowIfNull(settings.Stack);
        ArgumentNullException.ThrowIfNull(settings.Memory);
        if (settings.Stack.Count > options.Limits.StackValues)
        {
            throw new ArgumentException($"The stack is given {settings.Stack.Count} values, and can have {options.Limits.StackValues} (MachineLimits.StackValues).", nameof(settings));
        }

        CheckCall(settings, program);
        _ = ExecutableProgram.Of(program);
        return settings;
    }

    /// <summary>Runs on.</summary>
    /// <returns>Whether the program has ended; otherwise a block is due.</returns>
    /// <exception cref="ProgramFaultException">The program cannot go on.</exception>
    public bool Advance()
    {
        try
        {
            return _machine.Run();
        }
        finally
        {
            _duration = _options.Clock.GetElapsedTime(_begun);
        }
    }

    /// <summary>Adds the record of the execution to the block, before it is committed.</summary>
    public void RecordExecution()
    {
        BlockDraft draft = Draft!;
        ExecutionHistory.Add(draft, new ExecutionRecord
        {
            Id = RunIdentity.Execution(draft.Height),
            Contract = RunIdentity.Contract(_program.SourceName),
            Function = RunIdentity.Function,
            Caller = RunIdentity.Caller(_store.Principal),
            Height = draft.Height,
            TimeTicks = draft.TimeTicks ?? 0,
            Duration = _options.Clock.GetElapsedTime(_blockBegun),
            GasUsed = _machine.GasUsed - _blockGas,
            IsSuccess = true,
        });
    }

    /// <summary>Takes note that the block was committed.</summary>
    public void Committed(Hash256 root)
    {
        _blocks.Add(new RunBlock(Draft!.Height, root, _machine.GasUsed - _blockGas));
        _blockGas = _machine.GasUsed;
    }

    /// <summary>Refuses another block when there are as many as may be.</summary>
    /// <exception cref="ProgramFaultException">There are.</exception>
    public void CheckBlocks()
    {
        if (_blocks.Count >= _options.Limits.Blocks)
        {
            throw _machine.Refuse(MachineLimit.Blocks, (ulong)_options.Limits.Blocks, $"The run would make {_blocks.Count + 1} blocks");
        }
    }

    /// <summary>Goes on in the next block, which this owns from here on.</summary>
    public void Continue(BlockDraft next)
    {
        Draft?.Dispose();
        Draft = next;
        _store = StoreOf(next, _options, _store.Principal);
        _storage.Continue(_store);
        _blockBegun = _options.Clock.GetTimestamp();
    }

    /// <summary>How the run ended.</summary>
    public RunResult ToResult(ProgramFault? fault, BlockHeight? height, Hash256 root, bool isSimulated = false)
    {
        Dictionary<string, StateValue> memory = new(_settings.Memory, StringComparer.Ordinal);
        foreach ((string name, StateValue value) in _machine.CopyMemory())
        {
            memory[name] = value;
        }

        return new RunResult
        {
            Fault = fault,
            IsSimulated = isSimulated,
            Stack = _machine.CopyStack(),
            Memory = memory,
            Emitted = [.. _machine.Output.Lines],
            Events = [.. _machine.Output.Events],
            Blocks = [.. _blocks],
            Height = height,
            Root = root,
            Attempts = [.. _store.Attempts],
            GasUsed = _machine.GasUsed,
            Steps = _machine.Steps,
            Duration = _duration,
        };
    }

    /// <summary>Discards the block unless it was committed.</summary>
    public void Dispose() => Draft?.Dispose();

    /// <summary>Takes the signed call, if the run is one, into another block than that of the run, so that it is used up.</summary>
    /// <exception cref="CallRefusedException">It may not count in that block.</exception>
    public void AcceptCall(BlockDraft draft) => _ = Accepted(draft, _options, _settings);

    /// <summary>Takes a signed call into the block.</summary>
    /// <returns>Who runs the program.</returns>
    private static Principal Accepted(BlockDraft draft, RunnerOptions options, RunSettings settings) =>
        settings.Call is { } call ? CallGate.Accept(draft, call, options.CallDomain) : settings.Principal;

    /// <summary>Takes a signed call into the block, or gives it up.</summary>
    private static Principal AcceptedOrGivenUp(BlockDraft draft, RunnerOptions options, RunSettings settings)
    {
        try
        {
            draft.TimeTicks = TimeOf(options);
            return Accepted(draft, options, settings);
        }
        catch
        {
            draft.Dispose();
            throw;
        }
    }

    /// <summary>Who signed a call that only reads. It does not use the nonce up, and has to be one that could still count after the block of the view.</summary>
    private static Principal Verified(StateView view, RunnerOptions options, RunSettings settings)
    {
        if (settings.Call is not { } call)
        {
            return settings.Principal;
        }

        Principal caller = call.Verify(options.CallDomain);
        ulong height = view.Height?.Value ?? 0;
        if (height >= call.LastHeight.Value)
        {
            throw new CallRefusedException(CallRefusal.Expired, caller.Id, call.LastHeight.Value, height < ulong.MaxValue ? height + 1 : height);
        }

        ulong next = CallGate.NextNonce(view, caller);
        return call.Nonce >= next ? caller : throw new CallRefusedException(CallRefusal.WrongNonce, caller.Id, next, call.Nonce);
    }

    /// <summary>A signature is over a program alone: what else decides what the program does has to be what everybody has.</summary>
    private static void CheckCall(RunSettings settings, CompiledProgram program)
    {
        if (settings.Call is not { } call)
        {
            return;
        }

        Hash256 digest = ProgramDigest.Of(program);
        if (call.Digest != digest)
        {
            throw new ArgumentException($"The signed call is of the program {call.Digest}, and this is {digest}.", nameof(settings));
        }

        string? unsigned = settings switch
        {
            { Stack.Count: > 0 } => nameof(RunSettings.Stack),
            { Memory.Count: > 0 } => nameof(RunSettings.Memory),
            { BlockPerCommit: true } => nameof(RunSettings.BlockPerCommit),
            _ when settings.Missing != default => nameof(RunSettings.Missing),
            _ => null,
        };
        if (unsigned is not null)
        {
            throw new ArgumentException($"The run is a signed call, and '{unsigned}' is not as it is by default: the caller has not signed that.", nameof(settings));
        }
    }

    private static NamespaceStore StoreOf(BlockDraft draft, RunnerOptions options, Principal principal)
    {
        draft.TimeTicks = TimeOf(options);
        return new NamespaceStore(draft, principal, options.Namespaces);
    }

    private static long TimeOf(RunnerOptions options) => options.Clock.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;

    private static MachineSettings MachineSettingsOf(RunnerOptions options, RunSettings settings) => new()
    {
        Limits = settings.GasLimit is { } gas && gas < options.Limits.Gas ? options.Limits with { Gas = gas } : options.Limits,
        Schedule = options.Schedule,
        Missing = settings.Missing,
        BlockPerCommit = settings.BlockPerCommit,
        Trace = settings.Trace,
        Stack = settings.Stack,
        Memory = settings.Memory,
    };
}
