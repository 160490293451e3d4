using Cairn.IO;
using Cairn.Tests.IO;
using Xunit;
using static Cairn.Tests.Stores.RetentionRun;

namespace Cairn.Tests.Stores;

/// <summary>A reader beside a writer that retires segments: whatever goes between two of its operations, it sees the state after some block, never damage, and never goes back.</summary>
public sealed class RetentionReaderTests
{
    private static readonly StoreSettings Reading = Settings(1) with { ReadOnly = true };

    [Fact]
    public async Task Opening_TheWriterMovesOnAtAnyOperation_Succeeds()
    {
        int operations = int.MaxValue;
        for (int stop = 1; stop <= operations; stop++)
        {
            await using RetentionRun run = await WriterAsync();
            int count = 0;
            HookedFileSystem hooked = new(run.Files, () => MoveOnIf(run, ++count == stop));
            await using StateStore reader = await OpenAsync(hooked);
            operations = Math.Min(operations, count);
            await AssertFollowsAsync(run, reader);
        }

        Assert.InRange(operations, 10, 1000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    public async Task Refreshing_TheWriterMovesOnAtAnyOperation_Succeeds(int blocksBehind)
    {
        int operations = int.MaxValue;
        for (int stop = 1; stop <= operations; stop++)
        {
            await using RetentionRun run = await WriterAsync();
            int count = int.MinValue;
            HookedFileSystem hooked = new(run.Files, () => MoveOnIf(run, ++count == stop));
            await using StateStore reader = await OpenAsync(hooked);
            await run.CommitAndCheckpointAsync(blocksBehind);
            BlockHeight? before = reader.Height;
            count = 0;
            await reader.RefreshAsync();
            operations = Math.Min(operations, count);
            count = int.MinValue;
            Assert.True(reader.Height >= before);
            await AssertFollowsAsync(run, reader);
        }

        Assert.InRange(operations, 5, 1000);
    }

    [Fact]
    public async Task Reader_BesideAWriterThatNeverRests_GoesOnWithoutDamage()
    {
        await using RetentionRun run = await WriterAsync();
        int count = 0;
        HookedFileSystem hooked = new(run.Files, () => MoveOnIf(run, ++count % 151 == 0));
        await using StateStore reader = await OpenAsync(hooked);
        for (int i = 0; i < 20; i++)
        {
            BlockHeight? before = reader.Height;
            await reader.RefreshAsync();
            Assert.True(reader.Height >= before);
            Assert.Contains(reader.Height!.Value, run.Heights);
        }

        await AssertFollowsAsync(run, reader);
    }

    [Fact]
    public async Task Reader_FarBehind_GoesOverToTheNewerCheckpoint()
    {
        await using RetentionRun run = await WriterAsync();
        await using StateStore reader = await OpenAsync(run.Files);
        using StateView old = reader.OpenView();
        await run.CommitAndCheckpointAsync(30);
        await run.CommitAsync(2);
        await reader.RefreshAsync();
        Assert.Equal((run.Store.Height, run.Store.Root, run.Store.FloorHeight), (reader.Height, reader.Root, reader.FloorHeight));
        Assert.Equal(run.Store.GetStatistics().RetainedBlocks, reader.GetStatistics().RetainedBlocks);
        Assert.Equal(run.Heights[3], old.Height);
    }

    private static async Task<RetentionRun> WriterAsync()
    {
        RetentionRun run = new() { PayloadBytes = 2 * BlockBytes };
        await run.OpenAsync(Settings(1));
        await run.CommitAndCheckpointAsync(3);
        await run.CommitAsync(1);
        return run;
    }

    private static void MoveOnIf(RetentionRun run, bool isTime)
    {
        if (isTime)
        {
            run.CommitAndCheckpointAsync(3).GetAwaiter().GetResult();
        }
    }

    private static Task<StateStore> OpenAsync(IFileSystem files) => StateStore.OpenAsync("dir:/store", Reading.ToOptions(files));

    private static async Task AssertFollowsAsync(RetentionRun run, StateStore reader)
    {
        Assert.Contains(reader.Height!.Value, run.Heights);
        await reader.RefreshAsync();
        for (int i = 0; reader.Height != run.Store.Height && i < 5; i++)
        {
            await reader.RefreshAsync();
        }

        Assert.Equal((run.Store.Height, run.Store.Root), (reader.Height, reader.Root));
    }
}
