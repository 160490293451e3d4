using System.Diagnostics;
using Cairn.Benchmarks.Results;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;
using Cairn.Vm.Running;

namespace Cairn.Benchmarks.Parts;

/// <summary>
/// The machine, on one thread over a directory store: loops of simple commands, calls, reads and writes of the storage inside of one block, with the roles, versions, audit and gas that they always have. Committing is apart.
/// </summary>
internal static class MachineParts
{
    private const string Table = "the machine, one thread";
    private const int Keys = 10_000;
    private const int Simple = 5_000_000;
    private const int Calls = 5_000_000;
    private const int Reads = 2_000_000;
    private const int Writes = 200_000;

    private static readonly Principal Root = new("root");

    /// <summary>Measures.</summary>
    public static Task RunAsync(BenchmarkOptions options) => PartsRun.RunAsync(options, async (settings, directory, figures) =>
    {
        for (int run = 0; run < settings.Runs; run++)
        {
            Figures.Column column = figures.In(Table, settings.Durability.ToString());
            await using StateStore store = await StateStore.OpenAsync("dir:" + Path.Combine(directory, $"machine-{run}"), new StateStoreOptions { CacheBytes = settings.CacheBytes, Durability = settings.Durability });
            await PrepareAsync(store);
            ProgramRunner runner = new(store);
            await MeasureAsync(runner, column, "simple commands", Loop(Simple, "    load n\n    push 1\n    add\n    store n\n    push 3\n    push 4\n    mul\n    push 12\n    eq\n    pop\n"), steps => steps);
            await MeasureAsync(runner, column, "calls with a parameter, and returns", "def f(n):\n    load n\n" + Loop(Calls, "    push 1\n    call f\n    pop\n"), _ => Calls);
            await MeasureAsync(runner, column, "reads of one key", Loop(Reads, "    loadp bench/1\n    pop\n"), _ => Reads);
            await MeasureAsync(runner, column, "reads of 10,000 keys", Loop(Reads, Next + "    loadp\n    pop\n"), _ => Reads);
            await MeasureAsync(runner, column, "first writes of keys", Loop(Writes, "    load n\n    push 1\n    add\n    store n\n    load n\n    push \"new/\"\n    load n\n    add\n    storep\n"), _ => Writes);
            await MeasureAsync(runner, column, "writes of 10,000 keys", Loop(Writes, "    load n\n" + Next + "    storep\n"), _ => Writes);
            await MeasureAsync(runner, column, "writes, each in a transaction", Loop(Writes, "    begintx\n    load n\n" + Next + "    storep\n    committx\n"), _ => Writes);
        }
    });

    /// <summary>Goes on to the next key and pushes it.</summary>
    private const string Next = "    load n\n    push 1\n    add\n    push 10000\n    mod\n    store n\n    push \"bench/\"\n    load n\n    add\n";

    private static string Loop(int rounds, string body) => $"push 0\nstore n\nloop {rounds}:\n{body}";

    private static async Task PrepareAsync(StateStore store)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        NamespaceStore.Initialize(draft, Root);
        NamespaceStore keys = new(draft, Root);
        for (int i = 0; i < Keys; i++)
        {
            keys.Set($"bench/{i}", Contracts.Values.StateValue.FromNumber(i));
        }

        await store.CommitAsync(draft);
    }

    private static async Task MeasureAsync(ProgramRunner runner, Figures.Column column, string name, string source, Func<long, long> count)
    {
        CompiledProgram program = Compiler.Compile(source);
        RunSettings settings = new() { Principal = Root };
        RunResult warm = runner.Simulate(program, settings);
        warm.ThrowIfFailed();
        using PreparedRun prepared = runner.Prepare(program, settings);
        prepared.Result.ThrowIfFailed();
        long started = Stopwatch.GetTimestamp();
        await prepared.CommitAsync();
        double commit = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        column.Add(name, "1/s", count(prepared.Result.Steps) / prepared.Result.Duration.TotalSeconds);
        column.Add(name + ": committing", "ms", commit);
    }
}
