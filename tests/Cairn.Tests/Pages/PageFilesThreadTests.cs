using System.Collections.Concurrent;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Pages;
using Cairn.Tests.IO;
using Cairn.Tests.Manifests;
using Xunit;
using static Cairn.Tests.Pages.PageFilesBench;

namespace Cairn.Tests.Pages;

/// <summary>Readers on several threads: beside a checkpoint, with more files than stay open, and while the store is closed.</summary>
public sealed class PageFilesThreadTests
{
    [Fact]
    public async Task Reading_WhilePagesAreAdded_SeesEachPageAtOnce()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using PageFiles pages = Open(files, fileBytes: 1 << 20);
        const int count = 4000;
        (PageId Id, int Length)[] added = new (PageId, int)[count];
        int published = 0;
        using CancellationTokenSource end = new();
        Task[] readers = [.. Enumerable.Range(0, 3).Select(seed => Task.Run(() =>
        {
            Random random = new(seed);
            while (!end.IsCancellationRequested)
            {
                int known = Volatile.Read(ref published);
                if (known > 0)
                {
                    int number = random.Next(2) == 0 ? known - 1 : random.Next(known);
                    Assert.Equal(Page(number, added[number].Length), Read(pages, added[number].Id, added[number].Length));
                }
            }
        }))];

        Random lengths = new(7);
        await using (ICheckpointWriter writer = pages.BeginCheckpoint())
        {
            for (int number = 0; number < count; number++)
            {
                int length = lengths.Next(200) == 0 ? 600_000 : lengths.Next(1, 4000);
                added[number] = (writer.Add(Page(number, length)), length);
                Volatile.Write(ref published, number + 1);
            }

            await writer.CommitAsync(Manifest.Empty with { Height = (BlockHeight)1ul }, [], default);
        }

        await end.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task Reading_MoreFilesThanStayOpen_KeepsTheirNumberBounded()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        const int count = PageFileHandles.Capacity * 2;
        List<PageId> ids;
        await using (PageFiles pages = Open(files))
        {
            ids = await Checkpoint(pages, 1, [.. Enumerable.Repeat(FileBytes - 64, count)]);
            Assert.Equal((uint)count, PageAddress.Of(ids[^1]).File);
        }

        const int threads = 4;
        await using (PageFiles pages = Open(files))
        {
            int most = 0;
            await Task.WhenAll(Enumerable.Range(0, threads).Select(seed => Task.Run(() =>
            {
                Random random = new(seed);
                for (int run = 0; run < 1500; run++)
                {
                    int number = random.Next(count);
                    Assert.Equal(Page(100 + number, FileBytes - 64)[..32], Read(pages, ids[number], 32));
                    most = Math.Max(most, files.OpenFiles);
                }
            })));
            Assert.InRange(most, PageFileHandles.Capacity, PageFileHandles.Capacity + (2 * threads));
        }

        Assert.Equal(0, files.OpenFiles);
    }

    [Fact]
    public void Handles_DisposedWhileInUse_StayOpenForTheirUser()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        byte[] header = new byte[PageFileHeaderLayout.SizeBytes];
        PageFileHeader.Write(header, SampleManifests.Id, number: 1);
        files.WriteAllBytes(Folder + "/00000001.pages", header);
        PageFile page = new(Folder, number: 1, end: 64);
        PageFileHandles handles = new(files, SampleManifests.Id);
        OpenFileTable.Lease lease = handles.Borrow(page);
        using (handles.Borrow(page))
        {
            Assert.Equal(1, files.OpenFiles);
        }

        handles.Dispose();
        Assert.Equal(64, lease.File.Read(0, header));
        Assert.Throws<ObjectDisposedException>(() => handles.Borrow(page));
        lease.Dispose();
        Assert.Equal(0, files.OpenFiles);
    }

    [Fact]
    public async Task Handles_OpenedByManyAtOnce_AreOpenedForOneOnly()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        byte[] header = new byte[PageFileHeaderLayout.SizeBytes];
        PageFileHeader.Write(header, SampleManifests.Id, number: 1);
        files.WriteAllBytes(Folder + "/00000001.pages", header);
        for (int round = 0; round < 200; round++)
        {
            using PageFileHandles handles = new(files, SampleManifests.Id);
            ConcurrentBag<IFile> used = [];
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                using OpenFileTable.Lease lease = handles.Borrow(new PageFile(Folder, number: 1, end: 64));
                used.Add(lease.File);
            })));
            Assert.Single(used.Distinct());
            Assert.Equal(1, files.OpenFiles);
        }
    }
}
