using System.Globalization;
using System.Text;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Tests.Vm.Running;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;
using Cairn.Vm.Machines;
using Cairn.Vm.Running;
using Xunit;

namespace Cairn.Tests.Vm.Examples;

/// <summary>The programs under <c>examples/programs</c> say what their files with expected output have, on every home, with the store closed between runs, from source and from bytecode.</summary>
public sealed class ExampleProgramTests
{
    private static readonly string Folder = Repository.PathOf("examples", "programs");

    public static TheoryData<string> Examples => [.. Directory.EnumerateDirectories(Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Examples_AreTheSix() => Assert.Equal(["cart", "counter", "ledger", "membership", "treasury", "vote"], Examples.Select(row => row.Data));

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Example_OnEveryHome_SaysWhatIsExpected(string name)
    {
        using TemporaryDirectory directory = new();
        (string text, Hash256 root) = await RunAsync(name, "memory:", reopens: false, isBytecode: false);
        Check(name, text);
        foreach ((string home, bool reopens, bool isBytecode) in new[] { ("dir:" + directory.PathOf("a"), false, true), ("dir:" + directory.PathOf("b"), true, false), ("jsonl:" + directory.PathOf("c.jsonl"), false, false), ("jsonl:" + directory.PathOf("d.jsonl"), true, true) })
        {
            Assert.Equal((text, root), await RunAsync(name, home, reopens, isBytecode));
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_HasAProgramForEachFile_AndIsFormatted(string name)
    {
        ExampleSetup setup = ExampleSetup.Read(Path.Combine(Folder, name));
        IEnumerable<string> files = Directory.EnumerateFiles(Path.Combine(Folder, name), "*.cairn").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
        Assert.Equal(files, setup.Runs.Select(run => run.Program).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        foreach (string file in files)
        {
            string source = File.ReadAllText(Path.Combine(Folder, name, file));
            Assert.Equal(source, SourceFormatter.Format(source, file));
        }
    }

    private static void Check(string name, string text)
    {
        string path = Path.Combine(Folder, name, "expected.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path), text);
    }

    /// <summary>Runs an example.</summary>
    /// <returns>What it said, and the root in the end.</returns>
    private static async Task<(string Text, Hash256 Root)> RunAsync(string name, string location, bool reopens, bool isBytecode)
    {
        string folder = Path.Combine(Folder, name);
        ExampleSetup setup = ExampleSetup.Read(folder);
        StringBuilder text = new();
        StateStore store = await StateStore.OpenAsync(location);
        try
        {
            using (BlockDraft draft = store.CreateDraft(new BlockHeight(1)))
            {
                draft.TimeTicks = 0;
                setup.Prepare(draft);
                await store.CommitAsync(draft);
            }

            foreach (ExampleRun run in setup.Runs)
            {
                if (reopens)
                {
                    await store.DisposeAsync();
                    store = await StateStore.OpenAsync(location);
                }

                text.Append(await RunAsync(folder, run, store, isBytecode)).Append('\n');
            }

            Describe(text, store, setup.Admin);
            return (text.ToString(), store.Root);
        }
        finally
        {
            await store.DisposeAsync();
        }
    }

    private static async Task<string> RunAsync(string folder, ExampleRun run, StateStore store, bool isBytecode)
    {
        CompiledProgram program = Compiler.Compile(await File.ReadAllTextAsync(Path.Combine(folder, run.Program)), run.Program);
        program = isBytecode ? BytecodeReader.Read(BytecodeWriter.Write(program), run.Program) : program;
        ProgramRunner runner = new(store, new RunnerOptions { Clock = new SteadyClock() });
        RunResult result = await runner.RunAsync(program, new RunSettings { Principal = new Principal(run.As), Missing = Enum.Parse<MissingKey>(run.Missing, ignoreCase: true), BlockPerCommit = run.BlockPerCommit });
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"$ {run.Program} as {run.As}{(run.Missing == "error" ? "" : ", missing keys as " + run.Missing)}{(run.BlockPerCommit ? ", a block per commit" : "")}\n");
        foreach (string line in result.Emitted)
        {
            text.Append(line).Append('\n');
        }

        foreach (ProgramEvent happened in result.Events)
        {
            text.Append(CultureInfo.InvariantCulture, $"event {happened.Category}: {happened.Message}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"stack [{string.Join(", ", result.Stack.Select(value => value.ToJson()))}], height {result.Height}\n");
        return result.Error is { } error ? text.Append(CultureInfo.InvariantCulture, $"error: {error}\n").ToString() : text.ToString();
    }

    /// <summary>What is stored in the end, and what was denied on the way.</summary>
    private static void Describe(StringBuilder text, StateStore store, string admin)
    {
        using StateView view = store.OpenView();
        NamespaceStore keys = new(view, new Principal(admin));
        text.Append("Stored in the end:\n");
        foreach (StatePath key in keys.List().Keys)
        {
            ulong versions = keys.VersionCount(key);
            text.Append(CultureInfo.InvariantCulture, $"{key} = {keys.Get(key).ToJson()} ({versions} version{(versions == 1 ? "" : "s")})\n");
        }

        Assert.True(AuditChain.Verify(view).IsSound);
        foreach (AuditRecord record in keys.Audit.Read().Where(record => record.Outcome != AuditOutcome.Done).Reverse())
        {
            text.Append(CultureInfo.InvariantCulture, $"audited: {record.Principal}, {record.Action} {record.Key}, {record.Outcome}, height {record.Height}\n");
        }
    }
}
