using Cairn.IO;

namespace Cairn.Checking;

/// <summary>The options of a check.</summary>
public sealed class CheckOptions
{
    /// <summary>Where the store is. Default: the operating system's files.</summary>
    public IFileSystem? FileSystem { get; init; }

    /// <summary>Called now and then on the checking thread with what has been looked at so far. Default: none.</summary>
    public Action<CheckProgress>? OnProgress { get; init; }
}
