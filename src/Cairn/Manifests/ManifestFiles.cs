using Cairn.Homes;
using Cairn.IO;

namespace Cairn.Manifests;

/// <summary>
/// The two alternating manifest files of a store.
/// <list type="bullet">
/// <item>Odd generations live in <see cref="OddName"/>, even ones in <see cref="EvenName"/>; a store begins with generation 1.</item>
/// <item>Generation n + 1 overwrites n − 1 in place; n, the newest one, is never touched while n + 1 is written. If the crash comes there, n is still whole.</item>
/// <item>So at any moment at least one copy is sound, and after a crash or a rotten bit at most one of them is not.</item>
/// </list>
/// </summary>
internal static class ManifestFiles
{
    /// <summary>The file of the odd generations.</summary>
    public const string OddName = "manifest-a";

    /// <summary>The file of the even generations.</summary>
    public const string EvenName = "manifest-b";

    /// <summary>The generations that come with new files.</summary>
    private const ulong FirstGenerations = 2;

    /// <summary>How often a reader beside a writer looks. Each look would have to fall into another rewriting of both copies.</summary>
    private const int ReadAttempts = 16;

    /// <summary>Reads both copies and chooses the newest sound one.</summary>
    /// <param name="fileSystem">Where the store is.</param>
    /// <param name="directory">The directory of the store.</param>
    /// <exception cref="StoreFormatException">A copy is of a version, or with features, that are not known.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public static ManifestReading Read(IFileSystem fileSystem, string directory)
    {
        ManifestSlot odd = ManifestSlot.Read(fileSystem, PathOf(directory, isEven: false), isEven: false);
        ManifestSlot even = ManifestSlot.Read(fileSystem, PathOf(directory, isEven: true), isEven: true);
        return new ManifestReading(odd, even);
    }

    /// <summary>
    /// Reads the newest manifest while a writer in another process may be replacing it. A copy that is being rewritten looks torn, and both may do so
    /// when the writer is at one and then at the other; but at any moment one is whole, so looking again helps.
    /// </summary>
    /// <param name="fileSystem">Where the store is.</param>
    /// <param name="directory">The directory of the store.</param>
    /// <exception cref="StoreFormatException">A copy is of a version, or with features, that are not known.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public static ManifestReading ReadBesideWriter(IFileSystem fileSystem, string directory)
    {
        ManifestReading reading = Read(fileSystem, directory);
        for (int attempt = 1; attempt < ReadAttempts && reading.Newest is null && !reading.IsAbsent; attempt++)
        {
            reading = Read(fileSystem, directory);
        }

        return reading;
    }

    /// <summary>Writes a manifest over the older copy and makes it durable.</summary>
    /// <param name="fileSystem">Where the store is.</param>
    /// <param name="directory">The directory of the store.</param>
    /// <param name="manifest">The manifest, of the generation after the newest sound one.</param>
    /// <exception cref="IOException">Writing or syncing failed: the copy may be torn, the other one is whole.</exception>
    public static void Write(IFileSystem fileSystem, string directory, StoreManifest manifest)
    {
        byte[] bytes = ManifestCodec.Encode(manifest);
        string path = PathOf(directory, ulong.IsEvenInteger(manifest.Content.Generation));
        bool isNew = !fileSystem.FileExists(path);
        using (IFile file = fileSystem.Open(path, isNew ? FileOpening.CreateNew : FileOpening.Write))
        {
            file.Write(0, bytes);
            if (file.Length > bytes.Length)
            {
                file.SetLength(bytes.Length);
            }

            file.Sync();
        }

        if (isNew || manifest.Content.Generation <= FirstGenerations)
        {
            // If the crash comes before this, the whole copy may be gone: then the other one counts, or there is no store yet. The first generations are
            // synced even where the file is there, since a process that made it may have been killed before it could.
            fileSystem.SyncDirectory(directory);
        }
    }

    /// <summary>
    /// Makes the manifest that was found newest durable, which it need not be: the process before may have been killed before a sync, or its sync may have
    /// failed, after which the system shows bytes that no later sync would write. So it is written once more, the same bytes in the same place. Without
    /// this the next checkpoint would overwrite the only copy that is on the disk.
    /// </summary>
    /// <exception cref="IOException">Writing or syncing failed.</exception>
    public static void MakeDurable(IFileSystem fileSystem, string directory, StoreManifest newest)
    {
        Write(fileSystem, directory, newest);
        fileSystem.SyncDirectory(directory);
    }

    /// <summary>What is wrong with the copies, for checking. A store opens as long as one of them is sound.</summary>
    public static IReadOnlyList<FileFault> Check(IFileSystem fileSystem, string directory) =>
        [.. Read(fileSystem, directory).Damages.Select(FileFault.Of)];

    /// <summary>The file of the odd or even generations.</summary>
    public static string PathOf(string directory, bool isEven) => Path.Combine(directory, isEven ? EvenName : OddName);
}
