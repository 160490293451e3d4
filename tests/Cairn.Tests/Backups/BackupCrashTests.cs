using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Backups;

/// <summary>The machine stops, or an operation fails, at every file operation of a backup. The store is untouched; the target is the backup before, or the new one, or (of a first one) not a store yet; and another backup brings it up to date.</summary>
public sealed class BackupCrashTests
{
    private const int First = 12;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FirstBackup_StoppedAtEveryOperation_IsNoStoreOrTheWholeOne(bool linking)
    {
        BackupRun run = new(21);
        SimulatedFileSystem files = new();
        await run.WriteAsync(files, First);
        await StopAtEveryOperationAsync(run, files, linking, before: null);
    }

    /// <param name="linking">Whether the file system has links.</param>
    /// <param name="blocks">How many blocks come between the backups: in the same segment, in the next one, or so many that the log between is gone.</param>
    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 9)]
    [InlineData(true, 28)]
    [InlineData(false, 9)]
    [InlineData(false, 28)]
    public async Task SecondBackup_StoppedAtEveryOperation_IsTheFirstOrTheSecond(bool linking, int blocks)
    {
        BackupRun run = new(22);
        SimulatedFileSystem files = new() { Linking = linking };
        await run.WriteAsync(files, First);
        await BackupRun.BackupAsync(files);
        await run.WriteAsync(files, blocks);
        await StopAtEveryOperationAsync(run, files, linking, before: First);
    }

    [Theory]
    [InlineData(FileOperation.Open)]
    [InlineData(FileOperation.Read)]
    [InlineData(FileOperation.List)]
    [InlineData(FileOperation.Create)]
    [InlineData(FileOperation.Write)]
    [InlineData(FileOperation.SetLength)]
    [InlineData(FileOperation.Sync)]
    [InlineData(FileOperation.CreateDirectory)]
    [InlineData(FileOperation.Delete)]
    [InlineData(FileOperation.Rename)]
    [InlineData(FileOperation.Link)]
    [InlineData(FileOperation.SyncDirectory)]
    public async Task SecondBackup_FailingAtEveryOperationOfAKind_LeavesTheFirstOrTheSecond(FileOperation operation)
    {
        BackupRun run = new(23);
        SimulatedFileSystem files = new();
        await run.WriteAsync(files, First);
        await BackupRun.BackupAsync(files);
        await run.WriteAsync(files, 20);
        SimulatedFileSystem whole = files.Clone();
        await BackupRun.BackupAsync(whole);
        for (long nth = 1; nth <= whole.Count(operation); nth++)
        {
            SimulatedFileSystem again = files.Clone();
            again.Fail(operation, nth);
            await Assert.ThrowsAnyAsync<Exception>(() => BackupRun.BackupAsync(again));
            Assert.Equal(0, again.OpenFiles);
            again.Heal();
            await VerifyAsync(run, again.Crash((int)nth), First, $"{operation} {nth} failed");
        }
    }

    [Fact]
    public async Task Opening_OfABackupThatWasNotFinished_MayStopAtEveryOperation()
    {
        BackupRun run = new(24);
        SimulatedFileSystem files = new();
        await run.WriteAsync(files, First);
        await BackupRun.BackupAsync(files);
        await run.WriteAsync(files, 28);

        // Stopped before its manifest: everything else is in place.
        files.Fail(FileOperation.Create, nth: 1, path: path => path.Contains("manifest", StringComparison.Ordinal));
        files.Fail(FileOperation.Write, nth: 1, path: path => path.StartsWith(BackupRun.Target + "/manifest", StringComparison.Ordinal));
        SimulatedFileSystem unfinished = files.Clone();
        await Assert.ThrowsAnyAsync<IOException>(() => BackupRun.BackupAsync(files));
        unfinished = files.Clone();
        unfinished.Heal();
        SimulatedFileSystem whole = unfinished.Clone();
        Dictionary<string, string> source = BackupRun.BytesOf(whole, BackupRun.Source);
        await run.AssertStoreAsync(whole, BackupRun.Target, First);
        Assert.Equal(source, BackupRun.BytesOf(whole, BackupRun.Source));
        for (long stop = 1; stop <= whole.ChangeCount; stop++)
        {
            SimulatedFileSystem again = unfinished.Clone();
            again.StopAt = stop;
            await Stores.StoreCrashTests.UntilCrashAsync(() => run.AssertStoreAsync(again, BackupRun.Target, First));
            SimulatedFileSystem left = again.Crash((int)stop);
            int blocks = await run.BlocksOfAsync(left.Clone(), BackupRun.Target, readOnly: false);
            Assert.InRange(blocks, First, First + 2);
            await run.AssertWritableAsync(left, BackupRun.Target, blocks);
            Assert.Equal(source, BackupRun.BytesOf(left, BackupRun.Source));
        }
    }

    private static async Task StopAtEveryOperationAsync(BackupRun run, SimulatedFileSystem files, bool linking, int? before)
    {
        SimulatedFileSystem whole = files.Clone();
        whole.Linking = linking;
        await BackupRun.BackupAsync(whole);
        await run.AssertStoreAsync(whole.Clone(), BackupRun.Target, run.Blocks);
        for (long stop = 1; stop <= whole.ChangeCount; stop++)
        {
            SimulatedFileSystem again = files.Clone();
            again.Linking = linking;
            again.StopAt = stop;
            await Assert.ThrowsAnyAsync<Exception>(() => BackupRun.BackupAsync(again));
            foreach (int kept in SeededRandom.IsLong ? (int[])[0, 1, 2] : [(int)stop % 3])
            {
                SimulatedFileSystem left = again.Crash(((int)stop * 4) + kept);
                left.Linking = linking;
                await VerifyAsync(run, left, before, $"stopped at operation {stop}, crash seed {((int)stop * 4) + kept}");
            }
        }
    }

    private static async Task VerifyAsync(BackupRun run, SimulatedFileSystem left, int? before, string what)
    {
        try
        {
            Dictionary<string, string> source = BackupRun.BytesOf(left, BackupRun.Source);
            int blocks = await BlocksOfTargetAsync(run, left);
            Assert.True(blocks == run.Blocks || blocks == (before ?? -1), $"The target has {blocks} blocks.");
            if (blocks >= 0)
            {
                SimulatedFileSystem opened = left.Clone();
                await run.AssertLeftAsync(opened, BackupRun.Target, blocks);
                Assert.Equal(source, BackupRun.BytesOf(opened, BackupRun.Source));
            }

            await BackupRun.BackupAsync(left);
            Assert.Equal(source, BackupRun.BytesOf(left, BackupRun.Source));
            await run.AssertStoreAsync(left, BackupRun.Target, run.Blocks);
            Assert.Equal(source, BackupRun.BytesOf(left, BackupRun.Source));
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{what}: {exception.GetType().Name}: {exception.Message}", exception);
        }
    }

    private static async Task<int> BlocksOfTargetAsync(BackupRun run, SimulatedFileSystem files)
    {
        try
        {
            return await run.BlocksOfAsync(files, BackupRun.Target);
        }
        catch (StoreNotFoundException)
        {
            return -1;
        }
    }
}
