namespace Cairn;

/// <summary>There is no store at the location, and the options forbid creating one.</summary>
public sealed class StoreNotFoundException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="location">Where a store was expected.</param>
    /// <param name="found">What is there instead.</param>
    public StoreNotFoundException(string location, string found)
        : base($"There is no store at '{location}': {found}. Check the path, or create the store by writing to it.", RecoveryAction.FixTheCall) => Location = location;

    /// <summary>Where a store was expected.</summary>
    public string Location { get; }
}
