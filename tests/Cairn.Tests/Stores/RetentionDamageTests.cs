using System.Globalization;
using Cairn.Checking;
using Cairn.IO;
using Cairn.Log;
using Cairn.Tests.IO;
using Xunit;
using static Cairn.Tests.Stores.RetentionRun;

namespace Cairn.Tests.Stores;

/// <summary>Segments that are missing, and rot in the heads of records: what has to be there is missed, and on a doubt nothing is retired.</summary>
public sealed class RetentionDamageTests
{
    private const int Retained = 4;

    private static readonly StoreSettings Run = Settings(Retained);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpeningAndChecking_AnySegmentMissing_RefuseUnlessItLiesBeforeAllThatIsKept(bool withHold)
    {
        await using RetentionRun run = await MadeAsync(withHold ? 2 : null);
        ulong keptFrom = withHold ? 4ul : (ulong)(run.Heights.Count - Retained + 1);
        Assert.Equal(withHold ? 9 : 5, run.Segments.Count); // a segment a block; behind the hold, or behind the floor of the checkpoint before
        foreach (string segment in run.Segments)
        {
            SimulatedFileSystem files = run.Files.Clone();
            files.Delete("/store/log/" + segment);
            SimulatedHome home = new(HomeKind.SimulatedDirectory, files);
            CheckReport report = await StoreChecker.CheckAsync(home.Location, new CheckOptions { FileSystem = files });
            if (ulong.Parse(segment[..16], NumberStyles.HexNumber, CultureInfo.InvariantCulture) < keptFrom)
            {
                Assert.True(report.IsSound, string.Join('\n', report.Faults));
                await using StateStore store = await home.OpenAsync(Run);
                Assert.Equal(run.Heights[^1], store.Height);
                continue;
            }

            Assert.Contains(report.Faults, fault => fault.File.StartsWith("/store/log", StringComparison.Ordinal));
            StateCorruptedException refusal = await Assert.ThrowsAsync<StateCorruptedException>(() => home.OpenAsync(Run));
            Assert.StartsWith("/store/log", refusal.File, StringComparison.Ordinal);
            if (!withHold)
            {
                await Assert.ThrowsAsync<StateCorruptedException>(() => home.OpenAsync(Run with { ReadOnly = true }));
            }
        }
    }

    [Fact]
    public async Task SegmentsBelowTheFloor_LeftByACrash_GoWithTheNextRetirement()
    {
        await using RetentionRun run = new() { PayloadBytes = 2 * BlockBytes };
        await run.OpenAsync(Run);
        await run.CommitAndCheckpointAsync(6);
        SimulatedFileSystem before = run.Files.Clone();
        await run.CommitAndCheckpointAsync(6);
        await run.CloseAsync();
        string[] old = [.. before.List("/store/log").Except(run.Segments)];
        Assert.True(old.Length >= 4);
        Copy(before, run.Files, "/store/log/" + old[1]);
        Copy(before, run.Files, "/store/log/" + old[3]);
        await run.Home.CheckAsync();
        await run.OpenAsync(Run);
        Assert.Contains(old[1], run.Segments);
        await run.CommitAndCheckpointAsync(1);
        Assert.Empty(run.Segments.Intersect(old));
        Assert.Equal(run.Heights.TakeLast(Retained), await run.HeightsInLogAsync());
    }

    [Fact]
    public async Task RotInTheHeadOfAnyPassedRecord_MovesTheFloorRightlyOrNotAtAll()
    {
        await using RetentionRun run = await MadeAsync(hold: null);
        int stalled = 0;
        for (int at = 0; at < FrameLayout.SizeBytes + RecordBodyLayout.SizeBytes; at++)
        {
            foreach (int block in (int[])[run.Heights.Count - Retained, run.Heights.Count - Retained + 1])
            {
                await using RetentionRun later = new(files: Rotten(run.Files, block, at)) { PayloadBytes = 2 * BlockBytes };
                await later.TakeOverAsync(Run);
                int segments = later.Segments.Count;
                await later.CommitAndCheckpointAsync(1);
                StoreStatistics statistics = later.Store.GetStatistics();
                if (statistics.RetentionFault is null)
                {
                    later.AssertPruned(later.Heights.Count - Retained);
                    continue;
                }

                stalled++;
                Assert.Equal(later.Heights[later.Heights.Count - 1 - Retained], statistics.FloorHeight);
                Assert.Equal(segments + 1, later.Segments.Count);
                Assert.IsType<StateCorruptedException>(Assert.Single(later.Events.OfType<StoreEvent.RetentionStalled>()).Cause);
                await later.CommitAsync(1);
                await later.CloseUncheckedAsync();
            }
        }

        Assert.InRange(stalled, 150, 2 * (FrameLayout.SizeBytes + RecordBodyLayout.SizeBytes));
    }

    [Fact]
    public async Task ReadingFails_CommitsGoOn_AndTheNextCheckpointCatchesUp()
    {
        await using RetentionRun run = new() { PayloadBytes = 2 * BlockBytes };
        await run.OpenAsync(Run);
        await run.CommitAndCheckpointAsync(6);
        run.Files.Fail(FileOperation.Open, forever: true, path: static path => path.StartsWith("/store/log", StringComparison.Ordinal));
        await run.CommitAndCheckpointAsync(2);
        Assert.Equal(2, run.Events.OfType<StoreEvent.RetentionStalled>().Count());
        Assert.Contains("simulated fault", run.Store.GetStatistics().RetentionFault!, StringComparison.Ordinal);
        Assert.False(run.Store.GetStatistics().HasFailed);
        run.Files.Heal();
        await run.CommitAndCheckpointAsync(1);
        run.AssertPruned(5);
        Assert.Equal(run.Heights.TakeLast(Retained), await run.HeightsInLogAsync());
    }

    /// <summary>A closed store of twelve blocks, each in a segment of its own.</summary>
    private static async Task<RetentionRun> MadeAsync(int? hold)
    {
        RetentionRun run = new() { PayloadBytes = 2 * BlockBytes };
        await run.OpenAsync(Run);
        await run.CommitAndCheckpointAsync(4);
        if (hold is { } block)
        {
            await run.Store.PlaceHoldAsync("hold", run.Heights[block], 1L << 40);
        }

        await run.CommitAndCheckpointAsync(8);
        await run.CloseAsync();
        return run;
    }

    /// <summary>A copy with a bit flipped in the head of the record of a block.</summary>
    private static SimulatedFileSystem Rotten(SimulatedFileSystem files, int block, int at)
    {
        SimulatedFileSystem rotten = files.Clone();
        using IFile file = rotten.Open(SegmentName.Of("/store/log", (ulong)block + 1).Path, FileOpening.Write);
        byte[] one = new byte[1];
        file.Read(SegmentHeaderLayout.SizeBytes + at, one);
        one[0] ^= (byte)(1 << (at % 8));
        file.Write(SegmentHeaderLayout.SizeBytes + at, one);
        return rotten;
    }

    private static void Copy(SimulatedFileSystem from, SimulatedFileSystem to, string path)
    {
        using IFile source = from.Open(path, FileOpening.Read);
        using IFile target = to.Open(path, FileOpening.CreateNew);
        byte[] bytes = new byte[source.Length];
        source.Read(0, bytes);
        target.Write(0, bytes);
        target.Sync();
        to.SyncDirectory("/store/log");
    }
}
