using System.CommandLine;
using System.Globalization;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn blocks</c>: the blocks that are retained.</summary>
internal static class BlocksCommand
{
    private sealed record Request(string Store, BlockHeight? From, BlockHeight? To, bool WithOld, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Argument<BlockHeight?> from = CommonOptions.HeightArgument("FROM", "The first height. Default: the oldest that is retained", isRequired: false);
        Argument<BlockHeight?> to = CommonOptions.HeightArgument("TO", "The last height. Default: the newest block", isRequired: false);
        Option<string> store = CommonOptions.Store();
        Option<bool> old = CommonOptions.Flag("--old", "With --json: add parentHeight, previousRoot and, to each change, the old value, so that the lines are no input of 'apply' any more");
        Option<bool> json = CommonOptions.Json("Print each block with its changes and its payload as one line, in the form that 'apply' reads");
        CliCommand command = new(
            "blocks",
            "Print the blocks between two heights, oldest first: HEIGHT TIME ROOT CHANGES PAYLOAD-BYTES.",
            "Tabs are between. A dash stands for no time and for no payload. CHANGES are those of both trees.",
            "cairn blocks --store my-store 4900000 5000000",
            "cairn blocks --store my-store --json > blocks.jsonl")
        {
            from, to, store, old, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams, new Request(parsed.GetRequiredValue(store), parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(old), parsed.GetValue(json)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        await using StateStore store = await StoreAccess.OpenForReadingAsync(request.Store, cancellationToken);
        foreach (BlockRecord block in store.Blocks(request.From, request.To))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (request.AsJson)
            {
                BlockJson.Write(streams.Output, block, request.WithOld);
            }
            else
            {
                string payload = block.Payload is { } bytes ? bytes.Length.ToString(CultureInfo.InvariantCulture) : "-";
                streams.Output.WriteLine($"{block.Height}\t{TimeText.OrDash(block.TimeTicks)}\t{block.Root}\t{block.StateChanges.Count + block.LocalChanges.Count}\t{payload}");
            }
        }

        return ExitCode.Fine;
    }
}
