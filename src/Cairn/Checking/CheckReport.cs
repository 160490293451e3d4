namespace Cairn.Checking;

/// <summary>What a check found.</summary>
public sealed record CheckReport
{
    /// <summary>Everything that is wrong, in the order it was found. Empty for a sound store.</summary>
    public IReadOnlyList<CheckFault> Faults { get; init; } = [];

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsSound => Faults.Count == 0;

    /// <summary>What is in the directory and belongs to nothing. No damage: the store works without it.</summary>
    public IReadOnlyList<string> UnknownFiles { get; init; } = [];

    /// <summary>The height of the head; null before the first block, or when damage hides it.</summary>
    public BlockHeight? Height { get; init; }

    /// <summary>The state root at the head; null when damage hides it.</summary>
    public Hash256? Root { get; init; }

    /// <summary>How many log records are sound.</summary>
    public long Records { get; init; }

    /// <summary>How many pages were looked at, of the checkpoint and of the head.</summary>
    public long Pages { get; init; }

    /// <summary>How many entries the pages hold.</summary>
    public long Entries { get; init; }

    /// <summary>The bytes of a sync batch that a crash interrupted, at the end of the log. No damage: the next opening for writing cuts them off.</summary>
    public long TornBytes { get; init; }

    /// <summary>Where they are; null when there are none.</summary>
    public string? TornFile { get; init; }
}
