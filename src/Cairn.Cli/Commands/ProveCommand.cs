using System.CommandLine;
using Cairn.Cli.Output;
using Cairn.Proofs;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn prove</c>: an ICS-23 proof that a key has its value, or is absent.</summary>
internal static class ProveCommand
{
    private sealed record Request(string Store, string? Key, string? KeyHex, BlockHeight? At, ProofSpec Spec, string? File, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Argument<string?> key = new("KEY") { Description = "The key: its UTF-8 text. Behind -- it may begin with a dash", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> keyHex = new("--key-hex") { HelpName = "HEX", Description = "The key in hexadecimal digits, instead of KEY" };
        Option<BlockHeight?> at = CommonOptions.At();
        Option<ProofSpec?> spec = ProofOptions.Spec();
        Option<string?> file = ProofOutput.Out();
        Option<bool> json = CommonOptions.Json("Print {\"height\":…,\"root\":…,\"key\":…,\"present\":…,\"spec\":…,\"depth\":…,\"proofBytes\":…,\"proof\":…}, depth being that of the deepest leaf; no proof with --out; keyHex where it is not text");
        CliCommand command = new(
            "prove",
            "Prove that a key of the state tree has its value, or is absent: print an ICS-23 proof in hexadecimal digits.",
            "The proof is an ics23.CommitmentProof. 'cairn verify-proof' checks it, as any ICS-23 verifier does that is given 'cairn proof-spec'.\n"
            + "At a height that is no longer recent the state is rebuilt from the log first.",
            "cairn prove --store my-store punk/0544/owner",
            "cairn prove --store my-store --key-hex 0102ff --spec hash --out proof.bin",
            "cairn prove --store my-store --at 4900000 punk/0544/owner")
        {
            key, store, keyHex, at, spec, file, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(key) is { Tokens.Count: > 0 } == result.GetResult(keyHex) is not null)
            {
                result.AddError("the key is missing, or given twice: KEY or --key-hex HEX");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams,
            new Request(parsed.GetRequiredValue(store), parsed.GetValue(key), parsed.GetValue(keyHex), parsed.GetValue(at), parsed.GetValue(spec) ?? ProofSpec.ByValue, parsed.GetValue(file), parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        byte[] key = ProofOptions.Hex("--key-hex", request.KeyHex) ?? CommonOptions.Bytes("KEY", request.Key!, isHex: false);
        await using StateStore store = await StoreAccess.OpenForReadingAsync(request.Store, cancellationToken);
        using StateView view = StoreAccess.ViewOf(store, request.At);
        CommitmentProof proof = view.Prove(key, request.Spec, cancellationToken);
        ProofEntry entry = proof.Entries[0];
        await ProofOutput.WriteAsync(streams, view, proof.Encode(), request.File, !request.AsJson ? null : writer =>
        {
            writer.Bytes("key", key);
            writer.WriteBoolean("present", entry.Existence is not null);
            writer.WriteString("spec", request.Spec.Name);
            writer.WriteNumber("depth", entry.Existence?.Depth ?? Math.Max(entry.Absence!.Left?.Depth ?? 0, entry.Absence.Right?.Depth ?? 0));
        });
        return ExitCode.Fine;
    }
}
