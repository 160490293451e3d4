namespace Cairn.IO;

/// <summary>
/// All file access of the engine. One implementation talks to the operating system; tests replace it by one that forgets, tears and fails.
/// Paths use the platform's separator. Safe for use from any thread.
/// </summary>
/// <remarks>
/// A new file is durable when its bytes (<see cref="IFile.Sync"/>) and its directory entry (<see cref="SyncDirectory"/>) are.
/// Every member may throw <see cref="IOException"/>; one that finds no room on the disk throws <see cref="DiskFullException"/>.
/// </remarks>
public interface IFileSystem
{
    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Whether it has to exist and whether it will be written.</param>
    /// <exception cref="FileNotFoundException">The file is absent and the mode does not create it.</exception>
    IFile Open(string path, FileOpening mode);

    /// <summary>Whether a file of that name exists.</summary>
    bool FileExists(string path);

    /// <summary>Whether a directory of that name exists.</summary>
    bool DirectoryExists(string path);

    /// <summary>The names (not paths) of the files and directories directly in a directory, in ordinal order.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Creates a directory; its parents must exist. Does nothing when it is there already. Not durable until the parent is synced.</summary>
    void CreateDirectory(string path);

    /// <summary>Deletes a file. Does nothing when it is absent. Not durable until the directory is synced.</summary>
    void Delete(string path);

    /// <summary>Renames a file within its directory, replacing the target. Not durable until the directory is synced.</summary>
    void Rename(string source, string target);

    /// <summary>
    /// Gives a file a second name, a hard link, on the same file system. The bytes are shared from then on, so neither name may be written through any more. Not durable until the directory of the new name is synced.
    /// </summary>
    /// <param name="source">The file.</param>
    /// <param name="target">The new name; an existing one is an <see cref="IOException"/>.</param>
    /// <returns>Whether it was done; false where the file system, or a second one involved, has no such links: then copying remains.</returns>
    /// <exception cref="FileNotFoundException">The file is absent.</exception>
    bool TryLink(string source, string target) => false;

    /// <summary>The bytes that files in a directory could still take, roughly; <see cref="long.MaxValue"/> where that cannot be told.</summary>
    long AvailableBytes(string directory) => long.MaxValue;

    /// <summary>Makes the entries of a directory durable.</summary>
    void SyncDirectory(string path);

    /// <summary>
    /// Takes an exclusive lock for as long as the result lives, across processes and within this one; the file is created when absent.
    /// </summary>
    /// <returns>The lock, or null when somebody else holds it.</returns>
    IDisposable? TryLock(string path);
}
