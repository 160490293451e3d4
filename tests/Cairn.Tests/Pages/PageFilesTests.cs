using Cairn.Homes;
using Cairn.Manifests;
using Cairn.Pages;
using Cairn.Tests.IO;
using Xunit;
using static Cairn.Tests.Pages.PageFilesBench;

namespace Cairn.Tests.Pages;

public sealed class PageFilesTests
{
    [Fact]
    public async Task Pages_OfManySizes_AreReadableAtOnceAndAfterReopening()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        List<(PageId Id, int Number, int Length)> all = [];
        for (int round = 0; round < 3; round++)
        {
            await using PageFiles pages = Open(files);
            Random random = new(round);
            await using (ICheckpointWriter writer = pages.BeginCheckpoint())
            {
                for (int index = 0; index < 200; index++)
                {
                    int number = (round * 1000) + index;
                    int length = random.Next(20) == 0 ? random.Next(60_000, 700_000) : random.Next(1, 5000);
                    all.Add((writer.Add(Page(number, length)), number, length));
                    Check(pages, all[random.Next(all.Count)]);
                    Check(pages, all[^1]);
                }

                await writer.CommitAsync(Manifest.Empty with { Height = (BlockHeight)(ulong)round }, [], default);
            }

            all.ForEach(page => Check(pages, page));
        }

        Assert.Equal(all.Count, all.Select(page => page.Id).Distinct().Count());
        Assert.All(all, page => Assert.NotEqual(PageId.None, page.Id));
        await using PageFiles last = Open(files);
        all.ForEach(page => Check(last, page));
        Assert.Equal(all.Sum(page => PageAddress.Aligned(page.Length)), last.LiveBytes);
        Assert.Equal(files.Files.Where(path => path.StartsWith(Folder, StringComparison.Ordinal)).Sum(path => (long)files.ReadAllBytes(path).Length), last.StoredBytes);
    }

    [Fact]
    public async Task Files_NeverExceedTheirSize_ButForOneOversizePage()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using (PageFiles pages = Open(files))
        {
            await Checkpoint(pages, 1, [1000, FileBytes, FileBytes - 64, 3_000_000, 16, 40_000, 30_000, 100]);
        }

        StoreManifest manifest = ManifestFiles.Read(files, Store).Newest!;
        Assert.Equal(
            [new(1, true, 64 + 1008, 1008), new(2, true, 64 + FileBytes, FileBytes), new(3, true, FileBytes, FileBytes - 64), new(4, true, 3_000_064, 3_000_000), new(5, true, 40_080, 40_016), new(6, false, 64 + 30_000 + 112, 30_112)],
            manifest.Files);
        Assert.Equal(manifest.Files.Select(file => file.TotalBytes), manifest.Files.Select(file => (long)files.ReadAllBytes($"{Folder}/{PageFile.NameOf(file.Number)}").Length));
        Assert.Equal(6u, manifest.HighestFile);
    }

    [Fact]
    public async Task Opening_ForWriting_BeginsANewFileAndSealsTheOld()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        for (ulong height = 1; height <= 3; height++)
        {
            await using PageFiles pages = Open(files);
            List<PageId> ids = await Checkpoint(pages, height, [100]);
            Assert.Equal((uint)height, PageAddress.Of(ids[0]).File);
            await Checkpoint(pages, height, []);
        }

        StoreManifest manifest = ManifestFiles.Read(files, Store).Newest!;
        Assert.Equal([true, true, false], manifest.Files.Select(file => file.IsSealed));
        Assert.Equal(7ul, manifest.Content.Generation);
    }

    [Fact]
    public async Task Checkpoint_WithoutPages_WritesTheManifestOnly()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        files.WriteAllBytes(Folder + "/00000009.pages", [1, 2, 3]);
        await using (PageFiles pages = Open(files))
        {
            await Checkpoint(pages, 1, []);
            Assert.Equal((BlockHeight)1ul, pages.Manifest.Height);
        }

        Assert.Equal([Store + "/manifest-a", Store + "/manifest-b", Folder + "/00000009.pages"], files.Files);
    }

    [Fact]
    public async Task Leftovers_GoWithTheFirstPage_AndTheirNumbersStayTaken()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using (PageFiles pages = Open(files))
        {
            await Checkpoint(pages, 1, [100]);
        }

        files.WriteAllBytes(Folder + "/00000007.pages", [1, 2, 3]);
        files.WriteAllBytes(Folder + "/0000000A.pages", []);
        files.WriteAllBytes(Folder + "/notes.txt", []);
        await using (PageFiles pages = Open(files))
        {
            Assert.Contains(Folder + "/00000007.pages", files.Files);
            await Checkpoint(pages, 2, [100]);
        }

        Assert.Equal(["00000001.pages", "00000008.pages", "0000000A.pages", "notes.txt"], files.List(Folder));
        Assert.Equal(8u, ManifestFiles.Read(files, Store).Newest!.HighestFile);
    }

    [Fact]
    public async Task Commit_Trace_IsTheGoldenFile()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        files.WriteAllBytes(Folder + "/00000003.pages", []);
        files.Tracing = true;
        await using (PageFiles pages = Open(files))
        {
            await Checkpoint(pages, 1, [1000, 40_000, 40_000]);
            await Checkpoint(pages, 2, [1000]);
            await Checkpoint(pages, 3, []);
        }

        GoldenFile.CheckText("page-files-checkpoints.txt", string.Join('\n', files.TakeTrace()) + "\n");
    }

    [Fact]
    public async Task LiveBytes_AfterFreeing_ArePerFile()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using PageFiles pages = Open(files);
        List<PageId> first = await Checkpoint(pages, 1, [1000, 50_000, 60_000]);
        Assert.Equal(1008 + 50_000 + 60_000, pages.LiveBytes);
        await Checkpoint(pages, 2, [33], [new StoredExtent(first[0], 1000), new StoredExtent(first[2], 60_000)]);
        Assert.Equal(50_000 + 48, pages.LiveBytes);
        Assert.Equal([50_000L, 48], ManifestFiles.Read(files, Store).Newest!.Files.Select(file => file.LiveBytes));
        Assert.Equal(Page(102, 60_000), Read(pages, first[2], 60_000)); // an older view may still need it
    }

    [Fact]
    public async Task Freed_WhatCannotBeLive_IsRefusedBeforeAnythingIsWritten()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using PageFiles pages = Open(files);
        List<PageId> ids = await Checkpoint(pages, 1, [1000]);
        StoredExtent[] impossible =
        [
            new(ids[0], 1024),
            new(ids[0], 0),
            new(ids[0], -5),
            new((PageId)0ul, 16),
            new((PageId)0x0000_0009_0000_0004ul, 16),
            new((PageId)0x0000_0001_0000_0001ul, 16),
            new((PageId)ulong.MaxValue, int.MaxValue),
        ];
        long changes = files.ChangeCount;
        foreach (StoredExtent extent in impossible)
        {
            await Assert.ThrowsAsync<StateCorruptedException>(() => Checkpoint(pages, 2, [], [extent]));
        }

        await Assert.ThrowsAsync<StateCorruptedException>(() => Checkpoint(pages, 2, [], [new StoredExtent(ids[0], 1000), new StoredExtent(ids[0], 1000)]));
        Assert.Equal(changes, files.ChangeCount);
        await Checkpoint(pages, 2, [], [new StoredExtent(ids[0], 1000)]);
        Assert.Equal(0, pages.LiveBytes);
    }

    [Fact]
    public async Task Read_IdsThatLeadNowhere_RefusesNamingThePlace()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using PageFiles pages = Open(files);
        List<PageId> ids = await Checkpoint(pages, 1, [1000]);
        ulong[] nowhere = [0, 1, 0x0000_0001_0000_0000, 0x0000_0001_0000_0003, 0x0000_0001_0000_0043, 0x0000_0001_ffff_ffff, 0x0000_0002_0000_0004, ulong.MaxValue];
        foreach (ulong id in nowhere)
        {
            StateCorruptedException refusal = Assert.Throws<StateCorruptedException>(() => Read(pages, (PageId)id, 16));
            Assert.Equal(pages.Locate((PageId)id), (refusal.File, refusal.Offset));
        }

        Assert.Throws<StateCorruptedException>(() => Read(pages, ids[0], 1009));
        Assert.Equal(Page(100, 1000)[..10], Read(pages, ids[0], 10));
    }

    [Fact]
    public async Task Checkpoint_Abandoned_CountsForNothingAndItsIdsAreNotUsedAgain()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using PageFiles pages = Open(files);
        List<PageId> kept = await Checkpoint(pages, 1, [100]);
        PageId lost;
        await using (ICheckpointWriter writer = pages.BeginCheckpoint())
        {
            lost = writer.Add(Page(9, 5000));
            using CancellationTokenSource source = new();
            await source.CancelAsync();
            await Assert.ThrowsAsync<OperationCanceledException>(async () => await writer.CommitAsync(Manifest.Empty, [], source.Token));
        }

        Assert.Equal((BlockHeight)1ul, pages.Manifest.Height);
        List<PageId> next = await Checkpoint(pages, 2, [100]);
        Assert.True(next[0].Value > lost.Value);
        Assert.Equal(224, pages.LiveBytes);
        Assert.Equal(Page(100, 100), Read(pages, kept[0], 100));
    }

    [Fact]
    public async Task BeginCheckpoint_WhileOneIsWrittenOrReadOnlyOrClosed_IsTheCallersMistake()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        PageFiles pages = Open(files);
        await using (ICheckpointWriter writer = pages.BeginCheckpoint())
        {
            Assert.Throws<InvalidOperationException>(pages.BeginCheckpoint);
            Assert.Throws<ArgumentException>(() => writer.Add([]));
        }

        await using PageFiles readOnly = OpenReadOnly(files);
        Assert.Throws<InvalidOperationException>(readOnly.BeginCheckpoint);
        await pages.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(pages.BeginCheckpoint);
    }

    [Fact]
    public async Task ReadOnly_BesideAWriter_FollowsItsCheckpoints()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using PageFiles writer = Open(files);
        await using PageFiles reader = OpenReadOnly(files);
        for (ulong height = 1; height <= 5; height++)
        {
            List<PageId> ids = await Checkpoint(writer, height, [30_000, 20_000]);
            Assert.Throws<StateCorruptedException>(() => Read(reader, ids[0], 30_000));
            long changes = files.ChangeCount;
            await reader.RefreshAsync(default);
            Assert.Equal(changes, files.ChangeCount);
            Assert.Equal((BlockHeight)height, reader.Manifest.Height);
            Assert.Equal(Page((int)height * 100, 30_000), Read(reader, ids[0], 30_000));
            Assert.Equal((writer.StoredBytes, writer.LiveBytes), (reader.StoredBytes, reader.LiveBytes));
        }
    }

    [Fact]
    public async Task ReadOnly_AfterTheStoreWasReplaced_Refuses()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using PageFiles reader = OpenReadOnly(files);
        ManifestFiles.Write(files, Store, ManifestFiles.Read(files, Store).Newest! with { StoreId = new StoreId(1) });
        await Assert.ThrowsAsync<StateCorruptedException>(async () => await reader.RefreshAsync(default));
    }

    private static void Check(PageFiles pages, (PageId Id, int Number, int Length) page) => Assert.Equal(Page(page.Number, page.Length), Read(pages, page.Id, page.Length));
}
