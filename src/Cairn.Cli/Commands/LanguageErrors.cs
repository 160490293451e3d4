using Cairn.Cli.Output;
using Cairn.Vm.Language;

namespace Cairn.Cli.Commands;

/// <summary>Tells what is wrong with a source: each error on a line of standard error, or as objects on standard output.</summary>
internal static class LanguageErrors
{
    /// <summary>Runs what compiles sources.</summary>
    /// <param name="streams">Where errors go.</param>
    /// <param name="asJson">Whether as objects.</param>
    /// <param name="work">What to run; its result is the exit code.</param>
    public static async Task<int> TellAsync(CliStreams streams, bool asJson, Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (CompileException exception)
        {
            Tell(streams, asJson, exception);
            return ExitCode.Malformed;
        }
    }

    /// <summary>Writes the errors of a source.</summary>
    public static void Tell(CliStreams streams, bool asJson, CompileException exception)
    {
        foreach (CompileError error in exception.Errors)
        {
            if (asJson)
            {
                WriteObject(streams.Output, error);
            }
            else
            {
                CliApplication.Say(streams, error.ToString());
            }
        }

        if (exception.HasMore)
        {
            CliApplication.Say(streams, $"there are more than {SourceLimits.MaxErrors} errors; the others are not listed.");
        }
    }

    private static void WriteObject(OutputStream output, CompileError error) => JsonLine.Write(output, writer =>
    {
        writer.WriteStartObject("error");
        writer.WriteString("file", error.SourceName);
        writer.WriteNumber("line", error.Line);
        writer.WriteNumber("column", error.Column);
        writer.WriteString("text", error.Text);
        writer.WriteString("message", error.Message);
        writer.WriteString("suggestion", error.Suggestion);
        writer.WriteEndObject();
    });
}
