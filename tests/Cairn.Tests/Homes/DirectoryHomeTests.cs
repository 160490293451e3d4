using Cairn.Homes;
using Cairn.IO;
using Cairn.Manifests;
using Cairn.Tests.IO;
using Cairn.Tests.Manifests;
using Xunit;

namespace Cairn.Tests.Homes;

public sealed class DirectoryHomeTests
{
    private const string Store = MiniStore.Path;

    [Fact]
    public async Task OpenCommitCheckpointClose_Trace_IsTheGoldenFile()
    {
        SimulatedFileSystem files = new();
        files.Tracing = true;
        List<string> trace = [];
        void Take(string heading) => trace.AddRange(["# " + heading, .. files.TakeTrace()]);
        MiniStore store = await MiniStore.Open(files);
        Take("create");
        await store.Append(1);
        await store.Sync();
        Take("first block");
        await store.Append(2);
        await store.Sync();
        Take("second block");
        await store.Checkpoint();
        Take("first checkpoint");
        await store.Append(3);
        await store.Checkpoint();
        Take("block and checkpoint");
        await store.DisposeAsync();
        Take("close");
        store = await MiniStore.Open(files);
        Take("open again");
        await store.Append(4);
        await store.Checkpoint();
        Take("block and checkpoint");
        await store.DisposeAsync();
        Take("close");
        await using (await MiniStore.Open(files, new StateStoreOptions { ReadOnly = true }))
        {
            Take("open read-only");
        }

        Take("close");
        GoldenFile.CheckText("directory-home.txt", string.Join('\n', trace) + "\n");
        Assert.Equal(0, files.OpenFiles);
    }

    [Fact]
    public async Task Home_OfANewStore_IsEmptyAndSaysWhatItIs()
    {
        await using DirectoryHome home = DirectoryHome.Open(new SimulatedFileSystem(), Store, MiniStore.Options);
        Assert.Equal(("dir", "dir:" + Store, false), (home.Kind, home.Location, home.IsReadOnly));
        Assert.Equal(LogPosition.Start, home.Log.End);
        Assert.Null(home.Pages.Manifest.Height);
        Assert.Equal(default, home.LogRecovery);
        Assert.Empty(home.ManifestFaults);
    }

    [Fact]
    public async Task Open_ASecondTimeForWriting_IsRefusedNamingThePath()
    {
        SimulatedFileSystem files = new();
        MiniStore first = await MiniStore.Open(files);
        await first.Append(1);
        await first.Sync();
        StoreLockedException refusal = Assert.Throws<StoreLockedException>(() => DirectoryHome.Open(files, Store, MiniStore.Options));
        Assert.Equal(Store, refusal.Path);
        await using (MiniStore reader = await MiniStore.Open(files, new StateStoreOptions { ReadOnly = true }))
        {
            Assert.Equal([1ul], reader.Blocks);
        }

        await first.DisposeAsync();
        await using MiniStore second = await MiniStore.Open(files);
        Assert.Equal([1ul], second.Blocks);
    }

    [Fact]
    public async Task Open_AfterAFailedOpening_IsNotLocked()
    {
        SimulatedFileSystem files = new();
        await using (MiniStore store = await MiniStore.Open(files))
        {
            await store.Append(1);
            await store.Checkpoint();
        }

        for (int nth = 1; ; nth++)
        {
            files.Fail(FileOperation.Read, nth);
            try
            {
                await using DirectoryHome home = DirectoryHome.Open(files, Store, MiniStore.Options);
                Assert.InRange(nth, 4, 20);
                break;
            }
            catch (IOException)
            {
                files.Heal();
                Assert.Equal(0, files.OpenFiles);
            }
        }

        files.Heal();
        await using MiniStore again = await MiniStore.Open(files);
        Assert.Equal([1ul], again.Blocks);
    }

    [Fact]
    public async Task Segments_OfAnotherSizeThanAtCreation_AreRefusedUnlessTheOptionIsTheDefault()
    {
        SimulatedFileSystem files = new();
        await using (await MiniStore.Open(files))
        {
        }

        await using (await MiniStore.Open(files, new StateStoreOptions()))
        {
        }

        StoreOptionsException refusal = await Assert.ThrowsAsync<StoreOptionsException>(() => MiniStore.Open(files, new StateStoreOptions { SegmentBytes = 128 << 10 }));
        Assert.Equal(nameof(StateStoreOptions.SegmentBytes), refusal.Option);
        Assert.Contains("65536", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, files.OpenFiles);
    }

    [Fact]
    public async Task ReadOnly_BesideAWriter_SeesWhatIsSyncedAndWritesNothing()
    {
        SimulatedFileSystem files = new();
        await using MiniStore writer = await MiniStore.Open(files);
        long changes = files.ChangeCount;
        await using MiniStore reader = await MiniStore.Open(files, new StateStoreOptions { ReadOnly = true });
        Assert.True(reader.Home.IsReadOnly);
        Random random = new(3);
        int synced = 0;
        for (int step = 0; step < 300; step++)
        {
            changes = files.ChangeCount;
            await reader.RefreshAndLoad();
            Assert.Equal(changes, files.ChangeCount);
            Assert.Equal(writer.Blocks.Take(synced), reader.Blocks);
            switch (random.Next(4))
            {
                case 0:
                    await writer.Sync();
                    synced = writer.Blocks.Count;
                    break;
                case 1:
                    await writer.Checkpoint();
                    synced = writer.Blocks.Count;
                    break;
                default:
                    int before = (int)writer.Home.Log.DurableEnd.Sequence;
                    await writer.Append((ulong)step, payloadBytes: random.Next(8, 20_000));

                    // A new segment syncs the one before; readers hear of it with the next sync.
                    Assert.True((int)writer.Home.Log.DurableEnd.Sequence >= before);
                    break;
            }
        }

        Assert.True(reader.Blocks.Count > 100);
    }

    [Fact]
    public async Task ReadOnly_BesideAWriterOnAnotherThread_NeverFailsAndNeverGoesBack()
    {
        SimulatedFileSystem files = new();
        await using MiniStore writer = await MiniStore.Open(files);
        const int blocks = 1500;
        Task writing = Task.Run(async () =>
        {
            Random random = new(4);
            for (int block = 0; block < blocks; block++)
            {
                await writer.Append((ulong)block, payloadBytes: random.Next(8, 3000));
                await (random.Next(10) == 0 ? writer.Checkpoint() : writer.Sync().AsTask());
            }
        });
        await using MiniStore reader = await MiniStore.Open(files, new StateStoreOptions { ReadOnly = true });
        int seen = 0;
        while (seen < blocks && !writing.IsFaulted)
        {
            await reader.RefreshAndLoad();
            Assert.Equal(Enumerable.Range(0, reader.Blocks.Count).Select(block => (ulong)block), reader.Blocks);
            Assert.InRange(reader.Blocks.Count, seen, blocks);
            seen = reader.Blocks.Count;
            await using MiniStore other = await MiniStore.Open(files, new StateStoreOptions { ReadOnly = true });
            Assert.InRange(other.Blocks.Count, seen, blocks);
        }

        await writing;
    }

    [Fact]
    public async Task ReadOnly_WithoutAWholeHint_ReadsAsFarAsTheLogIsSound()
    {
        SimulatedFileSystem files = new();
        await using (MiniStore writer = await MiniStore.Open(files))
        {
            await writer.Append(1);
            await writer.Sync();
            await writer.Append(2);
        }

        await using (MiniStore reader = await MiniStore.Open(files, new StateStoreOptions { ReadOnly = true }))
        {
            Assert.Equal([1ul], reader.Blocks);
        }

        files.FlipBit(Store + "/head", 300);
        await using (MiniStore reader = await MiniStore.Open(files, new StateStoreOptions { ReadOnly = true }))
        {
            Assert.Equal([1ul, 2], reader.Blocks);
        }

        files.Remove(Store + "/head");
        await using (MiniStore reader = await MiniStore.Open(files, new StateStoreOptions { ReadOnly = true }))
        {
            Assert.Equal([1ul, 2], reader.Blocks);
        }
    }

    [Fact]
    public async Task Manifest_NewestDamaged_FallsBackOntoTheLogAndIsReplacedByTheNextCheckpoint()
    {
        SimulatedFileSystem files = await Filled();
        ulong newest = ManifestFiles.Read(files, Store).Newest!.Content.Generation;
        string damaged = ManifestFiles.PathOf(Store, ulong.IsEvenInteger(newest));
        files.FlipBit(damaged, 500);
        await using (MiniStore store = await MiniStore.Open(files))
        {
            Assert.Equal([1ul, 2, 3, 4, 5], store.Blocks);
            Assert.Equal(damaged, Assert.Single(store.Home.ManifestFaults).File);
            Assert.Equal(newest - 1, store.Home.Pages.Manifest.Generation);
            await store.Checkpoint();
        }

        Assert.Empty(ManifestFiles.Check(files, Store));
        await using MiniStore again = await MiniStore.Open(files);
        Assert.Equal([1ul, 2, 3, 4, 5], again.Blocks);
        Assert.Empty(again.Home.ManifestFaults);
    }

    [Fact]
    public async Task Manifest_FallbackThatTheLogDoesNotReachBackTo_IsRefused()
    {
        SimulatedFileSystem files = await Filled();
        StoreManifest manifest = ManifestFiles.Read(files, Store).Newest!;

        // As if the log had been pruned up to the newest checkpoint, which then rots.
        files.FlipBit(ManifestFiles.PathOf(Store, ulong.IsEvenInteger(manifest.Content.Generation)), 500);
        foreach (string segment in files.Files.Where(path => path.EndsWith(".seg", StringComparison.Ordinal)).ToArray())
        {
            files.Remove(segment);
        }

        Assert.Throws<StateCorruptedException>(() => DirectoryHome.Open(files, Store, MiniStore.Options));
        Assert.Throws<StateCorruptedException>(() => DirectoryHome.Open(files, Store, new StateStoreOptions { ReadOnly = true }));
    }

    [Fact]
    public async Task Manifests_BothGone_AreNeverTakenForAnEmptyStore()
    {
        SimulatedFileSystem files = await Filled();
        files.Remove(Store + "/manifest-a");
        files.FlipBit(Store + "/manifest-b", 500);
        Refuses(files.Clone());
        files.Remove(Store + "/manifest-b");
        Refuses(files.Clone());
        foreach (string segment in files.Files.Where(path => path.EndsWith(".seg", StringComparison.Ordinal)).ToArray())
        {
            files.Remove(segment);
        }

        Refuses(files); // the page files are still there
        static void Refuses(SimulatedFileSystem files)
        {
            long changes = files.ChangeCount;
            Assert.Throws<StateCorruptedException>(() => DirectoryHome.Open(files, Store, MiniStore.Options));
            Assert.Equal(changes, files.ChangeCount);
        }
    }

    [Fact]
    public async Task Manifests_OfTwoStores_AreRefused()
    {
        SimulatedFileSystem files = await Filled();
        StoreManifest newest = ManifestFiles.Read(files, Store).Newest!;
        ManifestFiles.Write(files, Store, newest with { StoreId = new StoreId(1), Content = newest.Content with { Generation = newest.Content.Generation + 1 } });
        Assert.Throws<StateCorruptedException>(() => DirectoryHome.Open(files, Store, MiniStore.Options));
        Assert.Throws<StateCorruptedException>(() => DirectoryHome.Open(files, Store, new StateStoreOptions { ReadOnly = true }));
    }

    [Fact]
    public async Task Creation_InterruptedBeforeItHeldAnything_IsBegunAgainByAWriterOnly()
    {
        foreach (byte[]? manifest in new byte[]?[] { null, [], [1, 2, 3], ManifestCodec.Encode(SampleManifests.New())[..100] })
        {
            SimulatedFileSystem files = new();
            files.WriteAllBytes("/x", []); // makes the file system less special
            files.CreateDirectory("/data");
            files.CreateDirectory(Store);
            files.WriteAllBytes(Store + "/lock", []);
            if (manifest is not null)
            {
                files.WriteAllBytes(Store + "/manifest-a", manifest);
            }

            long changes = files.ChangeCount;
            Assert.Throws<StoreNotFoundException>(() => DirectoryHome.Open(files, Store, new StateStoreOptions { ReadOnly = true }));
            Assert.Throws<StoreNotFoundException>(() => DirectoryHome.Open(files, Store, new StateStoreOptions { CreateIfMissing = false }));
            Assert.Equal(changes, files.ChangeCount);
            await using MiniStore store = await MiniStore.Open(files);
            Assert.Empty(store.Blocks);
        }
    }

    [Fact]
    public async Task OsFileSystem_TwoHomes_LockAndFollow()
    {
        using TemporaryDirectory directory = new();
        string path = directory.PathOf("deep/er/store");
        await using DirectoryHome writer = DirectoryHome.Open(OsFileSystem.Instance, path, MiniStore.Options);
        Assert.Throws<StoreLockedException>(() => DirectoryHome.Open(OsFileSystem.Instance, path, MiniStore.Options));
        await using DirectoryHome reader = DirectoryHome.Open(OsFileSystem.Instance, path, new StateStoreOptions { ReadOnly = true });
        PageId page;
        await using (ICheckpointWriter checkpoint = writer.Pages.BeginCheckpoint())
        {
            page = checkpoint.Add([1, 2, 3]);
            await checkpoint.CommitAsync(Manifest.Empty with { Height = (BlockHeight)1ul }, [], default);
        }

        await reader.Pages.RefreshAsync(default);
        byte[] bytes = new byte[3];
        reader.Pages.Read(page, bytes);
        Assert.Equal([1, 2, 3], bytes);
    }

    /// <summary>A store that was closed cleanly: five blocks in three segments, three checkpoints in two openings.</summary>
    internal static async Task<SimulatedFileSystem> Filled()
    {
        SimulatedFileSystem files = new();
        await using (MiniStore store = await MiniStore.Open(files))
        {
            await store.Append(1);
            await store.Append(2, payloadBytes: 40_000);
            await store.Checkpoint();
            await store.Append(3, payloadBytes: 40_000);
            await store.Checkpoint();
        }

        await using (MiniStore store = await MiniStore.Open(files))
        {
            await store.Append(4, payloadBytes: 40_000);
            await store.Sync();
            await store.Append(5);
            await store.Checkpoint();
        }

        return files;
    }
}
