using Cairn.IO;

namespace Cairn.Homes;

/// <summary>Makes the directory of a new store.</summary>
internal static class StoreDirectories
{
    /// <summary>
    /// Creates a directory with its missing parents, durably. A directory with at most one entry may be what a process made that was killed before it could
    /// sync: it is treated as if it were new. Others are left alone, for they may be such as one cannot even open to sync them.
    /// </summary>
    public static void Create(IFileSystem fileSystem, string path)
    {
        string? parent = Path.GetDirectoryName(path);
        if (parent is null || (fileSystem.DirectoryExists(path) && fileSystem.List(path).Count > 1))
        {
            return;
        }

        Create(fileSystem, parent);
        fileSystem.CreateDirectory(path);
        fileSystem.SyncDirectory(parent);
    }
}
