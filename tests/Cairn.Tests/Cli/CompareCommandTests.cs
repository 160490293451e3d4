using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

public sealed class CompareCommandTests
{
    [Fact]
    public async Task Compare_OfEqualStoresOfTwoKinds_EndsWith0()
    {
        using TestStore one = await TestStore.CreateAsync("directory");
        using TestStore other = await TestStore.CreateAsync("jsonl");
        CliRun run = await CliRun.RunAsync("compare", one.Path, other.Path);
        Assert.Equal(ExitCode.Fine, run.Code);
        Assert.Equal("", run.Output);
        Assert.Contains("the states are the same at height 9; both have the heights 3 to 9", run.Error, StringComparison.Ordinal);
        Assert.True((await CliRun.RunAsync("compare", one.Path, other.Path, "--json")).Fine().Json.GetProperty("same").GetBoolean());
    }

    [Fact]
    public async Task Compare_OfDifferentStores_NamesHeightAndKeysAndEndsWith7()
    {
        using TestStore one = await TestStore.CreateAsync("directory");
        using TestStore other = await TestStore.CreateAsync("directory", TestStore.Blocks.Replace("drei", "vier", StringComparison.Ordinal));
        CliRun run = await CliRun.RunAsync("compare", one.Path, other.Path);
        Assert.Equal(ExitCode.Different, run.Code);
        Assert.StartsWith("a/3\thex:64726569", Assert.Single(run.Lines), StringComparison.Ordinal);
        Assert.Contains("they differ from 5 on", run.Error, StringComparison.Ordinal);
        CliRun json = await CliRun.RunAsync("compare", one.Path, other.Path, "--json");
        Assert.Equal(ExitCode.Different, json.Code);
        Assert.Equal((5, 5, 1), (json.Json.GetProperty("firstDifference").GetInt32(), json.Json.GetProperty("comparedAt").GetInt32(), json.Json.GetProperty("keys").GetInt32()));
        Assert.Equal(ExitCode.Fine, (await CliRun.RunAsync("compare", one.Path, other.Path, "--at", "3")).Code);
        Assert.Equal(ExitCode.Different, (await CliRun.RunAsync("compare", one.Path, other.Path, "--at", "9", "--limit", "0")).Code);
        (await CliRun.RunAsync("compare", one.Path, other.Path, "--at", "10")).Failed(ExitCode.Refused, "10");
        (await CliRun.RunAsync("compare", one.Path, one.Path + "-absent")).Failed(ExitCode.NotFound, "");
    }
}
