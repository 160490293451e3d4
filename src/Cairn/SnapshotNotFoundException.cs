namespace Cairn;

/// <summary>The store has no snapshot of that name.</summary>
public sealed class SnapshotNotFoundException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="location">The store.</param>
    /// <param name="name">The name.</param>
    public SnapshotNotFoundException(string location, string name)
        : base($"The store '{location}' has no snapshot named '{name}'. List them, and name one of those.", RecoveryAction.FixTheCall)
    {
        Location = location;
        Name = name;
    }

    /// <summary>The store.</summary>
    public string Location { get; }

    /// <summary>The name.</summary>
    public string Name { get; }
}
