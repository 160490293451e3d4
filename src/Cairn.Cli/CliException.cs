namespace Cairn.Cli;

/// <summary>Ends a command with an exit code and one line on standard error.</summary>
/// <param name="exitCode">One of <see cref="Cli.ExitCode"/>.</param>
/// <param name="message">What is wrong and what to do; the program's name is put before it.</param>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    /// <summary>The exit code.</summary>
    public int ExitCode => exitCode;

    /// <summary>An argument that is not taken: what is said of it, without the name it has in the code.</summary>
    public static CliException Of(ArgumentException exception)
    {
        int tail = exception.ParamName is null ? -1 : exception.Message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return new CliException(Cli.ExitCode.Malformed, tail < 0 ? exception.Message : exception.Message[..tail]);
    }
}
