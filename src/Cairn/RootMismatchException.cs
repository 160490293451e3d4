namespace Cairn;

/// <summary>A block's state root is not the one that was expected. The block was not committed.</summary>
public sealed class RootMismatchException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="height">The height of the block.</param>
    /// <param name="expected">The root that was expected.</param>
    /// <param name="computed">The root that the changes give.</param>
    public RootMismatchException(BlockHeight height, Hash256 expected, Hash256 computed)
        : base($"Block {height} has state root {computed}, but {expected} was expected. The block was not committed; its changes or its base differ from those the expected root was computed from.", RecoveryAction.FixTheCall)
    {
        Height = height;
        Expected = expected;
        Computed = computed;
    }

    /// <summary>The height of the block.</summary>
    public BlockHeight Height { get; }

    /// <summary>The root that was expected.</summary>
    public Hash256 Expected { get; }

    /// <summary>The root that the changes give.</summary>
    public Hash256 Computed { get; }
}
