namespace Cairn.Vm.Running;

/// <summary>Another run is writing to the store, and this one was not to wait, or as many wait already as may. Nothing was run.</summary>
public sealed class RunnerBusyException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="location">Where the store is.</param>
    /// <param name="waiting">How many runs are waiting.</param>
    /// <param name="maxWaiting">How many may wait; null when runs do not wait.</param>
    public RunnerBusyException(string location, int waiting, int? maxWaiting)
        : base(
            maxWaiting is { } most
                ? $"'{location}' is being written by another run, and {waiting} wait for their turn, of at most {most} (RunnerOptions.MaxWaiting). Try again."
                : $"'{location}' is being written by another run. Try again, or let runs wait (RunnerOptions.WhenBusy).",
            RecoveryAction.Retry)
    {
        Location = location;
        Waiting = waiting;
        MaxWaiting = maxWaiting;
    }

    /// <summary>Where the store is.</summary>
    public string Location { get; }

    /// <summary>How many runs are waiting.</summary>
    public int Waiting { get; }

    /// <summary>How many may wait; null when runs do not wait.</summary>
    public int? MaxWaiting { get; }
}
