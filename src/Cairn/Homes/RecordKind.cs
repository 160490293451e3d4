namespace Cairn.Homes;

/// <summary>What a record of the block log says.</summary>
public enum RecordKind : byte
{
    /// <summary>A block was committed.</summary>
    Block = 1,

    /// <summary>The chain was taken back to an earlier height.</summary>
    Rewind = 2,

    /// <summary>A height became final: the chain is never taken back below it.</summary>
    Finalise = 3,
}
