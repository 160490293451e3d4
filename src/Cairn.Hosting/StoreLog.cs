using Microsoft.Extensions.Logging;

namespace Cairn.Hosting;

/// <summary>
/// The events of the engine as messages of a logger. The ids are stable: <c>docs/hosting.md</c> lists them. Nothing that happens with every block is above <see cref="LogLevel.Debug"/>.
/// </summary>
internal static partial class StoreLog
{
    /// <summary>A commit that waits longer than this is worth a warning; shorter ones come with every load that is heavier than the disk.</summary>
    internal static readonly TimeSpan LongWait = TimeSpan.FromSeconds(1);

    /// <summary>Writes the message of an event.</summary>
    /// <param name="logger">Takes it.</param>
    /// <param name="store">What messages call the store.</param>
    /// <param name="happened">The event.</param>
    public static void Write(ILogger logger, string store, StoreEvent happened)
    {
        switch (happened)
        {
            case StoreEvent.Opened { Report: var report }:
                WriteOpening(logger, store, report);
                break;
            case StoreEvent.BlockCommitted block:
                BlockCommitted(logger, store, block.Height, block.Root, block.Changes, block.RecordBytes, block.Elapsed);
                break;
            case StoreEvent.Rewound { Report: var report }:
                Rewound(logger, store, report.From, report.Height, report.Blocks, report.Root, report.Elapsed);
                break;
            case StoreEvent.Finalized block:
                Finalized(logger, store, block.Height);
                break;
            case StoreEvent.CheckpointStarted checkpoint:
                CheckpointStarted(logger, store, checkpoint.Height);
                break;
            case StoreEvent.CheckpointCompleted checkpoint:
                CheckpointCompleted(logger, store, checkpoint.Height, checkpoint.Pages, checkpoint.Bytes, checkpoint.Elapsed);
                break;
            case StoreEvent.LogRetired retired:
                LogRetired(logger, store, retired.Segments, retired.Bytes, retired.FloorHeight is { } floor ? floor : "none");
                break;
            case StoreEvent.HoldBroken { Hold: var hold }:
                HoldBroken(logger, store, hold.Name, hold.Height, hold.MaxBytes);
                break;
            case StoreEvent.CleaningCompleted cleaning:
                CleaningCompleted(logger, store, cleaning.Files, cleaning.Bytes, cleaning.Elapsed);
                break;
            case StoreEvent.BackPressure pressure:
                BackPressure(logger, pressure.Waited > LongWait ? LogLevel.Warning : LogLevel.Debug, store, pressure.Waited, pressure.DirtyBytes, pressure.ReplayBytes);
                break;
            case StoreEvent.Closed { Clean: var clean }:
                Closed(logger, clean ? LogLevel.Information : LogLevel.Warning, store, clean);
                break;
            default:
                WriteFault(logger, store, happened);
                break;
        }
    }

    private static void WriteOpening(ILogger logger, string store, RecoveryReport report)
    {
        Opened(logger, store, report.Created, report.Height is { } height ? height : "none", report.BlocksReplayed, report.Elapsed);
        if (report.BytesTruncated > 0)
        {
            LogCutOff(logger, store, report.BytesTruncated, report.TruncatedFile);
        }

        foreach (string warning in report.Warnings)
        {
            OpeningWarning(logger, store, warning);
        }
    }

    private static void WriteFault(ILogger logger, string store, StoreEvent happened)
    {
        switch (happened)
        {
            case StoreEvent.RetentionStalled { Cause: var cause }:
                RetentionStalled(logger, cause, store);
                break;
            case StoreEvent.CleaningFailed { Cause: var cause }:
                CleaningFailed(logger, cause, store);
                break;
            case StoreEvent.HistoryDamaged damaged:
                HistoryDamaged(logger, damaged.Cause, store, damaged.File);
                break;
            case StoreEvent.HistoryFailed { Cause: var cause }:
                HistoryFailed(logger, cause, store);
                break;
            case StoreEvent.Failed { Cause: var cause }:
                Failed(logger, cause, store);
                break;
            default:
                Other(logger, store, happened);
                break;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Store {Store} is open at height {Height} (created: {Created}, {BlocksReplayed} blocks replayed) after {Elapsed}.")]
    private static partial void Opened(ILogger logger, string store, bool created, object height, long blocksReplayed, TimeSpan elapsed);

    [LoggerMessage(2, LogLevel.Debug, "Store {Store}: block {Height} with {Changes} changes ({RecordBytes} bytes) has root {Root}, after {Elapsed}.")]
    private static partial void BlockCommitted(ILogger logger, string store, BlockHeight height, Hash256 root, int changes, long recordBytes, TimeSpan elapsed);

    [LoggerMessage(3, LogLevel.Warning, "Store {Store} was taken back from height {From} to {Height}, {Blocks} blocks; the root is {Root}, after {Elapsed}.")]
    private static partial void Rewound(ILogger logger, string store, BlockHeight from, BlockHeight height, long blocks, Hash256 root, TimeSpan elapsed);

    [LoggerMessage(4, LogLevel.Debug, "Store {Store}: height {Height} is final.")]
    private static partial void Finalized(ILogger logger, string store, BlockHeight height);

    [LoggerMessage(5, LogLevel.Debug, "Store {Store}: a checkpoint of height {Height} begins.")]
    private static partial void CheckpointStarted(ILogger logger, string store, BlockHeight height);

    [LoggerMessage(6, LogLevel.Debug, "Store {Store}: the checkpoint of height {Height} is durable, {Pages} pages, {Bytes} bytes, after {Elapsed}.")]
    private static partial void CheckpointCompleted(ILogger logger, string store, BlockHeight height, int pages, long bytes, TimeSpan elapsed);

    [LoggerMessage(7, LogLevel.Debug, "Store {Store}: {Segments} segments of the log, {Bytes} bytes, were removed; the oldest height is {FloorHeight}.")]
    private static partial void LogRetired(ILogger logger, string store, int segments, long bytes, object floorHeight);

    [LoggerMessage(8, LogLevel.Error, "Store {Store}: old log cannot be removed and goes on growing. Run 'cairn check'.")]
    private static partial void RetentionStalled(ILogger logger, Exception cause, string store);

    [LoggerMessage(9, LogLevel.Warning, "Store {Store}: the hold {Hold} of height {Height} would have to keep more than {MaxBytes} bytes of log and keeps nothing any more.")]
    private static partial void HoldBroken(ILogger logger, string store, string hold, BlockHeight height, long maxBytes);

    [LoggerMessage(10, LogLevel.Debug, "Store {Store}: {Files} page files were cleaned, {Bytes} bytes written, after {Elapsed}.")]
    private static partial void CleaningCompleted(ILogger logger, string store, int files, long bytes, TimeSpan elapsed);

    [LoggerMessage(11, LogLevel.Warning, "Store {Store}: page files could not be cleaned and stay as they are. Run 'cairn check' when the cause says damage.")]
    private static partial void CleaningFailed(ILogger logger, Exception cause, string store);

    [LoggerMessage(12, LogLevel.Warning, "Store {Store}: the index file {File} is damaged and is made anew. Answers are right; run 'cairn check'.")]
    private static partial void HistoryDamaged(ILogger logger, Exception cause, string store, string file);

    [LoggerMessage(13, LogLevel.Warning, "Store {Store}: the index over the history could not be brought up to date. It is tried again.")]
    private static partial void HistoryFailed(ILogger logger, Exception cause, string store);

    [LoggerMessage(EventId = 14, Message = "Store {Store}: a commit waited {Waited} for a checkpoint ({DirtyBytes} bytes of pages, {ReplayBytes} bytes of log).")]
    private static partial void BackPressure(ILogger logger, LogLevel level, string store, TimeSpan waited, long dirtyBytes, long replayBytes);

    [LoggerMessage(15, LogLevel.Critical, "Store {Store} takes no more writes: one failed. Remove the cause and restart; reads go on.")]
    private static partial void Failed(ILogger logger, Exception cause, string store);

    [LoggerMessage(EventId = 16, Message = "Store {Store} is closed (clean: {Clean}).")]
    private static partial void Closed(ILogger logger, LogLevel level, string store, bool clean);

    [LoggerMessage(17, LogLevel.Warning, "Store {Store}: an interrupted write of {Bytes} bytes at the end of {File} was cut off.")]
    private static partial void LogCutOff(ILogger logger, string store, long bytes, string? file);

    [LoggerMessage(18, LogLevel.Warning, "Store {Store}, opening: {Warning}")]
    private static partial void OpeningWarning(ILogger logger, string store, string warning);

    [LoggerMessage(19, LogLevel.Information, "Store {Store}: {Event}")]
    private static partial void Other(ILogger logger, string store, StoreEvent @event);
}
