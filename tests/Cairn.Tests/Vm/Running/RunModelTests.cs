using System.Globalization;
using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Machines;
using Cairn.Vm.Running;
using Xunit;

namespace Cairn.Tests.Vm.Running;

/// <summary>Random programs: against plain collections, on all homes, from source and from bytecode, in other cultures.</summary>
public sealed class RunModelTests
{
    [Fact]
    public async Task Programs_OfStorageCommands_DoWhatPlainCollectionsDo()
    {
        HashSet<FaultKind?> seen = [];
        int scenarios = 0;
        await SeededRandom.ForEachAsync(1_500, random =>
        {
            scenarios++;
            return RunScenario.RunAsync("memory:", random, seen);
        });

        // What no program met was not tried. One seed alone meets little of it.
        Assert.Superset(
            scenarios < 1_000 ? [] : new HashSet<FaultKind?> { null, FaultKind.AccessDenied, FaultKind.QuotaExceeded, FaultKind.MissingKey, FaultKind.UnknownVersion, FaultKind.NoTransaction, FaultKind.UnclosedTransaction },
            seen);
    }

    [Fact]
    public Task Programs_OfStorageCommands_HaveTheSameRootOnEveryHome() => SeededRandom.ForEachAsync(8, async random =>
    {
        using TemporaryDirectory directory = new();
        int seed = random.Next();
        Hash256 root = await RunScenario.RunAsync("memory:", new Random(seed));
        Assert.Equal(root, await RunScenario.RunAsync("dir:" + directory.PathOf("a"), new Random(seed)));
        Assert.Equal(root, await RunScenario.RunAsync("jsonl:" + directory.PathOf("b.jsonl"), new Random(seed)));
    });

    [Fact]
    public Task Programs_FromSourceAndBytecode_DoTheSame_OnEveryHome() => SeededRandom.ForEachAsync(60, async random =>
    {
        using TemporaryDirectory directory = new();
        CompiledProgram source = VmStore.Compile(ProgramGenerator.Runnable(random));
        CompiledProgram bytecode = BytecodeReader.Read(BytecodeWriter.Write(source), source.SourceName);
        (string text, Hash256 root) = await RunAsync("memory:", source);
        Assert.Equal((text, root), await RunAsync("memory:", bytecode));
        Assert.Equal((text, root), await RunAsync("jsonl:" + directory.PathOf("a.jsonl"), bytecode));
        Assert.Equal((text, root), await RunAsync("dir:" + directory.PathOf("b"), source));
    });

    /// <summary>Any program that compiles ends in a result, whatever it does, and one that fails leaves the state as it was.</summary>
    [Fact]
    public async Task Programs_OfAnyKind_EndInAResult()
    {
        RunnerOptions options = new() { Clock = new SteadyClock(), Limits = new() { Steps = 20_000, StackValues = 2_000, EmittedBytes = 65_536, Blocks = 50 } };
        await using VmStore store = await VmStore.NewAsync(options);
        int failed = 0;
        await SeededRandom.ForEachAsync(1_000, async random =>
        {
            CompiledProgram program = VmStore.Compile(ProgramGenerator.Any(random));
            Hash256 root = store.State.Root;
            RunSettings settings = VmStore.As("root") with { Stack = [.. Enumerable.Range(0, 6).Select(i => i % 2 == 0 ? StateValue.FromNumber(i) : StateValue.FromText("k" + i))] };
            RunResult simulated = store.Runner.Simulate(program, settings);
            Assert.Equal(root, store.State.Root);
            RunResult result = await store.Runner.RunAsync(program, settings);
            Assert.Equal(Text(simulated with { IsSimulated = false }), Text(result));
            Assert.Equal(result.IsSuccess ? result.Root : root, store.State.Root);
            failed += result.IsSuccess ? 0 : 1;
        });
        Assert.NotEqual(0, failed);
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public async Task Cultures_ChangeNothing(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            foreach (int seed in SeededRandom.Seeds(20, first: 3_000))
            {
                CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
                string source = ProgramGenerator.Runnable(new Random(seed)) + "\npush 1234567.5\nemit\npush \"I i ı İ\"\npush 0.5\nadd\nemit\ndumpstack\ndumpmemory\n";
                (string text, Hash256 root) = await RunAsync("memory:", VmStore.Compile(source));
                Hash256 scenario = await RunScenario.RunAsync("memory:", new Random(seed));
                CultureInfo.CurrentCulture = Foreign(culture);
                Assert.Equal((text, root), await RunAsync("memory:", VmStore.Compile(source)));
                Assert.Equal(scenario, await RunScenario.RunAsync("memory:", new Random(seed)));
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>A culture with the numbers of another one: the framework may have no data of countries. Those of a whole process are the concern of <see cref="Contracts.ForeignPlaceTests"/>.</summary>
    private static CultureInfo Foreign(string name)
    {
        CultureInfo culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = name == "de-DE" ? "," : "٫";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "−";
        return culture;
    }

    private static async Task<(string Text, Hash256 Root)> RunAsync(string location, CompiledProgram program)
    {
        await using VmStore store = await VmStore.OpenAsync(location);
        RunResult result = await store.Runner.RunAsync(program, VmStore.As("root"));
        Assert.Null(result.Error);
        store.CheckAudit();
        return (Text(result), store.State.Root);
    }

    private static string Text(RunResult result) =>
        $"{string.Join(',', result.Stack.Select(value => value.ToJson()))}|{string.Join('\n', result.Emitted)}|{string.Join('\n', result.Events)}|{result.GasUsed}|{result.Steps}|{result.Error}";
}
