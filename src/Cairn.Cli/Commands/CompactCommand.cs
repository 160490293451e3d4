using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn compact</c>: gives back the disk space of page files that nothing needs.</summary>
internal static class CompactCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<bool> json = CommonOptions.Json("Print {\"filesRemoved\":…,\"bytesMoved\":…,\"bytesFreed\":…,\"pageBytes\":…,\"livePageBytes\":…}");
        CliCommand command = new(
            "compact",
            "Give back the disk space of page files that nothing needs.",
            "Writes anew what is still in use in sparse page files and deletes them. A running store does this by itself, bit by bit; this does all of it now, and wants the store to itself.",
            "cairn compact --store my-store",
            "cairn compact --store my-store --json")
        {
            store, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(streams, parsed.GetRequiredValue(store), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string location, bool asJson, CancellationToken cancellationToken)
    {
        ProgressLine progress = new(streams);
        long moved = 0;
        void Show(StoreEvent happened)
        {
            if (happened is StoreEvent.CleaningCompleted run)
            {
                long bytes = Interlocked.Add(ref moved, run.Bytes);
                progress.Show(() => $"{bytes} bytes moved");
            }
        }

        await using StateStore store = await StateStore.OpenAsync(location, new StateStoreOptions { CreateIfMissing = false, OnEvent = Show }, cancellationToken);
        CompactionReport report = await store.CompactAsync(cancellationToken);
        progress.Clear();
        StoreStatistics statistics = store.GetStatistics();
        StatGroup group = new(
            "compact",
            [
                new("filesRemoved", (ulong)report.FilesRemoved),
                new("bytesMoved", (ulong)report.BytesMoved),
                new("bytesFreed", (ulong)Math.Max(0, report.BytesFreed)),
                new("pageBytes", (ulong)statistics.PageBytes),
                new("livePageBytes", (ulong)statistics.LivePageBytes),
            ]);
        StatReport.Write(streams, group, asJson);
        return ExitCode.Fine;
    }
}
