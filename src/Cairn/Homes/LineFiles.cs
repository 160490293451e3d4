using Cairn.IO;
using Cairn.Manifests;

namespace Cairn.Homes;

/// <summary>
/// The two files of a directory store that hold a <see cref="LineMark"/>. See "Line mark" in docs/format.md.
/// <list type="bullet">
/// <item><see cref="BackupName"/> says by its name that the directory is a backup: its log ends exactly where its manifest says, whatever lies behind that belongs to a next backup that was not finished. Nothing was appended
/// since, and files may be shared with the store by hard links. Its content, the line of the store it was taken of, decides only what a further backup may keep.</item>
/// <item><see cref="LineName"/> is there once a store was opened for writing out of a backup: its own line.</item>
/// </list>
/// </summary>
internal static class LineFiles
{
    /// <summary>The mark of a backup.</summary>
    public const string BackupName = "backup";

    /// <summary>The mark of a store that was a backup once.</summary>
    public const string LineName = "line";

    /// <summary>The ending of a name under which a new mark is written.</summary>
    public const string NewEnding = ".new";

    /// <summary>Whether a directory is a backup that was not opened for writing since.</summary>
    public static bool IsBackup(IFileSystem fileSystem, string store) => fileSystem.FileExists(Path.Combine(store, BackupName));

    /// <summary>Reads a mark; null when there is none.</summary>
    /// <exception cref="StateCorruptedException">It is damaged.</exception>
    /// <exception cref="StoreFormatException">It is of a version that is not known.</exception>
    public static LineMark? Read(IFileSystem fileSystem, string store, string name)
    {
        string path = Path.Combine(store, name);
        try
        {
            using IFile file = fileSystem.Open(path, FileOpening.Read);
            Span<byte> bytes = stackalloc byte[LineMarkLayout.SizeBytes + 1];
            return LineMark.Decode(path, bytes[..file.Read(0, bytes)]);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes a mark durably.</summary>
    /// <exception cref="IOException">Writing failed.</exception>
    public static void Write(IFileSystem fileSystem, string store, string name, LineMark mark)
    {
        string path = Path.Combine(store, name);
        fileSystem.Delete(path + NewEnding); // what a crash may have left
        using (IFile file = fileSystem.Open(path + NewEnding, FileOpening.CreateNew))
        {
            file.Write(0, mark.Encode());
            file.Sync();
        }

        fileSystem.Rename(path + NewEnding, path);
        fileSystem.SyncDirectory(store);
    }

    /// <summary>
    /// Makes a store of a backup: from now on it goes its own way. The log has been cut to where the backup ends. If the crash comes before the mark of the backup is gone, nothing has been appended yet.
    /// </summary>
    /// <exception cref="IOException">Writing failed.</exception>
    public static void Leave(IFileSystem fileSystem, string store, StoreId storeId)
    {
        Write(fileSystem, store, LineName, new LineMark(storeId, StoreId.New().Value));
        fileSystem.Delete(Path.Combine(store, BackupName));
        fileSystem.SyncDirectory(store);
    }
}
