namespace Cairn.Homes;

/// <summary>
/// The block log of a home: takes and gives decoded records, the framing is the home's. One writer (the engine calls the writing members from one
/// thread at a time); <see cref="Read"/> may run on any thread beside it.
/// </summary>
public interface IBlockLog : IAsyncDisposable
{
    /// <summary>The place after the last record.</summary>
    LogPosition End { get; }

    /// <summary>The place after the last record that is known to be durable.</summary>
    LogPosition DurableEnd { get; }

    /// <summary>The bytes the log occupies at its home.</summary>
    long StoredBytes { get; }

    /// <summary>Whether the log goes on referring to a record, or to its changes, after <see cref="AppendAsync"/> has returned. When it does not, the engine uses the memory of the changes again for later blocks. Default: true.</summary>
    bool KeepsRecords => true;

    /// <summary>What can be removed at the old end of the log; null where every record is kept for ever.</summary>
    ILogRetention? Retention { get; }

    /// <summary>Reads single records and parts of them.</summary>
    ILogRecords Records { get; }

    /// <summary>The bytes of the records between two places (framing included), for judging how long replaying takes.</summary>
    long BytesBetween(LogPosition from, LogPosition to);

    /// <summary>Reads the records after a place up to <see cref="End"/> as it is when the call starts.</summary>
    /// <param name="from">A place that <see cref="End"/> had, now or earlier, or the start; nothing behind it was retired.</param>
    /// <param name="cancellationToken">Ends the reading between two records.</param>
    /// <exception cref="StateCorruptedException">A record is damaged.</exception>
    IAsyncEnumerable<LogRecord> Read(LogPosition from, CancellationToken cancellationToken);

    /// <summary>Appends a record behind the last one. It may be lost in a crash until <see cref="SyncAsync"/> has returned.</summary>
    /// <exception cref="IOException">Writing failed; the caller latches and never calls a writing member again.</exception>
    ValueTask AppendAsync(LogRecord record, CancellationToken cancellationToken);

    /// <summary>Makes every record appended so far durable and ends the sync batch.</summary>
    /// <exception cref="IOException">Syncing failed; the caller latches and never calls a writing member again.</exception>
    ValueTask SyncAsync(CancellationToken cancellationToken);

    /// <summary>Read-only homes: looks for records the writer has added, moving <see cref="End"/>. Elsewhere it does nothing.</summary>
    ValueTask RefreshAsync(CancellationToken cancellationToken);
}
