namespace Cairn;

/// <summary>Another process has the store open for writing.</summary>
public sealed class StoreLockedException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The store that is locked.</param>
    public StoreLockedException(string path)
        : base($"The store '{path}' is open for writing in another process. Close that process, or open the store read-only.", RecoveryAction.Retry) => Path = path;

    /// <summary>The store that is locked.</summary>
    public string Path { get; }
}
