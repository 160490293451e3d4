using Cairn.Snapshots;
using Cairn.Tests.IO;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Snapshots;

/// <summary>Imports that are interrupted: by a stream that ends early, by damage, by a machine that stops, by a full disk. Running them again with a sound snapshot comes to the end.</summary>
public sealed class SnapshotResumeTests
{
    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task CutShort_AfterAnyPart_GoesOnWithTheWhole(HomeKind kind)
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 3, blocks: 20);
        byte[] snapshot = await run.ExportAsync(20);
        List<(int Offset, SnapshotFrame Frame)> frames = SnapshotRun.FramesOf(snapshot);
        Assert.True(frames.Count > 4, $"{frames.Count} parts");
        using TestHome home = TestHome.Create(kind);
        ulong entries = 0;
        for (int part = 0; part < frames.Count; part++)
        {
            await Assert.ThrowsAsync<SnapshotDamagedException>(() => home.ImportAsync(StoreSettings.Tight, [snapshot[..(frames[part].Offset + 9)]]));
            if (home.HasPages)
            {
                ImportUnfinishedException unfinished = await Assert.ThrowsAsync<ImportUnfinishedException>(() => home.OpenAsync(StoreSettings.Tight));
                Assert.Equal(entries, unfinished.Entries);
                entries += frames[part].Frame.Items;
            }
        }

        StateStore store = await home.ImportAsync(StoreSettings.Tight, [snapshot]);
        StoreComparison.AssertHead(SnapshotTests.StateOnly(run.States[20]), store, new Random(1));
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Resumed_WithPartsOfAnotherSize_ComesToTheSameEnd()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 3, blocks: 20);
        byte[] small = await run.ExportAsync(20);
        byte[] large = await run.ExportAsync(20, chunkBytes: 9000, codec: SnapshotCodec.None);
        foreach ((byte[] first, byte[] second) in new[] { (small, large), (large, small) })
        {
            using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
            List<(int Offset, SnapshotFrame Frame)> frames = SnapshotRun.FramesOf(first);
            await Assert.ThrowsAsync<SnapshotDamagedException>(() => home.ImportAsync(StoreSettings.Tight, [first[..frames[frames.Count / 2].Offset]]));
            StateStore store = await home.ImportAsync(StoreSettings.Tight, [second]);
            StoreComparison.AssertHead(SnapshotTests.StateOnly(run.States[20]), store, new Random(1));
            await home.CloseAsync(store);
        }
    }

    [Fact]
    public async Task Resumed_WithTheSnapshotOfAnotherState_IsRefused()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 3, blocks: 20);
        byte[] snapshot = await run.ExportAsync(20);
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        await Assert.ThrowsAsync<SnapshotDamagedException>(() => home.ImportAsync(StoreSettings.Tight, [snapshot[..(snapshot.Length / 2)]]));
        byte[] other = await run.ExportAsync(19);
        await Assert.ThrowsAsync<ImportUnfinishedException>(() => home.ImportAsync(StoreSettings.Tight, [other]));
        await home.CloseAsync(await home.ImportAsync(StoreSettings.Tight, [snapshot]));
    }

    [Fact]
    public async Task Cancelled_KeepsWhatIsThere()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 3, blocks: 20);
        byte[] snapshot = await run.ExportAsync(20);
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        using CancellationTokenSource cancellation = new();
        SnapshotImportOptions options = new() { OnProgress = progress => (progress.Parts == 2 ? cancellation : null)?.Cancel() };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => home.ImportAsync(StoreSettings.Tight, [snapshot], options, cancellation.Token));
        Assert.True((await Assert.ThrowsAsync<ImportUnfinishedException>(() => home.OpenAsync(StoreSettings.Tight))).Entries > 0);
        await home.CloseAsync(await home.ImportAsync(StoreSettings.Tight, [snapshot]));
    }

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task StoppedAtEveryOperation_ChainOfSnapshots_ComesToItsEnd(HomeKind kind)
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 7, blocks: 8);
        byte[][] chain = [await run.ExportAsync(4), await run.ExportAsync(6, since: 4), await run.ExportAsync(8, since: 6)];
        StoreSettings settings = StoreSettings.Quiet;
        SimulatedHome whole = new(kind, new SimulatedFileSystem());
        await (await whole.ImportAsync(settings, chain)).DisposeAsync();
        for (long stop = 1; stop <= whole.Files.ChangeCount; stop++)
        {
            SimulatedHome home = new(kind, new SimulatedFileSystem { StopAt = stop });
            await StoreCrashTests.UntilCrashAsync(async () => await (await home.ImportAsync(settings, chain)).DisposeAsync());
            for (int seed = 0; seed < 3; seed++)
            {
                SimulatedHome left = new(kind, home.Files.Crash(((int)stop * 4) + seed));
                StateStore store = await left.ImportAsync(settings, chain);
                SnapshotTests.AssertEntries(run.States[8], store);
                await left.CloseAsync(store);
            }
        }
    }

    [Fact]
    public async Task FullDisk_AtEveryOperation_GoesOnWhenThereIsRoom()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 7, blocks: 12);
        byte[] snapshot = await run.ExportAsync(12);
        SimulatedHome whole = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        await (await whole.ImportAsync(StoreSettings.Quiet, [snapshot])).DisposeAsync();
        int full = 0;
        for (long from = 1; from <= whole.Files.ChangeCount; from++)
        {
            SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem { FullFrom = from });
            try
            {
                await (await home.ImportAsync(StoreSettings.Quiet, [snapshot])).DisposeAsync();
            }
            catch (IOException)
            {
                full++;
            }

            SimulatedHome freed = new(HomeKind.SimulatedDirectory, home.Files.Clone());
            StateStore store = await freed.ImportAsync(StoreSettings.Quiet, [snapshot]);
            SnapshotTests.AssertEntries(run.States[12], store);
            await freed.CloseAsync(store);
        }

        Assert.True(full > 3, $"The disk was full {full} times.");
    }
}
