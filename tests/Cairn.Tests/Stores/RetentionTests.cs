using Xunit;
using static Cairn.Tests.Stores.RetentionRun;

namespace Cairn.Tests.Stores;

/// <summary>How many blocks are retained, and what of the log is on the disk.</summary>
public sealed class RetentionTests
{
    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.Directory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    public async Task Checkpoint_AtSparseHeights_RetainsExactlySoManyBlocks(HomeKind kind)
    {
        await using RetentionRun run = new(kind);
        await run.OpenAsync(Settings(7));
        Assert.Null(run.Store.FloorHeight);
        for (int blocks = 1; blocks <= 40; blocks++)
        {
            await run.CommitAndCheckpointAsync(1);
            run.AssertPruned(Math.Max(0, blocks - 7));
            if (blocks % 9 == 0)
            {
                await run.ReopenAsync(Settings(7));
                run.AssertPruned(Math.Max(0, blocks - 7));
            }
        }

        Assert.Equal(run.Heights.TakeLast(7), await run.HeightsInLogAsync());
    }

    [Fact]
    public async Task FloorHeight_BeforeTheFirstCheckpoint_IsTheFirstBlock()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(1));
        await run.CommitAsync(3);
        run.AssertPruned(0);
        SimulatedHome killed = new(HomeKind.SimulatedDirectory, run.Files.Clone());
        await using StateStore store = await killed.OpenAsync(Settings(1));
        Assert.Equal(run.Heights[0], store.FloorHeight);
    }

    [Fact]
    public async Task FloorHeight_BetweenCheckpoints_StaysAndTheCountGrows()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(3));
        await run.CommitAndCheckpointAsync(5);
        await run.CommitAsync(4);
        run.AssertPruned(2);
        await run.Store.CheckpointAsync();
        run.AssertPruned(6);
    }

    [Fact]
    public async Task RetainBlocks_ChangedBetweenOpenings_MovesTheFloorForwardOnly()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(10));
        await run.CommitAndCheckpointAsync(20);
        run.AssertPruned(10);
        await run.ReopenAsync(Settings(30));
        await run.CommitAndCheckpointAsync(5);
        run.AssertPruned(10);
        await run.ReopenAsync(Settings(30) with { RetainAll = true });
        await run.CommitAndCheckpointAsync(20);
        run.AssertPruned(10);
        await run.ReopenAsync(Settings(2));
        run.AssertPruned(10);
        await run.CommitAndCheckpointAsync(1);
        run.AssertPruned(44);
        await run.CommitAndCheckpointAsync(1);
        Assert.Equal(run.Heights.TakeLast(2), await run.HeightsInLogAsync());
    }

    [Fact]
    public async Task RetainAll_KeepsEveryBlock()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(1) with { RetainAll = true });
        await run.CommitAndCheckpointAsync(20);
        run.AssertPruned(0);
        Assert.Empty(run.Events.OfType<StoreEvent.LogRetired>());
        Assert.Equal(run.Heights, await run.HeightsInLogAsync());
    }

    [Fact]
    public async Task JsonLines_WhateverTheOption_KeepsEveryBlock()
    {
        await using RetentionRun run = new(HomeKind.JsonLines);
        await run.OpenAsync(Settings(1));
        await run.CommitAndCheckpointAsync(6);
        run.AssertPruned(0);
        Assert.False(run.Store.GetStatistics().IsPrunable);
        await run.ReopenAsync(Settings(1));
        run.AssertPruned(0);
    }

    /// <summary>Retained blocks, two checkpoint intervals and one segment: more is never on the disk after a checkpoint.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 1)]
    [InlineData(5, 8)]
    [InlineData(40, 3)]
    public async Task LogBytes_OverALongRun_StayBounded(int retainBlocks, int blocksPerCheckpoint)
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(retainBlocks));
        for (int i = 0; i < 150 / blocksPerCheckpoint; i++)
        {
            await run.CommitAsync(blocksPerCheckpoint);
            await run.Store.CheckpointAsync();
            long bound = ((retainBlocks + blocksPerCheckpoint) * (long)BlockBytes * 4 / 3) + (2 * 65_536); // three blocks and a header in a segment of four
            long found = run.Files.List("/store/log").Sum(name => Length(run, name));
            Assert.InRange(found, 0, bound);
            Assert.Equal(found, run.Store.GetStatistics().LogBytes);
        }

        Assert.NotEmpty(run.Events.OfType<StoreEvent.LogRetired>());
    }

    [Fact]
    public async Task Statistics_OfTheLog_AddUp()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(5));
        await run.CommitAndCheckpointAsync(30);
        StoreStatistics statistics = run.Store.GetStatistics();
        Assert.InRange(statistics.RetainedLogBytes, 5L * (BlockBytes - 1024), 5L * BlockBytes * 4 / 3);
        Assert.InRange(statistics.LogBytes, statistics.RetainedLogBytes, statistics.RetainedLogBytes + (3 * 65_536));
        Assert.True(statistics.IsPrunable);
        StoreEvent.LogRetired[] retired = [.. run.Events.OfType<StoreEvent.LogRetired>()];
        Assert.True(retired.Sum(happened => happened.Segments) >= 7);
        Assert.Equal(run.Heights[25], retired[^1].FloorHeight);
    }

    private static long Length(RetentionRun run, string name)
    {
        using Cairn.IO.IFile file = run.Files.Open("/store/log/" + name, Cairn.IO.FileOpening.Read);
        return file.Length;
    }
}
