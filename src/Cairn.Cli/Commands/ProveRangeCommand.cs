using System.CommandLine;
using System.Text.Json;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn prove-range</c>: a pruned tree that proves all entries of a range or prefix, many keys, or the root of a namespace.</summary>
internal static class ProveRangeCommand
{
    private sealed record Request(string Store, string? Prefix, string? From, string? To, string[] Keys, bool IsKeyHex, bool WantsNamespace, BlockHeight? At, string? File, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<string?> prefix = new("--prefix") { HelpName = "P", Description = "All keys that begin with P" };
        Option<string?> from = new("--from") { HelpName = "A", Description = "All keys from A on" };
        Option<string?> to = new("--to") { HelpName = "B", Description = "All keys before B" };
        Option<string[]> keys = new("--key") { HelpName = "K", Description = "This key instead of a range, present or absent; can be given several times" };
        Option<bool> keyHex = CommonOptions.Flag("--key-hex", "P, A, B and K are given in hexadecimal digits");
        Option<bool> wantsNamespace = CommonOptions.Flag("--namespace", "Prove the root of the namespace P instead of its entries");
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
            store, prefix, from, to, keys, keyHex, wantsNamespace, at, file, json,
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
            else if (result.GetResult(to)?.Tokens is [{ Value: "" }])
            {
                result.AddError("nothing is before the empty key: --to is missing its bound");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams,
            new Request(
                parsed.GetRequiredValue(store), parsed.GetValue(prefix), parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(keys) ?? [], parsed.GetValue(keyHex), parsed.GetValue(wantsNamespace), parsed.GetValue(at),
                parsed.GetValue(file), parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        byte[] prefix = CommonOptions.Bytes("--prefix", request.Prefix ?? "", request.IsKeyHex);
        byte[] from = CommonOptions.Bytes("--from", request.From ?? "", request.IsKeyHex);
        byte[] to = CommonOptions.Bytes("--to", request.To ?? "", request.IsKeyHex);
        ReadOnlyMemory<byte>[] keys = [.. request.Keys.Select(key => (ReadOnlyMemory<byte>)CommonOptions.Bytes("--key", key, request.IsKeyHex))];
        await using StateStore store = await StoreAccess.OpenForReadingAsync(request.Store, cancellationToken);
        using StateView view = StoreAccess.ViewOf(store, request.At);
        ReadOnlyMemory<byte> proof;
        Action<Utf8JsonWriter> fields;
        if (request.WantsNamespace)
        {
            NamespaceProof found = view.ProveNamespace(prefix, cancellationToken);
            proof = found.Proof;
            fields = writer =>
            {
                writer.WriteString("namespaceRoot", found.Root?.ToString());
                writer.WriteNumber("namespaceDepth", found.Steps.Count);
            };
        }
        else if (keys.Length > 0)
        {
            proof = view.ProveKeys(keys, cancellationToken);
            fields = writer => writer.WriteNumber("keys", keys.Length);
        }
        else
        {
            RangeProof found = request.Prefix is null ? view.ProveRange(from, to, cancellationToken: cancellationToken) : view.ProvePrefix(prefix, cancellationToken);
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
