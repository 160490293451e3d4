using System.Buffers.Binary;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Manifests;
using Cairn.Pages;
using Cairn.Tests.Manifests;

namespace Cairn.Tests.Pages;

/// <summary>A directory with a manifest and page files, without a log: what the tests of page files work on.</summary>
internal static class PageFilesBench
{
    public const string Store = "/store";
    public const string Folder = "/store/pages";
    public const int FileBytes = 64 << 10;

    /// <summary>Makes an empty store, durably.</summary>
    public static T Create<T>(T files)
        where T : IFileSystem
    {
        files.CreateDirectory(Store);
        files.SyncDirectory("/");
        ManifestFiles.Write(files, Store, SampleManifests.New());
        files.CreateDirectory(Folder);
        files.SyncDirectory(Store);
        return files;
    }

    public static PageFiles Open(IFileSystem files, int fileBytes = FileBytes) =>
        PageFiles.Open(files, Store, ManifestFiles.Read(files, Store).Newest!, fileBytes, isReadOnly: false);

    public static PageFiles OpenReadOnly(IFileSystem files) =>
        PageFiles.Open(files, Store, ManifestFiles.ReadBesideWriter(files, Store).Newest!, FileBytes, isReadOnly: true);

    public static byte[] Read(IPageStore pages, PageId id, int length)
    {
        byte[] bytes = new byte[length];
        pages.Read(id, bytes);
        return bytes;
    }

    /// <summary>Bytes that tell what they are: the same number gives the same page.</summary>
    public static byte[] Page(int number, int length)
    {
        byte[] bytes = new byte[PageAddress.Aligned(length)];
        ulong state = ((ulong)number << 32) + (ulong)length;
        for (int at = 0; at < bytes.Length; at += sizeof(ulong))
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), state);
        }

        return bytes[..length];
    }

    /// <summary>Writes pages of the given lengths as one checkpoint at a height.</summary>
    public static async Task<List<PageId>> Checkpoint(IPageStore pages, ulong height, IReadOnlyList<int> lengths, IReadOnlyList<StoredExtent>? freed = null)
    {
        await using ICheckpointWriter writer = pages.BeginCheckpoint();
        List<PageId> ids = [.. lengths.Select((length, index) => writer.Add(Page(((int)height * 100) + index, length)))];
        await writer.CommitAsync(Manifest.Empty with { Height = (BlockHeight)height }, freed ?? [], default);
        return ids;
    }
}
