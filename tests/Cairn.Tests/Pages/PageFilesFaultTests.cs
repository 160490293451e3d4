using Cairn.Homes;
using Cairn.IO;
using Cairn.Manifests;
using Cairn.Pages;
using Cairn.Tests.IO;
using Xunit;
using static Cairn.Tests.Pages.PageFilesBench;

namespace Cairn.Tests.Pages;

/// <summary>Crashes, failing disks and rot under the page files.</summary>
public sealed class PageFilesFaultTests
{
    /// <summary>What is left of an unsynced write: nothing, all, and parts.</summary>
    private const int CrashSeeds = 12;

    [Fact]
    public async Task Crash_AtEveryOperation_LeavesEveryPageOfTheManifestThatCounts()
    {
        for (int stop = 1; ; stop++)
        {
            SimulatedFileSystem files = Create(new SimulatedFileSystem(stop));
            files.StopAt = files.ChangeCount + stop;
            Run run = new();
            bool ended = await run.Try(files);
            for (int seed = 0; seed < CrashSeeds; seed++)
            {
                await CheckAfter(run, files.Crash(seed));
            }

            if (ended)
            {
                Assert.InRange(stop, 30, 300);
                break;
            }
        }
    }

    [Fact]
    public async Task Crash_AgainAtEveryOperationAfterACrash_StillLeavesEveryPage()
    {
        for (int stop = 1; ; stop += 3)
        {
            SimulatedFileSystem files = Create(new SimulatedFileSystem(stop));
            files.StopAt = files.ChangeCount + stop;
            Run run = new();
            bool ended = await run.Try(files);
            for (int second = 1; second <= 12; second++)
            {
                SimulatedFileSystem left = files.Crash(stop + second);
                left.StopAt = left.ChangeCount + second;
                Run again = run.After(left);
                await again.Try(left, checkpoints: 1);
                for (int seed = 0; seed < 4; seed++)
                {
                    await CheckAfter(again, left.Crash(seed));
                }
            }

            if (ended)
            {
                break;
            }
        }
    }

    [Theory]
    [InlineData(FileOperation.Open)]
    [InlineData(FileOperation.Create)]
    [InlineData(FileOperation.Read)]
    [InlineData(FileOperation.List)]
    [InlineData(FileOperation.Write)]
    [InlineData(FileOperation.SetLength)]
    [InlineData(FileOperation.Sync)]
    [InlineData(FileOperation.SyncDirectory)]
    [InlineData(FileOperation.Delete)]
    public async Task Fault_AtEveryOperation_LatchesAndReopeningHelps(FileOperation kind)
    {
        for (int nth = 1; ; nth++)
        {
            SimulatedFileSystem files = Create(new SimulatedFileSystem(nth));
            files.Fail(kind, nth);
            Run run = new();
            bool failed = false;
            try
            {
                await run.Try(files);
            }
            catch (IOException)
            {
                failed = true;
            }

            Assert.Equal(0, files.OpenFiles);
            files.Heal();
            await CheckAfter(run, files.Clone());
            await CheckAfter(run, files.Crash(nth));
            if (!failed)
            {
                break;
            }
        }
    }

    [Fact]
    public async Task Fault_WhileAdding_RefusesFurtherWritesButReads()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using PageFiles pages = Open(files);
        List<PageId> ids = await Checkpoint(pages, 1, [1000]);
        files.Fail(FileOperation.Sync);
        IOException cause = await Assert.ThrowsAsync<IOException>(() => Checkpoint(pages, 2, [1000]));
        StoreFailedException later = Assert.Throws<StoreFailedException>(pages.BeginCheckpoint);
        Assert.Same(cause, later.InnerException);
        Assert.Equal(Page(100, 1000), Read(pages, ids[0], 1000));
        Assert.Equal((BlockHeight)1ul, pages.Manifest.Height);
    }

    [Fact]
    public async Task FullDisk_FailsTheCheckpoint_AndReopeningWithRoomWorks()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        List<PageId> ids;
        await using (PageFiles pages = Open(files))
        {
            ids = await Checkpoint(pages, 1, [30_000]);
            files.CapacityBytes = files.UsedBytes + 50_000;
            await Assert.ThrowsAsync<DiskFullException>(() => Checkpoint(pages, 2, [30_000, 30_000, 30_000]));
        }

        // What the failed checkpoint left is deleted first, so the same room is enough for less.
        await using (PageFiles pages = Open(files))
        {
            await Checkpoint(pages, 2, [10_000]);
            Assert.Equal(Page(100, 30_000), Read(pages, ids[0], 30_000));
        }
    }

    [Fact]
    public async Task Rot_InEveryByteOfAHeader_IsRefusedNamingTheFile()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using (PageFiles pages = Open(files))
        {
            await Checkpoint(pages, 1, [60_000, 60_000]);
        }

        foreach (string path in files.Files.Where(path => path.EndsWith(".pages", StringComparison.Ordinal)).ToArray())
        {
            for (int bit = 0; bit < PageFileHeaderLayout.SizeBytes * 8; bit++)
            {
                files.FlipBit(path, bit);
                StateCorruptedException refusal = Assert.Throws<StateCorruptedException>(() => Open(files));
                Assert.Equal(path, refusal.File);
                Assert.InRange(refusal.Offset, 0, PageFileHeaderLayout.SizeBytes);
                files.FlipBit(path, bit);
            }

            for (long length = files.ReadAllBytes(path).Length - 1; length > 0; length -= 997)
            {
                SimulatedFileSystem shorter = files.Clone();
                shorter.Truncate(path, length);
                Assert.Equal(path, Assert.Throws<StateCorruptedException>(() => Open(shorter)).File);
            }

            SimulatedFileSystem without = files.Clone();
            without.Remove(path);
            Assert.Equal(path, Assert.Throws<StateCorruptedException>(() => Open(without)).File);
        }

        Assert.Equal(0, files.OpenFiles);
    }

    [Fact]
    public async Task Check_SeveralFilesDamaged_NamesEachAndWritesNothing()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using (PageFiles pages = Open(files))
        {
            await Checkpoint(pages, 1, [60_000, 60_000, 60_000, 60_000]);
        }

        StoreManifest manifest = ManifestFiles.Read(files, Store).Newest!;
        Assert.Empty(PageFilesCheck.Files(files, Store, manifest));
        files.FlipBit(Folder + "/00000001.pages", 300);
        files.Truncate(Folder + "/00000002.pages", 70);
        files.Remove(Folder + "/00000004.pages");
        long changes = files.ChangeCount;
        Assert.Equal(
            [Folder + "/00000001.pages", Folder + "/00000002.pages", Folder + "/00000004.pages"],
            PageFilesCheck.Files(files, Store, manifest).Select(fault => fault.File));
        Assert.Equal((changes, 0), (files.ChangeCount, files.OpenFiles));
    }

    [Fact]
    public async Task Header_OfAnotherFileStoreOrVersion_IsRefused()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using (PageFiles pages = Open(files))
        {
            await Checkpoint(pages, 1, [1000]);
        }

        const string path = Folder + "/00000001.pages";
        byte[] header = new byte[PageFileHeaderLayout.SizeBytes];
        PageFileHeader.Write(header, SampleId, number: 2);
        files.Overwrite(path, 0, header);
        Assert.Equal("page file number", Assert.Throws<StateCorruptedException>(() => Open(files)).What);
        PageFileHeader.Write(header, new StoreId(5), number: 1);
        files.Overwrite(path, 0, header);
        Assert.Equal("page file store id", Assert.Throws<StateCorruptedException>(() => Open(files)).What);
        foreach (int offset in new[] { PageFileHeaderLayout.FormatVersionOffset, PageFileHeaderLayout.RequiredFeaturesOffset })
        {
            PageFileHeader.Write(header, SampleId, number: 1);
            header[offset] = 8;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(PageFileHeaderLayout.ChecksumOffset), PageFileHeader.Checksum(header));
            files.Overwrite(path, 0, header);
            Assert.Equal(path, Assert.Throws<StoreFormatException>(() => Open(files)).File);
        }
    }

    [Fact]
    public void Header_Written_IsTheGoldenFile()
    {
        byte[] header = new byte[PageFileHeaderLayout.SizeBytes];
        PageFileHeader.Write(header, SampleId, number: 0x01020304);
        GoldenFile.Check("page-file-header.bin", header);
    }

    private static StoreId SampleId => Tests.Manifests.SampleManifests.Id;

    /// <summary>The store opens, the manifest that counts is the acknowledged one or the one on its way, its pages are all there, and it can go on.</summary>
    private static async Task CheckAfter(Run run, SimulatedFileSystem files)
    {
        await using PageFiles pages = Open(files);
        ulong height = pages.Manifest.Height?.Value ?? 0;
        Assert.InRange(height, run.Acknowledged, run.Begun);
        foreach ((PageId id, int number, int length, ulong added) in run.Added.Where(page => page.Height <= height))
        {
            Assert.True(Page(number, length).AsSpan().SequenceEqual(Read(pages, id, length)), $"page {id} of height {added} at {height}");
        }

        List<PageId> next = await Checkpoint(pages, height + 1, [100, 70_000]);
        Assert.Empty(next.Intersect(run.Added.Where(page => page.Height <= height).Select(page => page.Id)));
        Assert.Equal(Page((((int)height + 1) * 100) + 1, 70_000), Read(pages, next[1], 70_000));
        uint[] listed = [.. ManifestFiles.Read(files, Store).Newest!.Files.Select(file => file.Number)];
        Assert.Equal(listed.Select(PageFile.NameOf), files.List(Folder)); // leftovers are gone
    }

    /// <summary>Checkpoints in several openings, with what was added, begun and acknowledged.</summary>
    private sealed class Run
    {
        public ulong Begun { get; private set; }

        public ulong Acknowledged { get; private set; }

        public List<(PageId Id, int Number, int Length, ulong Height)> Added { get; private init; } = [];

        /// <summary>A run that goes on from what a crash left.</summary>
        public Run After(SimulatedFileSystem left)
        {
            ulong height = ManifestFiles.Read(left, Store).Newest!.Content.Height?.Value ?? 0;
            return new Run { Begun = height, Acknowledged = height, Added = [.. Added.Where(page => page.Height <= height)] };
        }

        /// <summary>Two checkpoints an opening, the second freeing the first page of the one before.</summary>
        /// <returns>Whether the machine went on to the end.</returns>
        public async Task<bool> Try(SimulatedFileSystem files, int checkpoints = 6)
        {
            try
            {
                for (int done = 0; done < checkpoints; done += 2)
                {
                    await using PageFiles pages = Open(files);
                    await Checkpoint(pages, [3000, 40_000, 50_000, 100], []);
                    if (done + 1 < checkpoints)
                    {
                        (PageId id, _, int length, _) = Added[^4];
                        await Checkpoint(pages, [700, 20_000], [new StoredExtent(id, length)]);
                    }
                }

                return true;
            }
            catch (SimulatedCrashException)
            {
                return false;
            }
        }

        private async Task Checkpoint(PageFiles pages, int[] lengths, StoredExtent[] freed)
        {
            Begun = (pages.Manifest.Height?.Value ?? 0) + 1;
            await using ICheckpointWriter writer = pages.BeginCheckpoint();
            for (int index = 0; index < lengths.Length; index++)
            {
                int number = ((int)Begun * 100) + index;
                Added.Add((writer.Add(Page(number, lengths[index])), number, lengths[index], Begun));
            }

            await writer.CommitAsync(Manifest.Empty with { Height = (BlockHeight)Begun }, freed, default);
            Acknowledged = Begun;
        }
    }
}
