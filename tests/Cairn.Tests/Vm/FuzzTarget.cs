using System.Diagnostics;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;

namespace Cairn.Tests.Vm;

/// <summary>Gives hostile input to parser, reader, formatter and disassembler. Anything but their own exceptions comes out of here.</summary>
internal static class FuzzTarget
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Compiles a source; null when it is none. What compiles is formatted, written, read and disassembled as well.</summary>
    public static CompiledProgram? Compile(string source)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            CompiledProgram program = Compiler.Compile(source);
            if (source.Length < 10_000)
            {
                CheckForms(program);
                if (!program.HasCodeOf(Compiler.Compile(SourceFormatter.Format(source))))
                {
                    throw new InvalidOperationException("The formatter changed the program.");
                }
            }

            return program;
        }
        catch (CompileException exception) when (exception.Errors.Length > 0)
        {
            return null;
        }
        finally
        {
            ThrowIfLate(start);
        }
    }

    /// <summary>Reads bytecode; null when it is none. What is read is written as the same bytes, and disassembled.</summary>
    public static CompiledProgram? Read(ReadOnlySpan<byte> bytes)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            CompiledProgram program = BytecodeReader.Read(bytes);
            if (!BytecodeWriter.Write(program).AsSpan().SequenceEqual(bytes))
            {
                throw new InvalidOperationException("The bytecode that was read is not the one that is written.");
            }

            CheckForms(program);
            return program;
        }
        catch (BytecodeException)
        {
            return null;
        }
        finally
        {
            ThrowIfLate(start);
        }
    }

    private static void CheckForms(CompiledProgram program)
    {
        string text = Disassembler.Disassemble(program);
        CompiledProgram again = Compiler.Compile(text);
        if (!program.HasCodeOf(again) || !program.HasCodeOf(BytecodeReader.Read(BytecodeWriter.Write(again))))
        {
            throw new InvalidOperationException("The disassembled program is another one.");
        }
    }

    private static void ThrowIfLate(long start)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        if (elapsed > Limit)
        {
            throw new TimeoutException($"It took {elapsed}.");
        }
    }
}
