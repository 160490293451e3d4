namespace Cairn;

/// <summary>A block, or its log record with the old values, is larger than the limit. Nothing was written.</summary>
public sealed class BlockTooLargeException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="height">The height of the block.</param>
    /// <param name="what">What was measured.</param>
    /// <param name="bytes">Its size in bytes, at least.</param>
    /// <param name="limitBytes">The limit in bytes.</param>
    public BlockTooLargeException(BlockHeight height, string what, long bytes, long limitBytes)
        : base($"Block {height}: {what} is at least {bytes} bytes, more than the {limitBytes} allowed. Nothing was written; split the block.", RecoveryAction.FixTheCall)
    {
        Height = height;
        Bytes = bytes;
        LimitBytes = limitBytes;
    }

    /// <summary>The height of the block.</summary>
    public BlockHeight Height { get; }

    /// <summary>The size in bytes, at least.</summary>
    public long Bytes { get; }

    /// <summary>The limit in bytes.</summary>
    public long LimitBytes { get; }
}
