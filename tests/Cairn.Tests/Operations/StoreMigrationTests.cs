using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Operations;

public sealed class StoreMigrationTests
{
    public static TheoryData<HomeKind, HomeKind, bool> Pairs
    {
        get
        {
            TheoryData<HomeKind, HomeKind, bool> pairs = [];
            foreach (HomeKind from in (HomeKind[])[HomeKind.Memory, HomeKind.SimulatedDirectory, HomeKind.JsonLines])
            {
                foreach (HomeKind to in (HomeKind[])[HomeKind.Memory, HomeKind.SimulatedDirectory, HomeKind.JsonLines])
                {
                    pairs.Add(from, to, true);
                    pairs.Add(from, to, false);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Migration_BetweenHomes_GivesTheSameStore(HomeKind from, HomeKind to, bool withHistory)
    {
        using MigrationRun run = new(from, to);
        await run.WriteAsync(24);
        MigrationReport report = await run.MigrateAsync(withHistory);
        Assert.Equal(run.States[24].Height, report.Height);
        bool all = withHistory && from == HomeKind.JsonLines; // the only home that retains all
        Assert.Equal(!all, report.EntriesInstalled > 0);
        Assert.Equal(withHistory ? (all ? 24u : MigrationRun.Retained - 1u) : 0u, report.BlocksApplied);
        Assert.Equal(run.States[withHistory ? (all ? 1 : 24 - MigrationRun.Retained + 1) : 24].Height, report.FloorHeight);
        await run.AssertTargetAsync(24, from: withHistory ? (all ? 1 : 24 - MigrationRun.Retained + 1) : 24, heights: all || to != HomeKind.JsonLines);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Migration_Again_BringsTheTargetUpToDate(bool withHistory)
    {
        using MigrationRun run = new(HomeKind.SimulatedDirectory, HomeKind.SimulatedDirectory);
        await run.WriteAsync(20);
        await run.MigrateAsync(withHistory);
        await run.WriteAsync(5);
        MigrationReport report = await run.MigrateAsync(withHistory);
        Assert.Equal((0u, 5u), (report.EntriesInstalled, report.BlocksApplied));
        MigrationReport nothing = await run.MigrateAsync(withHistory);
        Assert.Equal((0u, 0u), (nothing.EntriesInstalled, nothing.BlocksApplied));
        await run.AssertTargetAsync(25, from: 25, heights: true);
    }

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task Migration_StoppedAnywhere_GoesOn(HomeKind to)
    {
        using MigrationRun whole = new(HomeKind.JsonLines, to, seed: 5);
        await whole.WriteAsync(12);
        await whole.MigrateAsync(withHistory: true);
        long operations = whole.TargetFiles!.ChangeCount;
        for (long stop = 1; stop <= operations; stop += SeededRandom.IsLong ? 1 : 17)
        {
            foreach (bool withHistory in (bool[])[true, false])
            {
                using MigrationRun run = new(HomeKind.JsonLines, to, seed: 5);
                await run.WriteAsync(12);
                run.TargetFiles!.StopAt = stop;
                await StoreCrashTests.UntilCrashAsync(() => run.MigrateAsync(withHistory));
                run.Crash((int)stop);
                await run.MigrateAsync(withHistory);
                await run.AssertTargetAsync(12, from: withHistory ? 1 : 12, heights: withHistory || to != HomeKind.JsonLines);
            }
        }
    }

    [Fact]
    public async Task Migration_ToAnotherStore_IsRefused()
    {
        using MigrationRun run = new(HomeKind.SimulatedDirectory, HomeKind.SimulatedDirectory, seed: 1);
        using MigrationRun other = new(HomeKind.SimulatedDirectory, HomeKind.SimulatedDirectory, seed: 2);
        await run.WriteAsync(12);
        await other.WriteAsync(12);
        await run.MigrateAsync(withHistory: true);
        TargetRefusedException refused = await Assert.ThrowsAsync<TargetRefusedException>(() => other.MigrateAsync(withHistory: true, run));
        Assert.Contains("a store is there at height", refused.Message, StringComparison.Ordinal);
        await run.AssertTargetAsync(12, from: 12, heights: true);
    }

    [Fact]
    public async Task Migration_ThatAnotherBegan_IsRefused()
    {
        using MigrationRun run = new(HomeKind.SimulatedDirectory, HomeKind.SimulatedDirectory, seed: 1);
        using MigrationRun other = new(HomeKind.SimulatedDirectory, HomeKind.SimulatedDirectory, seed: 2);
        await run.WriteAsync(12);
        await other.WriteAsync(12);
        for (long stop = 5; !await run.IsUnfinishedAsync(); stop++)
        {
            run.Clear(stop);
            await StoreCrashTests.UntilCrashAsync(() => run.MigrateAsync(withHistory: false));
            run.Crash(1);
        }

        TargetRefusedException refused = await Assert.ThrowsAsync<TargetRefusedException>(() => other.MigrateAsync(withHistory: false, run));
        Assert.Contains("unfinished import", refused.Message, StringComparison.Ordinal);
        await run.MigrateAsync(withHistory: false);
        await run.AssertTargetAsync(12, from: 12, heights: true);
    }

    [Fact]
    public async Task Migration_OfAnEmptyStore_IsAnEmptyStore()
    {
        using MigrationRun run = new(HomeKind.SimulatedDirectory, HomeKind.JsonLines);
        await run.WriteAsync(0);
        Assert.Equal(new MigrationReport(null, Hash256.EmptyRoot, null, 0, 0, 0), await run.MigrateAsync(withHistory: true));
        Assert.Null((await run.MigrateAsync(withHistory: false)).Height);
    }

    [Fact]
    public async Task Migration_WithRewindsAndFinality_TakesWhatCounts()
    {
        using MigrationRun run = new(HomeKind.JsonLines, HomeKind.SimulatedDirectory, seed: 9);
        await run.WriteAsync(12, async store =>
        {
            await store.RewindAsync(run.States[7].Height!.Value);
            await store.FinalizeAsync(run.States[4].Height!.Value);
        });
        MigrationReport report = await run.MigrateAsync(withHistory: true);
        Assert.Equal(7u, report.BlocksApplied);
        await run.AssertTargetAsync(7, from: 1, heights: true, target => Assert.Equal(run.States[4].Height, target.FinalizedHeight));
    }
}
