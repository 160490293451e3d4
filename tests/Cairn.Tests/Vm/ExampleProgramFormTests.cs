using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;
using Xunit;

namespace Cairn.Tests.Vm;

/// <summary>The example programs are formatted, and the same in every form.</summary>
public sealed class ExampleProgramFormTests
{
    [Fact]
    public void Programs_AreFormatted_AndTheSameInEveryForm()
    {
        string[] files = Directory.GetFiles(Repository.PathOf("examples", "programs"), "*" + ProgramLoader.SourceExtension, SearchOption.AllDirectories);
        Assert.True(files.Length >= 6);
        foreach (string file in files)
        {
            string source = File.ReadAllText(file);
            CompiledProgram program = Compiler.Compile(source, Path.GetFileName(file));
            Assert.True(string.Equals(source, SourceFormatter.Format(source), StringComparison.Ordinal), $"{file} is not formatted: cairn fmt");
            CompiledProgram read = BytecodeReader.Read(BytecodeWriter.Write(program));
            Assert.True(program.HasCodeOf(Compiler.Compile(Disassembler.Disassemble(read))), file);
        }
    }
}
