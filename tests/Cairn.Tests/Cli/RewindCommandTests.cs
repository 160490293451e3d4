using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

public sealed class RewindCommandTests
{
    public static TheoryData<string> Homes => TestStore.Homes;

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Rewind_WithoutYes_TellsHowManyBlocksAndChangesNothing(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        string root = (await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output;
        (await CliRun.RunAsync("rewind", "--store", store.Path, "--to", "4")).Failed(ExitCode.Refused, "takes back 2 blocks, from height 9 to 3");
        (await CliRun.RunAsync("rewind", "--store", store.Path, "--to", "8", "--json")).Failed(ExitCode.Refused, "takes back 1 block, from height 9 to 5");
        Assert.Equal(root, (await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output);
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Rewind_WithYes_GoesBackAndHeightsAreUsedAgain(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        string root = (await CliRun.RunAsync("root", "--store", store.Path, "--at", "3")).Fine().Output;
        CliRun json = (await CliRun.RunAsync("rewind", "--store", store.Path, "--to", "4", "--yes", "--json")).Fine();
        Assert.Equal((9, 3, 2), (json.Json.GetProperty("from").GetInt32(), json.Json.GetProperty("height").GetInt32(), json.Json.GetProperty("blocks").GetInt32()));
        Assert.Equal(root, $"3 {json.Json.GetProperty("root").GetString()}\n");
        Assert.Equal(root, (await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output);
        Assert.Equal("two", (await CliRun.RunAsync("get", "a/2", "--store", store.Path)).Fine().Output.TrimEnd('\n'));
        (await CliRun.RunAsync(["apply", "--store", store.Path, "-"], """{"height":5,"changes":[{"key":"other","value":"chain"}]}""" + "\n")).Fine();
        (await CliRun.RunAsync("check", "--store", store.Path)).Fine();
        Assert.StartsWith("from\t5\n", (await CliRun.RunAsync("rewind", "--store", store.Path, "--to", "5")).Fine().Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Rewind_WhereItCannot_IsRefusedWithTheHeights(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        (await CliRun.RunAsync("rewind", "--store", store.Path, "--to", "2", "--yes")).Failed(ExitCode.Refused, "3 to 9");
        (await CliRun.RunAsync("rewind", "--store", store.Path, "--to", "10", "--yes")).Failed(ExitCode.Refused, "3 to 9");
        Assert.Equal("5\n", (await CliRun.RunAsync("finalize", "7", "--store", store.Path)).Fine().Output);
        Assert.Equal(5, (await CliRun.RunAsync("finalize", "4", "--store", store.Path, "--json")).Fine().Json.GetProperty("finalizedHeight").GetInt32());
        (await CliRun.RunAsync("rewind", "--store", store.Path, "--to", "4", "--yes")).Failed(ExitCode.Refused, "height 5 is final");
        (await CliRun.RunAsync("rewind", "--store", store.Path, "--to", "5", "--yes")).Fine();
        (await CliRun.RunAsync("finalize", "10", "--store", store.Path)).Failed(ExitCode.Refused, "3 to 5");
        (await CliRun.RunAsync("check", "--store", store.Path)).Fine();
    }

    [Fact]
    public async Task Rewind_OfAStoreThatIsBeingWritten_EndsWith4()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        await using StateStore writer = await StateStore.OpenAsync(store.Path);
        (await CliRun.RunAsync("rewind", "--store", store.Path, "--to", "3", "--yes")).Failed(ExitCode.Busy, "");
        (await CliRun.RunAsync("finalize", "3", "--store", store.Path)).Failed(ExitCode.Busy, "");
        (await CliRun.RunAsync("prune", "--retain-blocks", "1", "--store", store.Path)).Failed(ExitCode.Busy, "");
    }

    [Fact]
    public async Task Commands_WithoutWhatTheyNeed_EndWith1()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        (await CliRun.RunAsync("rewind", "--store", store.Path)).Failed(ExitCode.Malformed, "--to");
        (await CliRun.RunAsync("finalize", "--store", store.Path)).Failed(ExitCode.Malformed, "");
        (await CliRun.RunAsync("prune", "--store", store.Path)).Failed(ExitCode.Malformed, "--retain-blocks or --to");
        (await CliRun.RunAsync("prune", "--store", store.Path, "--to", "3", "--retain-blocks", "1")).Failed(ExitCode.Malformed, "--retain-blocks or --to");
        (await CliRun.RunAsync("prune", "--store", store.Path, "--retain-blocks", "0")).Failed(ExitCode.Malformed, "from 1");
    }

    [Fact]
    public async Task Prune_ByBlocksAndByHeight_MovesTheFloor()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        CliRun dry = (await CliRun.RunAsync("prune", "--retain-blocks", "2", "--dry-run", "--store", store.Path, "--json")).Fine();
        Assert.Equal((true, 3, 5, 1, 2), (dry.Json.GetProperty("dryRun").GetBoolean(), dry.Json.GetProperty("floorBefore").GetInt32(), dry.Json.GetProperty("floor").GetInt32(), dry.Json.GetProperty("blocks").GetInt32(), dry.Json.GetProperty("retainedBlocks").GetInt32()));
        (await CliRun.RunAsync("get", "a/1", "--at", "3", "--store", store.Path)).Fine();
        CliRun done = (await CliRun.RunAsync("prune", "--retain-blocks", "2", "--store", store.Path, "--json")).Fine();
        Assert.Equal(5, done.Json.GetProperty("floor").GetInt32());
        Assert.Equal(0, done.Json.GetProperty("obstacles").GetArrayLength());
        (await CliRun.RunAsync("get", "a/1", "--at", "3", "--store", store.Path)).Failed(ExitCode.Refused, "5 to 9");
        (await CliRun.RunAsync("holds", "place", "late", "--from", "4", "--limit", "100000", "--store", store.Path)).Fine();
        string text = (await CliRun.RunAsync("prune", "--to", "9", "--store", store.Path)).Fine().Output;
        Assert.Contains("floor\t9\n", text, StringComparison.Ordinal);
        Assert.Contains("kept for hold late\t", text, StringComparison.Ordinal);
        (await CliRun.RunAsync("prune", "--to", "10", "--store", store.Path)).Failed(ExitCode.Refused, "9 to 9");
        (await CliRun.RunAsync("check", "--store", store.Path)).Fine();
    }

    [Fact]
    public async Task Prune_OfJsonLines_IsRefused()
    {
        using TestStore store = await TestStore.CreateAsync("jsonl");
        (await CliRun.RunAsync("prune", "--retain-blocks", "1", "--store", store.Path)).Failed(ExitCode.Refused, "keeps every block");
    }
}
