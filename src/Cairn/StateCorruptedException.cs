namespace Cairn;

/// <summary>Bytes of the store are not what was written. No committed data was changed; run <c>cairn check</c> and restore.</summary>
public sealed class StateCorruptedException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="file">The file, or the part of the store, that is damaged.</param>
    /// <param name="offset">The place in it, in bytes; −1 where there is none.</param>
    /// <param name="what">The thing that was read.</param>
    /// <param name="expected">What should have been found.</param>
    /// <param name="found">What was found.</param>
    /// <param name="cause">The exception behind it, if any.</param>
    public StateCorruptedException(string file, long offset, string what, string expected, string found, Exception? cause = null)
        : base(
            $"{file}{(offset < 0 ? "" : $" at byte {offset}")}: {what}: expected {expected}, found {found}. No committed data was changed; run 'cairn check' on the store and restore what it names from a backup or another node.",
            RecoveryAction.Restore,
            cause)
    {
        File = file;
        Offset = offset;
        What = what;
        Expected = expected;
        Found = found;
    }

    /// <summary>The file, or the part of the store, that is damaged.</summary>
    public string File { get; }

    /// <summary>The place in the file in bytes; −1 where there is none.</summary>
    public long Offset { get; }

    /// <summary>The thing that was read.</summary>
    public string What { get; }

    /// <summary>What should have been found.</summary>
    public string Expected { get; }

    /// <summary>What was found.</summary>
    public string Found { get; }
}
