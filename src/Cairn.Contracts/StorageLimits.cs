namespace Cairn.Contracts;

/// <summary>The limits of typed storage.</summary>
public static class StorageLimits
{
    /// <summary>The longest text, byte string or big integer, 16 MiB: it is read in one piece.</summary>
    public const int MaxContentBytes = 16 * 1024 * 1024;

    /// <summary>The deepest map: a balanced tree of 2^32 entries has fewer levels.</summary>
    internal const int MaxMapDepth = 48;
}
