namespace Cairn.Contracts;

/// <summary>A request of the host protocol, checked. Valid as long as the bytes it was read from.</summary>
public readonly ref struct HostRequest
{
    /// <summary>What is asked for.</summary>
    public HostMethod Method { get; init; }

    /// <summary>Which state is read; <see cref="ReadMode.Current"/> of a write.</summary>
    public ReadMode Mode { get; init; }

    /// <summary>The contract that is read; zero of a write, which is to the contract that is executed.</summary>
    public Address Contract { get; init; }

    /// <summary>The slot.</summary>
    public SlotId Slot { get; init; }

    /// <summary>The offset in the slot.</summary>
    public uint Offset { get; init; }

    /// <summary>How many bytes are read or written.</summary>
    public int Length { get; init; }

    /// <summary>The bytes to write; empty of a read.</summary>
    public ReadOnlySpan<byte> Data { get; init; }
}
