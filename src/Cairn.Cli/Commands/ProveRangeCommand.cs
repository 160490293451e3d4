using System.CommandLine;
using System.Text.Json;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn prove-range</c>: a pruned tree that proves all entries of a range or prefix, many keys, or the root of a namespace.</summary>
internal static class ProveRangeCommand
{
    private sealed record Request(string Store, RequestedRange Range, BlockHeight? At, string? File, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        RangeOptions range = new("This key instead of a range, present or absent; can be given several times", "Prove the root of the namespace P instead of its entries");
        Option<BlockHeight?> at = CommonOptions.At();
        Option<string?> file = ProofOutput.Out();
        Option<bool> json = CommonOptions.Json("Print {\"height\":…,\"root\":…,\"entries\":…,\"bytes\":…,\"proofBytes\":…,\"proof\":…}: entries and bytes of a range or prefix, or \"keys\", or \"namespaceRoot\" and \"namespaceDepth\"; no proof with --out");
        CliCommand command = new(
            "prove-range",
            "Prove all entries of a range of the state tree, and that there are no others: print a pruned tree in hexadecimal digits.",
            "'cairn verify-range' with the same options checks it (docs/proofs.md). Without a range: the whole state. A proof has at most 64 MiB; take a larger range in parts.",
            "cairn prove-range --store my-store --prefix org/acme/",
            "cairn prove-range --store my-store --from a --to b --at 4900000 --out range.bin",
            "cairn prove-range --store my-store --key org/acme/name --key org/acme/nothing",
            "cairn prove-range --store my-store --prefix org/acme/ --namespace --json")
        {
            store, at, file, json,
        };
        range.AddTo(command);
        command.Validators.Add(result =>
        {
            if (range.IsEmpty(result))
            {
                result.AddError("nothing is before the empty key: --to is missing its bound");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams,
            new Request(parsed.GetRequiredValue(store), range.Of(parsed), parsed.GetValue(at), parsed.GetValue(file), parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        RequestedRange range = request.Range;
        await using StateStore store = await StoreAccess.OpenForReadingAsync(request.Store, cancellationToken);
        using StateView view = StoreAccess.ViewOf(store, request.At);
        ReadOnlyMemory<byte> proof;
        Action<Utf8JsonWriter> fields;
        if (range.Namespace is { } wanted)
        {
            NamespaceProof found = view.ProveNamespace(wanted, cancellationToken);
            proof = found.Proof;
            fields = writer =>
            {
                writer.WriteString("namespaceRoot", found.Root?.ToString());
                writer.WriteNumber("namespaceDepth", found.Steps.Count);
            };
        }
        else if (range.Keys.Length > 0)
        {
            proof = view.ProveKeys([.. range.Keys.Select(static key => (ReadOnlyMemory<byte>)key)], cancellationToken);
            fields = writer => writer.WriteNumber("keys", range.Keys.Length);
        }
        else
        {
            RangeProof found = range.Prefix is null ? view.ProveRange(range.From, range.To, cancellationToken: cancellationToken) : view.ProvePrefix(range.Prefix, cancellationToken);
            proof = found.Proof;
            fields = writer =>
            {
                writer.WriteNumber("entries", found.Totals.Entries);
                writer.WriteNumber("bytes", found.Totals.Bytes);
            };
        }

        await ProofOutput.WriteAsync(streams, view, proof, request.File, request.AsJson ? fields : null);
        return ExitCode.Fine;
    }
}
