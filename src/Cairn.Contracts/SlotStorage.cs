namespace Cairn.Contracts;

/// <summary>
/// The slots of one contract: each is a memory of 2^32 bytes, of which those never written read as zero. Reads and writes go through the buffer of the session; none allocates once the bytes are there. For one thread at a time,
/// valid as long as what the session is over.
/// </summary>
public sealed class SlotStorage
{
    private readonly ContractSlots _contract;
    private SlotId _recentSlot;
    private int _recentNumber;

    internal SlotStorage(StorageSession session, ContractSlots contract, StorageAccess access)
    {
        Session = session;
        _contract = contract;
        Access = access;
        _recentNumber = session.NumberOf(contract, SlotId.Root);
    }

    /// <summary>The session it belongs to.</summary>
    public StorageSession Session { get; }

    /// <summary>The address of the contract.</summary>
    public Address Contract => _contract.Address;

    /// <summary>What may be done with it.</summary>
    public StorageAccess Access { get; }

    /// <summary>The beginning of the root slot.</summary>
    public StoragePlace Root => At(SlotId.Root);

    /// <summary>Where the fields of the contract begin: in the slot that the root record refers to.</summary>
    public StoragePlace Instance => Root.At(Session.Profile.InstanceOffset).Indirect();

    /// <summary>Makes a storage of its own, which begins empty and is not stored anywhere.</summary>
    /// <param name="profile">The rules of storage; null for <see cref="StorageProfile.L1"/>.</param>
    public static SlotStorage InMemory(StorageProfile? profile = null) => new StorageSession(profile ?? StorageProfile.L1).Open(Address.Zero);

    /// <summary>A place in a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="offset">The offset in it.</param>
    public StoragePlace At(SlotId slot, uint offset = 0) => new(this, NumberOf(slot), offset);

    /// <summary>Reads bytes of a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="offset">The offset of the first byte.</param>
    /// <param name="destination">Takes the bytes.</param>
    /// <exception cref="SlotOverflowException">The bytes reach beyond the end of the slot.</exception>
    /// <exception cref="SlotForbiddenException">The storage was opened without permission.</exception>
    public void Read(SlotId slot, uint offset, Span<byte> destination) => Read(NumberOf(slot), offset, destination);

    /// <summary>Writes bytes of a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="offset">The offset of the first byte.</param>
    /// <param name="source">The bytes.</param>
    /// <exception cref="SlotOverflowException">The bytes reach beyond the end of the slot. Nothing was written.</exception>
    /// <exception cref="SlotForbiddenException">The slot is locked, or the storage was not opened for writing. Nothing was written.</exception>
    /// <exception cref="PageLimitException">The execution would write to more pages than it may. Nothing was written.</exception>
    public void Write(SlotId slot, uint offset, ReadOnlySpan<byte> source) => Write(NumberOf(slot), offset, source);

    /// <summary>What the execution has changed in the slots of the contract so far: as the profile says, with or without pages that hold again what they held before.</summary>
    /// <exception cref="InvalidOperationException">A scope is open.</exception>
    public StorageDelta Delta() => Session.DeltaOf(_contract);

    /// <summary>Reads who may change locked slots, and which are locked. Done at the start of a transaction that writes; holds for every storage of the contract in the session until it is done again.</summary>
    /// <param name="sender">Who sent the transaction. An upgrader of the contract may write every slot.</param>
    /// <exception cref="StorageLayoutException">One of the two lists cannot be read, or has more upgraders than the profile allows.</exception>
    public void ApplyLocks(Address sender) => Session.ApplyLocks(_contract, new RootRecord(this).LocksFor(sender));

    /// <summary>Lets every slot be written again: a transaction is over.</summary>
    public void ClearLocks() => Session.ApplyLocks(_contract, locks: null);

    /// <summary>Grows whenever something in the slots of the contract is rolled back.</summary>
    internal long RollbackCount => _contract.RollbackCount;

    /// <summary>Whether it is over the slots of a contract.</summary>
    internal bool Owns(ContractSlots contract) => ReferenceEquals(_contract, contract);

    /// <summary>Reads bytes of a slot by its number.</summary>
    internal void Read(int slot, uint offset, Span<byte> destination)
    {
        if (Access == StorageAccess.None)
        {
            throw new SlotForbiddenException(Contract, Session.IdOf(slot), SlotObstacle.NoPermission);
        }

        Session.Read(slot, offset, destination);
    }

    /// <summary>Writes bytes of a slot by its number.</summary>
    internal void Write(int slot, uint offset, ReadOnlySpan<byte> source)
    {
        if (Access != StorageAccess.ReadWrite)
        {
            throw new SlotForbiddenException(Contract, Session.IdOf(slot), Access == StorageAccess.ReadOnly ? SlotObstacle.ReadOnly : SlotObstacle.NoPermission);
        }

        Session.Write(slot, offset, source);
    }

    private int NumberOf(SlotId slot)
    {
        if (slot != _recentSlot)
        {
            _recentNumber = Session.NumberOf(_contract, slot);
            _recentSlot = slot;
        }

        return _recentNumber;
    }
}
