using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

/// <summary>compile, disassemble and fmt.</summary>
public sealed class LanguageCommandsTests
{
    private const string Formatted = """
        # doubles what it gets
        def double(n):
            load n # twice
            load n
            add

        push 21
        call double

        """;

    private const string Untidy = "# doubles what it gets\ndef double( n ):\n  load   n   # twice\n  load n\n  add\n\n\n\npush 21\r\ncall double\n\n";

    [Fact]
    public async Task Compile_Source_WritesBytecodeThatDisassembles()
    {
        using TemporaryDirectory directory = new();
        string source = Save(directory, "double.cairn", Formatted);
        CliRun run = (await CliRun.RunAsync("compile", source)).Fine();
        Assert.Matches(@"double\.cairn: 5 instructions, 1 functions, \d+ bytes to .*double\.cairnvm, sha256 [0-9a-f]{64}", run.Output);
        string text = (await CliRun.RunAsync("disassemble", directory.PathOf("double.cairnvm"))).Fine().Output;
        Assert.Equal("push 21\ncall double\n\ndef double(n):\n    load n\n    load n\n    add\n", text);
        Assert.Equal(text, (await CliRun.RunAsync("disassemble", source)).Fine().Output);
    }

    [Fact]
    public async Task Compile_Again_ReplacesBytecodeAndNothingElse()
    {
        using TemporaryDirectory directory = new();
        string source = Save(directory, "a.cairn", "push 1\n");
        await CliRun.RunAsync("compile", source);
        Save(directory, "a.cairn", "push 2\n");
        (await CliRun.RunAsync("compile", source)).Fine();
        Assert.Equal("push 2\n", (await CliRun.RunAsync("disassemble", directory.PathOf("a.cairnvm"))).Fine().Output);
        string precious = Save(directory, "precious.txt", "text");
        (await CliRun.RunAsync("compile", source, "--output", precious)).Failed(ExitCode.Refused, "is no bytecode; it was left as it is");
        Assert.Equal("text", await File.ReadAllTextAsync(precious, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Compile_AsJson_HasTheSameHashWhateverTheForm()
    {
        using TemporaryDirectory directory = new();
        string source = Save(directory, "double.cairn", Formatted);
        CliRun first = (await CliRun.RunAsync("compile", source, "--json")).Fine();
        CliRun again = (await CliRun.RunAsync("compile", directory.PathOf("double.cairnvm"), "--check", "--json")).Fine();
        Assert.Equal(5, first.Json.GetProperty("instructions").GetInt32());
        Assert.Equal(1, first.Json.GetProperty("functions").GetInt32());
        Assert.Equal(directory.PathOf("double.cairnvm"), first.Json.GetProperty("output").GetString());
        Assert.Equal(first.Json.GetProperty("sha256").GetString(), again.Json.GetProperty("sha256").GetString());
        Assert.Null(again.Json.GetProperty("output").GetString());
    }

    [Fact]
    public async Task Compile_Mistakes_AreAllToldAndNothingIsWritten()
    {
        using TemporaryDirectory directory = new();
        string source = Save(directory, "bad.cairn", "push 1\nstorpe x\npush 0x10\n");
        CliRun run = await CliRun.RunAsync("compile", source);
        Assert.Equal(ExitCode.Malformed, run.Code);
        string[] lines = run.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"cairn: {source}: unknown command 'storpe' at line 2, column 1; did you mean 'store", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"cairn: {source}: ", lines[1], StringComparison.Ordinal);
        Assert.False(File.Exists(directory.PathOf("bad.cairnvm")));

        CliRun json = await CliRun.RunAsync("compile", source, "--json");
        Assert.Equal(ExitCode.Malformed, json.Code);
        Assert.Equal(2, json.Lines.Length);
        Assert.Equal(3, json.Json.GetProperty("error").GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task Compile_OtherFiles_AreRefused()
    {
        using TemporaryDirectory directory = new();
        (await CliRun.RunAsync("compile", directory.PathOf("none"))).Failed(ExitCode.Malformed, "there is no file");
        (await CliRun.RunAsync("compile", directory.Path)).Failed(ExitCode.Malformed, "is a directory");
        await File.WriteAllBytesAsync(directory.PathOf("bytes"), [0x70, 0xFF, 0xFE], TestContext.Current.CancellationToken);
        (await CliRun.RunAsync("compile", directory.PathOf("bytes"))).Failed(ExitCode.Malformed, "no UTF-8");
        (await CliRun.RunAsync(["compile", "-"], "push 1\n")).Failed(ExitCode.Malformed, "--output");
        (await CliRun.RunAsync(["compile", "-", "--check"], "push 1\n")).Fine();
    }

    [Fact]
    public async Task Disassemble_DamagedBytecode_IsRefused()
    {
        using TemporaryDirectory directory = new();
        await CliRun.RunAsync("compile", Save(directory, "a.cairn", Formatted));
        byte[] bytes = await File.ReadAllBytesAsync(directory.PathOf("a.cairnvm"), TestContext.Current.CancellationToken);
        bytes[^40] ^= 1;
        await File.WriteAllBytesAsync(directory.PathOf("a.cairnvm"), bytes, TestContext.Current.CancellationToken);
        (await CliRun.RunAsync("disassemble", directory.PathOf("a.cairnvm"))).Failed(ExitCode.Malformed, "is no bytecode that can run");
    }

    [Fact]
    public async Task Format_Files_AreReplacedAndNamed()
    {
        using TemporaryDirectory directory = new();
        string untidy = Save(directory, "untidy.cairn", Untidy);
        string tidy = Save(directory, "tidy.cairn", Formatted);
        CliRun check = await CliRun.RunAsync("fmt", "--check", untidy, tidy);
        Assert.Equal((ExitCode.Different, untidy + "\n"), (check.Code, check.Output));
        Assert.Equal(Untidy, await File.ReadAllTextAsync(untidy, TestContext.Current.CancellationToken));
        Assert.Equal(untidy + "\n", (await CliRun.RunAsync("fmt", untidy, tidy)).Fine().Output);
        Assert.Equal(Formatted, await File.ReadAllTextAsync(untidy, TestContext.Current.CancellationToken));
        Assert.Equal("", (await CliRun.RunAsync("fmt", "--check", untidy, tidy)).Fine().Output);
        Assert.Equal(["tidy.cairn", "untidy.cairn"], Directory.GetFiles(directory.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Format_WrongProgram_StaysAndTheOthersAreFormatted()
    {
        using TemporaryDirectory directory = new();
        string wrong = Save(directory, "wrong.cairn", "psh 1\n");
        string untidy = Save(directory, "untidy.cairn", Untidy);
        CliRun run = await CliRun.RunAsync("fmt", wrong, untidy);
        Assert.Equal(ExitCode.Malformed, run.Code);
        Assert.Contains("did you mean 'push'", run.Error, StringComparison.Ordinal);
        Assert.Equal("psh 1\n", await File.ReadAllTextAsync(wrong, TestContext.Current.CancellationToken));
        Assert.Equal(Formatted, await File.ReadAllTextAsync(untidy, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Format_Link_StaysOne()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Making links takes a right on Windows.");
        using TemporaryDirectory directory = new();
        string target = Save(directory, "target.cairn", Untidy);
        string link = directory.PathOf("link.cairn");
        File.CreateSymbolicLink(link, target);
        (await CliRun.RunAsync("fmt", link)).Fine();
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Equal(Formatted, await File.ReadAllTextAsync(target, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Format_AndDisassemble_AsJson_AreObjects()
    {
        using TemporaryDirectory directory = new();
        string untidy = Save(directory, "untidy.cairn", Untidy);
        CliRun run = await CliRun.RunAsync("fmt", "--check", untidy, "--json");
        Assert.Equal(ExitCode.Different, run.Code);
        Assert.False(run.Json.GetProperty("canonical").GetBoolean());
        (await CliRun.RunAsync("fmt", untidy)).Fine();
        Assert.True((await CliRun.RunAsync("fmt", "--check", untidy, "--json")).Fine().Json.GetProperty("canonical").GetBoolean());
        Assert.StartsWith("push 21\n", (await CliRun.RunAsync("disassemble", untidy, "--json")).Fine().Json.GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, (await CliRun.RunAsync("fmt", Save(directory, "bad.cairn", "psh 1\n"), "--json")).Json.GetProperty("error").GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task Format_StandardInput_GoesToStandardOutput() => Assert.Equal(Formatted, (await CliRun.RunAsync(["fmt", "-"], Untidy)).Fine().Output);

    private static string Save(TemporaryDirectory directory, string name, string text)
    {
        File.WriteAllText(directory.PathOf(name), text);
        return directory.PathOf(name);
    }
}
