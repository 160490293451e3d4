namespace Cairn.Contracts;

/// <summary>
/// The rules in which generations of contract storage differ, as data: where the fields of the root record are, and what the ends of a slot, deltas and lists of upgraders are like. <see cref="L1"/> is the default.
/// </summary>
public sealed record StorageProfile
{
    /// <summary>The first generation.</summary>
    public static StorageProfile L1 { get; } = new() { Name = "L1" };

    /// <summary>The second generation.</summary>
    public static StorageProfile L2 { get; } = new()
    {
        Name = "L2",
        MajorOffset = 0,
        InstanceOffset = 1,
        CodeOffset = 2,
        LockedSlotsOffset = 3,
        UpgradersOffset = 4,
        CodeSlotOffset = 5,
        PermissionsOffset = 37,
        LastByteIsUsable = true,
        DeltaKeepsUnchanged = true,
        AllowsEmptyArrays = false,
        MaxUpgraders = 32,
    };

    /// <summary>What messages call it.</summary>
    public required string Name { get; init; }

    /// <summary>Offset of the major version in the root slot, one byte; null where there is none.</summary>
    public uint? MajorOffset { get; init; }

    /// <summary>Offset of the contract's own fields in the root slot: they are in the slot it refers to.</summary>
    public uint InstanceOffset { get; init; }

    /// <summary>Offset of the contract's code in the root slot.</summary>
    public uint CodeOffset { get; init; } = 1;

    /// <summary>Offset of the list of locked slots in the root slot.</summary>
    public uint LockedSlotsOffset { get; init; } = 2;

    /// <summary>Offset of the list of upgraders in the root slot.</summary>
    public uint UpgradersOffset { get; init; } = 3;

    /// <summary>Offset of the id of the code slot, 32 bytes, in the root slot; null where there is none.</summary>
    public uint? CodeSlotOffset { get; init; }

    /// <summary>Offset of the permissions, 32 bytes, in the root slot; null where there are none.</summary>
    public uint? PermissionsOffset { get; init; }

    /// <summary>Whether byte 2^32 - 1 of a slot can be read and written.</summary>
    public bool LastByteIsUsable { get; init; }

    /// <summary>Whether a delta names pages that were written with what they held before.</summary>
    public bool DeltaKeepsUnchanged { get; init; }

    /// <summary>Whether arrays of no items are allowed.</summary>
    public bool AllowsEmptyArrays { get; init; } = true;

    /// <summary>The most upgraders that a contract may name; null for any number.</summary>
    public int? MaxUpgraders { get; init; }

    /// <summary>How many bytes of a slot can be used.</summary>
    internal ulong SlotBytes => LastByteIsUsable ? 1UL << 32 : uint.MaxValue;
}
