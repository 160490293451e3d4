using System.CommandLine;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Proofs;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn verify-range</c>: the entries that a pruned tree proves to be all of a range. Needs no store.</summary>
internal static class VerifyRangeCommand
{
    private sealed record Request(Hash256 Root, string File, RequestedRange Range, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<Hash256> root = ProofOptions.Root();
        Option<string> proof = ProofOptions.Proof();
        RangeOptions range = new(
            "This key instead of a range; can be given several times. A line is the key, a tab, and the value; an absent key has no tab", "Print the root of the namespace P instead of its entries: DEPTH ROOT");
        Option<bool> json = CommonOptions.Json("Print a line {\"key\":…,\"value\":…} for each entry, then {\"verified\":…,\"outcome\":…,\"reason\":…,\"depth\":…}; keyHex and valueHex where bytes are not text; \"present\":false for absent keys");
        CliCommand command = new(
            "verify-range",
            "Verify a pruned tree against a state root, and print the entries that it proves to be all of a range.",
            "The proof is a pruned tree, as 'cairn prove-range' makes it (docs/proofs.md). Without a range: the whole state. Exit code 3: it is refused, or does not show all that the answer needs; nothing is printed then.",
            "cairn verify-range --root 5b03…0213 --proof range.bin --prefix org/acme/",
            "cairn verify-range --root 5b03…0213 --proof range.bin --key org/acme/name --json")
        {
            root, proof, json,
        };
        range.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams,
            new Request(parsed.GetRequiredValue(root), parsed.GetRequiredValue(proof), range.Of(parsed), parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        RequestedRange range = request.Range;
        byte[] proof = await ProofFile.ReadAsync(streams, request.File, cancellationToken);
        ProofResult result = PrunedTree.Verify(request.Root, proof, out PrunedTree? tree);
        if (tree is null)
        {
            return ProofOptions.Refuse(streams, result, request.AsJson);
        }

        bool isEmptyRange = range.To is []; // nothing is before the empty key; to the tree it means no bound
        bool isAnswered;
        if (range.Namespace is { } wanted)
        {
            isAnswered = WriteNamespace(streams, tree, wanted, request.AsJson);
        }
        else if (range.Keys.Length > 0)
        {
            isAnswered = WriteKeys(streams, tree, range.Keys, request.AsJson);
        }
        else
        {
            isAnswered = (range.Prefix is null ? tree.TryRange(isEmptyRange ? [0] : range.From, isEmptyRange ? [0] : range.To, out PrunedEntryCollection? entries) : tree.TryPrefix(range.Prefix, out entries))
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
