using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn list</c>: entries in the order of their keys.</summary>
internal static class ListCommand
{
    private const int EntriesBetweenLooks = 1024;

    private sealed record Request(string Store, string? Prefix, string? From, string? To, bool IsKeyHex, long Limit, bool IsReverse, bool KeysOnly, TreeKind Tree, BlockHeight? At, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<string?> prefix = new("--prefix") { HelpName = "P", Description = "Only keys that begin with P" };
        Option<string?> from = new("--from") { HelpName = "A", Description = "Only keys from A on" };
        Option<string?> to = new("--to") { HelpName = "B", Description = "Only keys before B" };
        Option<bool> keyHex = CommonOptions.Flag("--key-hex", "P, A and B are given in hexadecimal digits");
        Option<long?> limit = CommonOptions.Number("--limit", "Print at most N entries");
        Option<bool> reverse = CommonOptions.Flag("--reverse", "Begin with the last key");
        Option<bool> keys = CommonOptions.Flag("--keys", "Print keys only");
        Option<TreeKind> tree = CommonOptions.Tree();
        Option<BlockHeight?> at = CommonOptions.At();
        Option<bool> json = CommonOptions.Json("Print a line {\"key\":…,\"value\":…,\"height\":…} for each entry, height being that of its last change; keyHex and valueHex where bytes are not text");
        CliCommand command = new(
            "list",
            "Print entries in the order of their keys.",
            "A line is a key, a tab, a value. What contains control characters, is not UTF-8, or begins with 'hex:' is printed as 'hex:' and digits.",
            "cairn list --store my-store --prefix punk/0544/",
            "cairn list --store my-store --from punk/1 --to punk/2 --keys",
            "cairn list --store my-store --reverse --limit 10 --json",
            "cairn list --store my-store --at 4900000 --prefix punk/0544/")
        {
            store, prefix, from, to, keyHex, limit, reverse, keys, tree, at, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(prefix) is not null && (result.GetResult(from) is not null || result.GetResult(to) is not null))
            {
                result.AddError("--prefix goes alone; a range is given by --from and --to.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams,
            new Request(
                parsed.GetRequiredValue(store), parsed.GetValue(prefix), parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(keyHex), parsed.GetValue(limit) ?? long.MaxValue, parsed.GetValue(reverse),
                parsed.GetValue(keys), parsed.GetValue(tree), parsed.GetValue(at), parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        byte[] prefix = CommonOptions.Bytes("--prefix", request.Prefix ?? "", request.IsKeyHex);
        byte[] from = CommonOptions.Bytes("--from", request.From ?? "", request.IsKeyHex);
        byte[] to = CommonOptions.Bytes("--to", request.To ?? "", request.IsKeyHex);
        await using StateStore store = await StoreAccess.OpenForReadingAsync(request.Store, cancellationToken);
        using StateView view = StoreAccess.ViewOf(store, request.At);
        ITreeReader tree = StoreAccess.TreeOf(view, request.Tree);
        bool isEmptyRange = request.To is not null && to.Length == 0; // nothing is before the empty key; to the engine it means no bound
        long limit = isEmptyRange ? 0 : request.Limit;
        using EntryScan scan = request.Prefix is null ? tree.Range(from, to, limit, request.IsReverse) : tree.Prefix(prefix, limit, request.IsReverse);
        for (long count = 0; scan.MoveNext(); count++)
        {
            Write(streams.Output, request, scan);
            if (count % EntriesBetweenLooks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        return ExitCode.Fine;
    }

    private static void Write(OutputStream output, Request request, EntryScan entry)
    {
        if (request.AsJson)
        {
            JsonLine.Write(output, writer =>
            {
                writer.Bytes("key", entry.Key);
                if (!request.KeysOnly)
                {
                    writer.Bytes("value", entry.Value);
                }

                writer.Height("height", entry.Height);
            });
            return;
        }

        TextForm.Write(output, entry.Key);
        if (!request.KeysOnly)
        {
            output.Write("\t"u8);
            TextForm.Write(output, entry.Value);
        }

        output.Write("\n"u8);
    }
}
