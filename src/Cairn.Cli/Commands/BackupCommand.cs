using System.CommandLine;
using Cairn.Checking;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn backup</c>: another directory that is the same store.</summary>
internal static class BackupCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<string> target = CommonOptions.Path("--to", "DIR", "The directory of the backup: absent, empty, or an earlier backup of the store, which is brought up to date", isRequired: true);
        Option<bool> verify = CommonOptions.Flag("--verify", "Check every byte of the backup afterwards, as 'cairn check' does");
        Option<bool> json = CommonOptions.Json(
            "Print {\"target\":…,\"height\":…,\"root\":\"…\",\"incremental\":…,\"filesKept\":…,\"filesLinked\":…,\"filesCopied\":…,\"bytesCopied\":…,\"filesRemoved\":…,\"verified\":…}");
        CliCommand command = new(
            "backup",
            "Back a store up, also while it is written.",
            "The backup is itself a store, at one height: check it, read it, restore it by copying it back. Files that never change any more are hard links where the file system has them, the rest are copies. "
            + "A second call takes only what is new. Interrupted, the backup before is still whole.",
            "cairn backup --store my-store --to backups/my-store",
            "cairn backup --store my-store --to /mnt/disk2/my-store --verify --json")
        {
            store, target, verify, json,
        };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(streams, parsed.GetRequiredValue(store), parsed.GetRequiredValue(target), parsed.GetValue(verify), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string location, string target, bool verifies, bool asJson, CancellationToken cancellationToken)
    {
        ProgressLine progress = new(streams);
        BackupReport report;
        try
        {
            BackupOptions options = new() { OnProgress = done => progress.Show(() => $"{done.Files} of {done.TotalFiles} files, {done.BytesCopied} bytes copied") };
            report = await StoreBackup.RunAsync(location, target, options, cancellationToken);
        }
        finally
        {
            progress.Clear();
        }

        if (verifies)
        {
            await VerifyAsync(report, cancellationToken);
        }

        StatReport.Write(
            streams,
            new StatGroup("backup",
            [
                new("target", report.Target),
                new("height", report.Height?.Value),
                new("root", report.Root.ToString()),
                new("incremental", report.IsIncremental),
                new("filesKept", (ulong)report.FilesKept),
                new("filesLinked", (ulong)report.FilesLinked),
                new("filesCopied", (ulong)report.FilesCopied),
                new("bytesCopied", (ulong)report.BytesCopied),
                new("filesRemoved", (ulong)report.FilesRemoved),
                new("verified", verifies),
            ]),
            asJson);
        return ExitCode.Fine;
    }

    private static async Task VerifyAsync(BackupReport report, CancellationToken cancellationToken)
    {
        CheckReport check = await StoreChecker.CheckAsync(report.Target, cancellationToken: cancellationToken);
        if (!check.IsSound || check.Height != report.Height || check.Root != report.Root)
        {
            string what = check.Faults.Count > 0 ? check.Faults[0].ToString() : $"height {check.Height} and root {check.Root} instead of {report.Height} and {report.Root}";
            throw new CliException(ExitCode.Damaged, $"the backup '{report.Target}' is not sound: {what}. Run 'cairn check' on the store; a hard link shares its damage.");
        }
    }
}
