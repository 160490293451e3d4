using System.Globalization;
using System.Text;
using Cairn.Tests.Vm.Running;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;
using Cairn.Vm.Running;
using Xunit;

namespace Cairn.Tests.Vm;

/// <summary>Random programs do the same whether they come from source, bytecode, disassembled or formatted text.</summary>
public sealed class RandomRunTests
{
    private const int Programs = 300;

    [Fact]
    public async Task RunnablePrograms_InEveryForm_DoTheSame()
    {
        await using VmStore store = await VmStore.NewAsync();
        int writing = 0;
        SeededRandom.ForEach(Programs, random =>
        {
            string source = ProgramGenerator.Runnable(random, random.Next(5, 60));
            RunResult run = Simulate(store, Compiler.Compile(source, "a.cairn"));
            Assert.True(run.IsSuccess, $"{run.Error}\n{source}");
            Assert.Equal(Show(run, hasPlaces: true), Show(Simulate(store, Reread(source)), hasPlaces: true));
            Assert.Equal(Show(run, hasPlaces: false), Show(Simulate(store, Compiler.Compile(SourceFormatter.Format(source), "a.cairn")), hasPlaces: false));
            Assert.Equal(Show(run, hasPlaces: false), Show(Simulate(store, Compiler.Compile(Disassembler.Disassemble(Reread(source)), "a.cairn")), hasPlaces: false));
            writing += run.Root == store.State.Root ? 0 : 1;
        });
        Assert.True(writing > 0);
    }

    [Fact]
    public async Task AnyPrograms_FromSourceAndBytecode_EndAtTheSamePlace()
    {
        await using VmStore store = await VmStore.NewAsync(new RunnerOptions { Clock = new SteadyClock(), Limits = new() { Steps = 20_000 } });
        int failed = 0;
        SeededRandom.ForEach(Programs, random =>
        {
            string source = ProgramGenerator.Any(random, random.Next(5, 60));
            RunResult run = Simulate(store, Compiler.Compile(source, "a.cairn"));
            Assert.Equal(Show(run, hasPlaces: true), Show(Simulate(store, Reread(source)), hasPlaces: true));
            failed += run.IsSuccess ? 0 : 1;
        });
        Assert.True(failed > 0);
    }

    private static CompiledProgram Reread(string source) => BytecodeReader.Read(BytecodeWriter.Write(Compiler.Compile(source)), "a.cairn");

    private static RunResult Simulate(VmStore store, CompiledProgram program) => store.Runner.Simulate(program, VmStore.As("root"));

    /// <summary>Everything that a run comes to. Gas counts the bytes of places, and errors name them.</summary>
    private static string Show(RunResult run, bool hasPlaces)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{run.Steps} steps, root {run.Root}\n");
        text.AppendJoin(' ', run.Stack.Select(static value => value.ToJson())).Append('\n');
        text.AppendJoin(' ', run.Memory.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key}={pair.Value.ToJson()}")).Append('\n');
        text.AppendJoin('\n', run.Emitted).Append('\n').AppendJoin('\n', run.Events);
        return hasPlaces ? text.Append(CultureInfo.InvariantCulture, $"\n{run.GasUsed} gas, {run.Error}").ToString() : text.ToString();
    }
}
