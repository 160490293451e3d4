namespace Cairn;

/// <summary>An earlier write or sync failed, so the store takes no more writes. Reads go on; reopening helps.</summary>
public sealed class StoreFailedException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="location">The store.</param>
    /// <param name="cause">The failure that closed the store for writing.</param>
    public StoreFailedException(string location, Exception cause)
        : base($"The store '{location}' takes no more writes because an earlier one failed: {cause.Message} Reads go on. Remove the cause, then dispose the store and open it again.", cause is not IO.DiskFullException ? RecoveryAction.Reopen : RecoveryAction.FreeSpace, cause) => Location = location;

    /// <summary>The store.</summary>
    public string Location { get; }
}
