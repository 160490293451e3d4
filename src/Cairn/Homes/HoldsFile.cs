using Cairn.IO;
using Cairn.Manifests;

namespace Cairn.Homes;

/// <summary>
/// The holds of a directory store: a file that is replaced as a whole, so that a crash leaves the old holds or the new ones; without holds ever placed there is
/// none. See "Holds" in docs/format.md. One thread at a time writes; others may read, in other processes too.
/// </summary>
internal sealed class HoldsFile(IFileSystem fileSystem, string store, StoreId storeId) : IHoldStore
{
    /// <summary>The name of the file within the store.</summary>
    public const string FileName = "holds";

    /// <summary>The name under which a new file is written.</summary>
    public const string NewFileName = "holds.new";

    private readonly string _path = Path.Combine(store, FileName);
    private readonly string _newPath = Path.Combine(store, NewFileName);

    /// <inheritdoc/>
    public IReadOnlyList<StoredHold> Read() => Read(out _);

    /// <summary>Reads the holds, and tells of a copy that is damaged while the other one is whole.</summary>
    /// <param name="damage">What is wrong with that copy; null when nothing is.</param>
    /// <exception cref="StateCorruptedException">Both copies are damaged.</exception>
    public IReadOnlyList<StoredHold> Read(out StateCorruptedException? damage)
    {
        damage = null;
        byte[] bytes;
        try
        {
            using IFile file = fileSystem.Open(_path, FileOpening.Read);
            bytes = new byte[Math.Min(file.Length, HoldsCodec.MaxFileBytes + 1)];
            bytes = bytes[..file.Read(0, bytes)];
        }
        catch (FileNotFoundException)
        {
            return [];
        }

        return HoldsCodec.Decode(_path, bytes, storeId, out damage);
    }

    /// <inheritdoc/>
    public void Write(IReadOnlyList<StoredHold> holds)
    {
        fileSystem.Delete(_newPath); // what a crash may have left
        using (IFile file = fileSystem.Open(_newPath, FileOpening.CreateNew))
        {
            file.Write(0, HoldsCodec.Encode(holds, storeId));
            file.Sync();
        }

        // If the crash comes before the directory is synced, the old holds may be back: nobody was told of the new ones yet.
        fileSystem.Rename(_newPath, _path);
        fileSystem.SyncDirectory(store);
    }
}
