using Cairn.Homes;
using Cairn.IO;
using Cairn.Manifests;
using Cairn.Pages;
using Cairn.Tests.IO;
using Xunit;
using static Cairn.Tests.Pages.PageFilesBench;

namespace Cairn.Tests.Pages;

/// <summary>Pages that nobody reads back go past the system's cache, the others into it; both read the same.</summary>
public sealed class PageFilesDirectTests : IDisposable
{
    private const int LargeFileBytes = 4 << 20;

    private readonly string _directory = Directory.CreateTempSubdirectory("cairn-pages-").FullName;
    private readonly List<(string File, long Offset, int Bytes)> _direct = [];

    [Fact]
    public async Task Checkpoint_WithoutReadsBefore_WritesWholeSectorsDirectly()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using (PageFiles pages = Open(Hooked(files), LargeFileBytes))
        {
            List<(PageId Id, int Number, int Length)> all = [];
            for (int height = 1; height <= 3; height++)
            {
                List<PageId> ids = await Checkpoint(pages, (ulong)height, [.. Enumerable.Repeat(4000, 90), 300_000]);
                all.AddRange(ids.Select((id, index) => (id, (height * 100) + index, index == 90 ? 300_000 : 4000)));
            }

            Assert.NotEmpty(_direct);
            Assert.All(_direct, static write => Assert.Equal((0, 0), (write.Offset % IFile.DirectBytes, write.Bytes % IFile.DirectBytes)));
            Assert.All(all, page => Assert.Equal(Page(page.Number, page.Length), Read(pages, page.Id, page.Length)));
        }

        Assert.Equal(_direct.Count, _direct.Select(static write => (write.File, write.Offset)).Distinct().Count()); // nothing is written anew that is there
    }

    [Fact]
    public async Task Checkpoint_AfterPagesWereReadBack_GoesThroughTheCache()
    {
        SimulatedFileSystem files = Create(new SimulatedFileSystem());
        await using PageFiles pages = Open(Hooked(files), LargeFileBytes);
        int[] lengths = [.. Enumerable.Repeat(4000, 1000)];
        List<PageId> ids = await Checkpoint(pages, 1, lengths);
        Assert.NotEmpty(_direct);
        _direct.Clear();
        ids.Take(100).ToList().ForEach(id => Read(pages, id, 4000));
        await Checkpoint(pages, 2, lengths);
        Assert.Empty(_direct);
        await Checkpoint(pages, 3, lengths);
        Assert.NotEmpty(_direct);
    }

    [Fact]
    public async Task Pages_OnTheSystemsFiles_ReadBackAtOnceAndAfterReopening()
    {
        IFileSystem files = OsFileSystem.Instance;
        string store = Path.Combine(_directory, "store");
        Directory.CreateDirectory(store);
        ManifestFiles.Write(files, store, Manifests.SampleManifests.New());
        List<(PageId Id, int Number, int Length)> all = [];
        for (int round = 0; round < 4; round++)
        {
            Random random = new(round);
            await using PageFiles pages = PageFiles.Open(files, store, ManifestFiles.Read(files, store).Newest!, LargeFileBytes, isReadOnly: false);
            for (int height = 1; height <= 2; height++)
            {
                await using ICheckpointWriter writer = pages.BeginCheckpoint();
                for (int index = 0; index < 400; index++)
                {
                    int number = (round * 10_000) + (height * 1000) + index;
                    int length = random.Next(40) == 0 ? random.Next(60_000, 700_000) : random.Next(1, 5000);
                    all.Add((writer.Add(Page(number, length)), number, length));
                    (PageId id, int other, int bytes) = all[random.Next(all.Count)];
                    Assert.Equal(Page(other, bytes), Read(pages, id, bytes));
                }

                await writer.CommitAsync(Manifest.Empty with { Height = (BlockHeight)(ulong)((round * 2) + height) }, [], default);
            }

            Assert.All(all, page => Assert.Equal(Page(page.Number, page.Length), Read(pages, page.Id, page.Length)));
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private HookedFileSystem Hooked(SimulatedFileSystem files) => new(files, static () => { }, onDirect: (file, offset, bytes) => _direct.Add((file, offset, bytes)));
}
