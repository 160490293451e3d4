using Cairn.Contracts.Namespaces.Access;
using Cairn.Vm.Machines;

namespace Cairn.Vm.Running;

/// <summary>A program that ran on a draft, which is not committed. For one thread at a time.</summary>
public sealed class PreparedRun : IDisposable
{
    private readonly ProgramRunner _runner;
    private readonly ProgramRun _run;
    private bool _isCommitted;

    /// <summary>Runs the program.</summary>
    internal PreparedRun(ProgramRunner runner, ProgramRun run)
    {
        _runner = runner;
        _run = run;
        ProgramFault? fault = null;
        try
        {
            run.Advance();
        }
        catch (ProgramFaultException failed)
        {
            fault = failed.Fault;
        }

        Result = fault is null && run.IsAnonymous ? run.ToResult(fault, runner.Store.Height, runner.Store.Root) : run.ToResult(fault, Height, fault is null ? run.Draft!.ComputeRoot() : runner.Store.Root);
    }

    /// <summary>The height of the block it would be.</summary>
    public BlockHeight Height => _run.Draft!.Height;

    /// <summary>How the program ended, with the root that the block would have; of a run that makes no block the head. It has no blocks yet.</summary>
    public RunResult Result { get; }

    /// <summary>Commits the block, or, of a program that failed, a block that holds the audit records of what was refused, if anything was. A run of nobody in particular that ended well makes none.</summary>
    /// <param name="cancellationToken">Ends waiting, and is honoured until the block is written.</param>
    /// <returns>The result with the block.</returns>
    /// <exception cref="CallRefusedException">The signed call of a program that failed may no longer count.</exception>
    /// <exception cref="StaleDraftException">Another block was committed since the run was prepared. Prepare it again.</exception>
    /// <exception cref="RunnerBusyException">Another run is writing, and this one may not wait.</exception>
    /// <exception cref="InvalidOperationException">It was committed already.</exception>
    /// <exception cref="IOException">Writing failed. The store takes no more writes.</exception>
    public async Task<RunResult> CommitAsync(CancellationToken cancellationToken = default)
    {
        if (_isCommitted)
        {
            throw new InvalidOperationException("The run was committed already.");
        }

        RunResult committed = await _runner.CommitAsync(_run, Result.Fault, cancellationToken).ConfigureAwait(false);
        _isCommitted = true;
        return committed;
    }

    /// <summary>Gives the draft up unless it was committed.</summary>
    public void Dispose() => _run.Dispose();
}
