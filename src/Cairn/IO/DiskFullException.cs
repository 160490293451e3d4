namespace Cairn.IO;

/// <summary>A write found no room: the disk is full, or a quota is used up. Nothing that was acknowledged is lost by it.</summary>
public sealed class DiskFullException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="file">The file or directory that was to grow.</param>
    /// <param name="duringSync">Whether it was a sync that found no room: then bytes written before may be lost, and no other sync brings them back.</param>
    /// <param name="cause">What the operating system said, if it was that.</param>
    public DiskFullException(string file, bool duringSync, Exception? cause = null)
        : base($"No space is left for '{file}'{(cause is null ? "" : $" ({cause.Message})")}. Free space on its disk, or raise the quota, then open the store again.", cause)
    {
        File = file;
        DuringSync = duringSync;
        HResult = cause?.HResult ?? HResult;
    }

    /// <summary>The file or directory that was to grow.</summary>
    public string File { get; }

    /// <summary>Whether it was a sync that found no room.</summary>
    public bool DuringSync { get; }

    /// <summary>What to do about it: <see cref="RecoveryAction.FreeSpace"/>.</summary>
    public RecoveryAction RecoveryAction => RecoveryAction.FreeSpace;
}
