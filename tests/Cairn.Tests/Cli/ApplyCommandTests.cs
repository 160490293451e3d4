using System.Text;
using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Cli;

public sealed class ApplyCommandTests
{
    public static TheoryData<string> Homes => TestStore.Homes;

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Roots_ArePrintedForEveryBlock_WhateverTheDurability(string home)
    {
        string[] expected = (await CliRun.RunAsync(["apply", "--store", "memory:", "--roots", "-"], TestStore.Blocks)).Fine().Lines;
        Assert.Equal(["3", "5", "9"], expected.Select(line => line.Split(' ')[0]));
        foreach (string durability in new[] { "durable", "grouped", "danger-no-sync" })
        {
            using TestStore store = TestStore.Planned(home);
            CliRun run = (await CliRun.RunAsync(["apply", "--store", store.Path, "--home", home, "--durability", durability, "--roots", "-"], TestStore.Blocks)).Fine();
            Assert.Equal(expected, run.Lines);
            Assert.Equal(expected[^1] + "\n", (await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output);
            Assert.Equal(home == "jsonl", File.Exists(Path.Combine(store.Path, "blocks.jsonl")));
        }
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Json_TellsWhatWasDone(string home)
    {
        using TestStore store = TestStore.Planned(home);
        CliRun run = (await CliRun.RunAsync(["apply", "--store", store.Path, "--home", home, "--json", "-"], TestStore.Blocks)).Fine();
        Assert.Equal("blocks skipped changes height root entries seconds", string.Join(' ', run.Json.EnumerateObject().Select(field => field.Name)));
        Assert.Equal((3, 0, 9, 9, 6), (Number(run, "blocks"), Number(run, "skipped"), Number(run, "changes"), Number(run, "height"), Number(run, "entries")));
        Assert.Equal((await CliRun.RunAsync("root", "--store", store.Path)).Output.Trim(), $"9 {run.Json.GetProperty("root").GetString()}");
    }

    [Fact]
    public async Task Summary_IsForPeople_WhereNothingElseIsAsked()
    {
        using TestStore store = TestStore.Planned("jsonl");
        CliRun run = (await CliRun.RunAsync(["apply", "--store", store.Path, "--home", "jsonl", "-"], TestStore.Blocks)).Fine();
        Assert.StartsWith("3 blocks applied, 9 changes, in ", run.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("height 9, 6 entries, root ", run.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_WithoutABlock_MakesNoStore()
    {
        using TestStore store = TestStore.Planned("jsonl");
        CliRun run = (await CliRun.RunAsync(["apply", "--store", store.Path, "--json", "-"], "")).Fine();
        Assert.Equal("null", run.Json.GetProperty("height").GetRawText());
        Assert.False(Directory.Exists(store.Path));
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Files_AreAppliedInOrder(string home)
    {
        using TestStore store = TestStore.Planned(home);
        string[] lines = TestStore.Blocks.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string first = store.Write("first.jsonl", lines[0]);
        string last = store.Write("last.jsonl", lines[2]);
        CliRun run = (await CliRun.RunAsync(["apply", "--store", store.Path, "--home", home, "--roots", first, "-", last], lines[1])).Fine();
        Assert.Equal(["3", "5", "9"], run.Lines.Select(line => line.Split(' ')[0]));
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Resume_SkipsWhatIsThere(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        CliRun refused = await CliRun.RunAsync(["apply", "--store", store.Path, "-"], TestStore.Blocks);
        refused.Failed(ExitCode.Refused, "stdin, line 1: height 3 is not above 9");
        CliRun resumed = (await CliRun.RunAsync(["apply", "--store", store.Path, "--resume", "--json", "-"], TestStore.Blocks + "{\"height\":10,\"changes\":[{\"key\":\"n\",\"value\":\"1\"}]}")).Fine();
        Assert.Equal((1, 3, 1, 10), (Number(resumed, "blocks"), Number(resumed, "skipped"), Number(resumed, "changes"), Number(resumed, "height")));
        CliRun again = (await CliRun.RunAsync(["apply", "--store", store.Path, "--resume", "--roots", "-"], TestStore.Blocks)).Fine();
        Assert.Empty(again.Bytes);
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Resume_OfAnotherChain_IsRefused(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        string root = (await CliRun.RunAsync("root", "--store", store.Path)).Output.Split(' ')[1].Trim();
        (await CliRun.RunAsync(["apply", "--store", store.Path, "--resume", "-"], $"{{\"height\":9,\"changes\":[],\"root\":\"{root}\"}}")).Fine();
        string other = new('0', 64);
        (await CliRun.RunAsync(["apply", "--store", store.Path, "--resume", "-"], $"{{\"height\":9,\"changes\":[],\"root\":\"{other}\"}}"))
            .Failed(ExitCode.Refused, $"stdin, line 1: the store has root {root} at height 9, the line says {other}");
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Root_ThatDoesNotMatch_IsRefused_AndTheBlocksBeforeItStay(string home)
    {
        using TestStore store = TestStore.Planned(home);
        string other = new('1', 64);
        string file = store.Write("blocks.jsonl", $"{{\"height\":1,\"changes\":[{{\"key\":\"k\",\"value\":\"1\"}}]}}\n{{\"height\":2,\"changes\":[{{\"key\":\"k\",\"value\":\"2\"}}],\"root\":\"{other}\"}}\n");
        CliRun run = (await CliRun.RunAsync("apply", "--store", store.Path, "--home", home, "--durability", "grouped", "--roots", file)).Failed(ExitCode.Refused, $"{file}, line 2: ");
        Assert.Contains(other, run.Error, StringComparison.Ordinal);
        Assert.Contains("1 block, up to height 1", run.Error, StringComparison.Ordinal);
        Assert.StartsWith("1 ", Assert.Single(run.Lines), StringComparison.Ordinal);
        Assert.Equal("1", (await CliRun.RunAsync("get", "--store", store.Path, "k")).Fine().Output);
    }

    [Fact]
    public async Task Height_NotAboveTheLineBefore_IsRefused_AlsoWhenResuming()
    {
        foreach (string[] resume in new string[][] { [], ["--resume"] })
        {
            using TestStore store = TestStore.Planned("jsonl");
            CliRun run = await CliRun.RunAsync([.. (string[])["apply", "--store", store.Path, "-"], .. resume], "{\"height\":2,\"changes\":[]}\n{\"height\":2,\"changes\":[]}\n");
            run.Failed(ExitCode.Refused, "stdin, line 2: height 2 is not above 2");
        }
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Input_Malformed_EndsWith1_AndTheBlocksBeforeItStay(string home)
    {
        using TestStore store = TestStore.Planned(home);
        string file = store.Write("blocks.jsonl", "{\"height\":1,\"changes\":[{\"key\":\"k\",\"value\":\"1\"}]}\n{\"height\":2,\"changes\":[{\"key\":\"\",\"value\":\"2\"}]}\n");
        (await CliRun.RunAsync("apply", "--store", store.Path, "--home", home, file)).Failed(ExitCode.Malformed, $"{file}, line 2, column 31: the key is empty");
        Assert.StartsWith("1 ", (await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_MalformedFromTheStart_MakesNoStore()
    {
        using TestStore store = TestStore.Planned("jsonl");
        (await CliRun.RunAsync(["apply", "--store", store.Path, "-"], "x")).Failed(ExitCode.Malformed, "stdin, line 1, column 1");
        Assert.False(Directory.Exists(store.Path));
    }

    [Fact]
    public async Task Home_OfAnotherKindThanTheStore_IsRefused()
    {
        using TestStore store = await TestStore.CreateAsync("jsonl");
        (await CliRun.RunAsync(["apply", "--store", store.Path, "--home", "directory", "-"], "")).Failed(ExitCode.Malformed, "leave --home out");
        (await CliRun.RunAsync(["apply", "--store", store.Path, "--home", "jsonl", "-"], "")).Fine();
    }

    [Fact]
    public async Task Store_ThatCannotBeMade_EndsWith6()
    {
        using TestStore store = TestStore.Planned("jsonl");
        string file = store.Write("file", "");
        (await CliRun.RunAsync(["apply", "--store", Path.Combine(file, "store"), "--home", "jsonl", "-"], "{\"height\":1,\"changes\":[]}")).Failed(ExitCode.InputOutput, "file");
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Interruption_EndsBetweenTwoBlocks_AndResumes(string home)
    {
        using TestStore store = TestStore.Planned(home);
        using CancellationTokenSource source = new();
        using EndlessBlocks input = new(source, cancelAfter: 5);
        using MemoryStream output = new();
        CliRun run = await CliRun.RunAsync(["apply", "--store", store.Path, "--home", home, "--roots", "-"], input, output, isTerminal: false, source.Token);
        run.Failed(ExitCode.Interrupted, "interrupted between two blocks; the store is at height ");
        Assert.Contains("--resume", run.Error, StringComparison.Ordinal);
        string last = Encoding.UTF8.GetString(output.ToArray()).Trim().Split('\n')[^1];
        Assert.Equal(last + "\n", (await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output);
    }

    [Fact]
    public async Task Roots_ThatNobodyReads_DoNotKeepBlocksFromBeingApplied()
    {
        using TestStore store = TestStore.Planned("jsonl");
        using BrokenPipe output = new();
        CliRun run = await CliRun.RunAsync(["apply", "--store", store.Path, "--home", "jsonl", "--roots", "-"], new MemoryStream(Encoding.UTF8.GetBytes(TestStore.Blocks)), output, isTerminal: false, default);
        Assert.Equal((ExitCode.Fine, ""), (run.Code, run.Error));
        Assert.StartsWith("9 ", (await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_OnATerminal_LeavesACleanLine()
    {
        using TestStore store = TestStore.Planned("jsonl");
        CliRun run = await CliRun.RunAsync(["apply", "--store", store.Path, "--home", "jsonl", "-"], TestStore.Blocks, isTerminal: true);
        Assert.Equal(ExitCode.Fine, run.Code);
        Assert.True(run.Error.Length == 0 || run.Error.EndsWith("\r\u001b[K", StringComparison.Ordinal), run.Error);
    }

    private static long Number(CliRun run, string field) => run.Json.GetProperty(field).GetInt64();

    private sealed class BrokenPipe : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("simulated", 32);
    }

    /// <summary>Blocks without end, one a read; the user interrupts after some.</summary>
    private sealed class EndlessBlocks(CancellationTokenSource source, int cancelAfter) : MemoryStream
    {
        private int _height;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (++_height > cancelAfter)
            {
                source.Cancel();
            }

            return ValueTask.FromResult(Encoding.UTF8.GetBytes($"{{\"height\":{_height},\"changes\":[{{\"key\":\"k\",\"value\":\"{_height}\"}}]}}\n", buffer.Span));
        }
    }
}
