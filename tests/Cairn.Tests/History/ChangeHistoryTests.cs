using Cairn.History;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.History;

/// <summary>Whatever the log says, and however it came into runs, the index answers as the plain history does.</summary>
public sealed class ChangeHistoryTests
{
    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task Answers_OfARandomLog_AreThoseOfThePlainHistory(HomeKind kind) => await SeededRandom.ForEachAsync(4, async random =>
    {
        await using HistoryRun run = new(kind, new HistoryScript(random) { RewindOneIn = random.Next(2) * 12 });
        for (int round = 0; round < 5; round++)
        {
            await run.AppendAsync(random.Next(1, 120));
            run.Compare(random, 40);
            if (random.Next(3) == 0)
            {
                await run.ReopenAsync();
            }
        }

        Assert.Empty(run.Events);
    });

    [Fact]
    public async Task Worker_OfALongLog_MergesFiles() => await SeededRandom.ForEachAsync(2, async random =>
    {
        await using HistoryRun run = new(HomeKind.SimulatedDirectory, new HistoryScript(random));
        for (int round = 0; round < 10; round++)
        {
            await run.AppendAsync(150);
            await run.History.CatchUpAsync();
        }

        Assert.Empty(run.Events);
        Assert.InRange(run.RunFiles.Count, 1, 15);
        Assert.True(run.History.Usage.MemoryBytes <= run.Options.FlushBytes);
        run.Compare(random, 60);
        await run.ReopenAsync();
        run.Compare(random, 60);
        Assert.Empty(run.Events);
    });

    [Fact]
    public async Task Retirement_TakesRunsWithIt() => await SeededRandom.ForEachAsync(3, async random =>
    {
        await using HistoryRun run = new(HomeKind.SimulatedDirectory, new HistoryScript(random) { RewindOneIn = 0 });
        for (int round = 0; round < 10; round++)
        {
            await run.AppendAsync(100);
            run.Retire((ulong)((round * 100) + random.Next(100)));
            await run.History.CatchUpAsync();
            run.Compare(random, 20);
        }

        Assert.DoesNotContain(run.RunFiles, static name => name.StartsWith("0000000000000001-", StringComparison.Ordinal));
        Assert.Empty(run.Events);
    });

    [Fact]
    public async Task Reader_BesideAWriter_UsesItsFilesAndWritesNone() => await SeededRandom.ForEachAsync(2, async random =>
    {
        await using HistoryRun run = new(HomeKind.SimulatedDirectory, new HistoryScript(random));
        await run.AppendAsync(300);
        await run.History.CatchUpAsync();
        await run.AppendAsync(40);
        long changes = run.Files.ChangeCount;
        await run.WithReaderAsync(
            (history, plain) =>
            {
                HistoryComparison.Compare(plain, history, random, 60, 0, 340);
                Assert.True(history.Usage.FileBytes > 0);
            },
            new HistoryOptions(1 << 20) { PoisonsBlocks = true });
        Assert.Equal(changes, run.Files.ChangeCount);
        Assert.Empty(run.Events);
    });

    [Fact]
    public async Task Reader_WithoutFiles_AnswersUpToItsMemory() => await SeededRandom.ForEachAsync(1, async random =>
    {
        await using HistoryRun run = new(HomeKind.SimulatedDirectory, new HistoryScript(random), options: HistoryRun.Smallest with { LagBytes = long.MaxValue });
        await run.AppendAsync(800);
        await run.WithReaderAsync((history, plain) => HistoryComparison.Compare(plain, history, random, 40, 0, 800), new HistoryOptions(64 << 20) { PoisonsBlocks = true });
        await run.WithReaderAsync(
            (history, plain) =>
            {
                HistoryNotIndexedException refusal = Assert.Throws<HistoryNotIndexedException>(() => history.TryFindBlock(default, 800, out PastBlock none));
                Assert.Equal(800ul, refusal.NeededSequence);
                Assert.InRange(refusal.IndexedSequence, 1ul, 799ul);
                Assert.Contains(nameof(StateStoreOptions.HistoryBytes), refusal.Message, StringComparison.Ordinal);
            },
            new HistoryOptions(64 << 10) { PoisonsBlocks = true });
    });
}
