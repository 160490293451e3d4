namespace Cairn;

/// <summary>How the parts of a snapshot are compressed. The numbers are part of the format.</summary>
public enum SnapshotCodec
{
    /// <summary>Not at all. Parts that do not shrink are stored so whatever codec was asked for.</summary>
    None = 0,

    /// <summary>Deflate. Every machine can read it.</summary>
    Deflate = 1,

    /// <summary>Zstandard: smaller and faster, where the system has its library (<c>libzstd</c>).</summary>
    Zstandard = 2,
}
