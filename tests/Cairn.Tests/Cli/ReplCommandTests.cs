using Cairn.Cli;
using Cairn.Cli.Repl;
using Cairn.Tests.Cli.Terminal;
using Xunit;

namespace Cairn.Tests.Cli;

/// <summary>repl: from a pipe, and typed.</summary>
public sealed class ReplCommandTests
{
    [Fact]
    public async Task Piped_Entries_KeepStackVariablesAndFunctions()
    {
        const string Input = """
            # what stays
            push 2
            def double(n):
                load n

                push 2   # like this:
                mul
            call double
            store x
            push true
            if:
                push "a: # b"
            else:
                push "c"
            load x
            :stack
            """;
        CliRun run = (await CliRun.RunAsync(["repl"], Input)).Fine();
        Assert.Equal(["[2]", "[4]", "[]", "[true]", "[\"a: # b\"]", "[\"a: # b\", 4]", "[\"a: # b\", 4]"], run.Lines);
    }

    [Fact]
    public async Task Piped_Writes_AreCommittedAtOnceAndTransactionsTogether()
    {
        const string Input = """
            push 1
            storep org/a
            begintx
            push 2
            storep org/a
            begintx
            push 3
            storep org/b
            committx
            rollbacktx
            loadp org/a
            emit "so far"
            keyexists org/b
            """;
        CliRun run = (await CliRun.RunAsync(["repl"], Input)).Fine();
        Assert.Equal(["[1]", "[]  block 2", "[]", "[1]", "so far", "[1]", "[1, false]"], run.Lines);
    }

    [Theory]
    [InlineData("push 1\nstorpe x\npush 2\n", ExitCode.Malformed, "unknown command 'storpe' at line 1")]
    [InlineData("push 1\nadd\n", ExitCode.Malformed, "entry:1:1: 'add' takes 2 values")]
    [InlineData("loadp none\n", ExitCode.NotFound, "Key 'none' has no value")]
    [InlineData(":as bob\npush 1\nstorep a\n", ExitCode.Refused, "denied to 'bob'")]
    [InlineData(":fly\n", ExitCode.Malformed, "':fly' is nothing that the session knows")]
    [InlineData("begintx\npush 1\n", ExitCode.Malformed, "transaction")]
    public async Task Piped_Mistake_EndsIt(string input, int code, string reason) => (await CliRun.RunAsync(["repl"], input)).Failed(code, reason);

    [Fact]
    public async Task Piped_OtherBytes_AreRefused()
    {
        using MemoryStream output = new();
        CliRun run = await CliRun.RunAsync(["repl"], new MemoryStream([0x70, 0xFF, 0x0A]), output, isTerminal: false, TestContext.Current.CancellationToken);
        run.Failed(ExitCode.Malformed, "no text in UTF-8");
    }

    [Fact]
    public async Task Piped_AsJson_GivesAnObjectForEachEntry()
    {
        CliRun run = await CliRun.RunAsync(["repl", "--json"], "push 2\nstorep a\nadd\n");
        Assert.Equal(ExitCode.Malformed, run.Code);
        Assert.Equal(3, run.Lines.Length);
        Assert.Equal("StackUnderflow", run.Json.GetProperty("error").GetProperty("kind").GetString());
        Assert.Contains("\"height\":2", run.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Piped_Words_AnswerAndSteer()
    {
        const string Input = """
            push 1
            store x
            def f():
                push 1
            :memory
            :functions
            :help storep
            :trace on
            push 5
            :trace off
            push 6
            :reset
            :stack
            :memory
            :quit
            push 7
            """;
        CliRun run = (await CliRun.RunAsync(["repl"], Input)).Fine();
        Assert.Equal(["[1]", "[]", "x = 1", "def f():", "    push 1"], run.Lines[..5]);
        Assert.Contains("storep [KEY]", run.Lines[5], StringComparison.Ordinal);
        Assert.Equal(["  1 entry:1:1 push 5 [5]", "[5]", "[5, 6]", "[]"], run.Lines[6..]);
    }

    [Fact]
    public async Task Piped_Words_AreInTheHelp()
    {
        string[] lines = (await CliRun.RunAsync(["repl"], ":help\n:commands\n:help nothing\n")).Fine().Lines;
        foreach (string word in ReplCommands.Words)
        {
            Assert.Contains(lines, line => line.StartsWith("  " + word, StringComparison.Ordinal));
        }

        Assert.Contains(lines, static line => line.StartsWith("  while:", StringComparison.Ordinal));
        Assert.EndsWith("is no command", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Piped_Store_IsThatOfTheOption()
    {
        using TemporaryDirectory directory = new();
        string store = directory.PathOf("store");
        (await CliRun.RunAsync("ns", "init", "--store", store, "--admin", "alice")).Fine();
        (await CliRun.RunAsync(["repl", "--store", store], "push 1\nstorep a\n")).Failed(ExitCode.Refused, "':as PRINCIPAL' says who does");
        Assert.Equal("[]  block 3", (await CliRun.RunAsync(["repl", "--store", store, "--as", "alice"], "push 1\nstorep a\n")).Fine().Lines[^1]);
    }

    [Fact]
    public async Task Typed_BlocksMistakesAndCompletion_GoOnToTheEnd()
    {
        TypedTerminal terminal = new("push tr<Backspace>rue<Enter>if:<Enter>push 1<Enter><Enter>adx<Enter>push 2<Enter>ad<Tab><Enter>while:<Enter>pu<^C>:qu<Tab><Enter>");
        CliRun run = await CliRun.TypeAsync(["repl", "--no-history"], terminal);
        Assert.Equal(ExitCode.Fine, run.Code);
        Assert.Equal(["[true]", "[1]", "[1, 2]", "[3]"], run.Lines[1..]);
        Assert.Contains("unknown command 'adx'", run.Error, StringComparison.Ordinal);
        Assert.Contains("     >     push 1", terminal.Written);
        Assert.Equal(0, terminal.KeysLeft);
    }

    [Fact]
    public async Task Typed_Tab_KnowsKeysVariablesFunctionsRolesAndTypes()
    {
        TypedTerminal terminal = new(
            "push 7<Enter>storep org/acme/balance<Enter>push 1<Enter>store counter<Enter>def helper():<Enter>push 3<Enter><Enter>"
            + "loadp o<Tab>a<Tab>b<Tab><Enter>load c<Tab><Enter>call h<Tab><Enter>hasrole wr<Tab><Enter>loadptyped org/acme/balance int<Tab><Enter><^D>");
        CliRun run = await CliRun.TypeAsync(["repl", "--no-history"], terminal);
        Assert.Equal("", run.Error);
        Assert.Equal("[7, 1, 3, true, 7]", run.Lines[^1]);
    }

    [Theory]
    [InlineData("if:", true)]
    [InlineData("loop 3:   # times", true)]
    [InlineData("emit x # note:", false)]
    [InlineData("push \"a:\"", false)]
    [InlineData("push \"a # b\\\" c\" :", true)]
    [InlineData("storep a#b:", true)]
    public void OpensBlock_Line_IsToldByItsColon(string line, bool opens) => Assert.Equal(opens, EntryText.OpensBlock(line));
}
