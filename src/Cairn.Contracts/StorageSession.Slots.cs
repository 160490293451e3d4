namespace Cairn.Contracts;

/// <content>The slots of a session have numbers, so that what is hot compares no ids and hashes nothing twice.</content>
public sealed partial class StorageSession
{
    private readonly Dictionary<(ContractSlots Contract, SlotId Slot), int> _numbers = [];
    private readonly Dictionary<(int Slot, uint Offset), int> _children = [];
    private readonly Dictionary<(int Slot, uint Offset), ContainerVersion> _versions = [];
    private readonly List<SlotEntry> _slots = [];

    /// <summary>The number of a slot.</summary>
    internal int NumberOf(ContractSlots contract, SlotId slot)
    {
        if (!_numbers.TryGetValue((contract, slot), out int number))
        {
            number = _slots.Count;
            _slots.Add(new SlotEntry(contract, slot, contract.IsLocked(slot)));
            _numbers.Add((contract, slot), number);
        }

        return number;
    }

    /// <summary>The number of the slot that an offset of another one refers to.</summary>
    internal int Indirect(int slot, uint offset)
    {
        if (!_children.TryGetValue((slot, offset), out int child))
        {
            child = NumberOf(_slots[slot].Contract, _slots[slot].Id.Indirect(offset));
            _children.Add((slot, offset), child);
        }

        return child;
    }

    /// <summary>The id of a slot.</summary>
    internal SlotId IdOf(int slot) => _slots[slot].Id;

    /// <summary>How often the container at a place was changed.</summary>
    internal ContainerVersion VersionOf(int slot, uint offset)
    {
        if (!_versions.TryGetValue((slot, offset), out ContainerVersion? version))
        {
            version = new ContainerVersion();
            _versions.Add((slot, offset), version);
        }

        return version;
    }

    /// <summary>Marks the slots of a contract that are locked from now on.</summary>
    internal void ApplyLocks(ContractSlots contract, HashSet<SlotId>? locks)
    {
        if (locks is null && contract.Locks is null)
        {
            return;
        }

        contract.Locks = locks;
        for (int slot = 0; slot < _slots.Count; slot++)
        {
            if (ReferenceEquals(_slots[slot].Contract, contract))
            {
                _slots[slot] = _slots[slot] with { IsLocked = contract.IsLocked(_slots[slot].Id) };
            }
        }
    }

    /// <summary>A slot that was asked for.</summary>
    private readonly record struct SlotEntry(ContractSlots Contract, SlotId Id, bool IsLocked);
}
