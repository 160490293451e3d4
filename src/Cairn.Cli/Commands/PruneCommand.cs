using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn prune</c>: gives up the oldest blocks.</summary>
internal static class PruneCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<long?> retain = CommonOptions.Number("--retain-blocks", "How many of the newest blocks to retain, at least 1");
        Option<BlockHeight?> to = CommonOptions.Height("--to", "The oldest height to be answered still: the newest block at or below it is retained");
        Option<bool> dryRun = CommonOptions.Flag("--dry-run", "Only tell what would go, and what stays because something needs it");
        Option<bool> json = CommonOptions.Json("Print {\"dryRun\":…,\"floorBefore\":…,\"floor\":…,\"blocks\":…,\"retainedBlocks\":…,\"segments\":…,\"bytes\":…,\"obstacles\":[{\"kind\":\"…\",\"name\":…,\"bytes\":…}]}");
        CliCommand command = new(
            "prune",
            "Give up the oldest blocks, and remove the log that nothing needs any more.",
            """
            A running store does this at its checkpoints, as --retain-blocks of 'cairn apply' says; this does it now. It needs no free disk space. What holds still need stays until they are released.
            The store must not be open for writing elsewhere.
            """,
            "cairn prune --store my-store --retain-blocks 1000 --dry-run",
            "cairn prune --store my-store --retain-blocks 1000",
            "cairn prune --store my-store --to 52000")
        {
            store, retain, to, dryRun, json,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            (long? blocks, BlockHeight? height) = (parsed.GetValue(retain), parsed.GetValue(to));
            if ((blocks is null) == (height is null) || blocks == 0)
            {
                throw new CliException(ExitCode.Malformed, blocks == 0 ? "--retain-blocks is a number from 1: there is always a block that is retained." : "either --retain-blocks or --to says what to retain. 'cairn prune --help' shows how.");
            }

            bool isDry = parsed.GetValue(dryRun);
            return StoreAccess.KeepUpAsync(
                parsed.GetRequiredValue(store),
                async opened => Write(
                    streams,
                    height is { } floor ? await opened.PruneToAsync(floor, isDry, cancellationToken) : await opened.PruneAsync(blocks!.Value, isDry, cancellationToken),
                    isDry,
                    parsed.GetValue(json)),
                cancellationToken);
        });
        return command;
    }

    private static void Write(CliStreams streams, PruneReport report, bool isDry, bool asJson)
    {
        List<Stat> stats =
        [
            new("dryRun", isDry),
            new("floorBefore", report.FloorBefore?.Value),
            new("floor", report.Floor?.Value),
            new("blocks", (ulong)report.Blocks),
            new("retainedBlocks", (ulong)report.RetainedBlocks),
            new("segments", (ulong)report.Segments),
            new("bytes", (ulong)report.Bytes),
        ];
        if (!asJson)
        {
            stats.AddRange(report.Obstacles.Select(static obstacle => new Stat($"kept for {WordOf(obstacle.Kind)}{(obstacle.Name is null ? "" : $" {obstacle.Name}")}", (ulong)obstacle.Bytes)));
        }

        StatReport.Write(streams, new StatGroup("prune", [.. stats]), asJson, writer =>
        {
            writer.WriteStartArray("obstacles");
            foreach (PruneObstacle obstacle in report.Obstacles)
            {
                writer.WriteStartObject();
                writer.WriteString("kind", WordOf(obstacle.Kind));
                writer.WriteString("name", obstacle.Name);
                writer.WriteNumber("bytes", obstacle.Bytes);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static string WordOf(PruneObstacleKind kind) => kind switch
    {
        PruneObstacleKind.Hold => "hold",
        PruneObstacleKind.View => "view",
        PruneObstacleKind.Backup => "backup",
        _ => "recovery",
    };
}
