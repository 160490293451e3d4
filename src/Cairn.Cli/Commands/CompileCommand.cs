using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn compile</c>: source to bytecode.</summary>
internal static class CompileCommand
{
    private const int StartBytes = 16; // more than enough to tell bytecode

    /// <summary>Makes the command.</summary>
    public static CliCommand Create(CliStreams streams)
    {
        Argument<string> file = new("FILE") { Description = "The program: source or bytecode; - is standard input" };
        Option<string?> output = new("--output") { HelpName = "FILE", Description = "Where the bytecode goes. Default: the name of the program with .cairnvm at its end. Existing bytecode is replaced, any other file refused" };
        Option<bool> check = CommonOptions.Flag("--check", "Only compile, and tell what is wrong; write nothing");
        Option<bool> json = CommonOptions.Json("Print one object; errors as one object each");
        CliCommand command = new(
            "compile",
            "Compile a program to bytecode.",
            "A program has one bytecode, the same on every machine; its SHA-256 is printed. All errors are told at once, with file, line and column.",
            "cairn compile treasury.cairn",
            "cairn compile treasury.cairn --check --json")
        {
            file, output, check, json,
        };
        command.SetAction((parsed, cancellationToken) => LanguageErrors.TellAsync(
            streams,
            parsed.GetValue(json),
            () => RunAsync(streams, parsed.GetRequiredValue(file), parsed.GetValue(output), parsed.GetValue(check), parsed.GetValue(json), cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string file, string? output, bool isCheck, bool asJson, CancellationToken cancellationToken)
    {
        if (output is null && !isCheck && InputFile.IsStandardInput(file))
        {
            throw new CliException(ExitCode.Malformed, "the program comes from standard input; --output says where the bytecode goes.");
        }

        CompiledProgram program = await ProgramFile.ReadAsync(streams, file, cancellationToken);
        byte[] bytecode = BytecodeWriter.Write(program);
        string? target = isCheck ? null : output ?? Path.ChangeExtension(file, ProgramLoader.BytecodeExtension);
        if (target is not null)
        {
            await WriteAsync(target, bytecode);
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(bytecode));
        if (asJson)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                writer.WriteString("program", program.SourceName);
                writer.WriteString("output", target);
                writer.WriteNumber("functions", program.Functions.Length - 1);
                writer.WriteNumber("instructions", program.Code.Length);
                writer.WriteNumber("bytes", bytecode.Length);
                writer.WriteString("sha256", hash);
            });
        }
        else
        {
            string where = target is null ? "" : $" to {target}";
            streams.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{program.SourceName}: {program.Code.Length} instructions, {program.Functions.Length - 1} functions, {bytecode.Length} bytes{where}, sha256 {hash}"));
        }

        return ExitCode.Fine;
    }

    /// <summary>Replaces bytecode by newer bytecode, and nothing else.</summary>
    private static async Task WriteAsync(string target, byte[] bytecode)
    {
        if (File.Exists(target))
        {
            byte[] start = new byte[StartBytes];
            await using (FileStream existing = new(target, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0))
            {
                int count = await existing.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false);
                if (!BytecodeReader.IsBytecode(start.AsSpan(0, count)))
                {
                    throw new CliException(ExitCode.Refused, $"'{target}' is there already and is no bytecode; it was left as it is. Give another name with --output.");
                }
            }

            File.Delete(target);
        }

        await OutputFile.WriteAsync(target, async stream =>
        {
            await stream.WriteAsync(bytecode);
            return bytecode.Length;
        });
    }
}
