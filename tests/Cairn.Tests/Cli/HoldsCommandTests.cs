using System.Text;
using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

public sealed class HoldsCommandTests
{
    [Fact]
    public async Task Holds_PlacedListedMovedReleased()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        Assert.Empty((await CliRun.RunAsync("holds", "list", "--store", store.Path)).Fine().Output);
        Assert.Equal("one\t9\t0\t5000\twhole\n", (await CliRun.RunAsync("holds", "place", "one", "--store", store.Path, "--limit", "5000")).Fine().Output);
        CliRun moved = (await CliRun.RunAsync("holds", "place", "one", "--store", store.Path, "--from", "3", "--limit", "7000", "--json")).Fine();
        Assert.Equal(("one", 3, 7000, 0, false), (moved.Json.GetProperty("name").GetString(), moved.Json.GetProperty("height").GetInt32(), moved.Json.GetProperty("maxBytes").GetInt32(), moved.Json.GetProperty("heldBytes").GetInt32(), moved.Json.GetProperty("broken").GetBoolean()));
        Assert.Equal("one\t3\t0\t7000\twhole\n", (await CliRun.RunAsync("holds", "list", "--store", store.Path)).Fine().Output);
        Assert.Contains("hold one.maxBytes\t7000", (await CliRun.RunAsync("stats", "--store", store.Path)).Fine().Lines);
        (await CliRun.RunAsync("holds", "release", "two", "--store", store.Path)).Failed(ExitCode.NotFound, "two");
        Assert.Equal("one", (await CliRun.RunAsync("holds", "release", "one", "--store", store.Path, "--json")).Fine().Json.GetProperty("released").GetString());
        Assert.Empty((await CliRun.RunAsync("holds", "list", "--store", store.Path)).Fine().Output);
    }

    [Fact]
    public async Task Place_OutOfRange_IsRefused()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        (await CliRun.RunAsync("holds", "place", "one", "--store", store.Path, "--from", "10", "--limit", "1")).Failed(ExitCode.Refused, "10");
        (await CliRun.RunAsync("holds", "place", "a\tb", "--store", store.Path, "--limit", "1")).Failed(ExitCode.Malformed, "name");
        (await CliRun.RunAsync("holds", "place", "one", "--store", store.Path)).Failed(ExitCode.Malformed, "cairn holds place --help");
        (await CliRun.RunAsync("holds", "--store", store.Path)).Failed(ExitCode.Malformed, "");
        using TestStore lines = await TestStore.CreateAsync("jsonl");
        (await CliRun.RunAsync("holds", "place", "one", "--store", lines.Path, "--limit", "1")).Failed(ExitCode.Refused, "keeps every block");
        Assert.Contains("store.prunes\tno, this home keeps every block", (await CliRun.RunAsync("stats", "--store", lines.Path)).Fine().Lines);
    }

    [Fact]
    public async Task Apply_RetainBlocks_MovesTheFloor()
    {
        using TestStore store = TestStore.Planned("directory");
        StringBuilder blocks = new();
        for (int height = 1; height <= 20; height++)
        {
            blocks.Append("{\"height\":").Append(height).Append(",\"changes\":[]}\n");
        }

        (await CliRun.RunAsync(["apply", "--store", store.Path, "--retain-blocks", "5", "-"], blocks.ToString())).Fine();
        CliRun stats = (await CliRun.RunAsync("stats", "--store", store.Path, "--json")).Fine();
        Assert.Equal((16, 20, 5), (Number(stats, "floorHeight"), Number(stats, "blocks"), Number(stats, "retainedBlocks")));
        (await CliRun.RunAsync("holds", "place", "x", "--store", store.Path, "--limit", "1")).Fine();
        (await CliRun.RunAsync(["apply", "--store", store.Path, "--retain-blocks", "all", "-"], "{\"height\":21,\"changes\":[]}")).Fine();
        stats = (await CliRun.RunAsync("stats", "--store", store.Path, "--json")).Fine();
        Assert.Equal((16, 21, 6), (Number(stats, "floorHeight"), Number(stats, "blocks"), Number(stats, "retainedBlocks")));
        (await CliRun.RunAsync(["apply", "--store", store.Path, "--retain-blocks", "0", "-"], "")).Failed(ExitCode.Malformed, "--retain-blocks");
    }

    private static int Number(CliRun stats, string name) => stats.Json.GetProperty("store").GetProperty(name).GetInt32();
}
