using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

public sealed class CompactCommandTests
{
    public static TheoryData<string> Homes => TestStore.Homes;

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Compact_OfAStore_KeepsItsContent(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        string root = (await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output;
        Assert.StartsWith("filesRemoved\t", (await CliRun.RunAsync("compact", "--store", store.Path)).Fine().Output, StringComparison.Ordinal);
        CliRun json = (await CliRun.RunAsync("compact", "--store", store.Path, "--json")).Fine();
        Assert.Equal(0, json.Json.GetProperty("bytesFreed").GetInt64());
        Assert.True(json.Json.GetProperty("livePageBytes").GetInt64() >= 0);
        Assert.Equal(root, (await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output);
        (await CliRun.RunAsync("check", "--store", store.Path)).Fine();
    }

    [Fact]
    public async Task Compact_OfSparseFiles_FreesThem()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        for (int block = 10; block < 20; block++)
        {
            (await CliRun.RunAsync(["apply", "--store", store.Path, "-"], $$"""{"height":{{block}},"changes":[{"key":"a/1","value":"{{new string('x', 5000)}}{{block}}"}]}""" + "\n")).Fine();
        }

        string[] before = Directory.GetFiles(store.Path, "*.pages", SearchOption.AllDirectories);
        CliRun json = (await CliRun.RunAsync("compact", "--store", store.Path, "--json")).Fine();
        Assert.True(json.Json.GetProperty("filesRemoved").GetInt64() > 0);
        string[] after = Directory.GetFiles(store.Path, "*.pages", SearchOption.AllDirectories);
        Assert.True(after.Length < before.Length, $"{before.Length} files before, {after.Length} after.");
        Assert.Equal(after.Sum(static file => new FileInfo(file).Length), json.Json.GetProperty("pageBytes").GetInt64());
        (await CliRun.RunAsync("check", "--store", store.Path)).Fine();
    }

    [Fact]
    public async Task Compact_OfAStoreThatIsBeingWritten_EndsWith4()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        await using StateStore writer = await StateStore.OpenAsync(store.Path);
        (await CliRun.RunAsync("compact", "--store", store.Path)).Failed(ExitCode.Busy, "");
    }

    [Fact]
    public async Task Compact_OfNoStore_EndsWith2()
    {
        using TestStore store = TestStore.Planned("directory");
        (await CliRun.RunAsync("compact", "--store", store.Path)).Failed(ExitCode.NotFound, "");
    }
}
