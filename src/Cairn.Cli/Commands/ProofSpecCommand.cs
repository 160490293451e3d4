using System.CommandLine;
using Cairn.Proofs;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn proof-spec</c>: what other ICS-23 verifiers have to be given.</summary>
internal static class ProofSpecCommand
{
    private enum SpecFormat
    {
        Json,
        Protobuf,
    }

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<ProofSpec?> spec = ProofOptions.Spec();
        Option<SpecFormat?> format = CommonOptions.Choice<SpecFormat?>(
            "--format", "json|protobuf", "json (the default): the JSON form of protobuf; protobuf: the message, in hexadecimal digits unless --out is given", ("json", SpecFormat.Json), ("protobuf", SpecFormat.Protobuf));
        Option<string?> outFile = new("--out") { HelpName = "FILE", Description = "Write to FILE instead, a new one; protobuf as raw bytes" };
        Option<bool> json = CommonOptions.Json("The same as --format json");
        CliCommand command = new(
            "proof-spec",
            "Print the ICS-23 proof spec that verifies proofs of a state root.",
            "It is the message ics23.ProofSpec. It is the same for every store; docs/proofs.md tells how to use it from Go, Rust and JavaScript.",
            "cairn proof-spec",
            "cairn proof-spec --spec hash --format protobuf --out spec.bin")
        {
            spec, format, outFile, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(json) is not null && result.GetResult(format) is not null)
            {
                result.AddError("--json and --format exclude each other");
            }
        });
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(streams, parsed.GetValue(spec) ?? ProofSpec.ByValue, parsed.GetValue(format) ?? SpecFormat.Json, parsed.GetValue(outFile), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, ProofSpec spec, SpecFormat format, string? outFile, CancellationToken cancellationToken)
    {
        byte[] bytes = spec.ToProtobuf();
        string text = (format == SpecFormat.Json ? spec.ToJson() : Convert.ToHexStringLower(bytes)) + "\n";
        if (outFile is null)
        {
            streams.Output.Write(text);
        }
        else
        {
            byte[] content = format == SpecFormat.Json ? System.Text.Encoding.UTF8.GetBytes(text) : bytes;
            await OutputFile.WriteAsync(outFile, async stream =>
            {
                await stream.WriteAsync(content, cancellationToken);
                return content.Length;
            });
        }

        return ExitCode.Fine;
    }
}
