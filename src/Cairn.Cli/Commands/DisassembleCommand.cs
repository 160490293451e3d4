using System.CommandLine;
using System.Text;
using Cairn.Cli.Input;
using Cairn.Vm.Language;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn disassemble</c>: bytecode to source.</summary>
internal static class DisassembleCommand
{
    /// <summary>Makes the command.</summary>
    public static CliCommand Create(CliStreams streams)
    {
        Argument<string> file = new("FILE") { Description = "The program: bytecode, or source; - is standard input" };
        CliCommand command = new(
            "disassemble",
            "Print a program as source text.",
            "The text compiles to the same instructions. Comments are not part of bytecode.",
            "cairn disassemble treasury.cairnvm")
        {
            file,
        };
        command.SetAction((parsed, cancellationToken) => LanguageErrors.TellAsync(streams, asJson: false, async () =>
        {
            string source = Disassembler.Disassemble(await ProgramFile.ReadAsync(streams, parsed.GetRequiredValue(file), cancellationToken));
            streams.Output.Write(Encoding.UTF8.GetBytes(source));
            return ExitCode.Fine;
        }));
        return command;
    }
}
