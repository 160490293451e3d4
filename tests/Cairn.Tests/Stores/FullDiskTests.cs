using Cairn.Homes;
using Cairn.IO;
using Cairn.Manifests;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>
/// The disk becomes full at each file operation in turn, with a reserve and without. Nothing acknowledged is lost, reading goes on, closing tells where the log ends, the store can be read on the full disk, and goes on once there
/// is room.
/// </summary>
public sealed class FullDiskTests
{
    private const int Blocks = 12;
    private const long Reserve = 128 << 10;

    private static readonly StoreSettings WithReserve = StoreSettings.Quiet with { ReserveBytes = Reserve };
    private const string Store = "/store";

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory, 0, false)]
    [InlineData(HomeKind.SimulatedDirectory, Reserve, false)]
    [InlineData(HomeKind.SimulatedDirectory, Reserve, true)]
    [InlineData(HomeKind.JsonLines, 0, false)]
    public async Task FullDisk_FromEveryOperationOn_LosesNothing(HomeKind kind, long reserve, bool overwritesNeedRoom)
    {
        StoreSettings settings = StoreSettings.Quiet with { ReserveBytes = reserve };
        foreach (int seed in SeededRandom.Seeds(1, first: 5))
        {
            ShortRun run = ShortRun.Make(seed, Blocks);
            SimulatedHome whole = new(kind, new SimulatedFileSystem());
            await run.PlayAsync(whole, settings, new RunProgress());
            int failures = 0;
            for (long operation = 1; operation <= whole.Files.ChangeCount; operation++)
            {
                SimulatedFileSystem files = new(seed) { FullFrom = operation, OverwritesNeedRoom = overwritesNeedRoom };
                failures += await FailAsync(run, kind, settings, files, $"full from operation {operation} on, run seed {seed}") ? 1 : 0;
            }

            Assert.InRange(failures, 1, whole.Files.ChangeCount);
        }
    }

    [Fact]
    public async Task Reserve_OnAFullDisk_LetsCheckpointAndClosingSucceed()
    {
        SimulatedFileSystem files = new();
        SimulatedHome home = new(HomeKind.SimulatedDirectory, files);
        StoreSettings settings = WithReserve;
        ShortRun run = ShortRun.Make(seed: 4, Blocks);
        StateStore store = await home.OpenAsync(settings);
        Assert.Equal(Reserve, store.GetStatistics().ReserveBytes);
        await run.CommitNextAsync(store, 0);
        files.CapacityBytes = files.UsedBytes;
        await store.CheckpointAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, store.GetStatistics().ReserveBytes);
        Assert.False(files.FileExists($"{Store}/{DiskReserve.FileName}"));
        files.CapacityBytes = long.MaxValue;
        await run.CommitNextAsync(store, 1);
        await store.CheckpointAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Reserve, store.GetStatistics().ReserveBytes);
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Reserve_OnAFullDisk_IsNotForCommits()
    {
        SimulatedFileSystem files = new();
        SimulatedHome home = new(HomeKind.SimulatedDirectory, files);
        ShortRun run = ShortRun.Make(seed: 4, Blocks);
        StateStore store = await home.OpenAsync(WithReserve);
        files.CapacityBytes = files.UsedBytes;
        DiskFullException failure = await Assert.ThrowsAsync<DiskFullException>(() => run.CommitNextAsync(store, 0));
        Assert.Equal(RecoveryAction.FreeSpace, failure.RecoveryAction);
        Assert.Equal(Reserve, store.GetStatistics().ReserveBytes);
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Reserve_WithAnotherSize_FollowsTheOption()
    {
        SimulatedFileSystem files = new();
        SimulatedHome home = new(HomeKind.SimulatedDirectory, files);
        foreach (long bytes in new[] { Reserve, Reserve / 2, 0, 1000, 3 * Reserve })
        {
            StateStore store = await home.OpenAsync(StoreSettings.Quiet with { ReserveBytes = bytes });
            Assert.Equal(bytes, store.GetStatistics().ReserveBytes);
            Assert.Equal(bytes > 0, files.FileExists($"{Store}/{DiskReserve.FileName}"));
            await home.CloseAsync(store);
        }
    }

    [Theory]
    [InlineData(FileOperation.Create)]
    [InlineData(FileOperation.Write)]
    [InlineData(FileOperation.Sync)]
    public async Task Reserve_ThatCannotBeMade_DoesNotKeepTheStoreFromOpening(FileOperation operation)
    {
        SimulatedFileSystem files = new();
        files.Fail(operation, forever: true, path: static path => path.EndsWith(DiskReserve.FileName, StringComparison.Ordinal));
        SimulatedHome home = new(HomeKind.SimulatedDirectory, files);
        StateStore store = await home.OpenAsync(WithReserve);
        Assert.Equal(0, store.GetStatistics().ReserveBytes);
        await ShortRun.Make(seed: 4, Blocks).CommitNextAsync(store, 0);
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Reserve_WhereLittleIsFree_IsLeftToTheCommits()
    {
        SimulatedFileSystem files = new() { CapacityBytes = Reserve + (Reserve / 2) };
        SimulatedHome home = new(HomeKind.SimulatedDirectory, files);
        StateStore store = await home.OpenAsync(WithReserve);
        Assert.Equal(0, store.GetStatistics().ReserveBytes);
        await home.CloseAsync(store);
    }

    /// <summary>Plays a run on a disk that becomes full.</summary>
    /// <returns>Whether anything failed.</returns>
    private static async Task<bool> FailAsync(ShortRun run, HomeKind kind, StoreSettings settings, SimulatedFileSystem files, string what)
    {
        SimulatedHome home = new(kind, files);
        RunProgress progress = new();
        try
        {
            bool failed = false;
            bool committing = false;
            try
            {
                await run.PlayAsync(home, settings, progress, (store, failure) =>
                {
                    committing = progress.Doing == "block";
                    return progress.Doing == "reopen" ? Task.CompletedTask : LatchedAsync(run, store, failure, progress);
                });
            }
            catch (DiskFullException failure)
            {
                Assert.Equal(RecoveryAction.FreeSpace, failure.RecoveryAction);
                failed = true;
            }

            Assert.Equal(0, files.OpenFiles);
            if (committing && kind != HomeKind.JsonLines && !files.OverwritesNeedRoom)
            {
                AssertClosed(files, progress);
            }

            await VerifyFullAsync(run, kind, settings, files, progress);
            for (int crash = -1; crash < 3; crash++)
            {
                SimulatedFileSystem later = crash < 0 ? files.Clone() : files.Crash(crash);
                await run.VerifyAsync(new SimulatedHome(kind, later), WithReserve, progress, isWhole: !failed);
            }

            return failed;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{what} ({progress.Doing}, block {progress.Attempted} attempted, {progress.Durable} durable): {exception.GetType().Name}: {exception.Message}", exception);
        }
    }

    private static async Task LatchedAsync(ShortRun run, StateStore store, Exception failure, RunProgress progress)
    {
        Assert.IsType<DiskFullException>(failure);
        int blocks = progress.Committed;
        StoreFailedException refusal = await Assert.ThrowsAsync<StoreFailedException>(() => run.CommitNextAsync(store, Math.Min(blocks, run.States.Count - 2)));
        Assert.Equal(RecoveryAction.FreeSpace, refusal.RecoveryAction);
        Assert.Same(failure, refusal.InnerException);
        Assert.True(store.GetStatistics().HasFailed);
        using StateView view = store.OpenView();
        StoreComparison.AssertSame(run.States[blocks], view, new Random(1));
    }

    /// <summary>After a commit that found no room, closing has written how far the log goes, although the disk is full.</summary>
    private static void AssertClosed(SimulatedFileSystem files, RunProgress progress)
    {
        StoreManifest manifest = ManifestFiles.Read(files.Crash(seed: 0), Store).Newest!;
        Assert.Equal((ulong)progress.Committed, manifest.Content.LogEnd.Sequence);
    }

    /// <summary>The store on the disk that is still full: it can be read; opening it for writing works, or says what is wrong, and loses nothing.</summary>
    private static async Task VerifyFullAsync(ShortRun run, HomeKind kind, StoreSettings settings, SimulatedFileSystem files, RunProgress progress)
    {
        SimulatedFileSystem full = files.Clone();
        full.CapacityBytes = full.UsedBytes;
        full.OverwritesNeedRoom = files.OverwritesNeedRoom;
        SimulatedHome home = new(kind, full);
        if (progress.Committed > 0)
        {
            await using StateStore reader = await home.OpenAsync(settings with { ReadOnly = true });
            Assert.InRange(run.BlocksAt(reader.Height), progress.Durable, progress.Attempted);
        }

        try
        {
            await using StateStore writer = await home.OpenAsync(settings);
            Assert.InRange(run.BlocksAt(writer.Height), progress.Durable, progress.Attempted);
        }
        catch (DiskFullException)
        {
            // Without a reserve there may be no room for what opening or closing writes.
        }

        Assert.Equal(0, full.OpenFiles);
        full.CapacityBytes = long.MaxValue;
        full.OverwritesNeedRoom = false;
        await run.VerifyAsync(home, WithReserve, progress, isWhole: false);
    }
}
