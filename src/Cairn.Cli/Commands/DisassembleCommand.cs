using System.CommandLine;
using System.Text;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn disassemble</c>: bytecode to source.</summary>
internal static class DisassembleCommand
{
    /// <summary>Makes the command.</summary>
    public static CliCommand Create(CliStreams streams)
    {
        Argument<string> file = new("FILE") { Description = "The program: bytecode, or source; - is standard input" };
        Option<bool> json = CommonOptions.Json("Print {\"program\":…,\"source\":…}; errors as one object each");
        CliCommand command = new(
            "disassemble",
            "Print a program as source text.",
            "The text compiles to the same instructions. Comments are not part of bytecode.",
            "cairn disassemble treasury.cairnvm")
        {
            file, json,
        };
        command.SetAction((parsed, cancellationToken) => LanguageErrors.TellAsync(streams, parsed.GetValue(json), async () =>
        {
            CompiledProgram program = await ProgramFile.ReadAsync(streams, parsed.GetRequiredValue(file), cancellationToken);
            string source = Disassembler.Disassemble(program);
            if (parsed.GetValue(json))
            {
                JsonLine.Write(streams.Output, writer =>
                {
                    writer.WriteString("program", program.SourceName);
                    writer.WriteString("source", source);
                });
            }
            else
            {
                streams.Output.Write(Encoding.UTF8.GetBytes(source));
            }

            return ExitCode.Fine;
        }));
        return command;
    }
}
