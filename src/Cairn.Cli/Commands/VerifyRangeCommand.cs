using System.CommandLine;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Proofs;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn verify-range</c>: the entries that a pruned tree proves to be all of a range. Needs no store.</summary>
internal static class VerifyRangeCommand
{
    private sealed record Request(Hash256 Root, string File, string? Prefix, string? From, string? To, string[] Keys, bool IsKeyHex, bool WantsNamespace, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<Hash256> root = ProofOptions.Root();
        Option<string> proof = ProofOptions.Proof();
        Option<string?> prefix = new("--prefix") { HelpName = "P", Description = "All keys that begin with P" };
        Option<string?> from = new("--from") { HelpName = "A", Description = "All keys from A on" };
        Option<string?> to = new("--to") { HelpName = "B", Description = "All keys before B" };
        Option<string[]> keys = new("--key") { HelpName = "K", Description = "This key instead of a range; can be given several times. A line is the key, a tab, and the value; an absent key has no tab" };
        Option<bool> keyHex = CommonOptions.Flag("--key-hex", "P, A, B and K are given in hexadecimal digits");
        Option<bool> wantsNamespace = CommonOptions.Flag("--namespace", "Print the root of the namespace P instead of its entries: DEPTH ROOT");
        Option<bool> json = CommonOptions.Json("Print a line {\"key\":…,\"value\":…} for each entry, then {\"verified\":…,\"outcome\":…,\"reason\":…,\"depth\":…}; keyHex and valueHex where bytes are not text; \"present\":false for absent keys");
        CliCommand command = new(
            "verify-range",
            "Verify a pruned tree against a state root, and print the entries that it proves to be all of a range.",
            "The proof is a pruned tree, as 'cairn prove-range' makes it (docs/proofs.md). Without a range: the whole state. Exit code 3: it is refused, or does not show all that the answer needs; nothing is printed then.",
            "cairn verify-range --root 5b03…0213 --proof range.bin --prefix org/acme/",
            "cairn verify-range --root 5b03…0213 --proof range.bin --key org/acme/name --json")
        {
            root, proof, prefix, from, to, keys, keyHex, wantsNamespace, json,
        };
        command.Validators.Add(result =>
        {
            int kinds = (result.GetResult(prefix) is null ? 0 : 1) + (result.GetResult(from) is null && result.GetResult(to) is null ? 0 : 1) + (result.GetResult(keys) is null ? 0 : 1);
            if (kinds > 1)
            {
                result.AddError("--prefix, a range (--from, --to) and --key exclude each other");
            }
            else if (result.GetResult(wantsNamespace) is not null && result.GetResult(prefix) is null)
            {
                result.AddError("--namespace needs --prefix");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams,
            new Request(
                parsed.GetRequiredValue(root), parsed.GetRequiredValue(proof), parsed.GetValue(prefix), parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(keys) ?? [], parsed.GetValue(keyHex),
                parsed.GetValue(wantsNamespace), parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        byte[] prefix = CommonOptions.Bytes("--prefix", request.Prefix ?? "", request.IsKeyHex);
        byte[] from = CommonOptions.Bytes("--from", request.From ?? "", request.IsKeyHex);
        byte[] to = CommonOptions.Bytes("--to", request.To ?? "", request.IsKeyHex);
        byte[][] keys = [.. request.Keys.Select(key => CommonOptions.Bytes("--key", key, request.IsKeyHex))];
        byte[] proof = await ProofFile.ReadAsync(streams, request.File, cancellationToken);
        ProofResult result = PrunedTree.Verify(request.Root, proof, out PrunedTree? tree);
        if (tree is null)
        {
            return ProofOptions.Refuse(streams, result, request.AsJson);
        }

        bool isEmptyRange = request.To is not null && to.Length == 0; // nothing is before the empty key; to the tree it means no bound
        bool isAnswered;
        if (request.WantsNamespace)
        {
            isAnswered = WriteNamespace(streams, tree, prefix, request.AsJson);
        }
        else if (keys.Length > 0)
        {
            isAnswered = WriteKeys(streams, tree, keys, request.AsJson);
        }
        else
        {
            isAnswered = (request.Prefix is null ? tree.TryRange(isEmptyRange ? [0] : from, isEmptyRange ? [0] : to, out PrunedEntryCollection? entries) : tree.TryPrefix(prefix, out entries))
                && WriteEntries(streams, entries, request.AsJson);
        }

        if (!isAnswered)
        {
            return ProofOptions.Refuse(streams, new ProofResult(ProofOutcome.NotShown, result.Depth), request.AsJson);
        }

        if (request.AsJson)
        {
            JsonLine.Write(streams.Output, writer => ProofOptions.Write(writer, result));
        }

        return ExitCode.Fine;
    }

    private static bool WriteNamespace(CliStreams streams, PrunedTree tree, byte[] prefix, bool asJson)
    {
        if (!tree.TryNamespace(prefix, out NamespaceNode? node))
        {
            return false;
        }

        if (asJson)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                writer.Bytes("prefix", prefix);
                writer.WriteString("namespaceRoot", node?.Root.ToString());
                if (node is { } found)
                {
                    writer.WriteNumber("namespaceDepth", found.Depth);
                }
            });
        }
        else if (node is { } found)
        {
            streams.Output.WriteLine($"{found.Depth} {found.Root}");
        }

        return true;
    }

    private static bool WriteKeys(CliStreams streams, PrunedTree tree, byte[][] keys, bool asJson)
    {
        if (keys.Any(key => tree.Find(key) is not (ProvedKey.Present or ProvedKey.Absent)))
        {
            return false;
        }

        foreach (byte[] key in keys)
        {
            bool isPresent = tree.Find(key, out ReadOnlyMemory<byte> value, out _) == ProvedKey.Present;
            Write(streams.Output, key, isPresent ? value : default(ReadOnlyMemory<byte>?), asJson);
        }

        return true;
    }

    private static bool WriteEntries(CliStreams streams, PrunedEntryCollection entries, bool asJson)
    {
        foreach (KeyValuePair<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> entry in entries)
        {
            Write(streams.Output, entry.Key.Span, entry.Value, asJson);
        }

        return true;
    }

    /// <summary>Writes an entry as <c>cairn list</c> does; an absent key has no value.</summary>
    private static void Write(OutputStream output, ReadOnlySpan<byte> key, ReadOnlyMemory<byte>? value, bool asJson)
    {
        if (asJson)
        {
            byte[] named = key.ToArray();
            JsonLine.Write(output, writer =>
            {
                writer.Bytes("key", named);
                if (value is { } present)
                {
                    writer.Bytes("value", present.Span);
                }
                else
                {
                    writer.WriteBoolean("present", value: false);
                }
            });
            return;
        }

        TextForm.Write(output, key);
        if (value is { } shown)
        {
            output.Write("\t"u8);
            TextForm.Write(output, shown.Span);
        }

        output.Write("\n"u8);
    }
}
