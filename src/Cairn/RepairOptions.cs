using Cairn.IO;

namespace Cairn;

/// <summary>The options of a repair.</summary>
public sealed class RepairOptions
{
    /// <summary>Only tell what would be saved and what is lost; nothing is written. Default: false.</summary>
    public bool DryRun { get; init; }

    /// <summary>Where the stores are. Default: the operating system's files.</summary>
    public IFileSystem? FileSystem { get; init; }

    /// <summary>Called now and then on the thread of the repair with what is being done. Default: none.</summary>
    public Action<MigrationProgress>? OnProgress { get; init; }
}
