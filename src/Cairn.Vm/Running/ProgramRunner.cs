using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Machines;

namespace Cairn.Vm.Running;

/// <summary>
/// Runs programs on a store. A run is one block at the next height: all of it, or nothing when it fails. Any number of programs run at once: those that read views never wait, of those that write one does at a time
/// (<see cref="RunnerOptions.WhenBusy"/>), whichever runner they are of. Safe for any number of threads. The store has to be initialized for namespaces; before that nobody may do anything.
/// </summary>
/// <remarks>Programs run on the calling thread; committing waits for the disk.</remarks>
public sealed class ProgramRunner
{
    private readonly RunnerOptions _options;
    private readonly WriterGate _gate;

    /// <summary>Makes a runner.</summary>
    /// <param name="store">The store. The runner does not close it.</param>
    /// <param name="options">How programs are run; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public ProgramRunner(StateStore store, RunnerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        _options = options ?? new RunnerOptions();
        _options.Check();
        _gate = WriterGate.Of(store);
        Store = store;
    }

    /// <summary>The store underneath.</summary>
    public StateStore Store { get; }

    /// <summary>
    /// Runs a program and commits what it did. When it fails, nothing since its last block is kept, which is nothing at all unless every transaction was to be a block; attempts that were refused are put into the audit by a block of
    /// their own, which leaves the state as it is but for the nonce of a signed call. A run of nobody in particular that ends well can have written nothing, and makes no block.
    /// </summary>
    /// <param name="program">The program.</param>
    /// <param name="settings">Who runs it and how; null for nobody in particular and the defaults.</param>
    /// <param name="cancellationToken">Ends waiting, and the run between two commands; nothing of the block that is being written is kept.</param>
    /// <returns>How it ended. A program that cannot go on is a result, not an exception.</returns>
    /// <exception cref="CallRefusedException">The signed call may not count.</exception>
    /// <exception cref="ArgumentException">The signed call is of another program or comes with settings that its caller has not signed, or more values are given than the stack can have.</exception>
    /// <exception cref="RunnerBusyException">Another run is writing, and this one may not wait.</exception>
    /// <exception cref="StaleDraftException">Somebody who is no runner has committed to the store meanwhile.</exception>
    /// <exception cref="IOException">Writing failed. The store takes no more writes.</exception>
    /// <exception cref="StateStoreException">The store refused or failed.</exception>
    public async Task<RunResult> RunAsync(CompiledProgram program, RunSettings? settings = null, CancellationToken cancellationToken = default)
    {
        settings = ProgramRun.Check(_options, settings, program);
        await _gate.EnterAsync(Store, _options, cancellationToken).ConfigureAwait(false);
        try
        {
            return await RunAloneAsync(program, settings, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>Runs a program on the head without committing anything: its result is what it would have been. Never waits for other runs.</summary>
    /// <param name="program">The program.</param>
    /// <param name="settings">Who runs it and how; null for nobody in particular and the defaults.</param>
    /// <param name="cancellationToken">Ends the run between two commands.</param>
    /// <exception cref="StateStoreException">The store failed.</exception>
    public RunResult Simulate(CompiledProgram program, RunSettings? settings = null, CancellationToken cancellationToken = default)
    {
        settings = ProgramRun.Check(_options, settings, program);
        using ProgramRun run = new(_options, settings, program, CreateDraft(), cancellationToken);
        try
        {
            while (true)
            {
                bool hasEnded = run.Advance();
                if (!run.IsAnonymous && !(hasEnded && settings.BlockPerCommit))
                {
                    run.CheckBlocks();
                    run.Committed(run.Draft!.ComputeRoot());
                }

                if (hasEnded)
                {
                    return Simulated(run, fault: null);
                }

                if (!run.IsAnonymous)
                {
                    run.Continue(Store.CreateDraft(NextHeight(run.Draft!.Height), run.Draft));
                }
            }
        }
        catch (ProgramFaultException failed)
        {
            return Simulated(run, failed.Fault);
        }
    }

    /// <summary>Runs a program that only reads, at the height of a view. A command that writes is a fault. Never waits for other runs.</summary>
    /// <param name="view">The view.</param>
    /// <param name="program">The program.</param>
    /// <param name="settings">Who runs it and how; null for nobody in particular and the defaults.</param>
    /// <param name="cancellationToken">Ends the run between two commands.</param>
    /// <exception cref="CallRefusedException">The signed call could not count in a block on that of the view: it has expired there, or has counted already. Reading does not use it up.</exception>
    /// <exception cref="ArgumentException">The signed call is of another program or comes with settings that its caller has not signed, or more values are given than the stack can have.</exception>
    /// <exception cref="StateStoreException">The store failed.</exception>
    public RunResult Query(StateView view, CompiledProgram program, RunSettings? settings = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(view);
        settings = ProgramRun.Check(_options, settings, program);
        using ProgramRun run = new(_options, settings, program, view, cancellationToken);
        ProgramFault? fault = null;
        try
        {
            run.Advance();
        }
        catch (ProgramFaultException failed)
        {
            fault = failed.Fault;
        }

        return run.ToResult(fault, view.Height, view.Root);
    }

    /// <summary>
    /// Runs a program on the head and keeps what it did in a draft, to be committed or given up later. Any number may be prepared on the same head; the first one that is committed makes the others stale.
    /// </summary>
    /// <param name="program">The program.</param>
    /// <param name="settings">Who runs it and how, but not block by block; null for nobody in particular and the defaults.</param>
    /// <param name="cancellationToken">Ends the run between two commands.</param>
    /// <returns>The run, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">Every transaction is to be a block.</exception>
    /// <exception cref="StateStoreException">The store failed.</exception>
    public PreparedRun Prepare(CompiledProgram program, RunSettings? settings = null, CancellationToken cancellationToken = default)
    {
        settings = ProgramRun.Check(_options, settings, program);
        if (settings.BlockPerCommit)
        {
            throw new ArgumentException("A run that is prepared is one block; it cannot make a block of every transaction.", nameof(settings));
        }

        ProgramRun run = new(_options, settings, program, CreateDraft(), cancellationToken);
        try
        {
            return new PreparedRun(this, run);
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>Commits a prepared run, in its turn.</summary>
    internal async Task<RunResult> CommitAsync(ProgramRun run, ProgramFault? fault, CancellationToken cancellationToken)
    {
        await _gate.EnterAsync(Store, _options, cancellationToken).ConfigureAwait(false);
        try
        {
            return fault is null && run.IsAnonymous ? run.ToResult(fault: null, Store.Height, Store.Root)
                : fault is null ? await CommitWholeAsync(run, cancellationToken).ConfigureAwait(false)
                : await FailAsync(run, fault, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Leave();
        }
    }

    private async Task<RunResult> RunAloneAsync(CompiledProgram program, RunSettings settings, CancellationToken cancellationToken)
    {
        using ProgramRun run = new(_options, settings, program, CreateDraft(), cancellationToken);
        ProgramFault fault;
        try
        {
            while (true)
            {
                bool hasEnded = run.Advance();

                // What was read since the last block needs none, and nobody in particular does nothing but read.
                if (hasEnded && (settings.BlockPerCommit || run.IsAnonymous))
                {
                    return run.ToResult(fault: null, Store.Height, Store.Root);
                }

                if (run.IsAnonymous)
                {
                    continue;
                }

                run.CheckBlocks();
                RunResult result = await CommitWholeAsync(run, cancellationToken).ConfigureAwait(false);
                if (hasEnded)
                {
                    return result;
                }

                run.Continue(CreateDraft());
            }
        }
        catch (ProgramFaultException failed)
        {
            fault = failed.Fault;
        }

        return await FailAsync(run, fault, cancellationToken).ConfigureAwait(false);
    }

    private async Task<RunResult> CommitWholeAsync(ProgramRun run, CancellationToken cancellationToken)
    {
        run.RecordExecution();
        CommittedBlock committed = await Store.CommitAsync(run.Draft!, cancellationToken).ConfigureAwait(false);
        run.Committed(committed.Root);
        return run.ToResult(fault: null, committed.Height, committed.Root);
    }

    /// <summary>
    /// Discards the block, and puts what was refused in it into the audit. Whether refused reads are known is for each node to choose, so they make no block: all nodes have the same heights. With the block a signed call is used up; it could
    /// make one block after another otherwise.
    /// </summary>
    private async Task<RunResult> FailAsync(ProgramRun run, ProgramFault fault, CancellationToken cancellationToken)
    {
        IReadOnlyList<AuditAttempt> attempts = run.Attempts;
        BlockHeight? audit = null;
        if (attempts.Any(attempt => attempt.Action is not (AuditAction.Read or AuditAction.ReadAudit)))
        {
            using BlockDraft draft = CreateDraft();
            draft.TimeTicks = run.Draft!.TimeTicks;
            run.AcceptCall(draft);
            NamespaceStore.RecordAttempts(draft, attempts);
            audit = (await Store.CommitAsync(draft, cancellationToken).ConfigureAwait(false)).Height;
        }

        return run.ToResult(fault, Store.Height, Store.Root) with { AuditHeight = audit };
    }

    private RunResult Simulated(ProgramRun run, ProgramFault? fault) =>
        run.ToResult(fault, run.Blocks.Count > 0 ? run.Blocks[^1].Height : Store.Height, run.Blocks.Count > 0 ? run.Blocks[^1].Root : Store.Root, isSimulated: true);

    /// <summary>A draft of the next block on the head.</summary>
    private BlockDraft CreateDraft()
    {
        while (true)
        {
            try
            {
                return Store.CreateDraft(NextHeight(Store.Height));
            }
            catch (HeightNotAboveException)
            {
                // A block was committed between the look at the head and here. Somebody made progress, so this ends.
            }
        }
    }

    private BlockHeight NextHeight(BlockHeight? head) =>
        head is not { } newest ? new BlockHeight(1)
        : newest.Value < ulong.MaxValue ? new BlockHeight(newest.Value + 1)
        : throw new InvalidOperationException($"The head of '{Store.Location}' is at height {newest}, the highest there is: no block can follow.");
}
