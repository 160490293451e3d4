namespace Cairn;

/// <summary>Rebuilding a state of the past, for a rewind or a proof, would take more memory than <see cref="StateStoreOptions.RebuildBytes"/> allows. Nothing was changed.</summary>
public sealed class RebuildTooLargeException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="height">The height to be rebuilt.</param>
    /// <param name="blocks">How many blocks lie between it and where rebuilding starts.</param>
    /// <param name="neededBytes">About how much memory it takes.</param>
    /// <param name="limitBytes">How much it may take.</param>
    public RebuildTooLargeException(BlockHeight height, ulong blocks, long neededBytes, long limitBytes)
        : base($"Rebuilding the state at height {height} undoes {blocks} blocks and takes about {neededBytes} bytes of memory; RebuildBytes allows {limitBytes}. Raise RebuildBytes, or choose a newer height.", RecoveryAction.FixTheCall)
    {
        Height = height;
        Blocks = blocks;
        NeededBytes = neededBytes;
        LimitBytes = limitBytes;
    }

    /// <summary>The height to be rebuilt.</summary>
    public BlockHeight Height { get; }

    /// <summary>How many blocks lie between it and where rebuilding starts.</summary>
    public ulong Blocks { get; }

    /// <summary>About how much memory it takes, in bytes.</summary>
    public long NeededBytes { get; }

    /// <summary>How much it may take, in bytes.</summary>
    public long LimitBytes { get; }
}
