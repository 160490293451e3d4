using System.Text.Json;
using Cairn.Contracts.Execution;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Values;
using Cairn.Tests.Vm.Running;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;
using Cairn.Vm.Machines;
using Cairn.Vm.Running;
using Xunit;

namespace Cairn.Tests.Vm.Machines;

/// <summary>Every command has a file of vectors, and does what it says, from source and from bytecode.</summary>
public sealed class CommandVectorTests
{
    private static readonly string Folder = Repository.PathOf("tests", "Cairn.Tests", "Vm", "vectors");

    public static TheoryData<string> Commands => [.. CommandTable.All.Select(command => command.Word)];

    [Fact]
    public void Files_AreThoseOfTheCommands() =>
        Assert.Equal(CommandTable.All.Select(command => command.Word + ".json").Order(StringComparer.Ordinal), Directory.EnumerateFiles(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_DoesWhatItsVectorsSay(string command)
    {
        CommandVectors vectors = CommandVectors.Read(Path.Combine(Folder, command + ".json"));
        Assert.Equal(command, vectors.Command);
        Assert.NotEmpty(vectors.Cases);
        Assert.Equal(vectors.Cases.Count, vectors.Cases.Select(one => one.Name).Distinct(StringComparer.Ordinal).Count());
        foreach (CommandVector vector in vectors.Cases)
        {
            try
            {
                await CheckAsync(vector);
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                throw new Xunit.Sdk.XunitException($"'{command}', case '{vector.Name}': {fault.Message}", fault);
            }
        }
    }

    private static async Task CheckAsync(CommandVector vector)
    {
        CompiledProgram source = VmStore.Compile(string.Join('\n', vector.Program) + "\n");
        CompiledProgram bytecode = BytecodeReader.Read(BytecodeWriter.Write(source), source.SourceName);
        (RunResult first, Hash256 root) = await RunAsync(vector, source);
        (RunResult second, Hash256 sameRoot) = await RunAsync(vector, bytecode);
        Assert.Equal(root, sameRoot);
        Assert.Equal(first.Stack, second.Stack);
        Assert.Equal(first.Emitted, second.Emitted);
        Assert.Equal(first.GasUsed, second.GasUsed);
        Assert.Equal(first.Steps, second.Steps);
        Assert.Equal(first.Error, second.Error);
    }

    private static async Task<(RunResult Result, Hash256 Root)> RunAsync(CommandVector vector, CompiledProgram program)
    {
        await using VmStore store = await VmStore.NewAsync(new RunnerOptions { Clock = new SteadyClock(), Limits = LimitsOf(vector.Limits) });
        await store.WriteAsync(draft =>
        {
            NamespaceStore keys = new(draft, VmStore.Root);
            foreach ((string key, JsonElement value) in vector.Before)
            {
                keys.Set(key, CommandVector.ValueOf(value));
            }
        });
        SortedDictionary<string, StateValue> before = store.Read();
        Hash256 root = store.State.Root;
        RunSettings settings = VmStore.As(vector.As) with { Missing = Enum.Parse<MissingKey>(vector.Missing, ignoreCase: true), BlockPerCommit = vector.BlockPerCommit };
        RunResult simulated = store.Runner.Simulate(program, settings);
        Assert.Equal(root, store.State.Root);
        RunResult result = await store.Runner.RunAsync(program, settings);
        Assert.Equal((simulated.Fault?.ToString(), simulated.GasUsed, simulated.Steps), (result.Fault?.ToString(), result.GasUsed, result.Steps));
        Assert.Equal(simulated.Stack, result.Stack);
        Assert.Equal(result.Root, simulated.IsSuccess ? simulated.Root : result.Root);
        if (vector.Fault is { } expected)
        {
            CheckFault(expected, result);
            Assert.Equal(root, store.State.Root);
            Assert.Equal(before, store.Read());
        }
        else
        {
            Assert.Null(result.Error);
            CheckOutcome(vector, store, result, BytecodeWriter.Write(program).Length);
        }

        store.CheckAudit();
        return (result, store.State.Root);
    }

    private static void CheckFault(VectorFault expected, RunResult result)
    {
        Assert.NotNull(result.Fault);
        Assert.Equal((expected.Kind, expected.Line, expected.Column), (result.Fault.Kind.ToString(), result.Fault.Line, result.Fault.Column));
        Assert.Contains(expected.Text, result.Fault.Message, StringComparison.Ordinal);
        Assert.EndsWith("Nothing of the run is kept.", result.Error, StringComparison.Ordinal);
        Assert.Equal("test.cairn", result.Fault.File);
    }

    private static void CheckOutcome(CommandVector vector, VmStore store, RunResult result, int bytecodeBytes)
    {
        if (vector.Stack is { } stack)
        {
            Assert.Equal(stack.Select(CommandVector.ValueOf), result.Stack);
        }

        if (vector.Storage is { } storage)
        {
            Assert.Equal(storage.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, CommandVector.ValueOf(pair.Value))), store.Read().Select(pair => (pair.Key, pair.Value)));
        }

        foreach ((string key, IReadOnlyList<JsonElement> versions) in vector.Versions ?? [])
        {
            Assert.Equal(versions.Select(CommandVector.ValueOf), store.Versions(key));
        }

        Assert.Equal(vector.Emitted ?? [], result.Emitted);
        Assert.Equal(vector.Events?.Select(pair => new ProgramEvent(pair[0], pair[1])) ?? [], result.Events);
        if (vector.Gas is { } gas)
        {
            Assert.Equal(gas, result.GasUsed - GasSchedule.Default.CallCost(bytecodeBytes));
        }

        Assert.Equal(vector.Blocks ?? (vector.BlockPerCommit ? result.Blocks.Count : vector.As == "anonymous" ? 0 : 1), result.Blocks.Count);
    }

    private static MachineLimits LimitsOf(Dictionary<string, long> limits)
    {
        MachineLimits made = new();
        foreach ((string name, long value) in limits)
        {
            made = name switch
            {
                "steps" => made with { Steps = value },
                "stackValues" => made with { StackValues = (int)value },
                "callDepth" => made with { CallDepth = (int)value },
                "transactionDepth" => made with { TransactionDepth = (int)value },
                "stringBytes" => made with { StringBytes = (int)value },
                "memoryBytes" => made with { MemoryBytes = value },
                "emittedBytes" => made with { EmittedBytes = (int)value },
                "gas" => made with { Gas = (ulong)value },
                "blocks" => made with { Blocks = (int)value },
                _ => throw new JsonException($"'{name}' is no limit."),
            };
        }

        return made;
    }
}
