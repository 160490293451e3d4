using System.CommandLine;
using System.Text;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Vm.Language;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn fmt</c>: programs in their canonical form.</summary>
internal static class FormatCommand
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Makes the command.</summary>
    public static CliCommand Create(CliStreams streams)
    {
        Argument<string[]> files = new("FILE") { Description = "The programs; - is standard input, which goes to standard output", Arity = ArgumentArity.OneOrMore };
        Option<bool> check = CommonOptions.Flag("--check", "Change nothing; print the files that are not in canonical form, and end with 7 when there are any");
        Option<bool> json = CommonOptions.Json("Print each file as {\"file\":…,\"canonical\":…}, also those that stay as they are; errors as one object each");
        CliCommand command = new(
            "fmt",
            "Bring programs into their canonical form: indentation and spaces. Prints the files that it changes.",
            "Comments, blank lines between groups, and how literals are written stay. A program that does not compile is left as it is.\nA file is replaced as a whole, or not at all.",
            "cairn fmt treasury.cairn vote.cairn",
            "cairn fmt --check examples/programs/*.cairn",
            "cairn fmt - < draft.cairn")
        {
            files, check, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(streams, parsed.GetRequiredValue(files), parsed.GetValue(check), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string[] files, bool isCheck, bool asJson, CancellationToken cancellationToken)
    {
        int code = ExitCode.Fine;
        foreach (string file in files)
        {
            string source;
            string formatted;
            try
            {
                source = await ProgramFile.ReadSourceAsync(streams, file, cancellationToken);
                formatted = SourceFormatter.Format(source, ProgramFile.NameOf(file));
            }
            catch (CompileException exception)
            {
                LanguageErrors.Tell(streams, asJson, exception);
                code = ExitCode.Malformed;
                continue;
            }

            bool isSame = string.Equals(source, formatted, StringComparison.Ordinal);
            if (!isCheck && InputFile.IsStandardInput(file))
            {
                streams.Output.Write(Utf8.GetBytes(formatted));
                continue;
            }

            if (isCheck)
            {
                code = code == ExitCode.Fine && !isSame ? ExitCode.Different : code;
            }
            else if (!isSame)
            {
                Replace(file, formatted);
            }

            Tell(streams.Output, ProgramFile.NameOf(file), isSame, asJson);
        }

        return code;
    }

    private static void Tell(OutputStream output, string file, bool isSame, bool asJson)
    {
        if (asJson)
        {
            JsonLine.Write(output, writer =>
            {
                writer.WriteString("file", file);
                writer.WriteBoolean("canonical", isSame);
            });
        }
        else if (!isSame)
        {
            output.WriteLine(file);
        }
    }

    /// <summary>Replaces a file as a whole: who stops us halfway finds the old one.</summary>
    private static void Replace(string file, string text)
    {
        file = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file; // the link stays one
        string part = file + ".part";
        try
        {
            File.WriteAllText(part, text, Utf8);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(part, File.GetUnixFileMode(file));
            }

            File.Move(part, file, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }
}
