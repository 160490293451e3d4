using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

public sealed class CheckCommandTests
{
    public static TheoryData<string> Homes => TestStore.Homes;

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Check_OfASoundStore_SaysSo(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        Assert.StartsWith("sound: 3 records, ", (await CliRun.RunAsync("check", "--store", store.Path)).Fine().Output, StringComparison.Ordinal);
        CliRun json = (await CliRun.RunAsync("check", "--store", store.Path, "--json")).Fine();
        Assert.True(json.Json.GetProperty("sound").GetBoolean());
        Assert.Equal(0, json.Json.GetProperty("faults").GetArrayLength());
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Check_OfADamagedStore_NamesFileAndOffset_AndChangesNothing(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        string log = Directory.GetFiles(store.Path, home == "jsonl" ? "blocks.jsonl" : "*.seg", SearchOption.AllDirectories).Single();
        byte[] bytes = await File.ReadAllBytesAsync(log);
        int at = bytes.AsSpan().IndexOf("last"u8);
        bytes[at] ^= 1;
        await File.WriteAllBytesAsync(log, bytes);
        CliRun run = (await CliRun.RunAsync("check", "--store", store.Path)).Failed(ExitCode.Damaged, "fault");
        Assert.Contains(Path.GetFileName(log), run.Lines[0], StringComparison.Ordinal);
        Assert.Contains(" at byte ", run.Lines[0], StringComparison.Ordinal);
        CliRun json = await CliRun.RunAsync("check", "--store", store.Path, "--json");
        Assert.Equal(ExitCode.Damaged, json.Code);
        Assert.InRange(json.Json.GetProperty("faults")[0].GetProperty("offset").GetInt64(), 0, at);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(log));
    }

    [Fact]
    public async Task Reading_OfADamagedStore_EndsWith3()
    {
        using TestStore store = await TestStore.CreateAsync("jsonl");
        string log = Path.Combine(store.Path, "blocks.jsonl");
        byte[] bytes = await File.ReadAllBytesAsync(log);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(log, bytes);
        (await CliRun.RunAsync("root", "--store", store.Path)).Failed(ExitCode.Damaged, log + " at byte ");
        (await CliRun.RunAsync(["apply", "--store", store.Path, "-"], "{\"height\":10,\"changes\":[]}")).Failed(ExitCode.Damaged, log + " at byte ");
    }
}
