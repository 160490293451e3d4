using System.CommandLine;
using System.Text;
using Cairn.Cli.Input;
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
        CliCommand command = new(
            "fmt",
            "Bring programs into their canonical form: indentation and spaces. Prints the files that it changes.",
            "Comments, blank lines between groups, and how literals are written stay. A program that does not compile is left as it is.\nA file is replaced as a whole, or not at all.",
            "cairn fmt treasury.cairn vote.cairn",
            "cairn fmt --check examples/programs/*.cairn",
            "cairn fmt - < draft.cairn")
        {
            files, check,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(streams, parsed.GetRequiredValue(files), parsed.GetValue(check), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string[] files, bool isCheck, CancellationToken cancellationToken)
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
                LanguageErrors.Tell(streams, asJson: false, exception);
                code = ExitCode.Malformed;
                continue;
            }

            bool isSame = string.Equals(source, formatted, StringComparison.Ordinal);
            if (isCheck && !isSame)
            {
                streams.Output.WriteLine(ProgramFile.NameOf(file));
                code = code == ExitCode.Fine ? ExitCode.Different : code;
            }
            else if (!isCheck && InputFile.IsStandardInput(file))
            {
                streams.Output.Write(Utf8.GetBytes(formatted));
            }
            else if (!isCheck && !isSame)
            {
                Replace(file, formatted);
                streams.Output.WriteLine(file);
            }
        }

        return code;
    }

    /// <summary>Replaces a file as a whole: who stops us halfway finds the old one.</summary>
    private static void Replace(string file, string text)
    {
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
