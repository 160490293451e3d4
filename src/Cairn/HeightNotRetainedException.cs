namespace Cairn;

/// <summary>No answer can be given at the height: it is before the first block, above the head, or no longer retained.</summary>
public sealed class HeightNotRetainedException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="requested">The height asked for.</param>
    /// <param name="oldest">The oldest height that can be answered; null when there is no block yet.</param>
    /// <param name="newest">The newest height that can be answered; null when there is no block yet.</param>
    public HeightNotRetainedException(BlockHeight requested, BlockHeight? oldest, BlockHeight? newest)
        : base($"Height {requested} cannot be answered: {(oldest is null ? "the store has no block yet" : $"the heights kept are {oldest} to {newest}")}.", RecoveryAction.FixTheCall)
    {
        Requested = requested;
        Oldest = oldest;
        Newest = newest;
    }

    /// <summary>The height asked for.</summary>
    public BlockHeight Requested { get; }

    /// <summary>The oldest height that can be answered; null when there is no block yet.</summary>
    public BlockHeight? Oldest { get; }

    /// <summary>The newest height that can be answered; null when there is no block yet.</summary>
    public BlockHeight? Newest { get; }
}
