using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn count</c>: how much there is.</summary>
internal static class CountCommand
{
    private sealed record Request(string Store, string Prefix, bool IsKeyHex, TreeKind Tree, BlockHeight? At, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<string?> prefix = new("--prefix") { HelpName = "P", Description = "Only keys that begin with P" };
        Option<bool> keyHex = CommonOptions.Flag("--key-hex", "P is given in hexadecimal digits");
        Option<TreeKind> tree = CommonOptions.Tree();
        Option<BlockHeight?> at = CommonOptions.At();
        Option<bool> json = CommonOptions.Json("Print {\"entries\":…,\"bytes\":…}");
        CliCommand command = new(
            "count",
            "Print how many entries there are and how many bytes their keys and values have together: ENTRIES BYTES.",
            "",
            "cairn count --store my-store",
            "cairn count --store my-store --prefix punk/ --json",
            "cairn count --store my-store --at 4900000")
        {
            store, prefix, keyHex, tree, at, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams,
            new Request(parsed.GetRequiredValue(store), parsed.GetValue(prefix) ?? "", parsed.GetValue(keyHex), parsed.GetValue(tree), parsed.GetValue(at), parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        byte[] prefix = CommonOptions.Bytes("--prefix", request.Prefix, request.IsKeyHex);
        await using StateStore store = await StoreAccess.OpenForReadingAsync(request.Store, cancellationToken);
        using StateView view = StoreAccess.ViewOf(store, request.At);
        TreeTotals totals = StoreAccess.TreeOf(view, request.Tree).TotalsOf(prefix);
        if (request.AsJson)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                writer.WriteNumber("entries", totals.Entries);
                writer.WriteNumber("bytes", totals.Bytes);
            });
        }
        else
        {
            streams.Output.WriteLine($"{totals.Entries} {totals.Bytes}");
        }

        return ExitCode.Fine;
    }
}
