namespace Cairn.Contracts.Namespaces;

/// <summary>A key that has to have a value has none.</summary>
public sealed class KeyMissingException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="key">The key.</param>
    public KeyMissingException(string key)
        : base($"Key '{key}' has no value.", RecoveryAction.FixTheCall) => Key = key;

    /// <summary>The key.</summary>
    public string Key { get; }
}
