namespace Cairn.Contracts.Execution;

/// <summary>A call has used the gas it was given. What it wrote is taken back; whoever catches this inside of the call does not save it.</summary>
public sealed class OutOfGasException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="limit">The gas the call was given.</param>
    /// <param name="needed">What it would have needed by then; <see cref="ulong.MaxValue"/> for that or more.</param>
    public OutOfGasException(ulong limit, ulong needed)
        : base($"The gas limit of {limit} does not cover the {needed} that were needed by then. Give the call more gas.", RecoveryAction.FixTheCall)
    {
        Limit = limit;
        Needed = needed;
    }

    /// <summary>The gas the call was given.</summary>
    public ulong Limit { get; }

    /// <summary>What it would have needed by then.</summary>
    public ulong Needed { get; }
}
