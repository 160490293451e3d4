namespace Cairn;

/// <summary>What a backup did.</summary>
public sealed record BackupReport
{
    /// <summary>The directory of the backup.</summary>
    public required string Target { get; init; }

    /// <summary>The height of the newest block in it; null before the first one.</summary>
    public BlockHeight? Height { get; init; }

    /// <summary>The state root at that height.</summary>
    public Hash256 Root { get; init; } = Hash256.EmptyRoot;

    /// <summary>Whether it continues an earlier one.</summary>
    public bool IsIncremental { get; init; }

    /// <summary>The page files and segments that were there already and needed nothing.</summary>
    public int FilesKept { get; init; }

    /// <summary>Those that got a hard link.</summary>
    public int FilesLinked { get; init; }

    /// <summary>Those that were copied, or whose new end was.</summary>
    public int FilesCopied { get; init; }

    /// <summary>The bytes that were copied.</summary>
    public long BytesCopied { get; init; }

    /// <summary>The files of the earlier backup that were removed because the store no longer has them.</summary>
    public int FilesRemoved { get; init; }
}
