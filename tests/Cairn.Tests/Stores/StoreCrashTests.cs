using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>
/// The machine stops at every file operation of a short run, and again during the recovery that follows. Whatever the disk kept: everything that was
/// said to be durable is there, the state is exactly that of one block, and the store goes on.
/// </summary>
public sealed class StoreCrashTests
{
    private const int Blocks = 12;

    /// <summary>How many of the operations of a recovery are stopped at, at most: the first ones, then every few.</summary>
    private const int RecoveryStops = 6;

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory, Durability.Durable, false)]
    [InlineData(HomeKind.SimulatedDirectory, Durability.Durable, true, true)]
    [InlineData(HomeKind.SimulatedDirectory, Durability.Grouped, false, true)]
    [InlineData(HomeKind.JsonLines, Durability.Durable, false, true)]
    [InlineData(HomeKind.SimulatedDirectory, Durability.Durable, true)]
    [InlineData(HomeKind.SimulatedDirectory, Durability.Grouped, false)]
    [InlineData(HomeKind.SimulatedDirectory, Durability.DangerNoSync, true)]
    [InlineData(HomeKind.JsonLines, Durability.Durable, false)]
    [InlineData(HomeKind.JsonLines, Durability.Grouped, false)]
    public async Task StoppedAtEveryOperation_TheNextOpening_FindsWhatWasAcknowledged(HomeKind kind, Durability durability, bool compacting, bool rewinding = false)
    {
        StoreSettings settings = StoreSettings.Quiet with { Durability = durability };
        foreach (int seed in SeededRandom.Seeds(1))
        {
            ShortRun run = ShortRun.Make(seed, Blocks, compacting, rewinding);
            SimulatedHome whole = new(kind, new SimulatedFileSystem());
            await run.PlayAsync(whole, settings, new RunProgress());
            long operations = whole.Files.ChangeCount;
            Assert.True(operations > 2 * Blocks, $"Only {operations} operations.");
            for (long stop = 1; stop <= operations + 1; stop++)
            {
                await StopAtAsync(run, kind, settings, stop, seed);
            }
        }
    }

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task StoppedWithBackgroundCheckpoints_TheNextOpening_FindsWhatWasAcknowledged(HomeKind kind)
    {
        foreach (int seed in SeededRandom.Seeds(40))
        {
            ShortRun run = ShortRun.Make(seed, blocks: 30, rewinding: seed % 2 == 0);
            await StopAtAsync(run, kind, StoreSettings.Tight, stop: new Random(seed).Next(1, 200), seed);
        }
    }

    private static async Task StopAtAsync(ShortRun run, HomeKind kind, StoreSettings settings, long stop, int seed)
    {
        SimulatedHome home = new(kind, new SimulatedFileSystem { StopAt = stop });
        RunProgress progress = new();
        try
        {
            await run.PlayAsync(home, settings, progress);
        }
        catch (Exception exception) when (IsCrash(exception))
        {
            // The machine stopped; what counts is what the disk holds now.
        }

        for (int kept = 0; kept < 3; kept++)
        {
            int crashSeed = ((seed * 10_000) + (int)stop) * 4 + kept; // nothing unsynced is kept, all of it, a random part
            string where = $"Stopped at operation {stop} ({progress.Doing}, block {progress.Attempted} attempted, {progress.Durable} durable), crash seed {crashSeed}, run seed {seed}";
            try
            {
                await RecoverAsync(run, kind, settings, home.Files.Crash(crashSeed), progress, crashSeed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"{where}: {exception.GetType().Name}: {exception.Message}", exception);
            }
        }
    }

    /// <summary>Recovers what a crash left; then stops the recovery itself at some of its operations, and recovers from that.</summary>
    private static async Task RecoverAsync(ShortRun run, HomeKind kind, StoreSettings settings, SimulatedFileSystem left, RunProgress progress, int seed)
    {
        SimulatedFileSystem files = left.Clone();
        await VerifyAsync(run, new SimulatedHome(kind, files), settings, progress);
        long operations = Math.Min(files.ChangeCount, RecoveryStops * 2);
        for (long stop = 1; stop <= operations; stop += stop < RecoveryStops / 2 ? 1 : 3)
        {
            SimulatedFileSystem again = left.Clone();
            again.StopAt = stop;
            try
            {
                await using StateStore store = await new SimulatedHome(kind, again).OpenAsync(settings);
            }
            catch (Exception exception) when (IsCrash(exception))
            {
                // As meant.
            }

            await VerifyAsync(run, new SimulatedHome(kind, again.Crash(seed + (int)stop)), settings, progress);
        }
    }

    private static async Task VerifyAsync(ShortRun run, SimulatedHome home, StoreSettings settings, RunProgress progress)
    {
        await run.VerifyAsync(home, settings, progress, isWhole: false, asksPast: home.Files.ChangeCount % 8 == 0);
        Assert.Equal(0, home.Files.OpenFiles);
    }

    /// <summary>Runs something until it ends or the machine stops.</summary>
    internal static async Task UntilCrashAsync(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception exception) when (IsCrash(exception))
        {
            // What counts is what the disk holds now.
        }
    }

    private static bool IsCrash(Exception? exception) => exception is not null && (exception is SimulatedCrashException || IsCrash(exception.InnerException));
}
