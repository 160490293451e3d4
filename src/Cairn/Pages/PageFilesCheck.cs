using Cairn.Homes;
using Cairn.IO;
using Cairn.Manifests;

namespace Cairn.Pages;

/// <summary>Compares page files with the manifest that lists them, for <c>cairn check</c>. Writes nothing, goes on after a fault.</summary>
internal static class PageFilesCheck
{
    /// <summary>What is wrong with the listed files: absent, too short, or with a bad header.</summary>
    /// <param name="fileSystem">Where the store is.</param>
    /// <param name="store">The directory of the store.</param>
    /// <param name="manifest">The manifest that counts.</param>
    /// <exception cref="StoreFormatException">A file is of a version, or with features, that are not known.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public static IReadOnlyList<FileFault> Files(IFileSystem fileSystem, string store, StoreManifest manifest)
    {
        List<FileFault> faults = [];
        string directory = Path.Combine(store, PageFiles.DirectoryName);
        foreach (PageFileEntry entry in manifest.Files)
        {
            try
            {
                using PageFileHandles handles = new(fileSystem, manifest.StoreId);
                CheckFile(handles, new PageFile(directory, entry.Number, entry.TotalBytes), entry);
            }
            catch (StateCorruptedException damage)
            {
                faults.Add(FileFault.Of(damage));
            }
        }

        return faults;
    }

    /// <summary>Refuses a listed file that is absent, too short or not of this store. A longer one has the tail of an interrupted checkpoint.</summary>
    /// <exception cref="StateCorruptedException">It is.</exception>
    public static void CheckFile(PageFileHandles handles, PageFile page, PageFileEntry entry)
    {
        using OpenFileTable.Lease handle = handles.Borrow(page);
        long length = handle.File.Length;
        if (length < entry.TotalBytes)
        {
            throw new StateCorruptedException(page.Path, length, "page file length", $"at least {entry.TotalBytes}", $"{length}");
        }
    }
}
