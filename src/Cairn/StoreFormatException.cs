namespace Cairn;

/// <summary>The store was written in a format, or with features, that this version does not know. It was left untouched.</summary>
public sealed class StoreFormatException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="file">The file that says so.</param>
    /// <param name="what">What is not known: a format version, a required feature, a codec.</param>
    /// <param name="known">What this version knows.</param>
    /// <param name="found">What the file says.</param>
    public StoreFormatException(string file, string what, string known, string found)
        : base($"{file}: {what} {found} is not known to this version, which knows {known}. The store was left untouched; open it with the version that wrote it, or a newer one.", RecoveryAction.FixTheCall)
    {
        File = file;
        Found = found;
    }

    /// <summary>The file that says so.</summary>
    public string File { get; }

    /// <summary>What the file says.</summary>
    public string Found { get; }
}
