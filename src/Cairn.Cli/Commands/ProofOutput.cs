using System.Text.Json;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary>Gives out a proof: as hexadecimal digits, as bytes into a file, or as JSON.</summary>
internal static class ProofOutput
{
    /// <summary><c>--out</c>.</summary>
    public static System.CommandLine.Option<string?> Out() => new("--out") { HelpName = "FILE", Description = "Write the raw bytes of the proof to a new file, and print HEIGHT ROOT, what it is verified against" };

    /// <summary>Writes a proof.</summary>
    /// <param name="streams">Where it goes, unless there is a file.</param>
    /// <param name="view">What it is of.</param>
    /// <param name="proof">Its bytes.</param>
    /// <param name="file">The file; null for none.</param>
    /// <param name="fields">Writes the fields of the JSON object between the root and the proof; null for no JSON.</param>
    public static async Task WriteAsync(CliStreams streams, StateView view, ReadOnlyMemory<byte> proof, string? file, Action<Utf8JsonWriter>? fields)
    {
        if (file is not null)
        {
            await OutputFile.WriteAsync(file, async stream =>
            {
                await stream.WriteAsync(proof);
                return true;
            });
        }

        if (fields is not null)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                writer.Height("height", view.Height);
                writer.WriteString("root", view.Root.ToString());
                fields(writer);
                writer.WriteNumber("proofBytes", proof.Length);
                if (file is null)
                {
                    writer.WriteString("proof", Convert.ToHexStringLower(proof.Span));
                }
            });
        }
        else
        {
            streams.Output.WriteLine(file is null ? Convert.ToHexStringLower(proof.Span) : $"{view.Height} {view.Root}");
        }
    }
}
