using System.CommandLine;
using System.Text.Json;
using Cairn.Cli.Output;
using Cairn.Proofs;

namespace Cairn.Cli.Commands;

/// <summary>The options of the commands about proofs, and how their outcome is told.</summary>
internal static class ProofOptions
{
    /// <summary><c>--spec</c>; left out it is null, which stands for by value.</summary>
    public static Option<ProofSpec?> Spec() => CommonOptions.Choice<ProofSpec?>(
        "--spec", "value|hash", "The proof spec: value (the default), with the value in the proof, or hash, with its SHA-256", (ProofSpec.ByValue.Name, ProofSpec.ByValue), (ProofSpec.ByValueHash.Name, ProofSpec.ByValueHash));

    /// <summary><c>--root</c>.</summary>
    public static Option<Hash256> Root() => new("--root")
    {
        Required = true,
        HelpName = "ROOT",
        Description = "The state root: 64 hexadecimal digits",
        CustomParser = result =>
        {
            string word = result.Tokens[0].Value;
            if (Hash256.TryParse(word, out Hash256 root))
            {
                return root;
            }

            result.AddError($"--root is a state root of 64 hexadecimal digits, not '{word}'");
            return default;
        },
    };

    /// <summary><c>--proof</c>.</summary>
    public static Option<string> Proof() => new("--proof") { Required = true, HelpName = "FILE", Description = "The proof: raw bytes or hexadecimal digits; - is standard input" };

    /// <summary>The bytes of an option that is always in hexadecimal digits; null when it was left out.</summary>
    public static byte[]? Hex(string name, string? text)
    {
        try
        {
            return text is null ? null : Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            throw new CliException(ExitCode.Malformed, $"{name} '{text}' does not consist of pairs of hexadecimal digits.");
        }
    }

    /// <summary>Ends a command whose proof was refused.</summary>
    /// <returns>The exit code, after the refusal was printed as JSON.</returns>
    /// <exception cref="CliException">The refusal for people.</exception>
    public static int Refuse(CliStreams streams, ProofResult result, bool asJson)
    {
        if (!asJson)
        {
            throw new CliException(ExitCode.ProofRefused, $"refused: {result.Reason}.");
        }

        JsonLine.Write(streams.Output, writer => Write(writer, result));
        return ExitCode.ProofRefused;
    }

    /// <summary>Writes a result as the first fields of an object.</summary>
    public static void Write(Utf8JsonWriter writer, ProofResult result)
    {
        writer.WriteBoolean("verified", result.IsVerified);
        writer.WriteString("outcome", JsonNamingPolicy.CamelCase.ConvertName(result.Outcome.ToString()));
        writer.WriteString("reason", result.Reason);
        writer.WriteNumber("depth", result.Depth);
    }
}
