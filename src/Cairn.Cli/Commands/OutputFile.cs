namespace Cairn.Cli.Commands;

/// <summary>A file that a command makes: it appears under its name only when it is whole. An existing one is never touched.</summary>
internal static class OutputFile
{
    private const string PartSuffix = ".part";

    /// <summary>Writes a file.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="write">Writes its content.</param>
    /// <exception cref="CliException">There is a file of that name.</exception>
    public static async Task<T> WriteAsync<T>(string path, Func<Stream, Task<T>> write)
    {
        if (File.Exists(path) || Directory.Exists(path))
        {
            throw new CliException(ExitCode.Refused, $"'{path}' is there already and was left as it is; give another name.");
        }

        string part = path + PartSuffix;
        try
        {
            T result;
            await using (FileStream stream = new(part, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 18))
            {
                result = await write(stream);
                await stream.FlushAsync(CancellationToken.None);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, path);
            return result;
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }
}
