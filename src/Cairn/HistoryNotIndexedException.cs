namespace Cairn;

/// <summary>
/// A read-only store was asked about the past, the index files that answer such questions do not reach there, and indexing in memory what they lack would exceed <see cref="StateStoreOptions.HistoryBytes"/>.
/// A store that is open for writing makes the files by itself.
/// </summary>
public sealed class HistoryNotIndexedException : StateStoreException
{
    internal HistoryNotIndexedException(string location, ulong indexed, ulong needed, long limitBytes)
        : base(
            $"The history of '{location}' is indexed up to record {indexed}, the question needs record {needed}, and indexing the rest takes more than the {limitBytes} bytes of memory allowed. Open the store for writing, which makes the index files, or raise {nameof(StateStoreOptions.HistoryBytes)}.",
            RecoveryAction.FixTheCall)
    {
        IndexedSequence = indexed;
        NeededSequence = needed;
    }

    /// <summary>The last record of the log that could be indexed.</summary>
    public ulong IndexedSequence { get; }

    /// <summary>The record up to which the question needs the index.</summary>
    public ulong NeededSequence { get; }
}
