namespace Cairn.Contracts.Registry;

/// <summary>Somebody else is writing, and the storage was told to refuse a second writer instead of letting it wait. Nothing was changed.</summary>
public sealed class ContractStorageBusyException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="location">Where the store is.</param>
    /// <param name="height">The height of the block that is open; null when it is a single write.</param>
    public ContractStorageBusyException(string location, BlockHeight? height)
        : base($"'{location}' is being written: {(height is { } open ? $"block {open} is open" : "a single write is not done yet")}. Try again, or let writers wait (ContractStorageOptions.WhenBusy).", RecoveryAction.Retry)
    {
        Location = location;
        Height = height;
    }

    /// <summary>Where the store is.</summary>
    public string Location { get; }

    /// <summary>The height of the block that is open; null when it is a single write.</summary>
    public BlockHeight? Height { get; }
}
