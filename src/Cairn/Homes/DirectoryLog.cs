using Cairn.Log;

namespace Cairn.Homes;

/// <summary>
/// The log of a directory home that is open for writing: after each sync it tells readers in other processes how far they may read. Same threads as
/// <see cref="SegmentLog"/>.
/// </summary>
internal sealed class DirectoryLog(SegmentLog log, HeadHintFile hint) : IBlockLog
{
    /// <inheritdoc/>
    public LogPosition End => log.End;

    /// <inheritdoc/>
    public LogPosition DurableEnd => log.DurableEnd;

    /// <inheritdoc/>
    public bool KeepsRecords => false;

    /// <summary>Whether the disk was full for a record.</summary>
    public bool IsDiskFull => log.IsDiskFull;

    /// <inheritdoc/>
    public long StoredBytes => log.StoredBytes;

    /// <inheritdoc/>
    public ILogRetention? Retention => log.Retention;

    /// <inheritdoc/>
    public ILogRecords Records => log;

    /// <inheritdoc/>
    public long BytesBetween(LogPosition from, LogPosition to) => log.BytesBetween(from, to);

    /// <inheritdoc/>
    public IAsyncEnumerable<LogRecord> Read(LogPosition from, CancellationToken cancellationToken) => log.Read(from, cancellationToken);

    /// <inheritdoc/>
    public ValueTask AppendAsync(LogRecord record, CancellationToken cancellationToken) => log.AppendAsync(record, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask SyncAsync(CancellationToken cancellationToken)
    {
        await log.SyncAsync(cancellationToken).ConfigureAwait(false);

        // If the crash comes here, readers stop at the sync before: they see less than there is, never more.
        hint.Write(log.DurableEnd);
    }

    /// <inheritdoc/>
    public ValueTask RefreshAsync(CancellationToken cancellationToken) => log.RefreshAsync(cancellationToken);

    /// <summary>Before closing on a full disk: what <see cref="SegmentLog.EndOnFullDisk"/> does, and tells the readers.</summary>
    /// <exception cref="IOException">Writing failed.</exception>
    public LogPosition? EndOnFullDisk()
    {
        LogPosition? end = log.EndOnFullDisk();
        if (end is { } known)
        {
            hint.Write(known);
        }

        return end;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        hint.Dispose();
        await log.DisposeAsync().ConfigureAwait(false);
    }
}
