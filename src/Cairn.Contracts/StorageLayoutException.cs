namespace Cairn.Contracts;

/// <summary>What a slot holds cannot be a value of the type it is read as: another layout wrote it, or something that does not keep to the rules.</summary>
public sealed class StorageLayoutException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="offset">Where in the slot.</param>
    /// <param name="what">What was expected and found.</param>
    public StorageLayoutException(Address contract, SlotId slot, uint offset, string what)
        : base($"Offset {offset} of slot {slot} of contract {contract}: {what}. Read it with the layout it was written with.", RecoveryAction.FixTheCall)
    {
        Contract = contract;
        Slot = slot;
        Offset = offset;
    }

    /// <summary>The contract.</summary>
    public Address Contract { get; }

    /// <summary>The slot.</summary>
    public SlotId Slot { get; }

    /// <summary>Where in the slot.</summary>
    public uint Offset { get; }
}
