using Cairn.Cli.Input;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Cli;

public sealed class QuickstartCommandTests
{
    [Fact]
    public async Task Quickstart_Explains_AndDoesNoHarmASecondTime()
    {
        using TestStore store = TestStore.Planned("directory");
        string first = (await CliRun.RunAsync("quickstart", "--store", store.Path)).Fine().Output;
        Assert.Contains($"apply --store '{store.Path}' --resume --roots", first, StringComparison.Ordinal);
        Assert.Contains("\n   24 ", first, StringComparison.Ordinal);
        Assert.Contains("\n   81000\n", first, StringComparison.Ordinal);
        Assert.Contains("Zoë Martín", first, StringComparison.Ordinal);
        Assert.DoesNotContain("Chen Li", first, StringComparison.Ordinal);
        Assert.Contains("sound: 16 records", first, StringComparison.Ordinal);
        string second = (await CliRun.RunAsync("quickstart", "--store", store.Path)).Fine().Output;
        Assert.Contains("all 16 blocks", second, StringComparison.Ordinal);
        Assert.Contains("sound: 16 records", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quickstart_AsJson_IsOneLine()
    {
        using TestStore store = TestStore.Planned("directory");
        CliRun run = (await CliRun.RunAsync("quickstart", "--store", store.Path, "--json")).Fine();
        Assert.Single(run.Lines);
        Assert.Equal((16, 0, 24, true), (run.Json.GetProperty("blocks").GetInt32(), run.Json.GetProperty("skipped").GetInt32(), run.Json.GetProperty("height").GetInt32(), run.Json.GetProperty("sound").GetBoolean()));
        run = (await CliRun.RunAsync("quickstart", "--store", store.Path, "--json")).Fine();
        Assert.Equal((0, 16), (run.Json.GetProperty("blocks").GetInt32(), run.Json.GetProperty("skipped").GetInt32()));
    }

    [Fact]
    public async Task Example_HasTheRootItSays_AndTellsAConsistentStory()
    {
        string path = Repository.PathOf("examples", "cooperative", "blocks.jsonl");
        await using FileStream file = File.OpenRead(path);
        BlockLineReader reader = new(file, path);
        SortedDictionary<byte[], byte[]> state = new(ByteStringComparer.Instance);
        Hash256? said = null;
        int blocks = 0;
        while (await reader.ReadAsync(default) is { } block)
        {
            blocks++;
            said = block.Root;
            foreach (BlockLineChange change in block.Changes.Where(change => change.Tree == TreeKind.State))
            {
                if (change.Value is { } value)
                {
                    state[change.Key.ToArray()] = value.ToArray();
                }
                else
                {
                    Assert.True(state.Remove(change.Key.ToArray()), $"line {block.Line} deletes what is not there");
                }
            }
        }

        Assert.Equal(16, blocks);
        Assert.Equal(NaiveMerkle.Root(state), said);
        long members = state.Keys.LongCount(key => System.Text.Encoding.UTF8.GetString(key).EndsWith("/name", StringComparison.Ordinal) && key.AsSpan().StartsWith("org/acorn/members/"u8));
        Assert.Equal(members.ToString(), System.Text.Encoding.UTF8.GetString(state["org/acorn/members/count"u8.ToArray()]));
        long balance = state.Where(entry => entry.Key.AsSpan().StartsWith("org/acorn/treasury/entries/"u8)).Sum(entry => long.Parse(System.Text.Encoding.UTF8.GetString(entry.Value).Split(' ')[0]));
        Assert.Equal(balance.ToString(), System.Text.Encoding.UTF8.GetString(state["org/acorn/treasury/balance_cents"u8.ToArray()]));
    }
}
