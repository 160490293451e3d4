using Cairn.Checking;
using Cairn.Tests.IO;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.History;

/// <summary>
/// The machine stops at every file operation while the index is written, merged and retired, and whatever the disk kept, the next opening answers as the log says, makes what is missing, and leaves nothing behind.
/// </summary>
public sealed class HistoryCrashTests
{
    /// <summary>How many operations are stopped at; all of them in the long variant.</summary>
    private const int MostStops = 40;

    [Fact]
    public async Task StoppedAtEveryOperation_TheNextOpening_AnswersAsTheLogSays()
    {
        foreach (int seed in SeededRandom.Seeds(1))
        {
            SimulatedFileSystem whole = new();
            await PlayAsync(whole, seed);
            Assert.Contains(whole.Files, static path => path.EndsWith(".run", StringComparison.Ordinal));
            long step = SeededRandom.IsLong ? 1 : Math.Max(1, whole.ChangeCount / MostStops);
            for (long stop = 1 + (seed % step); stop <= whole.ChangeCount; stop += step)
            {
                SimulatedFileSystem files = new() { StopAt = stop };
                try
                {
                    await PlayAsync(files, seed);
                }
                catch (Exception exception) when (IsCrash(exception))
                {
                    // As meant.
                }

                for (int kept = 0; kept < 3; kept++)
                {
                    int crashSeed = (((seed * 10_000) + (int)stop) * 4) + kept;
                    try
                    {
                        await VerifyAsync(files.Crash(crashSeed), crashSeed);
                    }
                    catch (Exception exception)
                    {
                        throw new InvalidOperationException($"Stopped at operation {stop}, crash seed {crashSeed}, run seed {seed}: {exception.GetType().Name}: {exception.Message}", exception);
                    }
                }
            }
        }
    }

    /// <summary>Fills a log, with questions in between, and lets the worker do all its work; retires some of it.</summary>
    private static async Task PlayAsync(SimulatedFileSystem files, int seed)
    {
        HistoryRun run = new(HomeKind.SimulatedDirectory, new HistoryScript(new Random(seed)), files);
        try
        {
            for (int round = 0; round < 7; round++)
            {
                await run.AppendAsync(25);
                await run.History.CatchUpAsync();
                if (round == 5)
                {
                    run.Retire(60);
                }
            }

            await run.AppendAsync(5, syncs: false);
            run.Compare(new Random(seed), 3);
            await run.CloseAsync();
        }
        catch
        {
            await CloseQuietlyAsync(run);
            throw;
        }
    }

    private static async Task VerifyAsync(SimulatedFileSystem files, int seed)
    {
        if (!files.FileExists("/store/manifest-a"))
        {
            return; // not even the store was there
        }

        Random random = new(seed);
        HistoryRun run;
        try
        {
            run = new HistoryRun(HomeKind.SimulatedDirectory, new HistoryScript(random), files);
        }
        catch (StoreNotFoundException)
        {
            return; // its creation was interrupted
        }

        if (run.Home.Log.End.Sequence > 0)
        {
            await run.FindKeptAsync();
            run.Compare(random, 4);
            await run.History.CatchUpAsync();
            run.Compare(random, 4);
        }

        Assert.DoesNotContain(run.Events, static happened => happened is StoreEvent.HistoryFailed);
        await run.DisposeAsync();
        Assert.DoesNotContain(files.Files, static path => path.EndsWith(".new", StringComparison.Ordinal));
        CheckReport report = await StoreChecker.CheckAsync("dir:/store", new CheckOptions { FileSystem = files });
        Assert.DoesNotContain(report.Faults, static fault => fault.File.Contains("history", StringComparison.Ordinal));
    }

    private static async Task CloseQuietlyAsync(HistoryRun run)
    {
        try
        {
            await run.CloseAsync();
        }
        catch (SimulatedCrashException)
        {
            // Everything fails after it.
        }
    }

    private static bool IsCrash(Exception? exception) => exception is not null && (exception is SimulatedCrashException || IsCrash(exception.InnerException));
}
