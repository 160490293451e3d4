using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.History;

/// <summary>Old heights in a read-only store whose writer goes on and retires log.</summary>
public sealed class HistoryFollowerTests
{
    private const int Retained = 12;

    /// <summary>The reader applies blocks and does not go over to newer checkpoints, so its own manifest tells of a floor that is long gone.</summary>
    [Fact]
    public async Task Reader_ThatFollows_AnswersWhatItsWriterRetains()
    {
        // Large page files stay, so that nothing makes the reader go over.
        StoreSettings settings = RetentionRun.Settings(Retained) with { RecentViewBytes = 0, HistoryBytes = 1 << 20, PageFileBytes = 64 << 20 };
        await using RetentionRun run = new();
        await run.OpenAsync(settings);
        await run.CommitAndCheckpointAsync(3);
        await using StateStore reader = await run.Home.OpenAsync(settings with { ReadOnly = true, DirtyBytes = 64 << 20 });
        for (int round = 0; round < 40; round++)
        {
            await run.CommitAsync(1);
            await reader.RefreshAsync();
            await run.Store.CheckpointAsync(); // never ahead of the reader
            if (round % 20 < 19)
            {
                continue; // so that it has not seen what was retired meanwhile
            }

            int oldest = Math.Max(0, run.Heights.Count - Retained + 2);
            foreach (int block in (int[])[oldest, (oldest + run.Heights.Count) / 2, run.Heights.Count - 2])
            {
                BlockHeight height = run.Heights[block];
                using StateView expected = run.Store.ViewAt(height);
                using StateView found = reader.ViewAt(height);
                Assert.Equal(expected.Root, found.Root);
                for (byte key = 0; key < 7; key++)
                {
                    Assert.Equal(expected.State.Get([key]), found.State.Get([key]));
                }
            }
        }

        Assert.True(run.Store.FloorHeight > run.Heights[20]);
    }

    /// <summary>A view is open while the writer retires what it needs: it tells so, and never answers without it.</summary>
    [Fact]
    public async Task ViewOfAReader_WhoseLogIsRetired_AnswersRightlyOrIsOutdated()
    {
        StoreSettings settings = RetentionRun.Settings(Retained) with { RecentViewBytes = 0, HistoryBytes = 1 << 20 };
        await using RetentionRun run = new();
        await run.OpenAsync(settings);
        await run.CommitAndCheckpointAsync(14);
        await using StateStore reader = await run.Home.OpenAsync(settings with { ReadOnly = true, DirtyBytes = 64 << 20 });
        await run.CommitAndCheckpointAsync(4);
        await reader.RefreshAsync();
        using StateView view = reader.ViewAt(run.Heights[8]);
        byte[]?[] expected = [.. Enumerable.Range(0, 7).Select(key => view.State.Get([(byte)key]))];
        for (int round = 0; round < 30; round++)
        {
            await run.CommitAndCheckpointAsync(1);
            await reader.RefreshAsync();
            using StateView newer = reader.ViewAt(run.Heights[^3]);
            Assert.NotNull(newer.State.Get([(byte)(run.Heights[^3].Value % 7)]));
            for (int key = 0; key < 7; key++)
            {
                try
                {
                    Assert.Equal(expected[key], view.State.Get([(byte)key]));
                }
                catch (ViewOutdatedException)
                {
                    // What it says of the past is no longer known; the store is not damaged, and newer views answer.
                }
            }
        }
    }
}
