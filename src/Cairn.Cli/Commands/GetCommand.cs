using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn get</c>: the value of one key.</summary>
internal static class GetCommand
{
    private sealed record Request(string Store, string Key, bool IsKeyHex, bool AsValueHex, bool AddLine, TreeKind Tree, BlockHeight? At, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Argument<string> key = new("KEY") { Description = "The key: its UTF-8 text, or hexadecimal digits with --key-hex. Behind -- it may begin with a dash" };
        Option<bool> keyHex = CommonOptions.Flag("--key-hex", "KEY is given in hexadecimal digits");
        Option<bool> valueHex = CommonOptions.Flag("--value-hex", "Print the value in hexadecimal digits");
        Option<bool> line = CommonOptions.Flag("--line", "Print a line feed behind the value, always");
        Option<TreeKind> tree = CommonOptions.Tree();
        Option<BlockHeight?> at = CommonOptions.At();
        Option<bool> json = CommonOptions.Json("Print {\"key\":…,\"value\":…,\"height\":…}, height being that of its last change; keyHex and valueHex where bytes are not text");
        CliCommand command = new(
            "get",
            "Print the value of a key.",
            "Exactly the bytes of the value are printed. A line feed follows only after text on a terminal, or with --line.",
            "cairn get --store my-store punk/0544/owner",
            "cairn get --store my-store --key-hex 0102ff --value-hex --line",
            "cairn get --store my-store --tree local audit/0001",
            "cairn get --store my-store --at 4900000 punk/0544/owner")
        {
            key, store, keyHex, valueHex, line, tree, at, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams,
            new Request(parsed.GetRequiredValue(store), parsed.GetRequiredValue(key), parsed.GetValue(keyHex), parsed.GetValue(valueHex), parsed.GetValue(line), parsed.GetValue(tree), parsed.GetValue(at), parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        byte[] key = CommonOptions.Bytes("KEY", request.Key, request.IsKeyHex);
        await using StateStore store = await StoreAccess.OpenForReadingAsync(request.Store, cancellationToken);
        using StateView view = StoreAccess.ViewOf(store, request.At);
        ITreeReader tree = StoreAccess.TreeOf(view, request.Tree);
        if (tree.Get(key) is not { } value)
        {
            throw new CliException(ExitCode.NotFound, $"there is no key '{TextForm.Of(key)}' in the {TextForm.Of(request.Tree)} tree of '{request.Store}'{(request.At is { } at ? $" at height {at}" : "")}.");
        }

        if (request.AsJson)
        {
            tree.TryGetChangeHeight(key, out BlockHeight height);
            WriteJson(streams, request, key, value, height);
        }
        else
        {
            WriteValue(streams, request, value);
        }

        return ExitCode.Fine;
    }

    private static void WriteJson(CliStreams streams, Request request, byte[] key, byte[] value, BlockHeight height) => JsonLine.Write(streams.Output, writer =>
    {
        writer.Bytes("key", key);
        if (request.AsValueHex)
        {
            writer.WriteString("valueHex", Convert.ToHexStringLower(value));
        }
        else
        {
            writer.Bytes("value", value);
        }

        writer.Height("height", height);
    });

    private static void WriteValue(CliStreams streams, Request request, byte[] value)
    {
        if (request.AsValueHex)
        {
            streams.Output.Write(Convert.ToHexStringLower(value));
        }
        else
        {
            streams.Output.Write(value);
        }

        if (request.AddLine || (streams.IsOutputTerminal && (request.AsValueHex || TextForm.IsText(value))))
        {
            streams.Output.Write("\n"u8);
        }
    }
}
