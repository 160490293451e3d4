namespace Cairn;

/// <summary>The chain was to be taken back below a height that is final. Nothing was changed.</summary>
public sealed class HeightFinalizedException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="requested">The height asked for.</param>
    /// <param name="finalized">The height that is final.</param>
    public HeightFinalizedException(BlockHeight requested, BlockHeight finalized)
        : base($"The chain cannot be taken back to height {requested}: height {finalized} is final. Rewind to {finalized} or above.", RecoveryAction.FixTheCall)
    {
        Requested = requested;
        Finalized = finalized;
    }

    /// <summary>The height asked for.</summary>
    public BlockHeight Requested { get; }

    /// <summary>The height that is final.</summary>
    public BlockHeight Finalized { get; }
}
