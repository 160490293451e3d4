using System.CommandLine;
using Cairn.Checking;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn repair</c>: saves what is left of a damaged store into a new one.</summary>
internal static class RepairCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<string> target = CommonOptions.Path("--to", "DIR", "The directory of the new store: absent or empty", isRequired: true);
        Option<bool> dryRun = CommonOptions.Flag("--dry-run", "Only tell what would be saved and what is lost");
        Option<bool> json = CommonOptions.Json(
            "Print {\"target\":…,\"dryRun\":…,\"height\":…,\"root\":\"…\",\"floorHeight\":…,\"sourceFloorHeight\":…,\"checkpointHeight\":…,\"lossy\":…,\"lostRecords\":…,\"firstLostHeight\":…,\"lastLostHeight\":…,\"lostRewinds\":…,\"lostLogBytes\":…,\"logEndFile\":…,\"logEndOffset\":…,\"faults\":[…]}");
        CliCommand command = new(
            "repair",
            "Save what is left of a damaged directory store into a new one.",
            """
            The longest whole stretch of the log is applied to the newest checkpoint whose pages are sound, or, without one, from the first block on; each root is held against the one that was logged, and the new store is checked.
            The damaged store is only read. The report tells the height and root that were reached, and what is lost: blocks, heights that were retained, bytes, and every fault with file and offset.
            Ends with 0 when a store was made, also when something is lost (lossy true), and with 3 when nothing can be saved.
            """,
            "cairn repair --store my-store --to saved --dry-run",
            "cairn repair --store my-store --to saved --json")
        {
            store, target, dryRun, json,
        };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(streams, parsed.GetRequiredValue(store), parsed.GetRequiredValue(target), parsed.GetValue(dryRun), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string location, string target, bool dryRun, bool asJson, CancellationToken cancellationToken)
    {
        ProgressLine progress = new(streams);
        RepairReport report;
        try
        {
            RepairOptions options = new() { DryRun = dryRun, OnProgress = done => progress.Show(() => $"{done.Part}: {done.Done} of {done.Total}") };
            report = await StoreRepair.RunAsync(location, target, options, cancellationToken);
        }
        finally
        {
            progress.Clear();
        }

        if (!asJson)
        {
            foreach (CheckFault fault in report.Faults)
            {
                CliApplication.Say(streams, $"damaged: {fault}");
            }
        }

        StatReport.Write(
            streams,
            new StatGroup("repair",
            [
                new("target", report.Target),
                new("dryRun", report.IsDryRun),
                new("height", report.Height?.Value),
                new("root", report.Root.ToString()),
                new("floorHeight", report.FloorHeight?.Value),
                new("sourceFloorHeight", report.SourceFloorHeight?.Value),
                new("checkpointHeight", report.CheckpointHeight?.Value),
                new("lossy", report.IsLossy),
                new("lostRecords", report.LostRecords),
                new("firstLostHeight", report.FirstLostHeight?.Value),
                new("lastLostHeight", report.LastLostHeight?.Value),
                new("lostRewinds", (ulong)report.LostRewinds),
                new("lostLogBytes", (ulong)report.LostLogBytes),
                new("logEndFile", report.LogEndFile),
                new("logEndOffset", (ulong)report.LogEndOffset),
            ]),
            asJson,
            writer => CheckCommand.WriteFaults(writer, report.Faults));
        return ExitCode.Fine;
    }
}
