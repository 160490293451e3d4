namespace Cairn.Cli.Input;

/// <summary>Reads a whole file, or standard input, that has a greatest length.</summary>
internal static class InputFile
{
    /// <summary>The name of standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Reads all bytes.</summary>
    /// <param name="streams">For standard input.</param>
    /// <param name="file">The path; <c>-</c> is standard input.</param>
    /// <param name="what">What it holds, with its article: the proof.</param>
    /// <param name="maxBytes">The most bytes that can be one.</param>
    /// <param name="maxText">The limit as the message names it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<byte[]> ReadAsync(CliStreams streams, string file, string what, int maxBytes, string maxText, CancellationToken cancellationToken)
    {
        bool isStandardInput = IsStandardInput(file);
        if (!isStandardInput && !File.Exists(file))
        {
            throw new CliException(ExitCode.Malformed, Directory.Exists(file) ? $"'{file}' is a directory; give the file with {what}." : $"there is no file '{file}'.");
        }

        await using Stream input = isStandardInput ? streams.OpenInput() : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        using MemoryStream all = new();
        byte[] buffer = new byte[64 * 1024];
        for (int count = await input.ReadAsync(buffer, cancellationToken); count > 0; count = await input.ReadAsync(buffer, cancellationToken))
        {
            if (all.Length + count > maxBytes)
            {
                throw new CliException(ExitCode.Malformed, $"'{file}' is too long for {what}, which has at most {maxText}.");
            }

            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    /// <summary>Whether a name stands for standard input.</summary>
    public static bool IsStandardInput(string file) => string.Equals(file, StandardInput, StringComparison.Ordinal);
}
