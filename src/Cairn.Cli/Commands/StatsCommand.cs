using System.CommandLine;
using System.Text.Json;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn stats</c>: what a store holds and how it lies on the disk.</summary>
internal static class StatsCommand
{
    /// <summary>What a page has room for; a page that gets more is cut.</summary>
    private const int PageItems = 64;

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<bool> json = CommonOptions.Json("Print one object with everything");
        CliCommand command = new(
            "stats",
            "Print what a store holds and how it lies on the disk.",
            "Heights, entries, bytes by part, pages, fill, depth, cache, live share; a table on a terminal, else a line each. Every page is read.",
            "cairn stats --store my-store",
            "cairn stats --store my-store --json")
        {
            store, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(streams, parsed.GetRequiredValue(store), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string location, bool asJson, CancellationToken cancellationToken)
    {
        await using StateStore store = await StoreAccess.OpenForReadingAsync(location, cancellationToken);
        TreeShape state = store.MeasureTree(TreeKind.State, cancellationToken);
        TreeShape local = store.MeasureTree(TreeKind.Local, cancellationToken);
        List<StatGroup> groups = Groups(store, store.GetStatistics(), state, local);
        if (asJson)
        {
            JsonLine.Write(streams.Output, writer => WriteJson(writer, groups));
        }
        else if (streams.IsOutputTerminal)
        {
            StatTable.Write(streams.Output, groups);
        }
        else
        {
            WriteLines(streams.Output, groups);
        }

        return ExitCode.Fine;
    }

    private static List<StatGroup> Groups(StateStore store, StoreStatistics statistics, TreeShape state, TreeShape local) =>
    [
        new("store",
        [
            new("location", store.Location),
            new("height", statistics.Height?.Value),
            new("root", statistics.Root.ToString()),
            new("checkpointHeight", statistics.CheckpointHeight?.Value),
            new("oldestReadableHeight", statistics.OldestRecentHeight?.Value),
            new("floorHeight", statistics.FloorHeight?.Value),
            new("blocks", statistics.BlockCount),
            new("retainedBlocks", statistics.RetainedBlocks),
            new("prunes", statistics.IsPrunable ? "yes" : "no, this home keeps every block"),
        ]),
        Tree("state", statistics.State, state),
        Tree("local", statistics.Local, local),
        new("disk",
        [
            new("logBytes", (ulong)statistics.LogBytes),
            new("logBytesRetained", (ulong)statistics.RetainedLogBytes),
            new("logBytesHeld", (ulong)statistics.HeldLogBytes),
            new("logBytesToReplay", (ulong)statistics.ReplayBytes),
            new("pageBytes", (ulong)statistics.PageBytes),
            new("livePageBytes", (ulong)statistics.LivePageBytes),
            new("reserveBytes", (ulong)statistics.ReserveBytes),
            new("livePageShare", Share(statistics.LivePageBytes, statistics.PageBytes)),
            new("garbagePageBytes", (ulong)Math.Max(0, statistics.GarbagePageBytes)),
            new("pinnedPageBytes", (ulong)statistics.PinnedPageBytes),
            new("cleaningRuns", (ulong)statistics.CleaningRuns),
            new("cleaningBytes", (ulong)statistics.CleaningBytes),
            new("historyFileBytes", (ulong)statistics.HistoryFileBytes),
            new("historyRuns", (ulong)statistics.HistoryRuns),
            new("removedPageFiles", (ulong)statistics.RemovedPageFiles),
        ]),
        .. statistics.Holds.Select(Hold),
        new("memory",
        [
            new("cacheBytes", (ulong)statistics.CacheBytes),
            new("cacheHits", (ulong)statistics.CacheHits),
            new("cacheMisses", (ulong)statistics.CacheMisses),
            new("cacheHitRate", Share(statistics.CacheHits, statistics.CacheHits + statistics.CacheMisses)),
            new("cacheEvictions", (ulong)statistics.CacheEvictions),
            new("dirtyBytes", (ulong)statistics.DirtyBytes),
        ]),
    ];

    private static StatGroup Hold(LogHold hold) => new("hold " + hold.Name,
    [
        new("height", hold.Height.Value),
        new("heldBytes", (ulong)hold.HeldBytes),
        new("maxBytes", (ulong)hold.MaxBytes),
        new("state", hold.IsBroken ? "broken" : "whole"),
    ]);

    private static StatGroup Tree(string name, TreeTotals totals, TreeShape shape) => new(name,
    [
        new("entries", totals.Entries),
        new("bytes", totals.Bytes),
        new("pages", (ulong)shape.Pages),
        new("leafPages", (ulong)shape.LeafPages),
        new("depth", (ulong)shape.Depth),
        new("fill", Share(shape.Items, shape.Pages * PageItems)),
        new("bytesPerPage", Share(shape.BodyBytes, shape.Pages)),
    ]);

    private static double? Share(long part, long whole) => whole == 0 ? null : Math.Round((double)part / whole, 3);

    private static void WriteJson(Utf8JsonWriter writer, List<StatGroup> groups)
    {
        foreach (StatGroup group in groups)
        {
            writer.WriteStartObject(group.Name);
            foreach (Stat stat in group.Stats)
            {
                writer.WritePropertyName(stat.Name);
                switch (stat.Value)
                {
                    case null: writer.WriteNullValue(); break;
                    case ulong number: writer.WriteNumberValue(number); break;
                    case double number: writer.WriteNumberValue(number); break;
                    default: writer.WriteStringValue(stat.Text); break;
                }
            }

            writer.WriteEndObject();
        }
    }

    private static void WriteLines(OutputStream output, List<StatGroup> groups)
    {
        foreach (StatGroup group in groups)
        {
            foreach (Stat stat in group.Stats)
            {
                output.WriteLine($"{group.Name}.{stat.Name}\t{stat.Text}");
            }
        }
    }
}
