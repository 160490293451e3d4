using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Homes;

/// <summary>The directory home as a whole: power failures, killed processes and failing disks at every operation.</summary>
public sealed class DirectoryHomeCrashTests
{
    [Fact]
    public async Task PowerFailure_AtEveryOperation_LosesNothingAcknowledged()
    {
        int stop = 0;
        for (bool ended = false; !ended;)
        {
            (SimulatedFileSystem files, MiniModel model) = New(seed: ++stop);
            files.StopAt = files.ChangeCount + stop;
            ended = await Survives(() => model.Run(files));
            for (int seed = 0; seed < 6; seed++)
            {
                await GoOn(files.Crash(stop + seed), model.Clone(), openings: 1);
            }
        }

        Assert.InRange(stop, 80, 400);
    }

    [Fact]
    public async Task Kill_AtEveryOperationThenPowerFailure_LosesNothingAcknowledged()
    {
        // The killed process leaves the system's caches behind: the next one reads what is not durable yet, and must not build on it.
        Random random = new(11);
        for (int stop = 1; ; stop++)
        {
            (SimulatedFileSystem files, MiniModel model) = New(seed: stop);
            files.StopAt = files.ChangeCount + stop;
            bool ended = await Survives(() => model.Run(files, openings: 2));
            for (int round = 0; round < (SeededRandom.IsLong ? 60 : 10); round++)
            {
                SimulatedFileSystem next = files.Clone();
                MiniModel again = model.Clone();
                next.StopAt = next.ChangeCount + random.Next(1, 40);
                await Survives(() => again.Run(next, openings: 2));
                await GoOn(next.Crash(random.Next()), again, openings: 1);
            }

            if (ended)
            {
                break;
            }
        }
    }

    [Fact]
    public async Task PowerFailure_DuringTheRecoveryFromOne_LosesNothingAcknowledged()
    {
        Random random = new(12);
        for (int stop = 1; ; stop += 2)
        {
            (SimulatedFileSystem files, MiniModel model) = New(seed: stop);
            files.StopAt = files.ChangeCount + stop;
            bool ended = await Survives(() => model.Run(files, openings: 2));
            SimulatedFileSystem left = files.Crash(random.Next());
            for (int second = 1; second <= 12; second++)
            {
                SimulatedFileSystem next = left.Clone();
                MiniModel again = model.Clone();
                next.StopAt = next.ChangeCount + second;
                await Survives(() => again.Run(next, openings: 1));
                await GoOn(next.Crash(random.Next()), again, openings: 1);
            }

            if (ended)
            {
                break;
            }
        }
    }

    [Theory]
    [InlineData(FileOperation.Open)]
    [InlineData(FileOperation.Read)]
    [InlineData(FileOperation.List)]
    [InlineData(FileOperation.Lock)]
    [InlineData(FileOperation.Create)]
    [InlineData(FileOperation.Write)]
    [InlineData(FileOperation.SetLength)]
    [InlineData(FileOperation.Sync)]
    [InlineData(FileOperation.CreateDirectory)]
    [InlineData(FileOperation.SyncDirectory)]
    [InlineData(FileOperation.Delete)]
    public async Task Fault_AtEveryOperation_IsAnIOExceptionAndReopeningFindsEverything(FileOperation kind)
    {
        Random random = new(13);
        for (int nth = 1; ; nth++)
        {
            (SimulatedFileSystem files, MiniModel model) = New(seed: nth);
            files.Fail(kind, nth);
            bool failed = false;
            try
            {
                await model.Run(files, openings: 3);
            }
            catch (IOException)
            {
                failed = true;
            }

            Assert.Equal(0, files.OpenFiles);
            files.Heal();
            await GoOn(files.Crash(random.Next()), model.Clone(), openings: 1);

            // Reopening on the same machine, then a power failure: what a failed sync lost must not be built on.
            for (int round = 0; round < 2; round++)
            {
                SimulatedFileSystem next = files.Clone();
                MiniModel again = model.Clone();
                next.StopAt = next.ChangeCount + random.Next(1, 40);
                await Survives(() => again.Run(next, openings: 1));
                await GoOn(next.Crash(random.Next()), again, openings: 1);
            }

            if (!failed)
            {
                break;
            }
        }
    }

    [Fact]
    public async Task FullDisk_AtEveryLevel_IsAnIOExceptionAndRoomHelps()
    {
        for (long room = 4096; ; room += 8192)
        {
            (SimulatedFileSystem files, MiniModel model) = New(seed: 1);
            files.CapacityBytes = files.UsedBytes + room;
            bool failed = false;
            try
            {
                await model.Run(files, openings: 2);
            }
            catch (IOException)
            {
                failed = true;
            }

            files.CapacityBytes = long.MaxValue;
            await GoOn(files.Crash((int)room), model.Clone(), openings: 1);
            await GoOn(files, model, openings: 1);
            if (!failed)
            {
                break;
            }
        }
    }

    private static (SimulatedFileSystem Files, MiniModel Model) New(int seed) => (new SimulatedFileSystem(seed), new MiniModel());

    private static async Task GoOn(SimulatedFileSystem files, MiniModel model, int openings)
    {
        await model.Run(files, openings);
        await using MiniStore store = await MiniStore.Open(files);
        model.Check(store);
    }

    private static async Task<bool> Survives(Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (SimulatedCrashException)
        {
            return false;
        }
    }
}
