using System.Diagnostics;
using System.Text;
using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

/// <summary>What only a process of its own can show: real streams, signals, the script.</summary>
public sealed class CliProcessTests
{
    [Fact]
    public async Task Commands_InAPipeline_GiveExactBytesAndCodes()
    {
        using TestStore store = TestStore.Planned("jsonl");
        using CliProcess apply = CliProcess.Start("apply", "--store", store.Path, "--home", "jsonl", "--roots", "-");
        (int code, byte[] output, string error) = await apply.RunAsync(TestStore.Blocks);
        Assert.Equal((0, 3, ""), (code, Encoding.UTF8.GetString(output).Count(letter => letter == '\n'), error));
        using CliProcess get = CliProcess.Start("get", "--store", store.Path, "00ff", "--key-hex");
        (code, output, error) = await get.RunAsync();
        Assert.Equal((0, ""), (code, error));
        Assert.Equal([0x0a, 0x00], output);
        using CliProcess none = CliProcess.Start("get", "--store", store.Path, "none");
        (code, output, error) = await none.RunAsync();
        Assert.Equal((ExitCode.NotFound, 0), (code, output.Length));
        Assert.StartsWith("cairn: there is no key 'none'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_WhoseReaderLeaves_EndsQuietly()
    {
        using TestStore store = TestStore.Planned("jsonl");
        string changes = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"{{\"key\":\"key/{i:d5}\",\"value\":\"{new string('v', 50)}\"}}"));
        (await CliRun.RunAsync(["apply", "--store", store.Path, "--home", "jsonl", "-"], $"{{\"height\":1,\"changes\":[{changes}]}}")).Fine();
        using CliProcess list = CliProcess.Start("list", "--store", store.Path);
        Assert.StartsWith("key/00000\t", await list.Output.ReadLineAsync(), StringComparison.Ordinal);
        list.Output.Close();
        Assert.Equal((0, ""), await list.EndAsync());
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Apply_Interrupted_KeepsWhatItAcknowledged(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no such signals");
        using TestStore store = TestStore.Planned("jsonl");
        using CliProcess apply = CliProcess.Start("apply", "--store", store.Path, "--home", "jsonl", "--roots", "-");
        await apply.Input.WriteLineAsync("{\"height\":1,\"changes\":[{\"key\":\"k\",\"value\":\"1\"}]}");
        await apply.Input.FlushAsync();
        string acknowledged = (await apply.Output.ReadLineAsync())!;
        apply.Signal(signal); // while it waits for more
        (int code, string error) = await apply.EndAsync();
        Assert.Equal(ExitCode.Interrupted, code);
        Assert.Contains("the store is at height 1", error, StringComparison.Ordinal);
        Assert.Equal(acknowledged + "\n", (await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output);
    }

    [Fact]
    public async Task Script_ThroughALinkAndBlanks_RunsWhatWasBuilt()
    {
        string built = Repository.PathOf("src", "Cairn.Cli", "bin", "Release", "net10.0", "Cairn.Cli.dll");
        Assert.SkipUnless(File.Exists(built) && !OperatingSystem.IsWindows(), "there is no Release build to run");
        using TemporaryDirectory directory = new();
        string link = directory.PathOf("a link");
        File.CreateSymbolicLink(link, Repository.PathOf("cairn"));
        ProcessStartInfo start = new(link, ["--version"]) { WorkingDirectory = directory.Path };
        start.Environment["CAIRN_NO_BUILD"] = "1";
        using CliProcess script = CliProcess.StartOther(start);
        (int code, byte[] output, string error) = await script.RunAsync();
        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("cairn ", Encoding.UTF8.GetString(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Script_WithoutDotnet_SaysWhatIsMissing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the script is for Unix");
        using TemporaryDirectory directory = new();
        foreach (string tool in new[] { "bash", "dirname", "readlink", "find" })
        {
            string? path = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);
            Assert.SkipWhen(path is null, $"there is no {tool}");
            File.CreateSymbolicLink(directory.PathOf(tool), path!);
        }

        ProcessStartInfo start = new(directory.PathOf("bash"), [Repository.PathOf("cairn"), "--version"]);
        start.Environment["PATH"] = directory.Path;
        using CliProcess script = CliProcess.StartOther(start);
        (int code, byte[] output, string error) = await script.RunAsync();
        Assert.Equal((127, 0), (code, output.Length));
        Assert.Contains("no 'dotnet' on the PATH", error, StringComparison.Ordinal);
    }
}
