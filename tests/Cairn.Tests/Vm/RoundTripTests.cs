using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;
using Xunit;

namespace Cairn.Tests.Vm;

/// <summary>Source, bytecode, disassembled and formatted text are forms of one program.</summary>
public sealed class RoundTripTests
{
    private const int Programs = 1500;

    [Fact]
    public void RandomPrograms_ThroughBytecode_AreTheSame() => SeededRandom.ForEach(Programs, static random =>
    {
        CompiledProgram program = Compiler.Compile(ProgramGenerator.Any(random, random.Next(1, 80)));
        byte[] bytes = BytecodeWriter.Write(program);
        CompiledProgram read = BytecodeReader.Read(bytes);
        Assert.True(program.HasCodeOf(read));
        Assert.Equal(program.Code.AsEnumerable(), read.Code);
        Assert.Equal(bytes, BytecodeWriter.Write(read));
        Assert.Equal(bytes.Length, program.BytecodeBytes);
    });

    [Fact]
    public void RandomPrograms_Disassembled_CompileToTheSame() => SeededRandom.ForEach(Programs, static random =>
    {
        CompiledProgram program = Compiler.Compile(ProgramGenerator.Any(random, random.Next(1, 80)));
        string text = Disassembler.Disassemble(BytecodeReader.Read(BytecodeWriter.Write(program)));
        CompiledProgram again = Compiler.Compile(text);
        Assert.True(program.HasCodeOf(again), text);
        Assert.Equal(text, Disassembler.Disassemble(again));
        Assert.Equal(text, SourceFormatter.Format(text));
    });

    [Fact]
    public void RandomPrograms_Formatted_AreTheSameAndStayAsTheyAre() => SeededRandom.ForEach(Programs, static random =>
    {
        string source = ProgramGenerator.Any(random, random.Next(1, 80));
        string formatted = SourceFormatter.Format(source);
        Assert.True(Compiler.Compile(source).HasCodeOf(Compiler.Compile(formatted)), formatted);
        Assert.Equal(formatted, SourceFormatter.Format(formatted));
        Assert.Equal(Comments(source), Comments(formatted));
    });

    [Fact]
    public void RunnablePrograms_Compile() => SeededRandom.ForEach(Programs, static random => Assert.NotEmpty(Compiler.Compile(ProgramGenerator.Runnable(random)).Code));

    /// <summary>The comments of a text whose strings hold none of the generator's.</summary>
    private static List<string> Comments(string source) =>
        [.. source.Split('\n').Select(static line => line.TrimEnd()).Where(static line => line.TrimStart().StartsWith('#')).Select(static line => line.Trim()),
            .. source.Split('\n').Select(static line => line.TrimEnd()).Where(static line => !line.TrimStart().StartsWith('#')).SelectMany(static line => (string[])["# note", "#: \"x"], static (line, end) => line.EndsWith(end, StringComparison.Ordinal) ? end : "").Where(static end => end.Length > 0)];
}
