using Cairn.Snapshots;
using Cairn.Tests.Reference;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Snapshots;

/// <summary>Snapshots of any height, put into stores of any home, whole and one on the other.</summary>
public sealed class SnapshotTests
{
    public static TheoryData<HomeKind> Kinds => [HomeKind.Memory, HomeKind.Directory, HomeKind.SimulatedDirectory, HomeKind.JsonLines];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Full_OfAnyHeight_GivesTheSameStateInAnyHome(HomeKind kind) => await SeededRandom.ForEachAsync(2, async random =>
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(random.Next(), blocks: 14, kind);
        foreach (int blocks in new[] { 1, 6, 14 })
        {
            byte[] snapshot = await run.ExportAsync(blocks);
            foreach (HomeKind target in Kinds.Select(static row => row.Data))
            {
                using TestHome home = TestHome.Create(target);
                StateStore store = await home.ImportAsync(StoreSettings.Tight, [snapshot]);
                StoreComparison.AssertHead(StateOnly(run.States[blocks]), store, random);
                Assert.Equal(run.States[blocks].Height, store.FloorHeight);
                for (int next = blocks; next < Math.Min(14, blocks + 3); next++)
                {
                    await CommitStateAsync(store, run, next);
                }

                await home.CloseAsync(store);
            }
        }
    });

    [Theory]
    [InlineData(SnapshotCodec.None)]
    [InlineData(SnapshotCodec.Deflate)]
    [InlineData(SnapshotCodec.Zstandard)]
    public async Task Full_OfAnyCodecAndPartSize_GivesTheSameState(SnapshotCodec codec)
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 5, blocks: 20);
        if (!PartCompressor.IsAvailable(codec))
        {
            await Assert.ThrowsAsync<StoreOptionsException>(() => run.ExportAsync(20, codec: codec));
            return;
        }

        List<int> parts = [];
        foreach (int chunkBytes in new[] { SnapshotHeader.MinChunkBytes, 20_000, SnapshotHeader.MaxChunkBytes })
        {
            byte[] snapshot = await run.ExportAsync(20, chunkBytes: chunkBytes, codec: codec);
            parts.Add(SnapshotRun.FramesOf(snapshot).Count - 1);
            using TestHome home = TestHome.Create(HomeKind.Memory);
            StateStore store = await home.ImportAsync(StoreSettings.Tight, [snapshot]);
            StoreComparison.AssertHead(StateOnly(run.States[20]), store, new Random(1));
            await home.CloseAsync(store);
        }

        Assert.True(parts[0] > parts[1] && parts[1] > 1 && parts[2] == 1, string.Join(' ', parts));
    }

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    public async Task Chain_OfHeightsThatAreNoLongerRecent_GivesTheSameStates(HomeKind kind)
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 11, blocks: 14, kind, recentViewBytes: 0);
        await run.Store.CheckpointAsync();
        using TestHome home = TestHome.Create(HomeKind.Memory);
        StateStore store = await home.ImportAsync(StoreSettings.Tight, [await run.ExportAsync(2)]);
        Assert.Equal(1, run.Store.Rebuilt.Builds);
        AssertEntries(run.States[2], store);
        foreach (int blocks in new[] { 5, 6, 11, 14 })
        {
            using TestHome fresh = TestHome.Create(HomeKind.Memory);
            StateStore copy = await fresh.ImportAsync(StoreSettings.Tight, [await run.ExportAsync(blocks)]);
            AssertEntries(run.States[blocks], copy);
            await fresh.CloseAsync(copy);
            await store.ApplySnapshotAsync(new MemoryStream(await run.ExportAsync(blocks, since: run.Run.BlocksAt(store.Height))));
            AssertEntries(run.States[blocks], store);
        }

        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Full_OfAnEmptyState_IsAHeightWithoutEntries()
    {
        using TestHome home = TestHome.Create(HomeKind.Memory);
        StateStore store = await home.OpenAsync(StoreSettings.Tight);
        using (BlockDraft draft = store.CreateDraft(new BlockHeight(3)))
        {
            await store.CommitAsync(draft);
        }

        byte[] snapshot = await SnapshotRun.ExportAsync(store, new BlockHeight(3));
        await home.CloseAsync(store);
        using TestHome target = TestHome.Create(HomeKind.SimulatedDirectory);
        store = await target.ImportAsync(StoreSettings.Tight, [snapshot]);
        Assert.Equal(new BlockHeight(3), store.Height);
        Assert.Equal(Hash256.EmptyRoot, store.Root);
        await target.CloseAsync(store);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Chain_OfIncrements_EndsInTheSameState(HomeKind kind) => await SeededRandom.ForEachAsync(3, async random =>
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(random.Next(), blocks: 16);
        int[] heights = [.. Enumerable.Range(1, 16).Where(_ => random.Next(3) == 0).Append(16).Distinct()];
        List<byte[]> snapshots = [await run.ExportAsync(heights[0])];
        for (int i = 1; i < heights.Length; i++)
        {
            snapshots.Add(await run.ExportAsync(heights[i], since: heights[i - 1]));
        }

        using TestHome home = TestHome.Create(kind);
        StateStore store = await home.ImportAsync(StoreSettings.Tight, snapshots);
        AssertEntries(run.States[16], store);
        Assert.Equal((ulong)heights.Length - 1, store.GetStatistics().BlockCount - (kind == HomeKind.JsonLines ? 1 : (ulong)heights[0]));
        await home.CloseAsync(store);
        store = await home.ImportAsync(StoreSettings.Tight, snapshots); // nothing is left to do
        AssertEntries(run.States[16], store);
        await home.CloseAsync(store);
    });

    [Fact]
    public async Task Incremental_ChangesBackRemovesAndBringsBack()
    {
        using TestHome home = TestHome.Create(HomeKind.Memory);
        await using StateStore store = await home.OpenAsync(StoreSettings.Tight with { RetainAll = true, RecentViewBytes = 64 << 20 });
        await CommitAsync(store, 1, ("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"));
        await CommitAsync(store, 2, ("a", "changed"), ("b", null), ("e", "added"), ("c", "touched"));
        await CommitAsync(store, 3, ("c", "3"), ("f", "6"), ("f2", "7"));
        await CommitAsync(store, 4, ("f2", null));
        byte[] full = await SnapshotRun.ExportAsync(store, new BlockHeight(1));
        byte[] increment = await SnapshotRun.ExportAsync(store, new BlockHeight(4), since: new BlockHeight(1));
        Assert.Equal(4u, SnapshotRun.FramesOf(increment)[0].Frame.Items); // a, b, e, f; c was changed back, f2 came and went
        using TestHome target = TestHome.Create(HomeKind.SimulatedDirectory);
        StateStore copy = await target.ImportAsync(StoreSettings.Tight, [full]);
        using MemoryStream stream = new(increment);
        CommittedBlock block = await copy.ApplySnapshotAsync(stream);
        Assert.Equal((new BlockHeight(4), store.Root), (block.Height, block.Root));
        using (StateView view = copy.OpenView())
        {
            Assert.Equal("changed"u8.ToArray(), view.State.Get("a"u8));
            Assert.Null(view.State.Get("b"u8));
            Assert.Equal("added"u8.ToArray(), view.State.Get("e"u8));
            Assert.Null(view.State.Get("f2"u8));
        }

        await target.CloseAsync(copy);
    }

    [Fact]
    public async Task Incremental_WithoutItsBase_IsRefusedAndChangesNothing()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 9, blocks: 9);
        byte[] full = await run.ExportAsync(2);
        byte[] second = await run.ExportAsync(5, since: 2);
        byte[] third = await run.ExportAsync(9, since: 5);
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        await AssertFaultAsync(SnapshotChainFault.MissingBase, () => home.ImportAsync(StoreSettings.Tight, [second]));
        Assert.False(home.FileSystem!.DirectoryExists("/store"));
        await AssertFaultAsync(SnapshotChainFault.MissingBase, () => home.ImportAsync(StoreSettings.Tight, [full, third]));
        Assert.False(home.FileSystem!.DirectoryExists("/store"));
        await AssertFaultAsync(SnapshotChainFault.WrongBase, () => home.ImportAsync(StoreSettings.Tight, [full, second, second]));
        Assert.False(home.FileSystem!.DirectoryExists("/store"));
        await home.CloseAsync(await home.OpenAsync(StoreSettings.Tight));
        await AssertFaultAsync(SnapshotChainFault.MissingBase, () => home.ImportAsync(StoreSettings.Tight, [second]));
        StateStore store = await home.ImportAsync(StoreSettings.Tight, [full]);
        await AssertFaultAsync(SnapshotChainFault.WrongBase, () => store.ApplySnapshotAsync(new MemoryStream(third)));
        await Assert.ThrowsAsync<StoreNotEmptyException>(() => store.ApplySnapshotAsync(new MemoryStream(full)));
        StoreComparison.AssertHead(StateOnly(run.States[2]), store, new Random(1));
        await home.CloseAsync(store);
        await AssertFaultAsync(SnapshotChainFault.WrongBase, () => home.ImportAsync(StoreSettings.Tight, [third]));
        await Assert.ThrowsAsync<ArgumentException>(() => home.ImportAsync(StoreSettings.Tight, [full, full]));
        store = await home.ImportAsync(StoreSettings.Tight, [second, third]);
        AssertEntries(run.States[9], store);
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Incremental_BuildingOnItselfOrLater_IsACycle()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 9, blocks: 9);
        BlockHeight height = run.States[5].Height!.Value;
        await AssertFaultAsync(SnapshotChainFault.Cycle, () => SnapshotRun.ExportAsync(run.Store, height, since: height));
        await AssertFaultAsync(SnapshotChainFault.Cycle, () => SnapshotRun.ExportAsync(run.Store, height, since: run.States[7].Height));
        byte[] first = await run.ExportAsync(7, since: 5);
        byte[] second = [.. first];
        BitConverter.TryWriteBytes(second.AsSpan(SnapshotHeaderLayout.HeightOffset), height.Value);
        BitConverter.TryWriteBytes(second.AsSpan(SnapshotHeaderLayout.BaseHeightOffset), run.States[7].Height!.Value.Value);
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        await AssertFaultAsync(SnapshotChainFault.Cycle, () => home.ImportAsync(StoreSettings.Tight, [first, SnapshotRun.Repaired(second)]));
        Assert.False(home.FileSystem!.DirectoryExists("/store"));
    }

    [Fact]
    public async Task Import_WithAnotherRootThanExpected_IsRefusedAndMakesNothing()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 9, blocks: 4);
        byte[] full = await run.ExportAsync(3);
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        await Assert.ThrowsAsync<RootMismatchException>(() => home.ImportAsync(StoreSettings.Tight, [full], new SnapshotImportOptions { ExpectedRoot = run.States[4].Root }));
        Assert.False(home.FileSystem!.DirectoryExists("/store"));
        await home.CloseAsync(await home.ImportAsync(StoreSettings.Tight, [full], new SnapshotImportOptions { ExpectedRoot = run.States[3].Root }));
    }

    [Fact]
    public async Task Import_IntoAStoreWithBlocks_IsRefused()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 9, blocks: 4);
        byte[] full = await run.ExportAsync(3);
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        StateStore store = await home.OpenAsync(StoreSettings.Tight);
        await CommitAsync(store, 1, ("a", "1"));
        await home.CloseAsync(store);
        await Assert.ThrowsAsync<StoreNotEmptyException>(() => home.ImportAsync(StoreSettings.Tight, [full]));
    }

    [Fact]
    public async Task Export_OfAHeightThatIsNotRetained_IsRefused()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 9, blocks: 4);
        await Assert.ThrowsAsync<HeightNotRetainedException>(() => SnapshotRun.ExportAsync(run.Store, new BlockHeight(ulong.MaxValue)));
        await Assert.ThrowsAsync<StoreOptionsException>(() => SnapshotRun.ExportAsync(run.Store, run.States[1].Height!.Value, chunkBytes: 100));
    }

    [Fact]
    public async Task Incremental_WhileAnotherBlockIsCommitted_IsStale()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 9, blocks: 6);
        byte[] full = await run.ExportAsync(4);
        byte[] increment = await run.ExportAsync(6, since: 4);
        using TestHome home = TestHome.Create(HomeKind.Memory);
        StateStore store = await home.ImportAsync(StoreSettings.Tight, [full]);
        BlockHeight height = new(run.States[6].Height!.Value.Value + 1);
        SnapshotImportOptions options = new() { OnProgress = progress => (progress.Parts == 1 ? CommitAsync(store, height.Value, ("a", "1")) : Task.CompletedTask).GetAwaiter().GetResult() };
        await Assert.ThrowsAsync<StaleDraftException>(() => store.ApplySnapshotAsync(new MemoryStream(increment), options));
        Assert.Equal(height, store.Height);
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Import_IntoMemoryByItsName_GivesAnOpenStore()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 9, blocks: 6);
        byte[][] chain = [await run.ExportAsync(4), await run.ExportAsync(6, since: 4)];
        await using StateStore store = await StateStore.ImportSnapshotAsync("memory:", [.. chain.Select(static bytes => new MemoryStream(bytes))]);
        AssertEntries(run.States[6], store);
    }

    [Fact]
    public async Task Progress_IsToldForEveryPart()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 9, blocks: 12);
        List<SnapshotProgress> told = [];
        using MemoryStream stream = new();
        SnapshotProgress end = await run.Store.ExportSnapshotAsync(run.States[12].Height!.Value, stream, new SnapshotExportOptions { ChunkBytes = SnapshotHeader.MinChunkBytes, OnProgress = told.Add });
        Assert.Equal(end.Parts, told.Count);
        Assert.Equal(run.States[12].State.Totals.Entries, end.Items);
        Assert.Equal(run.States[12].Root, end.Snapshot.Root);
        told.Clear();
        using TestHome home = TestHome.Create(HomeKind.Memory);
        await home.CloseAsync(await home.ImportAsync(StoreSettings.Tight, [stream.ToArray()], new SnapshotImportOptions { OnProgress = told.Add }));
        Assert.Equal(end.Parts, told.Count);
        Assert.Equal(end.Items, told[^1].Items);
    }

    /// <summary>The state as a snapshot brings it: no local tree, every entry changed at its height.</summary>
    internal static ReferenceState StateOnly(ReferenceState state) => InstallRun.Flat(state with { Local = ReferenceTree.Empty });

    /// <summary>Compares the state tree, but for the heights of change.</summary>
    internal static void AssertEntries(ReferenceState expected, StateStore store)
    {
        Assert.Equal((expected.Height, expected.Root), (store.Height, store.Root));
        using StateView view = store.OpenView();
        List<(string, string)> entries = [];
        foreach (EntryScan entry in view.State.Range([], []))
        {
            entries.Add((Convert.ToHexString(entry.Key), Convert.ToHexString(entry.Value)));
        }

        Assert.Equal(expected.State.Sorted.Select(static entry => (Convert.ToHexString(entry.Key), Convert.ToHexString(entry.Value.Value))), entries);
        Assert.Equal(expected.State.Totals, view.State.Totals);
    }

    internal static async Task AssertFaultAsync(SnapshotChainFault fault, Func<Task> call) => Assert.Equal(fault, (await Assert.ThrowsAsync<SnapshotChainException>(call)).Fault);

    internal static async Task CommitAsync(StateStore store, ulong height, params (string Key, string? Value)[] changes)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight(height));
        foreach ((string key, string? value) in changes)
        {
            if (value is null)
            {
                draft.State.Delete(System.Text.Encoding.UTF8.GetBytes(key));
            }
            else
            {
                draft.State.Put(System.Text.Encoding.UTF8.GetBytes(key), System.Text.Encoding.UTF8.GetBytes(value));
            }
        }

        await store.CommitAsync(draft);
    }

    private static async Task CommitStateAsync(StateStore store, SnapshotRun run, int blocks)
    {
        await run.Run.CommitNextAsync(store, blocks);
        AssertEntries(run.States[blocks + 1], store);
    }
}
