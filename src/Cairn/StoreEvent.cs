namespace Cairn;

/// <summary>Something that happened inside a store. One of the records nested here.</summary>
public abstract record StoreEvent
{
    private StoreEvent()
    {
    }

    /// <summary>The store was opened and, where needed, recovered.</summary>
    /// <param name="Report">What opening did.</param>
    public sealed record Opened(RecoveryReport Report) : StoreEvent;

    /// <summary>A block was committed.</summary>
    /// <param name="Height">Its height.</param>
    /// <param name="Root">The state root after it.</param>
    /// <param name="Changes">How many keys really changed, both trees together.</param>
    /// <param name="RecordBytes">The bytes of its keys and values in the log.</param>
    /// <param name="Elapsed">How long the commit took.</param>
    public sealed record BlockCommitted(BlockHeight Height, Hash256 Root, int Changes, long RecordBytes, TimeSpan Elapsed) : StoreEvent;

    /// <summary>The chain was taken back.</summary>
    /// <param name="Report">From where, to where, how many blocks.</param>
    public sealed record Rewound(RewindReport Report) : StoreEvent;

    /// <summary>A height became final.</summary>
    /// <param name="Height">The height.</param>
    public sealed record Finalized(BlockHeight Height) : StoreEvent;

    /// <summary>A checkpoint was begun.</summary>
    /// <param name="Height">The height whose pages are being written.</param>
    public sealed record CheckpointStarted(BlockHeight Height) : StoreEvent;

    /// <summary>A checkpoint is durable.</summary>
    /// <param name="Height">The height whose pages were written.</param>
    /// <param name="Pages">How many pages were written.</param>
    /// <param name="Bytes">Their bytes, blobs included.</param>
    /// <param name="Elapsed">How long it took.</param>
    public sealed record CheckpointCompleted(BlockHeight Height, int Pages, long Bytes, TimeSpan Elapsed) : StoreEvent;

    /// <summary>Log that nobody needs any more was removed, after a checkpoint.</summary>
    /// <param name="Segments">How many segments.</param>
    /// <param name="Bytes">The bytes they had occupied.</param>
    /// <param name="FloorHeight">The oldest height that is retained.</param>
    public sealed record LogRetired(int Segments, long Bytes, BlockHeight? FloorHeight) : StoreEvent;

    /// <summary>The floor could not be moved up, because the log could not be read as far as that needs; nothing was removed. Committing goes on; each checkpoint tries again.</summary>
    /// <param name="Cause">What is wrong.</param>
    public sealed record RetentionStalled(Exception Cause) : StoreEvent;

    /// <summary>A hold had to keep more log than it may, and keeps nothing any more.</summary>
    /// <param name="Hold">The hold, broken.</param>
    public sealed record HoldBroken(LogHold Hold) : StoreEvent;

    /// <summary>A cleaning run is durable: what is in use in some page files was written anew, so that they can go.</summary>
    /// <param name="Files">How many files it was about.</param>
    /// <param name="Bytes">The bytes written.</param>
    /// <param name="Elapsed">How long it took.</param>
    public sealed record CleaningCompleted(int Files, long Bytes, TimeSpan Elapsed) : StoreEvent;

    /// <summary>Cleaning found damage, or a file could not be read or deleted. Those files stay as they are; the store takes writes as before.</summary>
    /// <param name="Cause">What was found, or what failed.</param>
    public sealed record CleaningFailed(Exception Cause) : StoreEvent;

    /// <summary>A file of the index over the history is damaged, or not of this store. It was dropped; what it had is read from the log again. No answer was wrong.</summary>
    /// <param name="File">The file.</param>
    /// <param name="Cause">What was found.</param>
    public sealed record HistoryDamaged(string File, Exception Cause) : StoreEvent;

    /// <summary>The index over the history could not be brought up to date or written. Commits and questions go on; what is missing is indexed when it is needed, and the next growth of the log tries again.</summary>
    /// <param name="Cause">What failed.</param>
    public sealed record HistoryFailed(Exception Cause) : StoreEvent;

    /// <summary>A commit waited because changed pages or the log since the last checkpoint reached twice their cap.</summary>
    /// <param name="DirtyBytes">The changed pages in memory.</param>
    /// <param name="ReplayBytes">The log since the last checkpoint.</param>
    /// <param name="Waited">How long the commit waited.</param>
    public sealed record BackPressure(long DirtyBytes, long ReplayBytes, TimeSpan Waited) : StoreEvent;

    /// <summary>A write or sync failed: the store takes no more writes.</summary>
    /// <param name="Cause">The failure.</param>
    public sealed record Failed(Exception Cause) : StoreEvent;

    /// <summary>The store was closed.</summary>
    /// <param name="Clean">Whether everything was written; false after a failure.</param>
    public sealed record Closed(bool Clean) : StoreEvent;
}
