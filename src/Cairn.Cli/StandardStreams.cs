using Microsoft.Win32.SafeHandles;

namespace Cairn.Cli;

/// <summary>The standard streams of the process, without what the console's own streams do beside writing.</summary>
internal static class StandardStreams
{
    private const int OutputDescriptor = 1;
    private const int ErrorDescriptor = 2;

    /// <summary>Opens standard output.</summary>
    public static OutputStream OpenOutput() => new(Open(OutputDescriptor, Console.OpenStandardOutput));

    /// <summary>Opens standard error; every line goes out at once.</summary>
    public static TextWriter OpenError() => new StreamWriter(Open(ErrorDescriptor, Console.OpenStandardError)) { AutoFlush = true };

    /// <summary>
    /// The console's stream swallows a broken pipe, and sends control sequences to a terminal before anything else. A file stream does neither, but must
    /// not be used for files: it keeps an offset of its own, and another process that goes on with the same file would overwrite what was written.
    /// </summary>
    private static Stream Open(int descriptor, Func<Stream> openConsole)
    {
        if (OperatingSystem.IsWindows())
        {
            return openConsole();
        }

        try
        {
            FileStream stream = new(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return stream.CanSeek ? openConsole() : stream;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return openConsole(); // closed, or something no file stream can be made of
        }
    }
}
