using Cairn.Checking;

namespace Cairn;

/// <summary>What a repair saved, or would save, and what is lost.</summary>
public sealed record RepairReport
{
    /// <summary>The damaged store.</summary>
    public required string Source { get; init; }

    /// <summary>The directory of the new store.</summary>
    public required string Target { get; init; }

    /// <summary>Whether nothing was written.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>The height of the new store; null when only its beginning, before the first block, is left.</summary>
    public BlockHeight? Height { get; init; }

    /// <summary>The state root at that height.</summary>
    public Hash256 Root { get; init; } = Hash256.EmptyRoot;

    /// <summary>The oldest height that the new store retains.</summary>
    public BlockHeight? FloorHeight { get; init; }

    /// <summary>The oldest height that the damaged store retained, as far as it is known.</summary>
    public BlockHeight? SourceFloorHeight { get; init; }

    /// <summary>The height of the checkpoint that was found sound and built upon; null when the log was applied from its first block on.</summary>
    public BlockHeight? CheckpointHeight { get; init; }

    /// <summary>How many log records behind what was saved are lost, as far as it is known.</summary>
    public ulong LostRecords { get; init; }

    /// <summary>The lowest height of a lost block that can still be read of; null when none can.</summary>
    public BlockHeight? FirstLostHeight { get; init; }

    /// <summary>The highest height of a lost block that can still be read of; null when none can.</summary>
    public BlockHeight? LastLostHeight { get; init; }

    /// <summary>How many rewinds are among the lost records that can still be read: what they took back is still there in the new store.</summary>
    public int LostRewinds { get; init; }

    /// <summary>The bytes of log behind what was saved.</summary>
    public long LostLogBytes { get; init; }

    /// <summary>The segment in which the saved log ends; null when there is none.</summary>
    public string? LogEndFile { get; init; }

    /// <summary>Where in that segment.</summary>
    public long LogEndOffset { get; init; }

    /// <summary>Everything that is wrong with the damaged store, with file and offset.</summary>
    public IReadOnlyList<CheckFault> Faults { get; init; } = [];

    /// <summary>Whether blocks are lost, or heights that were retained.</summary>
    public bool IsLossy => LostRecords > 0 || FloorHeight > SourceFloorHeight;
}
