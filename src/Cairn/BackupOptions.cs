using Cairn.IO;

namespace Cairn;

/// <summary>The options of a backup.</summary>
public sealed class BackupOptions
{
    /// <summary>Where store and backup are. Default: the operating system's files.</summary>
    public IFileSystem? FileSystem { get; init; }

    /// <summary>Called on the thread of the backup after each file. Default: none.</summary>
    public Action<BackupProgress>? OnProgress { get; init; }
}
