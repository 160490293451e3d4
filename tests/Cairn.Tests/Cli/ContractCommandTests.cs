using Cairn.Cli;
using Cairn.Contracts.Execution;
using Cairn.Contracts.Registry;
using Cairn.Tests.Contracts.Execution;
using Cairn.Tests.Contracts.Registry;
using Xunit;

namespace Cairn.Tests.Cli;

/// <summary>contract list, contract show, executions.</summary>
public sealed class ContractCommandTests
{
    [Fact]
    public async Task Contracts_AreListedAndShown()
    {
        using TemporaryDirectory directory = new();
        string path = directory.PathOf("store");
        await FillAsync(path, archives: null);
        CliRun list = (await CliRun.RunAsync("contract", "list", "--store", path)).Fine();
        Assert.Equal(SampleContracts.All.Select(one => one.Id.ToString()).Order(StringComparer.Ordinal), list.Lines.Select(line => line.Split('\t')[0]));
        Assert.Contains("wasm-empty\twasm\tinactive\t", list.Lines);
        Assert.Equal(3, (await CliRun.RunAsync("contract", "list", "--store", path, "--prefix", "wasm")).Fine().Lines.Length);
        Assert.Equal(2, (await CliRun.RunAsync("contract", "list", "--store", path, "--limit", "2", "--json")).Fine().Lines.Length);

        CliRun show = (await CliRun.RunAsync("contract", "show", "--store", path, "wasm", "--json")).Fine();
        Assert.Equal(("Zähler", 5, 2, "healthy"), (show.Json.GetProperty("name").GetString(), show.Json.GetProperty("codeBytes").GetInt32(), show.Json.GetProperty("abiBytes").GetInt32(), show.Json.GetProperty("status").GetString()));
        CliRun table = (await CliRun.RunAsync("contract", "show", "--store", path, "a:b")).Failed(ExitCode.NotFound, "a:b");
        Assert.Equal("", table.Output);
        table = (await CliRun.RunAsync("contract", "show", "--store", path, "circuit")).Fine();
        Assert.Contains("type         privacy-enhanced, circuit circuit-1", table.Lines);
        Assert.Contains("score        1.000 healthy", table.Lines);
        (await CliRun.RunAsync("contract", "show", "--store", path, "0xzz")).Failed(ExitCode.Malformed, "0xzz");
    }

    [Fact]
    public async Task Executions_ArePrintedNewestFirst_WithArchivesWhereTheyAreNamed()
    {
        using TemporaryDirectory directory = new();
        string path = directory.PathOf("store");
        string archives = directory.PathOf("archives");
        await FillAsync(path, archives);
        CliRun stored = (await CliRun.RunAsync("executions", "--store", path)).Fine();
        Assert.Equal(["tx-3", "tx-2"], stored.Lines.Select(line => line.Split('\t')[^1]));
        Assert.Equal("1970-01-01T00:00:00.0000003Z\t72623859790382856\ta:b\tübertragen\t21068\tout of gas\ttx-3", stored.Lines[0]);
        CliRun all = (await CliRun.RunAsync("executions", "--store", path, "--archives", archives, "--contract", "a:b", "--json")).Fine();
        Assert.Equal(4, all.Lines.Length);
        Assert.Equal(("tx-0", "out of gas", false), (all.Json.GetProperty("id").GetString(), all.Json.GetProperty("error").GetString(), all.Json.GetProperty("success").GetBoolean()));
        Assert.Single((await CliRun.RunAsync("executions", "--store", path, "--limit", "1")).Fine().Lines);
        Assert.Empty((await CliRun.RunAsync("executions", "--store", path, "--contract", "other")).Fine().Lines);
        (await CliRun.RunAsync("executions", "--store", path, "--archives", directory.PathOf("elsewhere"))).Failed(ExitCode.Damaged, "elsewhere");
    }

    private static async Task FillAsync(string path, string? archives)
    {
        await using ContractStateStorage storage = await ContractStateStorage.OpenAsync(path, options: new ContractStorageOptions { Archives = archives is null ? null : new ExecutionArchives(archives) });
        using (ContractBlock block = await storage.BeginBlockAsync())
        {
            Array.ForEach(SampleContracts.All, new ContractRegistry(block.Draft).Deploy);
            for (int i = 0; i < 4; i++)
            {
                ExecutionHistory.Add(block.Draft, SampleExecutions.Full with { Id = ExecutionId.FromText($"tx-{i}"), TimeTicks = i });
            }

            await block.CommitAsync();
        }

        if (archives is not null)
        {
            await storage.ArchiveExecutionsAsync(2);
        }
    }
}
