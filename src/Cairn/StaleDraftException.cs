namespace Cairn;

/// <summary>The draft's base is no longer the head of the chain, so it cannot be committed any more.</summary>
public sealed class StaleDraftException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="height">The height of the draft.</param>
    /// <param name="baseHeight">The height it was built on; null for the empty store.</param>
    /// <param name="headHeight">The height of the head; null for the empty store.</param>
    public StaleDraftException(BlockHeight height, BlockHeight? baseHeight, BlockHeight? headHeight)
        : base($"The draft of block {height} was built on {Name(baseHeight)}, but the head is {Name(headHeight)}. Dispose the draft and make it again on the head.", RecoveryAction.FixTheCall)
    {
        Height = height;
        BaseHeight = baseHeight;
        HeadHeight = headHeight;
    }

    /// <summary>The height of the draft.</summary>
    public BlockHeight Height { get; }

    /// <summary>The height the draft was built on; null for the empty store.</summary>
    public BlockHeight? BaseHeight { get; }

    /// <summary>The height of the head; null for the empty store.</summary>
    public BlockHeight? HeadHeight { get; }

    private static string Name(BlockHeight? height) => height is { } value ? $"block {value}" : "the empty store";
}
