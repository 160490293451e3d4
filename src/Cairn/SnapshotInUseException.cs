namespace Cairn;

/// <summary>A named snapshot is not deleted, because others build on it.</summary>
public sealed class SnapshotInUseException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="name">The snapshot that was to be deleted.</param>
    /// <param name="dependents">The names of those that build on it.</param>
    public SnapshotInUseException(string name, IReadOnlyList<string> dependents)
        : base($"The snapshot '{name}' is not deleted, for {string.Join(", ", dependents.Select(static other => $"'{other}'"))} would be worth nothing without it. Delete {(dependents.Count == 1 ? "that one" : "those")} first.", RecoveryAction.FixTheCall)
    {
        Name = name;
        Dependents = dependents;
    }

    /// <summary>The snapshot that was to be deleted.</summary>
    public string Name { get; }

    /// <summary>The names of those that build on it.</summary>
    public IReadOnlyList<string> Dependents { get; }
}
