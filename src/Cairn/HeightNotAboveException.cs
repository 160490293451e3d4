namespace Cairn;

/// <summary>A block's height is not above that of the block it builds on.</summary>
public sealed class HeightNotAboveException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="height">The height that was refused.</param>
    /// <param name="baseHeight">The height it has to exceed.</param>
    public HeightNotAboveException(BlockHeight height, BlockHeight baseHeight)
        : base($"Height {height} is refused: it has to be above {baseHeight}, the height of the block it builds on.", RecoveryAction.FixTheCall)
    {
        Height = height;
        BaseHeight = baseHeight;
    }

    /// <summary>The height that was refused.</summary>
    public BlockHeight Height { get; }

    /// <summary>The height it has to exceed.</summary>
    public BlockHeight BaseHeight { get; }
}
