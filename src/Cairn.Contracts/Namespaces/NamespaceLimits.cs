namespace Cairn.Contracts.Namespaces;

/// <summary>The limits of the namespace layer.</summary>
public static class NamespaceLimits
{
    /// <summary>The longest path, in bytes of UTF-8: with what the keys of its versions add it stays below the longest key of the engine.</summary>
    public const int MaxPathBytes = 200;

    /// <summary>The longest segment of a path, in bytes of UTF-8.</summary>
    public const int MaxSegmentBytes = 64;

    /// <summary>The longest id of a principal, in bytes of UTF-8.</summary>
    public const int MaxPrincipalBytes = 64;

    /// <summary>How many versions of a key are kept unless a namespace says otherwise, the current one included.</summary>
    public const int DefaultVersionsKept = 64;

    /// <summary>The most versions of a key that a namespace can keep: what one write may have to drop.</summary>
    public const int MaxVersionsKept = 4096;

    /// <summary>The longest attributes of a namespace, in bytes of canonical JSON.</summary>
    public const int MaxAttributeBytes = 4096;

    /// <summary>The longest value, in bytes as it is stored: an older version is stored together with who wrote it and when.</summary>
    public const int MaxValueBytes = StateLimits.MaxValueBytes - 256;

    /// <summary>The longest details of an audit record, in bytes of UTF-8; longer ones are cut.</summary>
    public const int MaxDetailBytes = 1024;

    /// <summary>The most keys, namespaces, roles, accounts or audit records of a page.</summary>
    public const int MaxPageLimit = 100_000;

    /// <summary>The most entries of a page unless said otherwise.</summary>
    public const int DefaultPageLimit = 1000;

    /// <summary>The most denied attempts that are kept for a store over a view, which cannot write them itself.</summary>
    public const int MaxKeptAttempts = 65_536;
}
