using System.CommandLine;
using System.Text.Json;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn holds</c>: lists, places and releases named holds on the log.</summary>
internal static class HoldsCommand
{
    private const string JsonForm = "{\"name\":\"…\",\"height\":…,\"maxBytes\":…,\"heldBytes\":…,\"broken\":…}";

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams) => new CliCommand(
        "holds",
        "List, place and release named holds, which keep old blocks in the log.",
        """
        Whoever will still come for blocks (a follower, a backup) holds the log above the height he has. A hold has a limit: when it would have to keep more
        log beyond what the store keeps anyway, it breaks. It does not move the floor: older heights are not answered.
        """,
        "cairn holds place follower-2 --store my-store --from 1200 --limit 10000000000",
        "cairn holds list --store my-store",
        "cairn holds release follower-2 --store my-store")
    {
        List(streams), Place(streams), Release(streams),
    };

    private static CliCommand List(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<bool> json = CommonOptions.Json($"Print {JsonForm} for each");
        CliCommand command = new(
            "list",
            "List the holds: NAME HEIGHT HELD-BYTES LIMIT whole|broken, with tabs between.",
            "Of a whole one, HELD-BYTES is the log it keeps beyond what the store keeps anyway; of a broken one, what it kept when it broke.",
            "cairn holds list --store my-store")
        {
            store, json,
        };
        command.SetAction((parsed, cancellationToken) => ListAsync(streams, parsed.GetRequiredValue(store), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static CliCommand Place(CliStreams streams)
    {
        Argument<string> name = new("NAME") { Description = $"The name: 1 to {LogHold.MaxNameBytes} bytes of UTF-8. A hold of that name is moved" };
        Option<string> store = CommonOptions.Store();
        Option<long?> from = CommonOptions.Number("--from", "The newest height that is not needed any more: the blocks above it are kept. Default: that of the newest block");
        Option<long?> limit = CommonOptions.Number("--limit", "The most bytes of log it may keep beyond what the store keeps anyway");
        limit.Required = true;
        Option<bool> json = CommonOptions.Json($"Print {JsonForm}");
        CliCommand command = new(
            "place", "Place a hold, or move it.", "The store must not be open for writing elsewhere.", "cairn holds place follower-2 --store my-store --from 1200 --limit 10000000000") { name, store, from, limit, json };
        command.SetAction((parsed, cancellationToken) => StoreAccess.KeepUpAsync(parsed.GetRequiredValue(store), async opened =>
        {
            BlockHeight height = parsed.GetValue(from) is { } asked ? new BlockHeight((ulong)asked) : opened.Height ?? new BlockHeight(0);
            LogHold hold = await opened.PlaceHoldAsync(parsed.GetRequiredValue(name), height, parsed.GetValue(limit)!.Value, cancellationToken);
            Write(streams, hold, parsed.GetValue(json));
        }, cancellationToken));
        return command;
    }

    private static CliCommand Release(CliStreams streams)
    {
        Argument<string> name = new("NAME") { Description = "The name" };
        Option<string> store = CommonOptions.Store();
        Option<bool> json = CommonOptions.Json("Print {\"released\":\"NAME\"}");
        CliCommand command = new(
            "release", "Release a hold.", "The store must not be open for writing elsewhere.", "cairn holds release follower-2 --store my-store") { name, store, json };
        command.SetAction((parsed, cancellationToken) => StoreAccess.KeepUpAsync(parsed.GetRequiredValue(store), async opened =>
        {
            string word = parsed.GetRequiredValue(name);
            if (!await opened.ReleaseHoldAsync(word, cancellationToken))
            {
                throw new CliException(ExitCode.NotFound, $"the store '{opened.Location}' has no hold '{word}'; 'cairn holds list' shows those there are.");
            }

            if (parsed.GetValue(json))
            {
                JsonLine.Write(streams.Output, writer => writer.WriteString("released", word));
            }
        }, cancellationToken));
        return command;
    }

    private static async Task<int> ListAsync(CliStreams streams, string location, bool asJson, CancellationToken cancellationToken)
    {
        await using StateStore store = await StoreAccess.OpenForReadingAsync(location, cancellationToken);
        foreach (LogHold hold in store.Holds)
        {
            Write(streams, hold, asJson);
        }

        return ExitCode.Fine;
    }

    private static void Write(CliStreams streams, LogHold hold, bool asJson)
    {
        if (asJson)
        {
            JsonLine.Write(streams.Output, writer => WriteFields(writer, hold));
        }
        else
        {
            streams.Output.WriteLine($"{hold.Name}\t{hold.Height}\t{hold.HeldBytes}\t{hold.MaxBytes}\t{(hold.IsBroken ? "broken" : "whole")}");
        }
    }

    private static void WriteFields(Utf8JsonWriter writer, LogHold hold)
    {
        writer.WriteString("name", hold.Name);
        writer.WriteNumber("height", hold.Height.Value);
        writer.WriteNumber("maxBytes", hold.MaxBytes);
        writer.WriteNumber("heldBytes", hold.HeldBytes);
        writer.WriteBoolean("broken", hold.IsBroken);
    }
}
