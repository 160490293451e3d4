using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn history</c>: the changes of one key.</summary>
internal static class HistoryCommand
{
    private sealed record Request(string Store, string Key, bool IsKeyHex, BlockHeight? From, BlockHeight? To, TreeKind Tree, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Argument<string> key = new("KEY") { Description = "The key: its UTF-8 text, or hexadecimal digits with --key-hex. Behind -- it may begin with a dash" };
        Option<bool> keyHex = CommonOptions.Flag("--key-hex", "KEY is given in hexadecimal digits");
        Option<BlockHeight?> from = CommonOptions.Height("--from", "Only changes at this height or above. Default: the oldest that is retained");
        Option<BlockHeight?> to = CommonOptions.Height("--to", "Only changes at this height or below. Default: the newest block");
        Option<TreeKind> tree = CommonOptions.Tree();
        Option<bool> json = CommonOptions.Json("Print a line {\"height\":…,\"old\":…,\"new\":…} for each change, null standing for absent; oldHex and newHex where bytes are not text");
        CliCommand command = new(
            "history",
            "Print the changes of a key in the blocks that are retained, oldest first: HEIGHT OLD NEW.",
            "Tabs are between. A dash stands for absent. What contains control characters, is not UTF-8, is a dash, or begins with 'hex:' is printed as 'hex:' and digits.",
            "cairn history --store my-store punk/0544/owner",
            "cairn history --store my-store --from 4900000 --to 5000000 --json punk/0544/owner")
        {
            key, store, keyHex, from, to, tree, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams,
            new Request(
                parsed.GetRequiredValue(store), parsed.GetRequiredValue(key), parsed.GetValue(keyHex), parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(tree), parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        byte[] key = CommonOptions.Bytes("KEY", request.Key, request.IsKeyHex);
        await using StateStore store = await StoreAccess.OpenForReadingAsync(request.Store, cancellationToken);
        foreach (KeyVersion version in store.VersionsOf(request.Tree, key, request.From, request.To))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Write(streams.Output, version, request.AsJson);
        }

        return ExitCode.Fine;
    }

    private static void Write(OutputStream output, KeyVersion version, bool asJson)
    {
        if (asJson)
        {
            JsonLine.Write(output, writer =>
            {
                writer.Height("height", version.Height);
                writer.BytesOrNull("old", version.Old);
                writer.BytesOrNull("new", version.New);
            });
            return;
        }

        output.Write($"{version.Height}\t");
        TextForm.WriteOrAbsent(output, version.Old);
        output.Write("\t"u8);
        TextForm.WriteOrAbsent(output, version.New);
        output.Write("\n"u8);
    }
}
