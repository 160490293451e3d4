using System.Diagnostics;
using System.Text;
using Cairn.IO;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;
using Xunit;

namespace Cairn.Tests.Vm.Language;

/// <summary>Programs at their limits compile, are written, read, disassembled and formatted; beyond them they are refused by name.</summary>
public sealed class LimitTests
{
    [Fact]
    public void Nesting_UpToTheLimit_AndNotBeyond()
    {
        CheckForms(Nested(ProgramLimits.MaxNestingDepth, "loop 2:"));
        Assert.Contains("nest more than 64 deep", ErrorOf(Nested(ProgramLimits.MaxNestingDepth + 1, "loop 2:")), StringComparison.Ordinal);
        Assert.Contains("nest more than 64 deep", ErrorOf(Nested(100_000, "if:")), StringComparison.Ordinal);

        // The condition of a loop and the cases of a match count, whether they are written or not.
        CheckForms(Nested(ProgramLimits.MaxNestingDepth - 2, "loop 2:", "while:\n    load x\n    pop"));
        Assert.Contains("nest more than 64 deep", ErrorOf(Nested(ProgramLimits.MaxNestingDepth - 1, "loop 2:", "while:\n    load x\n    pop")), StringComparison.Ordinal);
        CheckForms(Nested(ProgramLimits.MaxNestingDepth - 2, "loop 2:", "match:\n    case 1:\n        pop"));
        CheckForms("def f():\n" + Indented(Nested(ProgramLimits.MaxNestingDepth - 1, "loop 2:")));
        Assert.Contains("nest more than 64 deep", ErrorOf("def f():\n" + Indented(Nested(ProgramLimits.MaxNestingDepth, "loop 2:"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_UpToTheLimit_AndNotBeyond()
    {
        CheckForms($"push \"{new string('x', ProgramLimits.MaxTextBytes)}\"\nemitevent {new string('k', ProgramLimits.MaxTextBytes)} {new string('m', ProgramLimits.MaxTextBytes)}\n");
        CheckForms($"emitevent \"{Repeat("\\u{1}", ProgramLimits.MaxTextBytes)}\" \"{Repeat("\\u{2}", ProgramLimits.MaxTextBytes)}\"\n");
        Assert.Contains("16384 are allowed", ErrorOf($"push \"{new string('x', ProgramLimits.MaxTextBytes + 1)}\""), StringComparison.Ordinal);
        Assert.Contains("16384 are allowed", ErrorOf($"loadp {new string('ж', (ProgramLimits.MaxTextBytes / 2) + 1)}"), StringComparison.Ordinal);
        Assert.Contains("262144 are allowed", ErrorOf($"push 1 # {new string('x', SourceLimits.MaxLineChars)}"), StringComparison.Ordinal);
        Assert.Contains("longer than 1048576 bytes", ErrorOf(new string('\n', SourceLimits.MaxSourceBytes + 1)), StringComparison.Ordinal);
        Assert.Contains("longer than 1048576 bytes", ErrorOf($"# {new string('ж', SourceLimits.MaxSourceBytes / 2)}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Constants_UpToTheLimit_AndNotBeyond()
    {
        CheckForms(Lines(ProgramLimits.MaxConstants, static i => $"push {i}"));
        Assert.Contains("more than 65536 constants", ErrorOf(Lines(ProgramLimits.MaxConstants + 1, static i => $"push {i}")), StringComparison.Ordinal);
        Assert.Contains("more than 65536 names", ErrorOf(Lines(ProgramLimits.MaxNames + 1, static i => $"load v{i}")), StringComparison.Ordinal);

        // One short line of exponents becomes a long constant; many of them are refused before they fill the memory.
        Assert.Contains("bytes of constants and names", ErrorOf(Lines(1000, static i => $"push [{i}{Repeat(",1e300", 50)}]")), StringComparison.Ordinal);
    }

    [Fact]
    public void Functions_UpToTheLimit_AndNotBeyond()
    {
        CheckForms(Lines(ProgramLimits.MaxFunctions - 1, static i => $"def f{i}():\n return"));
        Assert.Contains("more than 4095 functions", ErrorOf(Lines(ProgramLimits.MaxFunctions, static i => $"def f{i}():\n return")), StringComparison.Ordinal);
        CheckForms($"def f({string.Join(',', Enumerable.Range(0, ProgramLimits.MaxParameters).Select(static i => $"p{i}"))}):\n return");
    }

    [Fact]
    public void Instructions_UpToTheLimit_AndNotBeyond()
    {
        CheckForms(Repeat("or\n", ProgramLimits.MaxInstructions - ProgramLimits.MaxNestingDepth));
        Assert.Contains("more than about 262144 instructions", ErrorOf(Repeat("or\n", ProgramLimits.MaxInstructions + 1)), StringComparison.Ordinal);
        Assert.Contains("more than about 262144 instructions", ErrorOf(Repeat("while:\n dup\n", 87_000)), StringComparison.Ordinal);
    }

    /// <summary>A few bytes of bytecode that would be a terabyte of source text.</summary>
    [Fact]
    public void Disassembler_OfMoreTextThanASourceMayHave_StopsAndSaysSo()
    {
        CompiledProgram program = Compiler.Compile($"emit {new string('x', ProgramLimits.MaxTextBytes)}\n{Repeat("pop\n", 100)}");
        Bytecode.BytecodeImage image = Bytecode.BytecodeImage.Of(BytecodeWriter.Write(program));
        const int Count = 200_000;
        byte[] bytes = (image with
        {
            Functions = [1, Count & 0x7F | 0x80, (Count >> 7) & 0x7F | 0x80, Count >> 14],
            Code = [.. Enumerable.Repeat<byte[]>([0x70, 1], Count).SelectMany(static code => code)],
            Positions = [.. Enumerable.Repeat<byte[]>([2, 1], Count).SelectMany(static place => place)],
        }).ToBytes();
        CompiledProgram read = BytecodeReader.Read(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        BytecodeException exception = Assert.Throws<BytecodeException>(() => Disassembler.Disassemble(read));
        Assert.Contains("at most 1048576 bytes", exception.Expected, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64L * SourceLimits.MaxSourceBytes);
    }

    /// <summary>What would be slow or large if anything were quadratic, or recursed.</summary>
    [Theory]
    [InlineData("\"", 1_000_000, "")]
    [InlineData("push \"\\", 100_000, "")]
    [InlineData("{", 1_000_000, "")]
    [InlineData("push [", 30_000, "")]
    [InlineData("[", 200_000, "push ")]
    [InlineData("{\"a\":", 30_000, "push ")]
    [InlineData("9", 200_000, "push ")]
    [InlineData("a", 1_000_000, "")]
    [InlineData("a ", 100_000, "pop ")]
    [InlineData("a,", 30_000, "def f(")]
    [InlineData("\n", 1_000_000, "")]
    [InlineData("#\n", 500_000, "")]
    [InlineData(" #\n", 300_000, "if:\n")]
    [InlineData("if:\n", 250_000, "")]
    [InlineData("if:\n ", 200_000, "")]
    [InlineData("\t", 1_000_000, "")]
    [InlineData(":\n", 500_000, "")]
    [InlineData("\0", 1_000_000, "")]
    public void Hostile_Repetition_TakesLinearTimeAndMemory(string part, int count, string before)
    {
        string source = before + Repeat(part, count);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        _ = FuzzTarget.Compile(source);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 256L * SourceLimits.MaxSourceBytes);
    }

    [Fact]
    public void Hostile_UnknownCallsBesideManyFunctions_AreRefusedSoon()
    {
        StringBuilder source = new();
        for (int i = 0; i < 8_000; i++)
        {
            source.Append("call ").Append('b', 57).Append(i.ToString("D6", System.Globalization.CultureInfo.InvariantCulture)).Append('\n');
        }

        for (int i = 0; i < 3_000; i++)
        {
            source.Append("def ").Append('a', 57).Append(i.ToString("D6", System.Globalization.CultureInfo.InvariantCulture)).Append("():\n pop\n");
        }

        long start = Stopwatch.GetTimestamp();
        CompileException exception = Assert.Throws<CompileException>(() => Compiler.Compile(source.ToString()));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(SourceLimits.MaxErrors, exception.Errors.Length);
        Assert.True(exception.HasMore);
    }

    [Fact]
    public void Loader_OfAHugeFile_ReadsNoMoreThanAProgramMayHave()
    {
        using TemporaryDirectory directory = new();
        string path = Path.Combine(directory.Path, "huge.cairn");
        using (FileStream file = File.Create(path))
        {
            file.SetLength(4L << 30);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        CompileException exception = Assert.Throws<CompileException>(() => ProgramLoader.Load(OsFileSystem.Instance, path));
        Assert.Equal(path, exception.Errors[0].SourceName);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4L * ProgramLimits.MaxBytecodeBytes);
    }

    private static void CheckForms(string source)
    {
        CompiledProgram program = Compiler.Compile(source);
        byte[] bytes = BytecodeWriter.Write(program);
        CompiledProgram read = BytecodeReader.Read(bytes);
        Assert.True(bytes.AsSpan().SequenceEqual(BytecodeWriter.Write(read)));
        Assert.True(program.HasCodeOf(Compiler.Compile(Disassembler.Disassemble(read))));
        Assert.True(program.HasCodeOf(Compiler.Compile(SourceFormatter.Format(source))));
    }

    private static string ErrorOf(string source) => Assert.Throws<CompileException>(() => Compiler.Compile(source)).Errors[0].Message;

    private static string Nested(int depth, string header, string innermost = "pop")
    {
        StringBuilder text = new();
        for (int i = 0; i < depth; i++)
        {
            text.Append(' ', Math.Min(i, 500)).Append(header).Append('\n');
        }

        foreach (string line in innermost.Split('\n'))
        {
            text.Append(' ', Math.Min(depth, 500)).Append(line).Append('\n');
        }

        return text.Length > SourceLimits.MaxSourceBytes ? text.ToString(0, SourceLimits.MaxSourceBytes) : text.ToString();
    }

    private static string Indented(string source) => string.Concat(source.Split('\n').Select(static line => $" {line}\n"));

    private static string Lines(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(i => line(i) + "\n"));

    private static string Repeat(string part, int count) => new StringBuilder(part.Length * count).Insert(0, part, count).ToString();
}
