using System.Globalization;

namespace Cairn.Contracts.Namespaces;

/// <summary>A write expected another version of the key than there is. Nothing was changed.</summary>
public sealed class VersionConflictException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expected">The version that was expected; 0 for none.</param>
    /// <param name="found">The version there is; 0 for none.</param>
    public VersionConflictException(string key, ulong expected, ulong found)
        : base(string.Create(CultureInfo.InvariantCulture, $"Key '{key}' was expected to have version {expected}, and has {found}. Read it again."), RecoveryAction.Retry)
    {
        Key = key;
        Expected = expected;
        Found = found;
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The version that was expected; 0 for none.</summary>
    public ulong Expected { get; }

    /// <summary>The version there is; 0 for none.</summary>
    public ulong Found { get; }
}
