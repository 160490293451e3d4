using Cairn.Tests.IO;
using Xunit;
using static Cairn.Tests.Stores.RetentionRun;

namespace Cairn.Tests.Stores;

/// <summary>
/// The machine stops, or an operation fails, at every file operation of a run that retires segments and places, moves, breaks and releases holds. Whatever is left: blocks, floor and holds are those
/// that were acknowledged (or were just being changed), the log is there from the oldest of them on, the whole store is sound, and what lies before is gone two checkpoints later.
/// </summary>
public sealed class RetentionFaultTests
{
    private const int Retained = 3;

    private static readonly StoreSettings Run = Settings(Retained) with { CacheBytes = 1 << 20 };

    [Fact]
    public async Task StoppedAtEveryOperation_TheNextOpening_FindsBlocksFloorAndHolds()
    {
        SimulatedFileSystem whole = new();
        await PlayAsync(whole, new Progress());
        Assert.True(whole.Count(FileOperation.Delete) >= 5 && whole.Count(FileOperation.Rename) == 6, $"{whole.Count(FileOperation.Delete)} deletions, {whole.Count(FileOperation.Rename)} renamings");
        for (long stop = 1; stop <= whole.ChangeCount; stop++)
        {
            SimulatedFileSystem files = new() { StopAt = stop };
            Progress progress = new();
            await Assert.ThrowsAnyAsync<Exception>(() => PlayAsync(files, progress));
            for (int kept = 0; kept < 3; kept++)
            {
                await VerifyAsync(files.Crash(((int)stop * 4) + kept), progress, $"stopped at operation {stop}, crash seed {((int)stop * 4) + kept}");
            }
        }
    }

    [Theory]
    [InlineData(FileOperation.Open)]
    [InlineData(FileOperation.Read)]
    [InlineData(FileOperation.Create)]
    [InlineData(FileOperation.Write)]
    [InlineData(FileOperation.Sync)]
    [InlineData(FileOperation.Delete)]
    [InlineData(FileOperation.Rename)]
    [InlineData(FileOperation.SyncDirectory)]
    public async Task FailingOnce_EveryOperationOfAKind_LosesNothing(FileOperation operation)
    {
        SimulatedFileSystem whole = new();
        await PlayAsync(whole, new Progress());
        for (long nth = 1; nth <= whole.Count(operation); nth++)
        {
            SimulatedFileSystem files = new((int)nth);
            files.Fail(operation, nth);
            Progress progress = new();
            bool hasFailed = false;
            try
            {
                await PlayAsync(files, progress);
            }
            catch (Exception failure) when (failure is IOException or StoreFailedException)
            {
                hasFailed = true;
            }

            // Trouble in reading old records stops nothing; a write that failed does.
            Assert.True(hasFailed || operation < FileOperation.Create, $"{operation} {nth} failed, and nobody was told");
            Assert.Equal(0, files.OpenFiles);
            string what = $"{operation} {nth} failed";
            await VerifyAsync(files.Clone(), progress, what);
            await VerifyAsync(files.Crash((int)nth), progress, what + ", then a crash");
        }
    }

    /// <summary>The run: 14 blocks, holds placed, moved, broken and released, reopened twice.</summary>
    private static async Task PlayAsync(SimulatedFileSystem files, Progress progress)
    {
        await using RetentionRun run = new(files: files) { PayloadBytes = 2 * BlockBytes };
        await run.OpenAsync(Run);
        await StepAsync(run, progress, 4);
        await PlaceAsync(run, progress, "follower", block: 2, 1L << 40);
        await PlaceAsync(run, progress, "small", block: 3, 3 * BlockBytes);
        await StepAsync(run, progress, 4); // the small one breaks
        await run.CloseUncheckedAsync();
        await run.OpenAsync(Run);
        await PlaceAsync(run, progress, "follower", block: 5, 1L << 40);
        await StepAsync(run, progress, 3);
        await ReleaseAsync(run, progress, "follower");
        await StepAsync(run, progress, 2);
        await run.CloseUncheckedAsync();
        await run.OpenAsync(Run);
        await ReleaseAsync(run, progress, "small");
        await StepAsync(run, progress, 1);
        await run.CloseUncheckedAsync();
    }

    private static async Task StepAsync(RetentionRun run, Progress progress, int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            progress.Attempted++;
            await run.CommitAsync(1);
            progress.Committed++;
            await run.Store.CheckpointAsync();
            progress.Floor = run.Store.FloorHeight;
        }
    }

    private static async Task PlaceAsync(RetentionRun run, Progress progress, string name, int block, long maxBytes)
    {
        progress.InFlux = name;
        await run.Store.PlaceHoldAsync(name, run.Heights[block], maxBytes);
        progress.Holds[name] = block;
        progress.InFlux = null;
    }

    private static async Task ReleaseAsync(RetentionRun run, Progress progress, string name)
    {
        progress.InFlux = name;
        Assert.True(await run.Store.ReleaseHoldAsync(name));
        progress.Holds.Remove(name);
        progress.InFlux = null;
    }

    private static async Task VerifyAsync(SimulatedFileSystem files, Progress progress, string what)
    {
        try
        {
            await VerifyAsync(files, progress);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{what} (block {progress.Attempted} attempted, {progress.Committed} committed): {exception.GetType().Name}: {exception.Message}", exception);
        }
    }

    private static async Task VerifyAsync(SimulatedFileSystem files, Progress progress)
    {
        await using RetentionRun run = new(files: files) { PayloadBytes = 2 * BlockBytes };
        await run.TakeOverAsync(Run);
        Assert.InRange(run.Heights.Count, progress.Committed, progress.Attempted);
        Assert.True(progress.Floor is null || run.Store.FloorHeight >= progress.Floor, $"floor {run.Store.FloorHeight}, was {progress.Floor}");
        Assert.InRange(run.Store.GetStatistics().RetainedBlocks, (ulong)Math.Min(Retained, run.Heights.Count), (ulong)run.Heights.Count);
        foreach ((string name, int block) in progress.Holds.Where(hold => hold.Key != progress.InFlux))
        {
            Assert.Equal(run.Heights[block], run.Store.Holds.Single(hold => hold.Name == name).Height);
        }

        await run.ReopenAsync(Run); // the checkpoint of closing may break one
        LogHold[] holds = [.. run.Store.Holds];
        Assert.All(holds, hold => Assert.True(progress.Holds.ContainsKey(hold.Name) || hold.Name == progress.InFlux, $"a hold '{hold.Name}'"));
        BlockHeight[] heights = [.. run.Heights];
        foreach (LogHold hold in holds.Where(hold => !hold.IsBroken))
        {
            Assert.Equal(heights.Where(height => height > hold.Height), await run.HeightsInLogAsync(hold.Name));
            await run.OpenAsync(Run);
        }

        foreach (LogHold hold in holds)
        {
            await run.Store.ReleaseHoldAsync(hold.Name);
        }

        await run.CommitAndCheckpointAsync(2);
        Assert.InRange(run.Segments.Count, 1, Retained + 1); // a segment a block, and the floor of the checkpoint before
        Assert.Equal(run.Heights.TakeLast(Retained), await run.HeightsInLogAsync());
    }

    /// <summary>What was acknowledged; holds by the number of the block they stand behind.</summary>
    private sealed class Progress
    {
        public int Attempted { get; set; }

        public int Committed { get; set; }

        public BlockHeight? Floor { get; set; }

        public Dictionary<string, int> Holds { get; } = [];

        /// <summary>The hold that is just being changed.</summary>
        public string? InFlux { get; set; }
    }
}
