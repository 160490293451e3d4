using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

/// <summary><c>cairn export</c>, <c>import</c> and <c>snapshot</c>.</summary>
public sealed class SnapshotCommandTests
{
    [Theory]
    [MemberData(nameof(TestStore.Homes), MemberType = typeof(TestStore))]
    public async Task Export_ImportedElsewhere_HasTheSameRoot(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home, FirstBlock);
        string full = store.File("full.snapshot");
        string increment = store.File("increment.snapshot");
        CliRun made = (await CliRun.RunAsync("export", "--store", store.Path, "--out", full, "--json")).Fine();
        (await CliRun.RunAsync(["apply", "--store", store.Path, "--resume", "-"], TestStore.Blocks)).Fine();
        Assert.Equal((3, 4, new FileInfo(full).Length, "deflate"), (Number(made, "height"), Number(made, "entries"), made.Json.GetProperty("bytes").GetInt64(), made.Json.GetProperty("codec").GetString()));
        Assert.Contains("changes since height 3", (await CliRun.RunAsync("export", "--store", store.Path, "--base", "3", "--out", increment)).Fine().Output, StringComparison.Ordinal);
        string root = await RootAsync(store.Path);
        using TestStore target = TestStore.Planned("directory");
        CliRun imported = (await CliRun.RunAsync("import", "--store", target.Path, "--root", root, increment, full, "--json")).Fine();
        Assert.Equal((9, root), (Number(imported, "height"), imported.Json.GetProperty("root").GetString()));
        Assert.Equal(root, await RootAsync(target.Path));
        (await CliRun.RunAsync("check", "--store", target.Path)).Fine();
        (await CliRun.RunAsync("import", "--store", target.Path, full, increment)).Fine(); // nothing is left to do
        (await CliRun.RunAsync("import", "--store", target.Path, full)).Failed(ExitCode.Refused, "new or empty store");
        using TestStore lines = TestStore.Planned("jsonl");
        (await CliRun.RunAsync("import", "--store", lines.Path, "--home", "jsonl", full)).Fine();
        Assert.Equal(3, Number((await CliRun.RunAsync("root", "--store", lines.Path, "--json")).Fine(), "height"));
    }

    [Fact]
    public async Task Import_WrongBaseMissingBaseWrongRootDamage_AreRefused()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        string full = store.File("full.snapshot");
        string late = store.File("late.snapshot");
        (await CliRun.RunAsync("export", "--store", store.Path, "--at", "3", "--out", full)).Fine();
        (await CliRun.RunAsync("export", "--store", store.Path, "--base", "5", "--out", late)).Fine();
        using TestStore target = TestStore.Planned("directory");
        (await CliRun.RunAsync("import", "--store", target.Path, late)).Failed(ExitCode.Refused, "missing");
        Assert.False(Directory.Exists(target.Path));
        (await CliRun.RunAsync("import", "--store", target.Path, "--root", new string('7', 64), full)).Failed(ExitCode.Refused, "77777777");
        (await CliRun.RunAsync("import", "--store", target.Path, "--root", "77", full)).Failed(ExitCode.Malformed, "64 hexadecimal digits");
        (await CliRun.RunAsync("import", "--store", target.Path, store.File("none"))).Failed(ExitCode.NotFound, "none");
        Assert.False(Directory.Exists(target.Path));
        byte[] bytes = await File.ReadAllBytesAsync(full);
        (await CliRun.RunAsync("snapshot", "info", "--verify", full)).Fine();
        await File.WriteAllBytesAsync(full, bytes[..^20]);
        (await CliRun.RunAsync("snapshot", "info", full)).Fine();
        (await CliRun.RunAsync("snapshot", "info", "--verify", full)).Failed(ExitCode.Damaged, "cut short");
        (await CliRun.RunAsync("import", "--store", target.Path, full)).Failed(ExitCode.Damaged, "cut short");
        (await CliRun.RunAsync("root", "--store", target.Path)).Failed(ExitCode.Refused, "unfinished import");
        await File.WriteAllBytesAsync(full, bytes);
        (await CliRun.RunAsync("import", "--store", target.Path, full)).Fine();
        (await CliRun.RunAsync("import", "--store", target.Path, late)).Failed(ExitCode.Refused, "builds on");
        (await CliRun.RunAsync("import", "--store", target.Path, store.Write("text", "no snapshot"))).Failed(ExitCode.Damaged, "header");
    }

    [Fact]
    public async Task Export_ToAFileThatIsThereOrATerminal_IsRefused()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        string file = store.Write("there", "keep me");
        (await CliRun.RunAsync("export", "--store", store.Path, "--out", file)).Failed(ExitCode.Refused, "there already");
        Assert.Equal("keep me", await File.ReadAllTextAsync(file));
        (await CliRun.RunAsync(["export", "--store", store.Path], "", isTerminal: true)).Failed(ExitCode.Malformed, "--out");
        (await CliRun.RunAsync("export", "--store", store.Path, "--json")).Failed(ExitCode.Malformed, "--out");
        (await CliRun.RunAsync("export", "--store", store.Path, "--state", "--blocks")).Failed(ExitCode.Malformed, "exclude");
        (await CliRun.RunAsync("export", "--store", store.Path, "--at", "99", "--out", store.File("x"))).Failed(ExitCode.Refused, "99");
        Assert.False(File.Exists(store.File("x.part")));
        Assert.StartsWith("CairnSnp", (await CliRun.RunAsync("export", "--store", store.Path)).Fine().Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(TestStore.Homes), MemberType = typeof(TestStore))]
    public async Task ExportedBlocks_Applied_GiveTheSameRoots(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        string all = (await CliRun.RunAsync("export", "--store", store.Path, "--blocks")).Fine().Output;
        Assert.Equal(3, all.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        using TestStore copy = TestStore.Planned(home);
        (await CliRun.RunAsync(["apply", "--store", copy.Path, "-"], all)).Fine();
        Assert.Equal(await RootAsync(store.Path), await RootAsync(copy.Path));
        Assert.Equal(all, (await CliRun.RunAsync("export", "--store", copy.Path, "--blocks", "0", "9")).Fine().Output);
        Assert.Equal((await CliRun.RunAsync("list", "--store", store.Path, "--tree", "local")).Fine().Output, (await CliRun.RunAsync("list", "--store", copy.Path, "--tree", "local")).Fine().Output);
        string file = store.File("blocks.jsonl");
        (await CliRun.RunAsync("export", "--store", store.Path, "--blocks", "4", "8", "--out", file)).Fine();
        Assert.Single(await File.ReadAllLinesAsync(file));
        (await CliRun.RunAsync("export", "--store", store.Path, "--blocks", "x")).Failed(ExitCode.Malformed, "heights");
    }

    [Theory]
    [MemberData(nameof(TestStore.Homes), MemberType = typeof(TestStore))]
    public async Task ExportedState_Applied_GivesTheSameRoot(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        foreach (string height in new[] { "3", "5", "9" })
        {
            string state = (await CliRun.RunAsync("export", "--store", store.Path, "--state", "--at", height)).Fine().Output;
            using TestStore copy = TestStore.Planned(home);
            (await CliRun.RunAsync(["apply", "--store", copy.Path, "-"], state)).Fine();
            CliRun original = (await CliRun.RunAsync("root", "--store", store.Path, "--at", height)).Fine();
            Assert.Equal(original.Output, (await CliRun.RunAsync("root", "--store", copy.Path)).Fine().Output);
        }
    }

    [Fact]
    public async Task ExportedTimes_OutsideOfTheCalendar_ComeBack()
    {
        using TestStore store = await TestStore.CreateAsync("directory", """{"height":1,"time":9000000000000000000,"changes":[{"key":"a","value":"1"}]}""");
        string blocks = (await CliRun.RunAsync("export", "--store", store.Path, "--blocks")).Fine().Output;
        Assert.Contains("\"time\":9000000000000000000,", blocks, StringComparison.Ordinal);
        using TestStore copy = TestStore.Planned("directory");
        (await CliRun.RunAsync(["apply", "--store", copy.Path, "-"], blocks)).Fine();
        Assert.Equal(blocks, (await CliRun.RunAsync("export", "--store", copy.Path, "--blocks")).Fine().Output);
    }

    [Fact]
    public async Task Snapshots_CreatedListedRestoredCopiedDeleted()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        Assert.Empty((await CliRun.RunAsync("snapshot", "list", "--store", store.Path)).Fine().Output);
        string root = await RootAsync(store.Path);
        Assert.StartsWith($"one\t9\t{root}\t", (await CliRun.RunAsync("snapshot", "create", "one", "--store", store.Path)).Fine().Output, StringComparison.Ordinal);
        (await CliRun.RunAsync(["apply", "--store", store.Path, "-"], """{"height":12,"changes":[{"key":"a/1","value":"other"},{"key":"new","value":"1"},{"key":"z","value":null}]}""")).Fine();
        CliRun two = (await CliRun.RunAsync("snapshot", "create", "two", "--store", store.Path, "--base", "one", "--json")).Fine();
        Assert.Equal((12, 9, "one"), (Number(two, "height"), Number(two, "baseHeight"), two.Json.GetProperty("base").GetString()));
        Assert.Equal(["one", "two"], (await CliRun.RunAsync("snapshot", "list", "--store", store.Path)).Fine().Lines.Select(static line => line.Split('\t')[0]));
        (await CliRun.RunAsync("snapshot", "delete", "one", "--store", store.Path)).Failed(ExitCode.Refused, "'two'");
        CliRun restored = (await CliRun.RunAsync("snapshot", "restore", "one", "--store", store.Path, "--time", "2020-01-01T00:00:00Z", "--json")).Fine();
        Assert.Equal((13, root, 3), (Number(restored, "height"), restored.Json.GetProperty("root").GetString(), Number(restored, "changes")));
        Assert.Equal("other", (await CliRun.RunAsync("get", "--store", store.Path, "a/1", "--at", "12")).Fine().Output.TrimEnd('\n'));
        (await CliRun.RunAsync("snapshot", "restore", "two", "--store", store.Path, "--height", "20")).Fine();
        string file = store.File("two.snapshot");
        (await CliRun.RunAsync("snapshot", "export", "two", "--store", store.Path, "--out", file)).Fine();
        Assert.Contains("incremental, on height 9", (await CliRun.RunAsync("snapshot", "info", file)).Fine().Output, StringComparison.Ordinal);
        Assert.Equal(12, Number((await CliRun.RunAsync("snapshot", "info", file, "--json")).Fine(), "height"));
        Assert.Equal("two", (await CliRun.RunAsync("snapshot", "delete", "two", "--store", store.Path, "--json")).Fine().Json.GetProperty("deleted").GetString());
        (await CliRun.RunAsync("snapshot", "delete", "one", "--store", store.Path)).Fine();
        (await CliRun.RunAsync("snapshot", "restore", "one", "--store", store.Path)).Failed(ExitCode.NotFound, "'one'");
        (await CliRun.RunAsync("snapshot", "create", "../x", "--store", store.Path)).Failed(ExitCode.Malformed, "name");
        (await CliRun.RunAsync("snapshot", "restore", "one", "--store", store.Path, "--time", "yesterday")).Failed(ExitCode.Malformed, "--time");
    }

    /// <summary>The first of the blocks of a test store.</summary>
    private static string FirstBlock => TestStore.Blocks.Split('\n')[0] + "\n";

    private static async Task<string> RootAsync(string store) => (await CliRun.RunAsync("root", "--store", store, "--json")).Fine().Json.GetProperty("root").GetString()!;

    private static int Number(CliRun run, string name) => run.Json.GetProperty(name).GetInt32();
}
