using System.Text;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;

namespace Cairn.Cli.Input;

/// <summary>Reads programs: source text or bytecode, which its first bytes tell.</summary>
internal static class ProgramFile
{
    private const string StandardInputName = "standard input";

    /// <summary>Reads a program and compiles or verifies it.</summary>
    /// <param name="streams">For standard input.</param>
    /// <param name="file">The path; <c>-</c> is standard input.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="CompileException">The source is no program.</exception>
    /// <exception cref="BytecodeException">The bytecode is not sound.</exception>
    public static async Task<CompiledProgram> ReadAsync(CliStreams streams, string file, CancellationToken cancellationToken) =>
        ProgramLoader.Load(await ReadBytesAsync(streams, file, cancellationToken), NameOf(file));

    /// <summary>Reads a source text.</summary>
    /// <param name="streams">For standard input.</param>
    /// <param name="file">The path; <c>-</c> is standard input.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<string> ReadSourceAsync(CliStreams streams, string file, CancellationToken cancellationToken)
    {
        byte[] bytes = await ReadBytesAsync(streams, file, cancellationToken);
        if (BytecodeReader.IsBytecode(bytes))
        {
            throw new CliException(ExitCode.Malformed, $"'{file}' is bytecode, not source; 'cairn disassemble' makes source of it.");
        }

        ProgramLoader.Load(bytes, NameOf(file)); // says what is wrong with it, bytes that are no text included
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The file as messages name it.</summary>
    public static string NameOf(string file) => InputFile.IsStandardInput(file) ? StandardInputName : file;

    private static Task<byte[]> ReadBytesAsync(CliStreams streams, string file, CancellationToken cancellationToken) =>
        InputFile.ReadAsync(streams, file, "the program", ProgramLimits.MaxBytecodeBytes, $"{ProgramLimits.MaxBytecodeBytes} bytes", cancellationToken);
}
