using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Soak;

/// <summary>A store under load on the simulated file system, where everything that can happen to a machine happens.</summary>
public sealed class SimulatedSoakTests
{
    private const string Location = "dir:/store";

    private static readonly FileOperation[] Changing = [FileOperation.Create, FileOperation.Write, FileOperation.SetLength, FileOperation.Sync, FileOperation.Delete, FileOperation.Rename, FileOperation.SyncDirectory];

    [Fact]
    public async Task Store_WithCrashesAndFaults_LosesNothing()
    {
        SoakRun run = new(SeededRandom.Seeds(1).First(), Location);
        SimulatedFileSystem files = new(run.Random.Next());
        while (run.GoesOn)
        {
            files = await RoundAsync(run, files, TimeSpan.FromMilliseconds(run.Random.Next(300, 1500)));
        }

        TestContext.Current.SendDiagnosticMessage(run.Progress);
        Assert.True(run.IsEnough, run.Progress);
    }

    private static async Task<SimulatedFileSystem> RoundAsync(SoakRun run, SimulatedFileSystem files, TimeSpan time)
    {
        int kind = run.Random.Next(4);
        int seed = run.Random.Next();
        FileOperation failing = Changing[run.Random.Next(Changing.Length)];
        int nth = run.Random.Next(1, 20);
        long room = run.Random.Next(200_000);
        SimulatedFileSystem? crashed = null;
        Action? interrupt = kind switch
        {
            0 => null,
            1 => () =>
            {
                // In this order: what is acknowledged after a crash could not be in it.
                files.Stop();
                crashed = files.Crash(seed);
            }
            ,
            2 => () => files.Fail(failing, nth),
            _ => () => files.CapacityBytes = files.UsedBytes + room,
        };
        (StateStore store, Exception? failure) = await run.LoadAsync(files, time, interrupt);
        Assert.True(kind != 0 || failure is null, $"A write failed though nothing was wrong ({run.Progress}): {failure}");
        await SoakRun.CloseAsync(store, mayFail: kind != 0);
        files.Heal();
        files.CapacityBytes = long.MaxValue;
        files = crashed ?? files;
        if (kind == 0)
        {
            await run.CheckAsync(files);
        }

        return files;
    }
}

/// <summary>A store under load on the real disk.</summary>
public sealed class DiskSoakTests
{
    [Fact]
    public async Task Store_OnTheDisk_StaysSound()
    {
        using TemporaryDirectory directory = new();
        SoakRun run = new(SeededRandom.Seeds(1, first: 2).First(), directory.PathOf("store"));
        while (run.GoesOn)
        {
            (StateStore store, Exception? failure) = await run.LoadAsync(files: null, TimeSpan.FromMilliseconds(run.Random.Next(500, 4000)));
            Assert.True(failure is null, $"A write failed ({run.Progress}): {failure}");
            await run.CompareDiskAsync(store);
            await SoakRun.CloseAsync(store, mayFail: false);
            await run.CheckAsync(files: null);
        }

        TestContext.Current.SendDiagnosticMessage(run.Progress);
        Assert.True(run.IsEnough, run.Progress);
    }
}
