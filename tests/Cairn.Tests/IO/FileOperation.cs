namespace Cairn.Tests.IO;

/// <summary>The kinds of operations of <see cref="SimulatedFileSystem"/>. From <see cref="Create"/> on they change something.</summary>
public enum FileOperation
{
    /// <summary>Opening an existing file, for reading or writing.</summary>
    Open,

    /// <summary>Reading bytes of a file.</summary>
    Read,

    /// <summary>Listing a directory.</summary>
    List,

    /// <summary>Taking a lock.</summary>
    Lock,

    /// <summary>Opening a new file.</summary>
    Create,

    /// <summary>Writing bytes of a file.</summary>
    Write,

    /// <summary>Cutting or extending a file.</summary>
    SetLength,

    /// <summary>Syncing a file.</summary>
    Sync,

    /// <summary>Creating a directory.</summary>
    CreateDirectory,

    /// <summary>Deleting a file that is there.</summary>
    Delete,

    /// <summary>Renaming a file.</summary>
    Rename,

    /// <summary>Giving a file a second name.</summary>
    Link,

    /// <summary>Syncing a directory.</summary>
    SyncDirectory,
}

/// <summary>The simulated machine stopped. Not an <see cref="IOException"/>: nothing in the engine may handle it.</summary>
public sealed class SimulatedCrashException() : Exception("The simulated machine has stopped.");
