namespace Cairn;

/// <summary>
/// A snapshot is not what was exported: it is cut short, bytes differ, or a part of it does not prove that it belongs to the state it claims. Nothing of the part concerned was taken over; what was proved before it stays, and an
/// import of a sound copy goes on behind it.
/// </summary>
public sealed class SnapshotDamagedException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="snapshot">The snapshot, as a file or name.</param>
    /// <param name="offset">The place in it.</param>
    /// <param name="what">What was looked at.</param>
    /// <param name="expected">What should be there.</param>
    /// <param name="found">What is there.</param>
    public SnapshotDamagedException(string snapshot, long offset, string what, string expected, string found)
        : base($"{snapshot}, byte {offset}: {what}: expected {expected}, found {found}. Nothing of this part was taken over. Import another copy of the snapshot; an import that was begun goes on where it stopped.", RecoveryAction.Restore)
    {
        Snapshot = snapshot;
        Offset = offset;
        What = what;
        Expected = expected;
        Found = found;
    }

    /// <summary>The snapshot, as a file or name.</summary>
    public string Snapshot { get; }

    /// <summary>The place in it, in bytes.</summary>
    public long Offset { get; }

    /// <summary>What was looked at.</summary>
    public string What { get; }

    /// <summary>What should be there.</summary>
    public string Expected { get; }

    /// <summary>What is there.</summary>
    public string Found { get; }
}
