using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

/// <summary>--at, history, diff, blocks.</summary>
public sealed class PastCommandsTests
{
    public static TheoryData<string> Homes => TestStore.Homes;

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task At_AnEarlierHeight_AnswersAsOfThen(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        Assert.Equal("two", (await RunAsync(store, "get", "a/2", "--at", "3")).Fine().Output);
        Assert.Equal("two", (await RunAsync(store, "get", "a/2", "--at", "4")).Fine().Output);
        (await RunAsync(store, "get", "a/2", "--at", "5")).Failed(ExitCode.NotFound, "at height 5");
        Assert.Equal("{\"key\":\"a/2\",\"value\":\"two\",\"height\":3}\n", (await RunAsync(store, "get", "a/2", "--at", "3", "--json")).Fine().Output);
        Assert.Equal(["hex:00ff\thex:0a00", "a/1\tone", "a/2\ttwo", "b\t"], (await RunAsync(store, "list", "--at", "4")).Fine().Lines);
        Assert.Equal("4 17\n", (await RunAsync(store, "count", "--at", "4")).Fine().Output);
        Assert.Equal("2 12\n", (await RunAsync(store, "count", "--at", "4", "--prefix", "a/")).Fine().Output);
        Assert.Equal("0 0\n", (await RunAsync(store, "count", "--at", "4", "--tree", "local")).Fine().Output);
        CliRun root = (await RunAsync(store, "root", "--at", "8", "--json")).Fine();
        Assert.Equal(5, root.Json.GetProperty("height").GetInt32());
        Assert.Equal(root.Json.GetProperty("root").GetString(), (await RunAsync(store, "root", "--at", "5")).Fine().Output[2..^1]);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("10")]
    [InlineData("18446744073709551615")]
    public async Task At_AHeightThatIsNotRetained_EndsWith5(string height)
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        foreach (string[] arguments in (string[][])[["get", "a/1"], ["list"], ["count"], ["root"]])
        {
            (await RunAsync(store, [.. arguments, "--at", height])).Failed(ExitCode.Refused, $"Height {height} cannot be answered: the heights kept are 3 to 9");
        }

        (await RunAsync(store, "diff", "3", height)).Failed(ExitCode.Refused, $"Height {height}");
    }

    [Theory]
    [InlineData("root", "--at", "-1")]
    [InlineData("root", "--at", "18446744073709551616")]
    [InlineData("diff", "3", "x")]
    [InlineData("diff", "3")]
    [InlineData("blocks", "1.5")]
    [InlineData("history")]
    public async Task Heights_ThatAreNone_EndWith1(params string[] arguments)
    {
        using TestStore store = await TestStore.CreateAsync("jsonl");
        Assert.Equal(ExitCode.Malformed, (await RunAsync(store, arguments)).Code);
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task History_PrintsTheChangesOfAKey(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home, TestStore.Blocks + "{\"height\":11,\"changes\":[{\"key\":\"a/2\",\"value\":\"-\"}]}\n");
        Assert.Equal(["3\t-\ttwo", "5\ttwo\t-", "11\t-\thex:2d"], (await RunAsync(store, "history", "a/2")).Fine().Lines);
        Assert.Equal(["5\ttwo\t-"], (await RunAsync(store, "history", "a/2", "--from", "4", "--to", "10")).Fine().Lines);
        Assert.Equal(["{\"height\":3,\"old\":null,\"new\":\"two\"}", "{\"height\":5,\"old\":\"two\",\"new\":null}", "{\"height\":11,\"old\":null,\"new\":\"-\"}"], (await RunAsync(store, "history", "a/2", "--json")).Fine().Lines);
        Assert.Equal(["5\t-\thier"], (await RunAsync(store, "history", "note", "--tree", "local")).Fine().Lines);
        Assert.Equal(["3\t-\thex:0a00"], (await RunAsync(store, "history", "00ff", "--key-hex")).Fine().Lines);
        Assert.Empty((await RunAsync(store, "history", "none")).Fine().Lines);
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Diff_PrintsNetChangesOfBothTrees(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        string[] expected = ["state\ta/2\ttwo\t-", "state\ta/3\t-\thex:647265690a5a65696c656e0a", "state\thex:6865783a3631\t-\thex:c3a409", "state\tz\t-\tlast", "local\tnote\t-\thier"];
        Assert.Equal(expected, (await RunAsync(store, "diff", "3", "9")).Fine().Lines);
        Assert.Equal("state\ta/2\t-\ttwo", (await RunAsync(store, "diff", "9", "3")).Fine().Lines[0]);
        Assert.Empty((await RunAsync(store, "diff", "5", "8")).Fine().Lines);
        Assert.Equal("{\"tree\":\"local\",\"key\":\"note\",\"old\":null,\"new\":\"hier\"}", (await RunAsync(store, "diff", "3", "9", "--json")).Fine().Lines[^1]);
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Blocks_PrintsThem_AndAsJsonWhatApplyReads(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        string root = (await RunAsync(store, "root", "--at", "5")).Fine().Output[2..^1];
        string[] lines = (await RunAsync(store, "blocks")).Fine().Lines;
        Assert.Equal(["3", "5", "9"], lines.Select(static line => line.Split('\t')[0]));
        Assert.Equal($"5\t-\t{root}\t3\t1", lines[1]);
        Assert.StartsWith("3\t2017-06-23T21:05:06.5Z\t", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("\t4\t-", lines[0], StringComparison.Ordinal);
        Assert.Equal([lines[1]], (await RunAsync(store, "blocks", "4", "8")).Fine().Lines);
        Assert.Equal(lines[1..], (await RunAsync(store, "blocks", "4")).Fine().Lines);

        string json = (await RunAsync(store, "blocks", "--json")).Fine().Output;
        using TestStore copy = await TestStore.CreateAsync(home, json);
        Assert.Equal(json, (await RunAsync(copy, "blocks", "--json")).Fine().Output);
        Assert.Equal((await RunAsync(store, "list", "--json")).Output, (await RunAsync(copy, "list", "--json")).Fine().Output);

        string old = (await RunAsync(store, "blocks", "5", "5", "--json", "--old")).Fine().Output;
        Assert.Contains("\"height\":5,\"parentHeight\":3,\"previousRoot\":\"", old, StringComparison.Ordinal);
        Assert.Contains("{\"key\":\"a/2\",\"old\":\"two\",\"value\":null}", old, StringComparison.Ordinal);
        Assert.Contains("{\"key\":\"note\",\"old\":null,\"value\":\"hier\",\"tree\":\"local\"}],\"payloadHex\":\"01\"}", old, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blocks_ThatAreNotRetained_EndWith5()
    {
        using TestStore store = TestStore.Planned("directory");
        (await CliRun.RunAsync(["apply", "--store", store.Path, "--retain-blocks", "1", "-"], TestStore.Blocks)).Fine();
        (await RunAsync(store, "blocks", "3")).Failed(ExitCode.Refused, "Height 3 cannot be answered: the heights kept are 9 to 9");
        (await RunAsync(store, "history", "a/2", "--from", "3")).Failed(ExitCode.Refused, "Height 3");
        Assert.Single((await RunAsync(store, "blocks")).Fine().Lines);
    }

    private static Task<CliRun> RunAsync(TestStore store, params string[] arguments) => CliRun.RunAsync([.. arguments, "--store", store.Path]);
}
