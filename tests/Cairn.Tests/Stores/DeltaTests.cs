using System.Buffers.Binary;
using Cairn.Manifests;
using Cairn.Tests.IO;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Pages of which little changed are stored as deltas: few bytes are written, nothing that is read notices, and compaction makes full pages of them.</summary>
public sealed class DeltaTests
{
    private const int Keys = 6_000;
    private const int ValueBytes = 60;

    [Fact]
    public async Task Overwriting_FewItemsAPage_WritesFewBytesForEachThatChanges()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore store = await FilledAsync(home);
        StoreStatistics before = store.GetStatistics();
        const int Blocks = 300;
        const int BlockKeys = 100;
        await OverwriteAsync(store, Blocks, BlockKeys);
        StoreStatistics after = store.GetStatistics();
        double changed = (double)Blocks * BlockKeys * (sizeof(int) + ValueBytes);
        double checkpoints = (after.CheckpointBytes - before.CheckpointBytes) / changed;
        double deltas = (after.CheckpointDeltaBytes - before.CheckpointDeltaBytes) / changed;
        double cleaned = (after.CleaningBytes - before.CleaningBytes) / changed;
        string parts = $"for a byte changed: {checkpoints:f1} by checkpoints, of it {deltas:f1} deltas, {cleaned:f1} by cleaning";
        TestContext.Current.TestOutputHelper?.WriteLine(parts);
        Assert.True(deltas > checkpoints / 2, parts);
        Assert.True(checkpoints + cleaned < 10, parts);
        await home.CloseAsync(store);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Compaction_AfterOverwriting_LeavesFullPagesOnly(int seed)
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore store = await FilledAsync(home);
        long full = store.GetStatistics().LivePageBytes;
        await OverwriteAsync(store, blocks: 30, blockKeys: 200, seed);
        Assert.True(store.GetStatistics().LivePageBytes > full * 1.05, "Deltas take room beside what they build on.");
        await store.CompactAsync();
        StoreStatistics compacted = store.GetStatistics();
        Assert.InRange(compacted.LivePageBytes, full * 0.99, full * 1.01);
        Assert.InRange(compacted.PageBytes, full, full * 1.2);
        Assert.Equal(0, (await store.CompactAsync()).BytesMoved);
        Assert.Equal(compacted.PageBytes, store.GetStatistics().PageBytes);
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Manifest_SaysThatThereAreDeltas_FromTheFirstOneOn()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore store = await FilledAsync(home);
        Assert.False(ManifestFiles.Read(home.Files, home.Path).Newest!.Content.HasDeltas);
        await OverwriteAsync(store, blocks: 1, blockKeys: 1);
        await home.CloseAsync(store);
        StoreManifest manifest = ManifestFiles.Read(home.Files, home.Path).Newest!;
        Assert.True(manifest.Content.HasDeltas);
        Assert.Equal(ManifestCodec.DeltasFeature, BinaryPrimitives.ReadUInt32LittleEndian(ManifestCodec.Encode(manifest).AsSpan(ManifestLayout.RequiredFeaturesOffset)));
        store = await home.OpenAsync(StoreSettings.Quiet);
        await OverwriteAsync(store, blocks: 1, blockKeys: 1, added: 1);
        await home.CloseAsync(store);
        manifest = ManifestFiles.Read(home.Files, home.Path).Newest!;
        Assert.True(manifest.Content.HasAddingDeltas);
        Assert.Equal(
            ManifestCodec.DeltasFeature | ManifestCodec.AddingDeltasFeature, BinaryPrimitives.ReadUInt32LittleEndian(ManifestCodec.Encode(manifest).AsSpan(ManifestLayout.RequiredFeaturesOffset)));
    }

    [Fact]
    public async Task Adding_FewKeysAPage_WritesFewBytesForEachThatChanges()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore store = await FilledAsync(home);
        StoreStatistics before = store.GetStatistics();
        const int Blocks = 150;
        const int BlockKeys = 100;
        const int Added = 10;
        await OverwriteAsync(store, Blocks, BlockKeys, added: Added);
        StoreStatistics after = store.GetStatistics();
        double changed = (double)Blocks * BlockKeys * (sizeof(int) + ValueBytes);
        double checkpoints = (after.CheckpointBytes - before.CheckpointBytes) / changed;
        double deltas = (after.CheckpointDeltaBytes - before.CheckpointDeltaBytes) / changed;
        string parts = $"for a byte changed: {checkpoints:f1} by checkpoints, of it {deltas:f1} deltas";
        TestContext.Current.TestOutputHelper?.WriteLine(parts);
        Assert.True(deltas > checkpoints / 2, parts);
        Assert.True(checkpoints < 10, parts);
        await store.CompactAsync();
        long full = store.GetStatistics().LivePageBytes;
        await home.CloseAsync(store);
        store = await home.OpenAsync(StoreSettings.Quiet);
        Assert.Equal((ulong)(Keys + (Blocks * Added)), store.GetStatistics().State.Entries);
        Assert.Equal(0, (await store.CompactAsync()).BytesMoved);
        Assert.Equal(full, store.GetStatistics().LivePageBytes);
        await home.CloseAsync(store);
    }

    [Fact]
    public Task Runs_ThatAddKeys_AreAsTheModel() => SeededRandom.ForEachAsync(12, async random =>
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StoreSettings settings = random.Next(3) == 0
            ? StoreSettings.Quiet with { CacheBytes = 1 << 20, RetainBlocks = 20 }
            : StoreSettings.Tight with { RetainBlocks = 20 };
        await new GrowingRun(random.Next(), home, settings).PlayAsync(steps: 150);
        Assert.True(ManifestFiles.Read(home.Files, home.Path).Newest!.Content.HasAddingDeltas);
    });

    [Fact]
    public Task Runs_ThatAddKeysAndStopAnywhere_GoOnFromWhatWasAcknowledged() => SeededRandom.ForEachAsync(30, async random =>
    {
        SimulatedFileSystem files = new() { StopAt = random.Next(20, 700) };
        SimulatedHome home = new(HomeKind.SimulatedDirectory, files);
        StoreSettings settings = (random.Next(2) == 0 ? StoreSettings.Tight : StoreSettings.Quiet) with { RetainBlocks = 20 };
        GrowingRun run = new(random.Next(), home, settings);
        await StoreCrashTests.UntilCrashAsync(() => run.PlayAsync(steps: 200));
        for (int kept = 0; kept < 3; kept++)
        {
            await run.RecoverAsync(files.Crash((random.Next(1 << 20) * 4) + kept));
        }
    });

    [Fact]
    public async Task Deltas_ReadFromTheDisk_AreGoneOnFromWhereTheyWere()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore store = await FilledAsync(home);
        for (int round = 0; round < 8; round++)
        {
            await OverwriteAsync(store, blocks: 3, blockKeys: 50, seed: round);
            await home.CloseAsync(store);
            store = await home.OpenAsync(StoreSettings.Quiet with { CacheBytes = 64 << 10 });
        }

        await OverwriteAsync(store, blocks: 1, blockKeys: 50, seed: 8);
        StoreStatistics statistics = store.GetStatistics();
        Assert.True(statistics.CheckpointDeltaBytes > statistics.CheckpointBytes / 2, $"{statistics.CheckpointDeltaBytes} of {statistics.CheckpointBytes}");
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Views_OfHeightsBefore_KeepWhatTheirPagesBuildOn()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore store = await FilledAsync(home, StoreSettings.Quiet with { CacheBytes = 64 << 10 });
        List<(StateView View, Hash256 Root)> views = [];
        for (int round = 0; round < 12; round++)
        {
            await OverwriteAsync(store, blocks: 2, blockKeys: 100, seed: round);
            StateView view = store.OpenView();
            views.Add((view, view.Root));
            if (round % 3 == 2)
            {
                await store.CompactAsync();
            }
        }

        foreach ((StateView view, Hash256 root) in views)
        {
            Assert.Equal(root, RootOf(view));
            view.Dispose();
        }

        await store.CompactAsync();
        await home.CloseAsync(store);
    }

    /// <summary>The root that all entries of a view give.</summary>
    private static Hash256 RootOf(StateView view)
    {
        SortedDictionary<byte[], byte[]> entries = new(ByteStringComparer.Instance);
        foreach (EntryScan entry in view.State.Prefix([]))
        {
            entries.Add(entry.Key.ToArray(), entry.Value.ToArray());
        }

        return NaiveMerkle.Root(entries);
    }

    private static async Task<StateStore> FilledAsync(SimulatedHome home, StoreSettings? settings = null)
    {
        StateStore store = await home.OpenAsync(settings ?? StoreSettings.Quiet with { CacheBytes = 8 << 20 });
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        for (int key = 0; key < Keys; key++)
        {
            draft.State.Put(Key(key), new byte[ValueBytes]);
        }

        await store.CommitAsync(draft);
        await store.CheckpointAsync();
        return store;
    }

    private static async Task OverwriteAsync(StateStore store, int blocks, int blockKeys, int seed = 1, int added = 0)
    {
        Random random = new(seed);
        byte[] value = new byte[ValueBytes];
        int next = (int)store.GetStatistics().State.Entries;
        for (int block = 0; block < blocks; block++)
        {
            using BlockDraft draft = store.CreateDraft(new BlockHeight(store.Height!.Value.Value + 1));
            for (int i = 0; i < blockKeys; i++)
            {
                random.NextBytes(value);
                draft.State.Put(Key(i < added ? next++ : random.Next(Keys)), value);
            }

            await store.CommitAsync(draft);
            await store.CheckpointAsync();
        }
    }

    private static byte[] Key(int key)
    {
        byte[] bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)key * 2_654_435_761);
        return bytes;
    }
}
