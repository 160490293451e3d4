using System.Text.Json;
using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

/// <summary>run: programs on a store, and what they may not.</summary>
public sealed class RunCommandTests : IDisposable
{
    private const string Time = "2026-05-04T03:02:01Z";

    private const string Treasury = """
        push 100
        storep org/treasury/balance
        begintx
        push 90
        storep org/treasury/balance
        push 10
        storep org/projects/funding
        committx
        listkeys "org/treasury/"
        emit "moved"
        emitevent treasury "10 to funding"

        """;

    private readonly TemporaryDirectory _directory = new();

    private string Store => _directory.PathOf("store");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Run_Program_PrintsWhatItCameTo()
    {
        await InitAsync();
        CliRun run = (await RunAsync("--as", "alice", Save("treasury.cairn", Treasury))).Fine();
        Assert.Equal(4, run.Lines.Length);
        Assert.Equal(["moved", "event treasury: 10 to funding", "stack [\"org/treasury/balance\", 1]"], run.Lines[..3]);
        Assert.Matches("^block 2, root [0-9a-f]{64}, gas [0-9]+, steps 12$", run.Lines[3]);
        Assert.Equal("90\n", (await CliRun.RunAsync("storage", "get-value", "org/treasury/balance", "--store", Store, "--as", "alice")).Fine().Output);
        Assert.Contains("\ttreasury.cairn\tmain\t", (await CliRun.RunAsync("executions", "--store", Store)).Fine().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SourceAndBytecode_AreEqualInEveryHome()
    {
        await InitAsync();
        string source = Save("treasury.cairn", Treasury);
        (await CliRun.RunAsync("compile", source)).Fine();
        JsonElement first = (await RunAsync("--as", "alice", "--time", Time, source, "--json")).Fine().Json;
        string lines = "jsonl:" + _directory.PathOf("lines.jsonl");
        (await CliRun.RunAsync("ns", "init", "--store", lines, "--admin", "alice", "--time", Time)).Fine();
        JsonElement other = (await CliRun.RunAsync("run", "--store", lines, "--as", "alice", "--time", Time, _directory.PathOf("treasury.cairnvm"), "--json")).Fine().Json;
        foreach (string name in new[] { "root", "gas", "steps", "stack", "events", "height" })
        {
            Assert.Equal(first.GetProperty(name).GetRawText(), other.GetProperty(name).GetRawText());
        }

        Assert.Equal(JsonValueKind.Null, first.GetProperty("error").ValueKind);
    }

    [Fact]
    public async Task Run_SeveralFiles_StopAtTheFirstThatFails()
    {
        await InitAsync();
        string good = Save("good.cairn", "push 1\nstorep a\n");
        string bad = Save("bad.cairn", "push 2\nstorep a\nloadp none\n");
        CliRun run = await RunAsync("--as", "alice", good, bad, good);
        run.Failed(ExitCode.NotFound, $"{bad}:3:1: Key 'none' has no value");
        Assert.Contains("Nothing of the run is kept", run.Error, StringComparison.Ordinal);
        Assert.Equal("1\n", (await CliRun.RunAsync("storage", "get-value", "a", "--store", Store, "--as", "alice")).Fine().Output);
        Assert.StartsWith("2 ", (await CliRun.RunAsync("root", "--store", Store)).Fine().Output, StringComparison.Ordinal);
        (await RunAsync("--as", "alice", "--missing", "zero", bad)).Fine();
    }

    [Fact]
    public async Task Run_WithoutRights_IsRefusedAndAudited()
    {
        await InitAsync();
        string program = Save("write.cairn", "push 1\nstorep a\n");
        (await RunAsync(program)).Failed(ExitCode.Refused, "--as says who does");
        (await RunAsync("--as", "bob", program)).Failed(ExitCode.Refused, "denied to 'bob'");
        string[] audit = (await CliRun.RunAsync("audit", "--store", Store, "--as", "alice", "--outcome", "denied")).Fine().Lines;
        Assert.Equal(2, audit.Length);
        Assert.Contains("\tbob\twrite\tdenied\tglobal\ta\t", audit[0], StringComparison.Ordinal);

        (await CliRun.RunAsync("account", "create", "alice", "--quota", "4", "--store", Store, "--as", "alice")).Fine();
        CliRun full = await RunAsync("--as", "alice", "--json", Save("quota.cairn", "push \"12345\"\nstorep a\n"));
        Assert.Equal(ExitCode.Refused, full.Code);
        Assert.Equal("QuotaExceeded", full.Json.GetProperty("error").GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Run_Simulated_CommitsNothing()
    {
        await InitAsync();
        string root = (await CliRun.RunAsync("root", "--store", Store)).Fine().Output;
        CliRun run = (await RunAsync("--as", "alice", "--simulate", Save("treasury.cairn", Treasury))).Fine();
        Assert.StartsWith("simulated, nothing is committed; root ", run.Lines[^1], StringComparison.Ordinal);
        Assert.Equal(root, (await CliRun.RunAsync("root", "--store", Store)).Fine().Output);
    }

    [Fact]
    public async Task Run_BlockPerCommit_KeepsWhatWasCommittedBeforeAFault()
    {
        await InitAsync();
        CliRun run = await RunAsync("--as", "alice", "--block-per-commit", Save("two.cairn", "push 1\nstorep a\npush 2\nstorep b\npop\n"));
        run.Failed(ExitCode.Malformed, "The 2 blocks committed before stay (up to height 3)");
        CliRun fine = (await RunAsync("--as", "alice", "--block-per-commit", Save("three.cairn", "push 1\nstorep a\nbegintx\npush 2\nstorep b\ncommittx\n"))).Fine();
        Assert.StartsWith("blocks 4 to 5, 2 of them; root ", fine.Lines[^1], StringComparison.Ordinal);
        Assert.StartsWith("no block; root ", (await RunAsync("--as", "alice", "--block-per-commit", Save("none.cairn", "push 1\n"))).Fine().Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Traced_PrintsStepsOnStandardError()
    {
        await InitAsync();
        CliRun run = await RunAsync("--as", "alice", "--trace", Save("add.cairn", "push 1\npush 2\nadd\nstorep a\n"));
        Assert.Equal(ExitCode.Fine, run.Code);
        string[] steps = run.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(4, steps.Length);
        Assert.EndsWith("add.cairn:3:1 add [3]", steps[2], StringComparison.Ordinal);
        Assert.EndsWith("storep a []  write a = 3", steps[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Limits_EndIt()
    {
        await InitAsync();
        (await RunAsync("--as", "alice", "--gas", "100", Save("add.cairn", "push 1\nstorep a\n"))).Failed(ExitCode.Malformed, "100");
        CliRun endless = await RunAsync("--as", "alice", "--json", Save("endless.cairn", "def f():\n    call f\ncall f\n"));
        Assert.Equal(ExitCode.Malformed, endless.Code);
        Assert.Equal("CallDepth", endless.Json.GetProperty("error").GetProperty("limit").GetString());
    }

    [Fact]
    public async Task Run_OtherInput_IsRefused()
    {
        (await RunAsync("--as", "alice", Save("a.cairn", "push 1\n"))).Failed(ExitCode.NotFound, "no store");
        await InitAsync();
        (await RunAsync("--as", "alice", _directory.PathOf("none"))).Failed(ExitCode.Malformed, "there is no file");
        (await RunAsync("--as", "alice", Save("bad.cairn", "psh 1\n"))).Failed(ExitCode.Malformed, "did you mean 'push'");
        (await RunAsync("--as", "alice", "--missing", "none", Save("b.cairn", "push 1\n"))).Failed(ExitCode.Malformed, "--missing is one of error, zero, null");
        (await RunAsync("--as", "alice", "-", "-")).Failed(ExitCode.Malformed, "'-' goes once");
        (await RunAsync("--as", "alice", _directory.PathOf("\u001b[31mred\u202e"))).Failed(ExitCode.Malformed, "/ [31mred '");
        Assert.Equal("stack [5]", (await CliRun.RunAsync(["run", "--store", Store, "--as", "alice", "-"], "push 5\n")).Fine().Lines[0]);
    }

    private async Task InitAsync() => (await CliRun.RunAsync("ns", "init", "--store", Store, "--admin", "alice", "--time", Time)).Fine();

    private Task<CliRun> RunAsync(params string[] arguments) => CliRun.RunAsync(["run", "--store", Store, .. arguments]);

    private string Save(string name, string text)
    {
        File.WriteAllText(_directory.PathOf(name), text);
        return _directory.PathOf(name);
    }
}
