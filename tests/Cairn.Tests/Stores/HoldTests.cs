using Cairn.Homes;
using Cairn.IO;
using Cairn.Tests.IO;
using Xunit;
using static Cairn.Tests.Stores.RetentionRun;

namespace Cairn.Tests.Stores;

/// <summary>Named holds: what they keep, what they refuse, how they break, and what of them survives.</summary>
public sealed class HoldTests
{
    private const long Plenty = 1L << 40;

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.Directory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    public async Task Hold_WhileBlocksComeAndGo_KeepsTheLogAboveItsHeight(HomeKind kind)
    {
        await using RetentionRun run = new(kind);
        await run.OpenAsync(Settings(2));
        await run.CommitAndCheckpointAsync(6);
        LogHold hold = await run.Store.PlaceHoldAsync("follower", run.Heights[4], Plenty);
        Assert.Equal(("follower", run.Heights[4], Plenty, 0L, false), (hold.Name, hold.Height, hold.MaxBytes, hold.HeldBytes, hold.IsBroken));
        await run.CommitAndCheckpointAsync(20);
        run.AssertPruned(24);
        hold = Assert.Single(run.Store.Holds);
        Assert.InRange(hold.HeldBytes, 19 * (BlockBytes - 1024), 19 * BlockBytes * 4 / 3);
        Assert.Equal(hold.HeldBytes, run.Store.GetStatistics().HeldLogBytes);
        await run.ReopenAsync(Settings(2));
        Assert.Equal(hold, Assert.Single(run.Store.Holds));
        Assert.Equal(run.Heights.Skip(5), await run.HeightsInLogAsync("follower"));
        await run.OpenAsync(Settings(2));
        Assert.True(await run.Store.ReleaseHoldAsync("follower"));
        Assert.False(await run.Store.ReleaseHoldAsync("follower"));
        long before = run.Store.GetStatistics().LogBytes;
        await run.CommitAndCheckpointAsync(2);
        Assert.InRange(run.Store.GetStatistics().LogBytes, 1, before - (15 * BlockBytes));
        Assert.Empty(run.Store.Holds);
    }

    [Fact]
    public async Task PlaceHold_OfTheSameName_MovesIt_EvenBelowTheFloor()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(2));
        await run.CommitAndCheckpointAsync(4);
        await run.Store.PlaceHoldAsync("a", run.Heights[2], Plenty);
        await run.CommitAndCheckpointAsync(20);
        await run.Store.PlaceHoldAsync("a", run.Heights[10], Plenty);
        await run.Store.PlaceHoldAsync("b", new BlockHeight(run.Heights[12].Value), Plenty);
        Assert.Equal(["a", "b"], run.Store.Holds.Select(hold => hold.Name));
        await run.CommitAndCheckpointAsync(2);
        Assert.Equal(run.Heights.Skip(11), await run.HeightsInLogAsync("a"));
        await run.OpenAsync(Settings(2));
        Assert.Equal(run.Heights.Skip(13), await run.HeightsInLogAsync("b"));
    }

    [Fact]
    public async Task PlaceHold_BetweenTwoHeights_KeepsFromTheNextBlockOn()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(3));
        await run.CommitAndCheckpointAsync(9);
        Assert.True(run.Heights[8].Value > run.Heights[7].Value + 1);
        await run.Store.PlaceHoldAsync("x", new BlockHeight(run.Heights[7].Value + 1), Plenty);
        await run.CommitAndCheckpointAsync(8);
        Assert.Equal(run.Heights.Skip(8), await run.HeightsInLogAsync("x"));
    }

    [Fact]
    public async Task PlaceHold_WhereTheLogIsGoneOrNotYetThere_IsRefusedNamingBoth()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(2));
        await run.CommitAndCheckpointAsync(20);
        HeightNotRetainedException gone = await Assert.ThrowsAsync<HeightNotRetainedException>(() => run.Store.PlaceHoldAsync("x", new BlockHeight(run.Heights[17].Value - 1), Plenty));
        Assert.Equal((run.Heights[17].Value - 1, run.Heights[18], run.Heights[19]), (gone.Requested.Value, gone.Oldest, gone.Newest));
        BlockHeight above = new(run.Heights[19].Value + 1);
        HeightNotRetainedException early = await Assert.ThrowsAsync<HeightNotRetainedException>(() => run.Store.PlaceHoldAsync("x", above, Plenty));
        Assert.Equal((above, run.Heights[18], run.Heights[19]), (early.Requested, early.Oldest, early.Newest));
        Assert.Empty(run.Store.Holds);
        await run.Store.PlaceHoldAsync("x", run.Heights[17], Plenty); // whoever has the block before the floor gets all he needs
        Assert.Equal(run.Heights.Skip(18), await run.HeightsInLogAsync("x"));
    }

    [Fact]
    public async Task PlaceHold_OnAnEmptyStore_KeepsEveryBlock()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(1));
        await run.Store.PlaceHoldAsync("all", (BlockHeight)0, Plenty);
        await run.CommitAndCheckpointAsync(12);
        Assert.Equal(run.Heights, await run.HeightsInLogAsync("all"));
    }

    [Fact]
    public async Task PlaceHold_OnAnUnsyncedHead_MakesItDurable()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(2) with { Durability = Durability.DangerNoSync });
        await run.CommitAsync(3);
        await run.Store.PlaceHoldAsync("x", run.Heights[2], Plenty);
        Assert.Equal(run.Heights[2], run.Store.DurableHeight);
        await using StateStore later = await new SimulatedHome(HomeKind.SimulatedDirectory, run.Files.Crash(0)).OpenAsync(Settings(2));
        Assert.Equal(run.Heights[2], later.Height);
        Assert.Equal("x", Assert.Single(later.Holds).Name);
    }

    [Fact]
    public async Task Hold_ThatWouldKeepMoreThanItMay_BreaksAndStaysBroken()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(2));
        await run.CommitAndCheckpointAsync(4);
        await run.Store.PlaceHoldAsync("small", run.Heights[3], 3 * BlockBytes);
        await run.Store.PlaceHoldAsync("large", run.Heights[3], 8 * BlockBytes);
        await run.CommitAndCheckpointAsync(7);
        LogHold broken = Assert.Single(run.Events.OfType<StoreEvent.HoldBroken>()).Hold;
        Assert.Equal(("small", true, run.Heights[3], 3L * BlockBytes), (broken.Name, broken.IsBroken, broken.Height, broken.MaxBytes));
        Assert.InRange(broken.HeldBytes, (3 * BlockBytes) + 1, 5 * BlockBytes);
        Assert.Equal([("large", false), ("small", true)], run.Store.Holds.Select(hold => (hold.Name, hold.IsBroken)));
        await run.CommitAndCheckpointAsync(10);
        Assert.Equal(2, run.Events.OfType<StoreEvent.HoldBroken>().Count());
        Assert.InRange(run.Store.GetStatistics().LogBytes, 1, (3 * BlockBytes) + (3 * 65_536));
        Assert.Equal(0, run.Store.GetStatistics().HeldLogBytes);
        SimulatedHome killed = new(HomeKind.SimulatedDirectory, run.Files.Clone());
        await using (StateStore store = await killed.OpenAsync(Settings(2)))
        {
            Assert.Equal(broken, store.Holds[1]);
        }

        await Assert.ThrowsAsync<HeightNotRetainedException>(() => run.Store.PlaceHoldAsync("small", run.Heights[4], Plenty));
        await run.Store.PlaceHoldAsync("small", run.Heights[^1], Plenty);
        Assert.False(run.Store.Holds[1].IsBroken);
    }

    [Fact]
    public async Task Arguments_OutOfRange_AreRefused()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(2));
        await run.CommitAsync(1);
        foreach (string name in (string[])["", " ", " a", "a\n", "a\u0000b", "\u202eabc", new string('é', 33), "\ud800", "a\u00a0b"])
        {
            await Assert.ThrowsAsync<ArgumentException>(() => run.Store.PlaceHoldAsync(name, run.Heights[0], 1));
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => run.Store.PlaceHoldAsync("a", run.Heights[0], 0));
        for (int i = 0; i < LogHold.MaxHolds; i++)
        {
            await run.Store.PlaceHoldAsync($"{i:d2}" + new string('é', 31), run.Heights[0], 1);
        }

        InvalidOperationException full = await Assert.ThrowsAsync<InvalidOperationException>(() => run.Store.PlaceHoldAsync("one more", run.Heights[0], 1));
        Assert.Contains("64", full.Message, StringComparison.Ordinal);
        await run.ReopenAsync(Settings(2));
        Assert.Equal(LogHold.MaxHolds, run.Store.Holds.Count);
        Assert.Equal("63" + new string('é', 31), run.Store.Holds[^1].Name);
    }

    [Fact]
    public async Task ReadOnlyAndJsonLinesStores_PlaceNoHolds_AReaderSeesThem()
    {
        await using RetentionRun lines = new(HomeKind.JsonLines);
        await lines.OpenAsync(Settings(2));
        await lines.CommitAsync(1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => lines.Store.PlaceHoldAsync("x", lines.Heights[0], 1));
        Assert.Empty(lines.Store.Holds);

        await using RetentionRun run = new();
        await run.OpenAsync(Settings(2));
        await run.CommitAsync(1);
        await using StateStore reader = await run.Home.OpenAsync(Settings(2) with { ReadOnly = true });
        await run.Store.PlaceHoldAsync("x", run.Heights[0], 1);
        Assert.Empty(reader.Holds);
        await reader.RefreshAsync();
        Assert.Equal("x", Assert.Single(reader.Holds).Name);
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.PlaceHoldAsync("y", run.Heights[0], 1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.ReleaseHoldAsync("x"));
    }

    [Fact]
    public async Task HoldsFile_OneBitRotten_IsReadFromTheOtherCopy_BothRotten_IsRefused()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(2));
        await run.CommitAsync(3);
        await run.Store.PlaceHoldAsync("x", run.Heights[0], 100);
        await run.CloseAsync();
        byte[] bytes = ReadHolds(run.Files);
        GoldenFile.Check("holds.bin", HoldsWithoutStoreId(bytes));
        for (int at = 0; at < bytes.Length; at += 3)
        {
            SimulatedFileSystem rotten = run.Files.Clone();
            Flip(rotten, at);
            SimulatedHome home = new(HomeKind.SimulatedDirectory, rotten);
            await using (StateStore store = await home.OpenAsync(Settings(2)))
            {
                Assert.Equal("x", Assert.Single(store.Holds).Name);
                Assert.Contains("/store/holds", Assert.Single(store.Recovery.Warnings), StringComparison.Ordinal);
            }

            Flip(rotten, (at + (bytes.Length / 2)) % bytes.Length);
            StateCorruptedException refusal = await Assert.ThrowsAsync<StateCorruptedException>(() => home.OpenAsync(Settings(2)));
            Assert.Equal("/store/holds", refusal.File);
        }
    }

    private static byte[] ReadHolds(SimulatedFileSystem files)
    {
        using IFile file = files.Open("/store/holds", FileOpening.Read);
        byte[] bytes = new byte[file.Length];
        Assert.Equal(bytes.Length, file.Read(0, bytes));
        return bytes;
    }

    private static byte[] HoldsWithoutStoreId(byte[] bytes)
    {
        List<StoredHold> holds = [.. Cairn.Manifests.HoldsCodec.Decode("holds", bytes, Cairn.Manifests.StoreId.Read(bytes.AsSpan(Cairn.Manifests.HoldsLayout.StoreIdOffset)), out _)];
        holds[0] = holds[0] with { Place = new LogPosition(1, 0x1234, 0xdeadbeef) };
        holds.Add(new StoredHold("zürich", (BlockHeight)99, new LogPosition(7, 0x5678, 1), 1000, BrokenAtBytes: 1001));
        return Cairn.Manifests.HoldsCodec.Encode(holds, Manifests.SampleManifests.Id);
    }

    private static void Flip(SimulatedFileSystem files, int at)
    {
        using IFile file = files.Open("/store/holds", FileOpening.Write);
        byte[] one = new byte[1];
        file.Read(at, one);
        one[0] ^= 4;
        file.Write(at, one);
    }
}
