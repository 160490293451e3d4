using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn rewind</c>: takes the chain back.</summary>
internal static class RewindCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<BlockHeight?> to = CommonOptions.Height("--to", "The height to go back to: the newest block at or below it becomes the head");
        to.Required = true;
        Option<bool> yes = CommonOptions.Flag("--yes", "Do it. Without it the command only tells how many blocks would be taken back");
        Option<bool> json = CommonOptions.Json("Print {\"from\":…,\"height\":…,\"root\":\"…\",\"blocks\":…}");
        CliCommand command = new(
            "rewind",
            "Take the chain back to a height.",
            """
            The blocks above the height are taken back and cannot be had again but by applying them anew; their heights can be used for other blocks.
            It goes back as far as blocks are retained, and never below a height that is final. The store must not be open for writing elsewhere.
            """,
            "cairn rewind --store my-store --to 1200",
            "cairn rewind --store my-store --to 1200 --yes")
        {
            store, to, yes, json,
        };
        command.SetAction((parsed, cancellationToken) => StoreAccess.KeepUpAsync(
            parsed.GetRequiredValue(store),
            async opened =>
            {
                bool isMeant = parsed.GetValue(yes);
                RewindReport report = await opened.RewindAsync(parsed.GetValue(to)!.Value, dryRun: !isMeant, cancellationToken);
                if (!isMeant && report.Blocks > 0)
                {
                    string blocks = report.Blocks == 1 ? "1 block" : $"{report.Blocks} blocks";
                    throw new CliException(ExitCode.Refused, $"this takes back {blocks}, from height {report.From} to {report.Height}, and cannot be undone. To do it, add --yes.");
                }

                StatReport.Write(
                    streams,
                    new StatGroup("rewind", [new("from", report.From.Value), new("height", report.Height.Value), new("root", report.Root.ToString()), new("blocks", (ulong)report.Blocks)]),
                    parsed.GetValue(json));
            },
            cancellationToken));
        return command;
    }
}
