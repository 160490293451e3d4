using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

public sealed class BackupCommandTests
{
    private const string NextBlock = """{"height":20,"changes":[{"key":"later","value":"1"}]}""" + "\n";

    [Fact]
    public async Task Backup_OfAStore_IsRestoredByCopying()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        string root = (await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output;
        string target = store.Path + "-backup";
        CliRun first = (await CliRun.RunAsync("backup", "--store", store.Path, "--to", target, "--verify", "--json")).Fine();
        Assert.Equal(9u, first.Json.GetProperty("height").GetUInt64());
        Assert.Contains(first.Json.GetProperty("root").GetString()!, root, StringComparison.Ordinal);
        Assert.False(first.Json.GetProperty("incremental").GetBoolean());
        Assert.True(first.Json.GetProperty("verified").GetBoolean());
        (await CliRun.RunAsync(["apply", "--store", store.Path, "-"], NextBlock)).Fine();
        CliRun second = (await CliRun.RunAsync("backup", "--store", store.Path, "--to", target)).Fine();
        Assert.Contains("height\t20", second.Lines);
        Assert.Contains("incremental\ttrue", second.Lines);
        string restored = store.Path + "-restored";
        Copy(target, restored);
        (await CliRun.RunAsync("check", "--store", restored)).Fine();
        (await CliRun.RunAsync(["apply", "--store", restored, "-"], NextBlock.Replace("20", "21", StringComparison.Ordinal))).Fine();
        (await CliRun.RunAsync("check", "--store", restored)).Fine();
        Assert.Equal((await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output, (await CliRun.RunAsync("root", "--store", target)).Fine().Output);
        (await CliRun.RunAsync("backup", "--store", restored, "--to", target)).Failed(ExitCode.Refused, "before it was restored");
    }

    [Fact]
    public async Task Backup_BesideAWriter_TakesWhatIsSynced()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        await using StateStore writer = await StateStore.OpenAsync(store.Path);
        CliRun run = (await CliRun.RunAsync("backup", "--store", store.Path, "--to", store.Path + "-backup", "--verify", "--json")).Fine();
        Assert.Equal(writer.Root.ToString(), run.Json.GetProperty("root").GetString());
    }

    [Fact]
    public async Task Backup_ThatCannotBe_SaysWhy()
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        using TestStore lines = await TestStore.CreateAsync("jsonl");
        (await CliRun.RunAsync("backup", "--store", store.Path, "--to", System.IO.Path.GetDirectoryName(lines.Path)!)).Failed(ExitCode.Refused, "other files");
        (await CliRun.RunAsync("backup", "--store", store.Path, "--to", lines.Path)).Failed(ExitCode.Refused, "no backup");
        (await CliRun.RunAsync("backup", "--store", lines.Path, "--to", store.Path + "-b")).Failed(ExitCode.Malformed, "JSON-lines");
        (await CliRun.RunAsync("backup", "--store", store.Path + "-absent", "--to", store.Path + "-b")).Failed(ExitCode.NotFound, "");
        (await CliRun.RunAsync("backup", "--store", store.Path)).Failed(ExitCode.Malformed, "--to");
        Assert.False(Directory.Exists(store.Path + "-b"));
    }

    private static void Copy(string source, string target)
    {
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = System.IO.Path.Join(target, System.IO.Path.GetRelativePath(source, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
