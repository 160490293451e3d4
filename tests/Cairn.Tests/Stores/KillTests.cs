using System.Globalization;
using System.Text;
using System.Text.Json;
using Cairn.Tests.Cli;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>
/// Real processes: <c>cairn apply</c> is killed at random moments and resumed, while this process reads all the time. Every state that is seen is
/// exactly that of one block, what was printed as durable stays, and in the end the root is exact and the check clean.
/// </summary>
public sealed class KillTests
{
    /// <summary>How many blocks are applied: with them the kills fit in the time of a test run, and fall all over the file.</summary>
    private const int Blocks = 800;

    /// <summary>How long starting the program takes, about.</summary>
    private const int StartMilliseconds = 400;

    private static readonly StoreSettings Reading = StoreSettings.Quiet with { ReadOnly = true };

    [Theory]
    [InlineData("directory", "durable", 25)]
    [InlineData("directory", "grouped", 10)]
    [InlineData("jsonl", "durable", 10)]
    public Task Apply_KilledAndResumed_EndsWithTheExactRoot(string home, string durability, int kills) => RunAsync(home, durability, kills, Made());

    [Fact]
    public Task ApplyOfTheBlockFile_KilledAndResumed_EndsWithTheExactRoot() => RunAsync("directory", "durable", kills: 5, [.. BlockFile.Blocks().Take(Blocks)]);

    private static async Task RunAsync(string home, string durability, int kills, IReadOnlyList<FileBlock> blocks)
    {
        using TemporaryDirectory folder = new();
        string input = folder.PathOf("blocks.jsonl");
        await File.WriteAllLinesAsync(input, blocks.Select(LineOf));
        string store = folder.PathOf("store");
        string[] apply = ["apply", "--store", store, "--home", home, "--durability", durability, "--resume", "--roots", input];
        SortedList<ulong, ReferenceState> states = StatesAfter(blocks);
        foreach (int seed in SeededRandom.Seeds(1))
        {
            Random random = new(seed);
            BlockHeight? printed = null;
            using CancellationTokenSource done = new();
            Task<int> reader = Task.Run(() => ReadAllTheWhileAsync(store, states, done.Token));
            for (int kill = 0; kill < kills; kill++)
            {
                printed = await RunAndKillAsync(apply, states, random.Next(Blocks * 2 / kills), random) ?? printed;
                await CheckHeadAsync(store, states, printed);
            }

            (int code, _, string error) = await CliProcess.Start(apply).RunAsync();
            Assert.True(code == 0, error);
            await CheckHeadAsync(store, states, states.Values[^1].Height);
            await done.CancelAsync();
            Assert.True(await reader > 0, "The reading process never saw a block.");
            (code, byte[] output, error) = await CliProcess.Start("check", "--store", store).RunAsync();
            Assert.True(code == 0, Encoding.UTF8.GetString(output) + error);
        }
    }

    /// <summary>Starts the command and kills it after some printed roots, or, where there are to be none, somewhere in its start. Returns the last printed height.</summary>
    private static async Task<BlockHeight?> RunAndKillAsync(string[] apply, SortedList<ulong, ReferenceState> states, int afterLines, Random random)
    {
        using CliProcess process = CliProcess.Start(apply);
        if (afterLines < 3)
        {
            await Task.Delay(random.Next(StartMilliseconds));
        }

        BlockHeight? printed = null;
        while (afterLines-- > 0 && await process.Output.ReadLineAsync() is { } line)
        {
            printed = HeightIn(line, states);
        }

        process.Kill();
        string[] rest = (await process.Output.ReadToEndAsync()).Split('\n');
        await process.EndAsync();

        // The last part is empty, or a line cut short by the kill, which says nothing.
        return rest.Length > 1 ? HeightIn(rest[^2], states) : printed;
    }

    private static BlockHeight HeightIn(string line, SortedList<ulong, ReferenceState> states)
    {
        string[] parts = line.Split(' ');
        ulong height = ulong.Parse(parts[0], CultureInfo.InvariantCulture);
        Assert.Equal(states[height].Root.ToString(), parts[1]);
        return new BlockHeight(height);
    }

    /// <summary>What is there after a kill: at least what was printed, and exactly the state of its height.</summary>
    private static async Task CheckHeadAsync(string location, SortedList<ulong, ReferenceState> states, BlockHeight? atLeast)
    {
        if (atLeast is not null)
        {
            await using StateStore store = await StateStore.OpenAsync(location, Reading.ToOptions(fileSystem: null));
            Assert.True(store.Height >= atLeast, $"Height {atLeast} was printed as durable, but the head is {store.Height}.");
            StoreComparison.AssertHead(states[store.Height!.Value.Value], store, new Random(1));
        }
    }

    /// <summary>Opens the store for reading, again and again, and follows it. Returns how many states it saw.</summary>
    private static async Task<int> ReadAllTheWhileAsync(string location, SortedList<ulong, ReferenceState> states, CancellationToken done)
    {
        int seen = 0;
        Random random = new(7);
        while (!done.IsCancellationRequested)
        {
            try
            {
                await using StateStore store = await StateStore.OpenAsync(location, Reading.ToOptions(fileSystem: null), CancellationToken.None);
                seen += await FollowAsync(store, states, random, done);
            }
            catch (StoreNotFoundException)
            {
                // Not created yet.
                await Task.Delay(5, CancellationToken.None);
            }
        }

        return seen;
    }

    private static async Task<int> FollowAsync(StateStore store, SortedList<ulong, ReferenceState> states, Random random, CancellationToken done)
    {
        int seen = 0;
        BlockHeight? before = null;
        for (int i = 0; i < 20 && !done.IsCancellationRequested; i++)
        {
            using StateView view = store.OpenView();
            Assert.True(before is null || view.Height >= before, $"The reader went back from {before} to {view.Height}.");
            before = view.Height;
            if (view.Height is { } height)
            {
                StoreComparison.AssertSame(states[height.Value], view, random);
                seen++;
            }

            await Task.Delay(5, CancellationToken.None);
            await store.RefreshAsync(CancellationToken.None);
        }

        return seen;
    }

    private static SortedList<ulong, ReferenceState> StatesAfter(IReadOnlyList<FileBlock> blocks)
    {
        SortedList<ulong, ReferenceState> states = [];
        ReferenceState state = ReferenceState.Empty;
        foreach (FileBlock block in blocks)
        {
            state = block.Apply(state);
            states.Add(block.Height.Value, state);
        }

        return states;
    }

    /// <summary>Blocks of random changes: new and old keys, deletions, a blob now and then.</summary>
    private static List<FileBlock> Made()
    {
        Random random = new(7);
        List<FileBlock> blocks = [];
        for (int i = 0; i < Blocks; i++)
        {
            Dictionary<string, byte[]?> changes = [];
            for (int change = random.Next(1, 20); change > 0; change--)
            {
                byte[]? value = random.Next(8) == 0 ? null : Encoding.UTF8.GetBytes(new string((char)random.Next('a', 'z'), random.Next(50) == 0 ? 3000 : random.Next(60)));
                changes[$"account/{random.Next(i + 10):d5}"] = value;
            }

            blocks.Add(new FileBlock(new BlockHeight((ulong)((i * 3) + 1)), TimeTicks: i * TimeSpan.TicksPerSecond, [.. changes.Select(change => KeyValuePair.Create(Encoding.UTF8.GetBytes(change.Key), change.Value))]));
        }

        return blocks;
    }

    /// <summary>A block as a line of input.</summary>
    private static string LineOf(FileBlock block) => JsonSerializer.Serialize(new
    {
        height = block.Height.Value,
        time = (DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(block.TimeTicks!.Value)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        changes = block.Changes.Select(change => new { key = Encoding.UTF8.GetString(change.Key), value = change.Value is null ? null : Encoding.UTF8.GetString(change.Value) }),
    });
}
