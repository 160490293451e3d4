using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

public sealed class CliApplicationTests
{
    public static TheoryData<string> Commands => ["apply", "root", "get", "list", "count", "stats", "check", "compact", "proof-spec", "verify-proof", "verify-range", "quickstart"];

    [Fact]
    public async Task Version_IsOneLine() => Assert.Matches(@"^cairn \d+\.\d+\.\d+\n$", (await CliRun.RunAsync("--version")).Fine().Output);

    [Fact]
    public async Task Help_NamesEveryCommandAndExitCode()
    {
        string help = (await CliRun.RunAsync("--help")).Fine().Output;
        foreach (string command in Commands.Select(row => row.Data))
        {
            Assert.Contains($"\n  {command} ", help, StringComparison.Ordinal);
        }

        Assert.Contains("4 store busy", help, StringComparison.Ordinal);
        Assert.Contains("cairn quickstart", help, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_OfACommand_HasExamplesAndJson(string command)
    {
        string help = (await CliRun.RunAsync(command, "--help")).Fine().Output;
        Assert.Contains("Examples:\n  cairn " + command, help, StringComparison.Ordinal);
        Assert.Contains("--json", help, StringComparison.Ordinal);
        Assert.Contains($"cairn {command}", help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a command is missing")]
    [InlineData("there is no command 'bogus'", "bogus")]
    [InlineData("there is no command '--bogus'", "--bogus")]
    [InlineData("'--store' is required", "root")]
    [InlineData("Required argument missing", "--store")]
    [InlineData("'KEY' missing", "get", "--store", "s")]
    [InlineData("'more'", "get", "--store", "s", "key", "more")]
    [InlineData("'FILE' missing", "apply", "--store", "s")]
    [InlineData("'--store' expects a single argument", "root", "--store", "s", "--store", "t")]
    [InlineData("--store is the path of a store", "root", "--store", "")]
    [InlineData("--store is the path of a store", "quickstart", "--store", " ")]
    [InlineData("names no path", "root", "--store", "jsonl:")]
    [InlineData("is no kind of store", "root", "--store", "ftp:somewhere")]
    [InlineData("--limit is a number", "list", "--store", "s", "--limit", "-1")]
    [InlineData("--limit is a number", "list", "--store", "s", "--limit", "1e3")]
    [InlineData("--tree is one of state, local, not 'State'", "list", "--store", "s", "--tree", "State")]
    [InlineData("--home is one of directory, jsonl, not 'memory'", "apply", "--store", "s", "--home", "memory", "-")]
    [InlineData("--durability is one of durable, grouped, danger-no-sync, not 'fast'", "apply", "--store", "s", "--durability", "fast", "-")]
    [InlineData("--prefix goes alone", "list", "--store", "s", "--prefix", "a", "--to", "b")]
    [InlineData("'zz' does not consist of pairs of hexadecimal digits", "get", "--store", "s", "--key-hex", "zz")]
    [InlineData("'abc' does not consist of pairs of hexadecimal digits", "list", "--store", "s", "--key-hex", "--from", "abc")]
    [InlineData("there is no file 'nothing.jsonl'", "apply", "--store", "s", "nothing.jsonl")]
    [InlineData("'.' is a directory", "apply", "--store", "s", ".")]
    [InlineData("--store says dir:, --home says another kind", "apply", "--store", "dir:nothing-there", "--home", "jsonl", "-")]
    public async Task Arguments_Malformed_EndWith1(string reason, params string[] arguments)
    {
        if (arguments is ["--store"])
        {
            arguments = ["root", "--store"];
        }

        (await CliRun.RunAsync(arguments, "{\"height\":1,\"changes\":[]}")).Failed(ExitCode.Malformed, reason);
    }

    [Theory]
    [InlineData("root")]
    [InlineData("get", "key")]
    [InlineData("list")]
    [InlineData("count")]
    [InlineData("stats")]
    [InlineData("check")]
    public async Task Store_ThatIsNotThere_EndsWith2(params string[] arguments)
    {
        using TemporaryDirectory directory = new();
        (await CliRun.RunAsync([.. arguments, "--store", directory.PathOf("none")])).Failed(ExitCode.NotFound, directory.PathOf("none"));
        (await CliRun.RunAsync([.. arguments, "--store", directory.Path])).Failed(ExitCode.NotFound, directory.Path);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact]
    public async Task Output_WhoseReaderHasGone_EndsQuietly()
    {
        using TestStore store = await TestStore.CreateAsync("jsonl");
        using BrokenStream output = new(brokenPipe: true);
        CliRun run = await CliRun.RunAsync(["list", "--store", store.Path], Stream.Null, output, isTerminal: false, default);
        Assert.Equal((ExitCode.Fine, ""), (run.Code, run.Error));
    }

    [Fact]
    public async Task Output_ThatCannotBeWritten_EndsWith6()
    {
        using TestStore store = await TestStore.CreateAsync("jsonl");
        using BrokenStream output = new(brokenPipe: false);
        (await CliRun.RunAsync(["list", "--store", store.Path], Stream.Null, output, isTerminal: false, default)).Failed(ExitCode.InputOutput, "The output cannot be written");
    }

    [Fact]
    public async Task OutputStream_Swallows_AfterTellingOnce()
    {
        using BrokenStream inner = new(brokenPipe: true);
        await using OutputStream output = new(inner);
        output.WriteLine("one");
        Assert.Throws<OutputClosedException>(output.Flush);
        Assert.True(output.IsClosed);
        output.Write(new byte[100_000]);
        output.Flush();
    }

    /// <summary>An output that takes nothing.</summary>
    private sealed class BrokenStream(bool brokenPipe) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("simulated", brokenPipe ? 32 : 28);
    }
}
