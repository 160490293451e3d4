using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

public sealed class MigrateCommandTests
{
    [Theory]
    [InlineData("directory", "jsonl:")]
    [InlineData("jsonl", "dir:")]
    public async Task Migrate_ToTheOtherKind_KeepsStateAndHistory(string home, string scheme)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        string target = scheme + store.Path + "-new";
        CliRun run = (await CliRun.RunAsync("migrate", "--from", store.Path, "--to", target, "--with-history", "--json")).Fine();
        Assert.Equal((9, 3, 3), (run.Json.GetProperty("height").GetInt32(), run.Json.GetProperty("floorHeight").GetInt32(), run.Json.GetProperty("blocksApplied").GetInt32()));
        Assert.Equal((await CliRun.RunAsync("blocks", "--store", store.Path)).Fine().Output, (await CliRun.RunAsync("blocks", "--store", target)).Fine().Output);
        (await CliRun.RunAsync("check", "--store", target)).Fine();
        Assert.Contains("blocksApplied\t0", (await CliRun.RunAsync("migrate", "--from", store.Path, "--to", target)).Fine().Lines);
        Assert.Equal(ExitCode.Fine, (await CliRun.RunAsync("compare", store.Path, target)).Code);
    }

    [Fact]
    public async Task Migrate_ThatCannotBe_SaysWhy()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        using TestStore other = await TestStore.CreateAsync("jsonl", TestStore.Blocks.Replace("drei", "vier", StringComparison.Ordinal));
        (await CliRun.RunAsync("migrate", "--from", store.Path, "--to", other.Path)).Failed(ExitCode.Refused, "a store is there");
        (await CliRun.RunAsync("migrate", "--from", store.Path + "-absent", "--to", other.Path)).Failed(ExitCode.NotFound, "");
        (await CliRun.RunAsync("migrate", "--from", store.Path, "--to", "postgres:x")).Failed(ExitCode.Malformed, "no kind of store");
        (await CliRun.RunAsync("migrate", "--from", store.Path)).Failed(ExitCode.Malformed, "--to");
    }
}
