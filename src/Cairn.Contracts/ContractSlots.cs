namespace Cairn.Contracts;

/// <summary>A contract in a session; one object for each.</summary>
internal sealed class ContractSlots(Address address)
{
    public Address Address { get; } = address;

    /// <summary>The slots that the sender of the execution may not write; null for none.</summary>
    public HashSet<SlotId>? Locks { get; set; }

    /// <summary>Grows whenever words of the slots are rolled back: what walks a container cannot go on then.</summary>
    public long RollbackCount { get; set; }

    public bool IsLocked(SlotId slot) => Locks?.Contains(slot) == true;
}
