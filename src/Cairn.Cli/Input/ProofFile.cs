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
    public static async Task<byte[]> ReadAsync(CliStreams streams, string file, CancellationToken cancellationToken)
    {
        bool isStandardInput = string.Equals(file, "-", StringComparison.Ordinal);
        if (!isStandardInput && !File.Exists(file))
        {
            throw new CliException(ExitCode.Malformed, Directory.Exists(file) ? $"'{file}' is a directory; give the file with the proof." : $"there is no file '{file}'.");
        }

        await using Stream input = isStandardInput ? streams.OpenInput() : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        using MemoryStream all = new();
        byte[] buffer = new byte[64 * 1024];
        for (int count = await input.ReadAsync(buffer, cancellationToken); count > 0; count = await input.ReadAsync(buffer, cancellationToken))
        {
            if (all.Length + count > MaxFileBytes)
            {
                throw new CliException(ExitCode.Malformed, $"'{file}' is too long for a proof: one has at most {ProofLimits.MaxProofBytes} bytes.");
            }

            all.Write(buffer, 0, count);
        }

        return Decode(all.ToArray());
    }

    private static byte[] Decode(byte[] bytes)
    {
        ReadOnlySpan<byte> text = bytes.AsSpan().TrimEnd("\r\n"u8);
        byte[] decoded = new byte[text.Length / 2];
        return !text.IsEmpty && Convert.FromHexString(text, decoded, out _, out _) == OperationStatus.Done ? decoded : bytes;
    }
}
