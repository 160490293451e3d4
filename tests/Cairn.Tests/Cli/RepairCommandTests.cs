using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

public sealed class RepairCommandTests
{
    [Fact]
    public async Task Repair_OfADamagedStore_SavesItElsewhere()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        string root = (await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output;
        foreach (string file in Directory.GetFiles(store.Path, "*.pages", SearchOption.AllDirectories))
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[100] ^= 1;
            File.WriteAllBytes(file, bytes);
        }

        (await CliRun.RunAsync("check", "--store", store.Path)).Failed(ExitCode.Damaged, "");
        string target = store.Path + "-saved";
        CliRun dry = await CliRun.RunAsync("repair", "--store", store.Path, "--to", target, "--dry-run");
        Assert.Equal(ExitCode.Fine, dry.Code);
        Assert.Contains("height\t9", dry.Lines);
        Assert.Contains("cairn: damaged: ", dry.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(target));
        CliRun run = (await CliRun.RunAsync("repair", "--store", store.Path, "--to", target, "--json")).Fine();
        Assert.Equal((9, false), (run.Json.GetProperty("height").GetInt32(), run.Json.GetProperty("lossy").GetBoolean()));
        Assert.True(run.Json.GetProperty("faults").GetArrayLength() > 0);
        (await CliRun.RunAsync("check", "--store", target)).Fine();
        Assert.Equal(root, (await CliRun.RunAsync("root", "--store", target)).Fine().Output);
        (await CliRun.RunAsync("repair", "--store", store.Path, "--to", target)).Failed(ExitCode.Refused, "empty or absent");
    }

    [Fact]
    public async Task Repair_OfNothingThatCanBeSaved_EndsWith3()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        using TestStore lines = await TestStore.CreateAsync("jsonl");
        foreach (string file in Directory.GetFiles(store.Path, "*", SearchOption.AllDirectories))
        {
            File.WriteAllBytes(file, new byte[new FileInfo(file).Length]);
        }

        (await CliRun.RunAsync("repair", "--store", store.Path, "--to", store.Path + "-new")).Failed(ExitCode.Damaged, "something that can be saved");
        (await CliRun.RunAsync("repair", "--store", lines.Path, "--to", store.Path + "-new")).Failed(ExitCode.Malformed, "JSON-lines");
        Assert.False(Directory.Exists(store.Path + "-new"));
    }
}
