using Cairn.History;
using Cairn.Homes;
using Cairn.Tests.IO;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.History;

/// <summary>Failing disks, many threads, and what look-ups cost.</summary>
public sealed class HistoryFaultTests
{
    [Theory]
    [InlineData(FileOperation.Create)]
    [InlineData(FileOperation.Write)]
    [InlineData(FileOperation.Sync)]
    [InlineData(FileOperation.Rename)]
    [InlineData(FileOperation.SyncDirectory)]
    public async Task Writing_Fails_IsToldAndTriedAgain(FileOperation operation) => await SeededRandom.ForEachAsync(1, async random =>
    {
        await using HistoryRun run = new(HomeKind.SimulatedDirectory, new HistoryScript(random), options: HistoryRun.Smallest with { MemoryBytes = 512 << 10 });
        await run.AppendAsync(120);
        run.Files.Fail(operation, forever: true, path: static path => path.Contains("/history", StringComparison.Ordinal));
        await run.History.CatchUpAsync();
        Assert.Contains(run.Events, static happened => happened is StoreEvent.HistoryFailed { Cause: IOException });
        Assert.DoesNotContain(run.Files.Files, static path => path.EndsWith(".new", StringComparison.Ordinal));
        run.Compare(random, 10);
        run.Files.Heal();
        await run.AppendAsync(150);
        await run.History.CatchUpAsync();
        Assert.NotEmpty(run.RunFiles);
        run.Compare(random, 10);
    });

    [Fact]
    public async Task Reading_OfAFileFails_TheAnswerComesFromTheLog() => await SeededRandom.ForEachAsync(1, async random =>
    {
        await using HistoryRun run = new(HomeKind.SimulatedDirectory, new HistoryScript(random));
        await run.AppendAsync(200);
        await run.History.CatchUpAsync();
        await run.ReopenAsync();
        run.Files.Fail(FileOperation.Read, nth: 8, path: static path => path.EndsWith(".run", StringComparison.Ordinal));
        run.Compare(random, 30);
        Assert.Contains(run.Events, static happened => happened is StoreEvent.HistoryDamaged { Cause: IOException });
    });

    [Fact]
    public async Task Questions_OfManyThreads_BesideAppendingAndMerging_AreRight() => await SeededRandom.ForEachAsync(1, async random =>
    {
        await using HistoryRun run = new(HomeKind.SimulatedDirectory, new HistoryScript(random) { RewindOneIn = 30 });
        await run.AppendAsync(60);
        PlainHistory plain = new(run.Home.Log, static () => LogPosition.Start);
        using CancellationTokenSource done = new();
        Task[] readers = [.. Enumerable.Range(0, 3).Select(thread => Task.Run(() =>
        {
            Random own = new(thread);
            while (!done.IsCancellationRequested)
            {
                HistoryComparison.Compare(plain, run.History, own, 4, 0, run.Home.Log.DurableEnd.Sequence);
            }
        }))];
        try
        {
            for (int round = 0; round < 30 && !readers.Any(static reader => reader.IsFaulted); round++)
            {
                await run.AppendAsync(10);
                await run.History.CatchUpAsync();
            }
        }
        finally
        {
            await done.CancelAsync();
            await Task.WhenAll(readers);
        }

        Assert.Empty(run.Events);
    });

    [Fact]
    public async Task Cursor_WhoseRunsAreReplacedAndDamaged_GoesOn() => await SeededRandom.ForEachAsync(4, async random =>
    {
        await using HistoryRun run = new(HomeKind.SimulatedDirectory, new HistoryScript(random) { RewindOneIn = 0 });
        await run.AppendAsync(300);
        await run.History.CatchUpAsync();
        foreach (bool reverse in (bool[])[false, true])
        {
            List<string> expected = [];
            using (IPastCursor whole = run.History.Scan(TreeKind.State, default, default, 100, 300, reverse))
            {
                while (whole.Next())
                {
                    expected.Add(Convert.ToHexStringLower(whole.Key) + whole.Change.Sequence);
                }
            }

            await run.ReopenAsync();
            List<string> found = [];
            using IPastCursor cursor = run.History.Scan(TreeKind.State, default, default, 100, 300, reverse);
            while (cursor.Next())
            {
                found.Add(Convert.ToHexStringLower(cursor.Key) + cursor.Change.Sequence);
                if (found.Count == 5)
                {
                    string path = "/store/history/" + run.RunFiles[random.Next(run.RunFiles.Count)];
                    for (int at = RunBlock.SizeBytes; at < run.Files.ReadAllBytes(path).Length; at += RunBlock.SizeBytes)
                    {
                        run.Files.FlipBit(path, (at + 50) * 8);
                    }

                    await run.AppendAsync(40);
                    await run.History.CatchUpAsync();
                }
            }

            Assert.Equal(expected, found);
        }
    });

    /// <summary>The number of versions shows in nothing but the depth of a run.</summary>
    [Fact]
    public async Task LookUp_OfAHotKey_ReadsAsFewBlocksAsOneOfAColdKey()
    {
        MemoryHome home = new();
        await using ChangeHistory history = new(home.Location, home.Log, directory: null, isReadOnly: false, static () => LogPosition.Start, new HistoryOptions(64 << 20), static _ => { });
        const int versions = 20_000;
        for (ulong sequence = 1; sequence <= versions; sequence++)
        {
            ChangeList.Builder changes = new();
            if (sequence % (versions / 10) == 0)
            {
                changes.Add("cold"u8, hasOld: true, "before"u8, new BlockHeight(sequence - 1), hasNew: true, "after"u8);
            }

            changes.Add("hot"u8, hasOld: true, BitConverter.GetBytes(sequence - 1), new BlockHeight(sequence - 1), hasNew: true, BitConverter.GetBytes(sequence));
            await home.Log.AppendAsync(
                new LogRecord { Kind = RecordKind.Block, Sequence = sequence, Height = new BlockHeight(sequence), ParentHeight = new BlockHeight(sequence - 1), PreviousRoot = default, Root = default, StateChanges = changes.Build() },
                CancellationToken.None);
        }

        for (ulong after = 0; after < versions; after += 777)
        {
            Assert.True(history.TryFindFirst(TreeKind.State, "hot"u8, after, versions, out PastChange change));
            Assert.Equal(after + 1, change.Sequence);
            Assert.Equal(after, BitConverter.ToUInt64(change.ReadOld().Span));
        }

        // Allocates nothing: neither the look-up nor the value, which is kept beside the key.
        int found = 0;
        Allocations.AssertNone(() =>
        {
            for (ulong after = 0; after < versions; after += 77)
            {
                found += history.TryFindFirst(TreeKind.State, "hot"u8, after, versions, out PastChange change) ? change.ReadOld().Length : 0;
                found += history.TryFindFirst(TreeKind.State, "cold"u8, after, versions, out change) ? change.ReadOld().Length : 0;
            }
        });
        Assert.True(found > 0);
        Assert.InRange(history.Usage.Runs, 1, 30);
        await home.DisposeAsync();
    }
}
