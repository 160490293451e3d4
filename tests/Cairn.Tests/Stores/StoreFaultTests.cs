using Cairn.IO;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>
/// The n-th operation of a kind fails, for every n, and the disk is full at every size. The store latches, reads go on, and opening again (after a power
/// failure, too) finds everything that was acknowledged.
/// </summary>
public sealed class StoreFaultTests
{
    private const int Blocks = 12;

    public static TheoryData<HomeKind, FileOperation> Faults() => new MatrixTheoryData<HomeKind, FileOperation>(
        [HomeKind.SimulatedDirectory, HomeKind.JsonLines],
        Enum.GetValues<FileOperation>().Except([FileOperation.Lock]));

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task FailingOnce_EveryOperationOfAKind_LosesNothing(HomeKind kind, FileOperation operation)
    {
        StoreSettings settings = StoreSettings.Quiet;
        foreach (int seed in SeededRandom.Seeds(1))
        {
            ShortRun run = ShortRun.Make(seed, Blocks, compacting: kind == HomeKind.SimulatedDirectory, rewinding: true);
            SimulatedHome whole = new(kind, new SimulatedFileSystem());
            await run.PlayAsync(whole, settings, new RunProgress());
            long operations = whole.Files.Count(operation);
            for (long nth = 1; nth <= operations; nth++)
            {
                foreach (bool forever in new[] { false, true })
                {
                    SimulatedFileSystem files = new(seed);
                    files.Fail(operation, nth, forever);
                    await FailAsync(run, kind, settings, files, mustLatch: operation >= FileOperation.Create, $"{operation} {nth}{(forever ? " and all after it" : "")}, run seed {seed}");
                }
            }
        }
    }

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task FullDisk_OfEverySize_LosesNothing(HomeKind kind)
    {
        ShortRun run = ShortRun.Make(seed: 3, Blocks, compacting: kind == HomeKind.SimulatedDirectory, rewinding: true);
        SimulatedHome whole = new(kind, new SimulatedFileSystem());
        await run.PlayAsync(whole, StoreSettings.Quiet, new RunProgress());
        for (long capacity = 0; capacity < whole.Files.UsedBytes; capacity += 4096)
        {
            SimulatedFileSystem files = new(seed: 3) { CapacityBytes = capacity };
            await FailAsync(run, kind, StoreSettings.Quiet, files, mustLatch: true, $"a disk of {capacity} bytes");
        }
    }

    /// <summary>Plays a run in which something fails, then opens again: at once, and after a power failure.</summary>
    private static async Task FailAsync(ShortRun run, HomeKind kind, StoreSettings settings, SimulatedFileSystem files, bool mustLatch, string what)
    {
        SimulatedHome home = new(kind, files);
        RunProgress progress = new();
        try
        {
            Exception? failure = await PlayAsync(run, home, settings, progress, mustLatch);
            Assert.Equal(0, files.OpenFiles);
            for (int crash = -1; crash < 3; crash++)
            {
                SimulatedFileSystem later = crash < 0 ? files.Clone() : files.Crash(crash);
                await run.VerifyAsync(new SimulatedHome(kind, later), StoreSettings.Quiet, progress, isWhole: failure is null);
            }
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{what} ({progress.Doing}, block {progress.Attempted} attempted, {progress.Durable} durable): {exception.GetType().Name}: {exception.Message}", exception);
        }
    }

    /// <summary>Plays the run; what comes out of it must be the failure itself.</summary>
    private static async Task<Exception?> PlayAsync(ShortRun run, SimulatedHome home, StoreSettings settings, RunProgress progress, bool mustLatch)
    {
        List<Exception> events = [];
        StoreSettings listening = settings with { OnEvent = happened => events.AddRange(happened is StoreEvent.Failed failed ? [failed.Cause] : []) };
        try
        {
            await run.PlayAsync(home, listening, progress, (store, failure) => LatchedAsync(run, store, failure, progress, events, mustLatch));
            return null;
        }
        catch (Exception failure) when (failure is IOException || (failure is StoreFailedException && progress.Doing is "reopen" or "close"))
        {
            return failure;
        }
    }

    /// <summary>What a store does after a failure: it goes on reading, and refuses to write if the failure was one of writing.</summary>
    private static async Task LatchedAsync(ShortRun run, StateStore store, Exception failure, RunProgress progress, List<Exception> events, bool mustLatch)
    {
        Assert.IsAssignableFrom<IOException>(failure);
        if (progress.Doing == "reopen")
        {
            return;
        }

        int blocks = progress.Committed;
        Assert.Equal(run.States[blocks].Height, store.Height);
        Assert.True(events.Count <= 1 && (events.Count == 1 || !mustLatch), $"{events.Count} events tell of a failure.");
        if (events.Count > 0)
        {
            StoreFailedException refusal = await Assert.ThrowsAsync<StoreFailedException>(() => run.CommitNextAsync(store, Math.Min(blocks, run.States.Count - 2)));
            Assert.Equal(failure is not DiskFullException ? RecoveryAction.Reopen : RecoveryAction.FreeSpace, refusal.RecoveryAction);
            Assert.Same(events[0], refusal.InnerException);
            await Assert.ThrowsAsync<StoreFailedException>(async () => await store.SyncAsync());
            await Assert.ThrowsAsync<StoreFailedException>(() => store.CheckpointAsync());
        }

        using StateView view = store.OpenView();
        Assert.Equal(run.States[blocks].Root, view.Root);
        try
        {
            StoreComparison.AssertSame(run.States[blocks], view, new Random(1));
        }
        catch (IOException)
        {
            // Reading pages may fail as well while the fault lasts; a wrong answer may not.
        }
    }
}
