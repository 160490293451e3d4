using System.Text;
using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

/// <summary>root, get, list, count, stats.</summary>
public sealed class ReadingCommandsTests
{
    public static TheoryData<string> Homes => TestStore.Homes;

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Root_PrintsHeightAndRoot(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        CliRun run = (await CliRun.RunAsync("root", "--store", store.Path)).Fine();
        Assert.Matches("^9 [0-9a-f]{64}\n$", run.Output);
        CliRun json = (await CliRun.RunAsync("root", "--store", store.Path, "--json")).Fine();
        Assert.Equal(9, json.Json.GetProperty("height").GetInt32());
        Assert.Equal(run.Output[2..^1], json.Json.GetProperty("root").GetString());
        Assert.Equal("2017-06-23T22:00:00Z", json.Json.GetProperty("time").GetString());
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Get_PrintsExactlyTheBytes(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        await Check("one", "a/1");
        await Check("drei\nZeilen\n", "a/3");
        await Check("", "b");
        await Check("one\n", "a/1", "--line");
        await Check("6f6e65", "a/1", "--value-hex");
        await Check("hier", "note", "--tree", "local");
        await Check("\n\0", "--key-hex", "00ff");
        await Check("\n\0", "00FF", "--key-hex");
        await Check("\n\0\n", "00ff", "--key-hex", "--line");
        await Check("ä\t", "hex:61");
        await Check("last", "--", "z");

        async Task Check(string expected, params string[] arguments) =>
            Assert.Equal(Encoding.UTF8.GetBytes(expected), (await CliRun.RunAsync([.. (string[])["get", "--store", store.Path], .. arguments])).Fine().Bytes);
    }

    [Theory]
    [InlineData("one\n", "a/1")]
    [InlineData("6f6e65\n", "a/1", "--value-hex")]
    [InlineData("\n\0", "00ff", "--key-hex")]
    public async Task Get_OnATerminal_EndsTextWithALine(string expected, params string[] arguments)
    {
        using TestStore store = await TestStore.CreateAsync("jsonl");
        Assert.Equal(expected, (await CliRun.RunAsync([.. (string[])["get", "--store", store.Path], .. arguments], "", isTerminal: true)).Fine().Output);
    }

    [Fact]
    public async Task Get_AsJson_TellsTheHeightOfTheLastChange()
    {
        using TestStore store = await TestStore.CreateAsync("jsonl");
        Assert.Equal("{\"key\":\"a/1\",\"value\":\"one\",\"height\":3}\n", (await CliRun.RunAsync("get", "--store", store.Path, "a/1", "--json")).Fine().Output);
        Assert.Equal("{\"keyHex\":\"00ff\",\"valueHex\":\"0a00\",\"height\":3}\n", (await CliRun.RunAsync("get", "--store", store.Path, "00ff", "--key-hex", "--json")).Fine().Output);
        Assert.Equal("{\"key\":\"a/1\",\"valueHex\":\"6f6e65\",\"height\":3}\n", (await CliRun.RunAsync("get", "--store", store.Path, "a/1", "--value-hex", "--json")).Fine().Output);
    }

    [Theory]
    [InlineData("a/2")]
    [InlineData("note")]
    [InlineData("")]
    [InlineData("a/1", "--tree", "local")]
    public async Task Get_OfAKeyThatIsNotThere_EndsWith2(params string[] arguments)
    {
        using TestStore store = await TestStore.CreateAsync("jsonl");
        CliRun run = (await CliRun.RunAsync([.. (string[])["get", "--store", store.Path], .. arguments])).Failed(ExitCode.NotFound, $"no key '{arguments[0]}'");
        Assert.Empty(run.Bytes);
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task List_PrintsEntriesInOrder(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        string[] all = ["hex:00ff\thex:0a00", "a/1\tone", "a/3\thex:647265690a5a65696c656e0a", "b\t", "hex:6865783a3631\thex:c3a409", "z\tlast"];
        await Check(all);
        await Check([.. all.Reverse()], "--reverse");
        await Check(all[1..3], "--prefix", "a/");
        await Check([.. all[1..3].Reverse()], "--prefix", "a/", "--reverse");
        await Check(all[2..4], "--from", "a/2", "--to", "c");
        await Check(all[3..], "--from", "b");
        await Check(all[..1], "--to", "a");
        await Check([], "--to", "");
        await Check(all[1..], "--from", "01", "--key-hex");
        await Check(all[..2], "--limit", "2");
        await Check([all[5]], "--limit", "1", "--reverse");
        await Check([], "--limit", "0");
        await Check([.. all.Select(line => line.Split('\t')[0])], "--keys");
        await Check(["note\thier"], "--tree", "local");
        await Check(["{\"key\":\"a/1\",\"value\":\"one\",\"height\":3}", "{\"key\":\"a/3\",\"valueHex\":\"647265690a5a65696c656e0a\",\"height\":5}"], "--prefix", "a/", "--json");
        await Check(["{\"keyHex\":\"00ff\",\"height\":3}"], "--limit", "1", "--keys", "--json");

        async Task Check(string[] expected, params string[] arguments) =>
            Assert.Equal(expected, (await CliRun.RunAsync([.. (string[])["list", "--store", store.Path], .. arguments])).Fine().Lines);
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Count_PrintsEntriesAndBytes(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        Assert.Equal("6 40\n", (await CliRun.RunAsync("count", "--store", store.Path)).Fine().Output);
        Assert.Equal("2 21\n", (await CliRun.RunAsync("count", "--store", store.Path, "--prefix", "a/")).Fine().Output);
        Assert.Equal("1 4\n", (await CliRun.RunAsync("count", "--store", store.Path, "--prefix", "00", "--key-hex")).Fine().Output);
        Assert.Equal("0 0\n", (await CliRun.RunAsync("count", "--store", store.Path, "--prefix", "none")).Fine().Output);
        Assert.Equal("{\"entries\":1,\"bytes\":8}\n", (await CliRun.RunAsync("count", "--store", store.Path, "--tree", "local", "--json")).Fine().Output);
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Stats_TellsAboutEveryPart(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        CliRun json = (await CliRun.RunAsync("stats", "--store", store.Path, "--json")).Fine();
        Assert.Equal(9, json.Json.GetProperty("store").GetProperty("height").GetInt32());
        Assert.Equal(6, json.Json.GetProperty("state").GetProperty("entries").GetInt32());
        Assert.Equal(1, json.Json.GetProperty("state").GetProperty("pages").GetInt32());
        Assert.Equal(0.094, json.Json.GetProperty("state").GetProperty("fill").GetDouble());
        Assert.Equal(1, json.Json.GetProperty("local").GetProperty("entries").GetInt32());
        Assert.True(json.Json.GetProperty("disk").GetProperty("logBytes").GetInt64() > 0);
        Assert.Contains("state.entries\t6", (await CliRun.RunAsync("stats", "--store", store.Path)).Fine().Lines);
        string table = (await CliRun.RunAsync(["stats", "--store", store.Path], "", isTerminal: true)).Fine().Output;
        Assert.Contains("│", table, StringComparison.Ordinal);
        Assert.Contains("entries", table, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Readers_BesideAWriter_SeeWhatIsDurable(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        await using StateStore writer = await StateStore.OpenAsync(store.Path);
        using BlockDraft draft = writer.CreateDraft(new BlockHeight(10));
        draft.State.Put("new"u8, "value"u8);
        await writer.CommitAsync(draft);
        Assert.StartsWith("10 ", (await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output, StringComparison.Ordinal);
        Assert.Equal("value", (await CliRun.RunAsync("get", "--store", store.Path, "new")).Fine().Output);
        (await CliRun.RunAsync(["apply", "--store", store.Path, "-"], "{\"height\":11,\"changes\":[]}")).Failed(ExitCode.Busy, store.Path);
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Store_WithoutABlock_HasNoRootButIsEmpty(string home)
    {
        using TestStore store = TestStore.Planned(home);
        await using (await StateStore.OpenAsync((home == "jsonl" ? "jsonl:" : "") + store.Path))
        {
        }

        (await CliRun.RunAsync("root", "--store", store.Path)).Failed(ExitCode.NotFound, "no block yet");
        (await CliRun.RunAsync("get", "--store", store.Path, "k")).Failed(ExitCode.NotFound, "no key");
        Assert.Empty((await CliRun.RunAsync("list", "--store", store.Path)).Fine().Bytes);
        Assert.Equal("0 0\n", (await CliRun.RunAsync("count", "--store", store.Path)).Fine().Output);
        (await CliRun.RunAsync("stats", "--store", store.Path)).Fine();
        (await CliRun.RunAsync("check", "--store", store.Path)).Fine();
    }
}
