using System.Text;
using System.Text.Unicode;
using Cairn.IO;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>Loads programs from files, whether these hold source text or bytecode: the first bytes tell.</summary>
public static class ProgramLoader
{
    /// <summary>The ending of files with source text.</summary>
    public const string SourceExtension = ".cairn";

    /// <summary>The ending of files with bytecode.</summary>
    public const string BytecodeExtension = ".cairnvm";

    /// <summary>Loads a program from a file.</summary>
    /// <param name="files">Where the file is.</param>
    /// <param name="path">Its path, which is also the name that messages have.</param>
    /// <exception cref="CompileException">It holds source text that is no program.</exception>
    /// <exception cref="BytecodeException">It holds bytecode that is none.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CompiledProgram Load(IFileSystem files, string path) => Load(ReadFile(files, path), path);

    /// <summary>Loads a program from the bytes of a file. For any number of threads at once.</summary>
    /// <param name="bytes">All its bytes.</param>
    /// <param name="sourceName">What messages call it.</param>
    /// <exception cref="CompileException">They are source text that is no program.</exception>
    /// <exception cref="BytecodeException">They are bytecode that is none.</exception>
    public static CompiledProgram Load(ReadOnlySpan<byte> bytes, string sourceName) =>
        BytecodeReader.IsBytecode(bytes) ? BytecodeReader.Read(bytes, sourceName) : Compiler.Compile(DecodeSource(bytes, sourceName), sourceName);

    /// <summary>Reads a source text from a file.</summary>
    /// <param name="files">Where the file is.</param>
    /// <param name="path">Its path.</param>
    /// <exception cref="CompileException">It is too long, or no UTF-8.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string ReadSource(IFileSystem files, string path) => DecodeSource(ReadFile(files, path), path);

    /// <summary>The text of a source.</summary>
    private static string DecodeSource(ReadOnlySpan<byte> bytes, string sourceName)
    {
        ErrorList errors = new(sourceName);
        if (bytes.Length > SourceLimits.MaxSourceBytes)
        {
            errors.Add(new SourcePosition(1, 1), "", $"the source is longer than {SourceLimits.MaxSourceBytes} bytes", advice: "take it apart");
            errors.ThrowIfAny();
        }

        if (!Utf8.IsValid(bytes))
        {
            int good = GoodBytes(bytes);
            int lines = bytes[..good].Count((byte)'\n');
            int column = Encoding.UTF8.GetCharCount(bytes[(bytes[..good].LastIndexOf((byte)'\n') + 1)..good]);
            errors.Add(new SourcePosition(lines + 1, column + 1), Convert.ToHexStringLower(bytes.Slice(good, Math.Min(4, bytes.Length - good))), "the bytes {0} are no UTF-8", advice: "save the source as UTF-8");
            errors.ThrowIfAny();
        }

        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>How many bytes from the beginning are UTF-8.</summary>
    private static int GoodBytes(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }

    /// <summary>The bytes of a file, up to one more than the longest that can be a program.</summary>
    private static byte[] ReadFile(IFileSystem files, string path)
    {
        ArgumentNullException.ThrowIfNull(files);
        using IFile file = files.Open(path, FileOpening.Read);
        byte[] bytes = new byte[(int)Math.Min(file.Length, ProgramLimits.MaxBytecodeBytes + 1)];
        int length = 0;
        while (length < bytes.Length && file.Read(length, bytes.AsSpan(length)) is > 0 and int read)
        {
            length += read;
        }

        return bytes[..length];
    }
}
