using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn migrate</c>: moves a store to another home.</summary>
internal static class MigrateCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> from = CommonOptions.Path("--from", "URI", "The store: a path, or dir:PATH, jsonl:PATH. It is only read", isRequired: true);
        Option<string> to = CommonOptions.Path("--to", "URI", "The new store: dir:PATH or jsonl:PATH; a path alone becomes a directory store", isRequired: true);
        Option<bool> withHistory = CommonOptions.Flag("--with-history", "Take the retained blocks along, not only the newest state");
        Option<bool> json = CommonOptions.Json("Print {\"height\":…,\"root\":\"…\",\"floorHeight\":…,\"entriesInstalled\":…,\"blocksApplied\":…,\"entriesVerified\":…}");
        CliCommand command = new(
            "migrate",
            "Move a store to another home: from a directory to JSON lines, and back.",
            """
            Copies the newest state of both trees, or with --with-history the state at the oldest retained height and every block behind it (heights, times, payloads, roots, finality), and compares both stores in the end.
            Interrupted, the same command goes on where it stopped; run again later, it brings the new store up to date. Holds and abandoned blocks stay behind. A store that is written meanwhile is better migrated from a backup.
            """,
            "cairn migrate --from my-store --to jsonl:readable",
            "cairn migrate --from jsonl:readable --to dir:my-store --with-history --json")
        {
            from, to, withHistory, json,
        };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(streams, parsed.GetRequiredValue(from), parsed.GetRequiredValue(to), parsed.GetValue(withHistory), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string from, string to, bool withHistory, bool asJson, CancellationToken cancellationToken)
    {
        ProgressLine progress = new(streams);
        MigrationOptions options = new()
        {
            WithHistory = withHistory,
            OnProgress = done => progress.Show(() => $"{done.Part}: {done.Done} of {done.Total}"),
        };
        MigrationReport report;
        try
        {
            await using StateStore source = await StoreAccess.OpenForReadingAsync(from, cancellationToken);
            report = await StoreMigration.RunAsync(source, to, options, cancellationToken);
        }
        finally
        {
            progress.Clear();
        }

        StatReport.Write(
            streams,
            new StatGroup("migrate",
            [
                new("height", report.Height?.Value),
                new("root", report.Root.ToString()),
                new("floorHeight", report.FloorHeight?.Value),
                new("entriesInstalled", report.EntriesInstalled),
                new("blocksApplied", report.BlocksApplied),
                new("entriesVerified", report.EntriesVerified),
            ]),
            asJson);
        return ExitCode.Fine;
    }
}
