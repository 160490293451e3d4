namespace Cairn.Contracts.Machines;

/// <summary>A state of a virtual machine: what it needs to go on from there.</summary>
public sealed record MachineState
{
    /// <summary>The longest name of a machine in bytes of UTF-8.</summary>
    public const int MaxNameBytes = 64;

    /// <summary>The longest memory in bytes: it is one value of the local tree.</summary>
    public const int MaxMemoryBytes = StateLimits.MaxValueBytes - MachineStateLayout.SizeBytes;

    /// <summary>Which machine it is, 1 to <see cref="MaxNameBytes"/> bytes of UTF-8.</summary>
    public required string Machine { get; init; }

    /// <summary>The root that names the state.</summary>
    public required Hash256 Root { get; init; }

    /// <summary>The height of the block after which the machine was so.</summary>
    public BlockHeight Height { get; init; }

    /// <summary>When it was, in 100 ns ticks since 1970-01-01 UTC.</summary>
    public long TimeTicks { get; init; }

    /// <summary>What the machine keeps, up to <see cref="MaxMemoryBytes"/> bytes of any content. Not copied.</summary>
    public ReadOnlyMemory<byte> Memory { get; init; }

    /// <inheritdoc/>
    public bool Equals(MachineState? other) =>
        other is not null && string.Equals(Machine, other.Machine, StringComparison.Ordinal) && Root == other.Root && Height == other.Height && TimeTicks == other.TimeTicks && Memory.Span.SequenceEqual(other.Memory.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Machine, Root, Height, TimeTicks);
}
