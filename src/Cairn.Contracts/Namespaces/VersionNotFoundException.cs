using System.Globalization;

namespace Cairn.Contracts.Namespaces;

/// <summary>A key does not have the version that was asked for: it was not made yet, or was dropped.</summary>
public sealed class VersionNotFoundException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="key">The key.</param>
    /// <param name="version">The version that was asked for.</param>
    /// <param name="oldest">The oldest version there is; 0 for none.</param>
    /// <param name="newest">The newest version there is; 0 for none.</param>
    public VersionNotFoundException(string key, ulong version, ulong oldest, ulong newest)
        : base(
            string.Create(CultureInfo.InvariantCulture, $"Key '{key}' has no version {version}: {(newest == 0 ? "it has none" : string.Create(CultureInfo.InvariantCulture, $"it has {oldest} to {newest}"))}."),
            RecoveryAction.FixTheCall)
    {
        Key = key;
        Version = version;
        Oldest = oldest;
        Newest = newest;
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The version that was asked for.</summary>
    public ulong Version { get; }

    /// <summary>The oldest version there is; 0 for none.</summary>
    public ulong Oldest { get; }

    /// <summary>The newest version there is; 0 for none.</summary>
    public ulong Newest { get; }
}
