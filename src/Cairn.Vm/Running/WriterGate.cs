using System.Runtime.CompilerServices;
using Cairn.Contracts.Registry;

namespace Cairn.Vm.Running;

/// <summary>Lets one run at a time write to a store, whichever runner it is of. Safe for any number of threads.</summary>
#pragma warning disable CA1001 // It goes with its store; a semaphore of which no wait handle was asked for holds nothing to give back.
internal sealed class WriterGate
#pragma warning restore CA1001
{
    private static readonly ConditionalWeakTable<StateStore, WriterGate> Gates = [];

    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _waiting;

    /// <summary>The gate of a store.</summary>
    public static WriterGate Of(StateStore store) => Gates.GetValue(store, _ => new WriterGate());

    /// <summary>Waits for the turn, which lasts until <see cref="Leave"/>.</summary>
    /// <exception cref="RunnerBusyException">Somebody has it, and the options do not let this one wait.</exception>
    public async Task EnterAsync(StateStore store, RunnerOptions options, CancellationToken cancellationToken)
    {
        if (await _turn.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        if (options.WhenBusy == BusyBehavior.Refuse)
        {
            throw new RunnerBusyException(store.Location, Volatile.Read(ref _waiting), maxWaiting: null);
        }

        int waiting = Interlocked.Increment(ref _waiting);
        try
        {
            if (waiting > options.MaxWaiting)
            {
                throw new RunnerBusyException(store.Location, waiting - 1, options.MaxWaiting);
            }

            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Gives the turn to the next one.</summary>
    public void Leave() => _turn.Release();
}
