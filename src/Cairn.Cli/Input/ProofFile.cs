using System.Buffers;
using Cairn.Proofs;

namespace Cairn.Cli.Input;

/// <summary>Reads a proof: raw bytes, or hexadecimal digits with or without line ends behind them. No proof begins with a digit, so that the two cannot be confused.</summary>
internal static class ProofFile
{
    private const int MaxFileBytes = (2 * ProofLimits.MaxProofBytes) + 64; // digits, and line ends

    /// <summary>Reads the proof in a file.</summary>
    /// <param name="streams">For standard input.</param>
    /// <param name="file">The path; <c>-</c> is standard input.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<byte[]> ReadAsync(CliStreams streams, string file, CancellationToken cancellationToken) =>
        Decode(await InputFile.ReadAsync(streams, file, "the proof", MaxFileBytes, $"{ProofLimits.MaxProofBytes} bytes", cancellationToken));

    private static byte[] Decode(byte[] bytes)
    {
        ReadOnlySpan<byte> text = bytes.AsSpan().TrimEnd("\r\n"u8);
        byte[] decoded = new byte[text.Length / 2];
        return !text.IsEmpty && Convert.FromHexString(text, decoded, out _, out _) == OperationStatus.Done ? decoded : bytes;
    }
}
