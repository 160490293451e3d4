using Cairn.Homes;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Blocks that are merged when they are replayed give what they gave when they were committed, heights of change included.</summary>
public sealed class MergedReplayTests
{
    [Fact]
    public Task Reopen_MergedOrOneByOne_GivesTheSame() => SeededRandom.ForEachAsync(12, async random =>
    {
        SimulatedFileSystem files = new(random.Next());
        const string Location = "/store";
        StoreSettings settings = StoreSettings.Quiet with { Durability = Durability.Durable };
        byte[][] keys = KeyShapes.MakeMixed(random, 120);
        StateStore store = await StateStore.OpenAsync(Location, settings.ToOptions(files), TestContext.Current.CancellationToken);
        for (ulong height = 1; height <= 40; height++)
        {
            using BlockDraft draft = store.CreateDraft((BlockHeight)(height * 3));
            for (int change = random.Next(30); change > 0; change--)
            {
                TreeDraft tree = random.Next(3) == 0 ? draft.Local : draft.State;
                byte[] key = keys[random.Next(keys.Length)];
                if (random.Next(4) == 0)
                {
                    tree.Delete(key);
                }
                else
                {
                    // Few values, so that a key often gets back what it had some blocks ago.
                    tree.Put(key, new byte[random.Next(3) * (random.Next(5) == 0 ? 2000 : 20)]);
                }
            }

            await store.CommitAsync(draft, TestContext.Current.CancellationToken);
            if (height == 7)
            {
                await store.CheckpointAsync(TestContext.Current.CancellationToken);
            }
        }

        string expected = ContentOf(store);
        SimulatedFileSystem crashed = files.Crash(random.Next());
        await store.DisposeAsync();
        foreach (long oneByOne in (long[])[1, 300, 5000, long.MaxValue])
        {
            StateStoreOptions options = (settings with { OneByOneReplayBytes = oneByOne }).ToOptions(crashed.Clone());
            await using StateStore reopened = await StateStore.OpenAsync(Location, options, TestContext.Current.CancellationToken);
            Assert.Equal(expected, ContentOf(reopened));
            Assert.Equal(33, reopened.Recovery.BlocksReplayed);
        }
    });

    [Fact]
    public async Task Open_WithSmallerCapsThanTheLogWasWrittenWith_StoresInBetweenAndSurvivesCrashes()
    {
        const string Location = "/store";
        Random random = new(7);
        SimulatedFileSystem files = new(seed: 1);
        StateStore store = await StateStore.OpenAsync(Location, StoreSettings.Quiet.ToOptions(files), TestContext.Current.CancellationToken);
        byte[][] keys = KeyShapes.Make(random, KeyShape.Random, 3000);
        for (ulong height = 1; height <= 60; height++)
        {
            using BlockDraft draft = store.CreateDraft((BlockHeight)height);
            for (int change = 0; change < 100; change++)
            {
                draft.State.Put(keys[random.Next(keys.Length)], BitConverter.GetBytes((height * 1000) + (ulong)change));
            }

            await store.CommitAsync(draft, TestContext.Current.CancellationToken);
        }

        string expected = ContentOf(store);
        SimulatedFileSystem crashed = files.Crash(seed: 0);
        await store.DisposeAsync();
        StoreSettings smaller = StoreSettings.Tight with { OneByOneReplayBytes = 4000 };
        SimulatedFileSystem whole = crashed.Clone();
        int checkpoints = 0;
        long mostDirty = 0;
        StoreSettings watched = smaller with
        {
            OnEvent = happened =>
            {
                checkpoints += happened is StoreEvent.CheckpointCompleted ? 1 : 0;
                mostDirty = Math.Max(mostDirty, happened is StoreEvent.CheckpointCompleted completed ? completed.Bytes : 0);
            },
        };
        await using (StateStore reopened = await StateStore.OpenAsync(Location, watched.ToOptions(whole), TestContext.Current.CancellationToken))
        {
            Assert.Equal(expected, ContentOf(reopened));
            Assert.True(checkpoints >= 3, $"{checkpoints} checkpoints while opening.");
            Assert.True(mostDirty <= 4 * smaller.DirtyBytes, $"A checkpoint of {mostDirty} bytes.");
        }

        long operations = whole.ChangeCount;
        for (long stopAt = 1; stopAt < operations; stopAt += SeededRandom.IsLong ? 1 : 7)
        {
            SimulatedFileSystem interrupted = crashed.Clone();
            interrupted.StopAt = stopAt;
            StateStore? opening = null;
            try
            {
                opening = await StateStore.OpenAsync(Location, smaller.ToOptions(interrupted), TestContext.Current.CancellationToken);
                await opening.DisposeAsync();
            }
            catch (Exception exception) when (Soak.SoakReader.IsOfCrash(exception))
            {
                // As planned.
            }

            await using StateStore again = await StateStore.OpenAsync(Location, smaller.ToOptions(interrupted.Crash((int)stopAt)), TestContext.Current.CancellationToken);
            Assert.Equal(expected, ContentOf(again));
        }
    }

    [Fact]
    public async Task Open_ChangesThatDoNotGiveTheRootAmongMergedBlocks_NamesTheRecord()
    {
        const int Wrong = 9;
        MemoryHome sound = new();
        await using (StateStore store = await StateStore.OpenAsync(sound, StoreSettings.Quiet.ToOptions(fileSystem: null), TestContext.Current.CancellationToken))
        {
            for (ulong height = 1; height <= 20; height++)
            {
                using BlockDraft draft = store.CreateDraft((BlockHeight)height);
                draft.State.Put([(byte)height], [(byte)height]);
                await store.CommitAsync(draft, TestContext.Current.CancellationToken);
            }
        }

        List<LogRecord> records = await sound.Reopen().Log.Read(LogPosition.Start, CancellationToken.None).ToListAsync(TestContext.Current.CancellationToken);
        MemoryHome forged = new();
        ChangeList.Builder others = new();
        others.Add([Wrong], hasOld: false, default, default, hasNew: true, [0]);
        foreach (LogRecord record in records)
        {
            await forged.Log.AppendAsync(
                new LogRecord
                {
                    Kind = record.Kind,
                    Sequence = record.Sequence,
                    Height = record.Height,
                    ParentHeight = record.ParentHeight,
                    PreviousRoot = record.PreviousRoot,
                    Root = record.Root,
                    StateTotals = record.StateTotals,
                    LocalTotals = record.LocalTotals,
                    StateChanges = record.Sequence == Wrong ? others.Build() : record.StateChanges,
                },
                CancellationToken.None);
        }

        await forged.Log.SyncAsync(CancellationToken.None);
        StateStoreOptions options = (StoreSettings.Quiet with { OneByOneReplayBytes = 3 }).ToOptions(fileSystem: null);
        StateCorruptedException refusal = await Assert.ThrowsAsync<StateCorruptedException>(() => StateStore.OpenAsync(forged, options, TestContext.Current.CancellationToken));
        Assert.Contains($"record {Wrong} ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(records[Wrong - 1].Root.ToString(), refusal.Message, StringComparison.Ordinal);
    }

    private static string ContentOf(StateStore store)
    {
        using StateView view = store.OpenView();
        List<string> lines = [$"{view.Height} {view.Root} {view.State.Totals} {view.Local.Totals}"];
        foreach (ITreeReader tree in (ITreeReader[])[view.State, view.Local])
        {
            foreach (EntryScan entry in tree.Prefix(default))
            {
                lines.Add($"{Convert.ToHexString(entry.Key)} {entry.Height} {Convert.ToHexString(entry.Value)}");
            }
        }

        return string.Join('\n', lines);
    }
}
