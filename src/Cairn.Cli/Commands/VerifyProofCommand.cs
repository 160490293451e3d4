using System.CommandLine;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Proofs;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn verify-proof</c>: whether an ICS-23 proof proves a value, or an absence, against a state root. Needs no store.</summary>
internal static class VerifyProofCommand
{
    private sealed record Request(Hash256 Root, string File, string Key, string? Value, ProofSpec Spec, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<Hash256> root = ProofOptions.Root();
        Option<string> proof = ProofOptions.Proof();
        Option<string> key = new("--key-hex") { Required = true, HelpName = "HEX", Description = "The key, in hexadecimal digits" };
        Option<string?> value = new("--value-hex") { HelpName = "HEX", Description = "The value it should have, in hexadecimal digits, with --spec hash too. Left out: that the key is absent" };
        Option<ProofSpec?> spec = ProofOptions.Spec();
        Option<bool> json = CommonOptions.Json("Print {\"verified\":…,\"outcome\":…,\"reason\":…,\"depth\":…}, and \"present\" when it is verified");
        CliCommand command = new(
            "verify-proof",
            "Verify that a key has a value, or is absent, by a proof and a state root alone.",
            "The proof is an ics23.CommitmentProof, as 'cairn prove' makes it; of a batch, every entry must hold. Exit code 3: it is refused.",
            "cairn verify-proof --root 5b03…0213 --proof proof.bin --key-hex 6b --value-hex 76",
            "cairn verify-proof --root 5b03…0213 --proof proof.hex --key-hex 6b00 --spec hash")
        {
            root, proof, key, value, spec, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams,
            new Request(parsed.GetRequiredValue(root), parsed.GetRequiredValue(proof), parsed.GetRequiredValue(key), parsed.GetValue(value), parsed.GetValue(spec) ?? ProofSpec.ByValue, parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        byte[] key = ProofOptions.Hex("--key-hex", request.Key)!;
        byte[]? value = ProofOptions.Hex("--value-hex", request.Value);
        byte[] proof = await ProofFile.ReadAsync(streams, request.File, cancellationToken);
        ProofResult result = value is null
            ? ProofVerifier.VerifyAbsence(request.Spec, request.Root, proof, key)
            : ProofVerifier.VerifyMembership(request.Spec, request.Root, proof, key, value);
        if (!result.IsVerified)
        {
            return ProofOptions.Refuse(streams, result, request.AsJson);
        }

        if (request.AsJson)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                ProofOptions.Write(writer, result);
                writer.WriteBoolean("present", value is not null);
            });
        }
        else
        {
            streams.Output.WriteLine($"verified: {TextForm.Of(key)} {(value is null ? "is absent" : "has this value")}; depth {result.Depth}");
        }

        return ExitCode.Fine;
    }
}
