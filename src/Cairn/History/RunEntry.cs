namespace Cairn.History;

/// <summary>A change as a run has it, without its key.</summary>
internal struct RunEntry
{
    /// <summary>What <see cref="OldBytes"/> is when the key was absent before.</summary>
    public const int NoOld = -1;

    /// <summary>The sequence of the record.</summary>
    public ulong Sequence;

    /// <summary>The height of the block.</summary>
    public ulong Height;

    /// <summary>The height at which the key had changed before; 0 without an old value.</summary>
    public ulong PreviousHeight;

    /// <summary>The length of the old value, or <see cref="NoOld"/>.</summary>
    public int OldBytes;

    /// <summary>Where the old value is in the block; 0 when it is in the log.</summary>
    public int InlineOffset;

    /// <summary>Where it is in the log, in the home's own terms.</summary>
    public ulong Place;

    /// <summary>The CRC-32C of one that is in the log.</summary>
    public uint Checksum;
}
