namespace Cairn.Contracts.Namespaces;

/// <summary>How much may lie in a namespace and below it: what a write that adds to it must not exceed. Older versions and records do not count.</summary>
/// <param name="MaxBytes">The most bytes of keys and values as they are stored; null for any.</param>
/// <param name="MaxKeys">The most keys; null for any.</param>
public sealed record NamespaceQuota(ulong? MaxBytes, ulong? MaxKeys = null)
{
    /// <summary>No limit.</summary>
    public static NamespaceQuota None { get; } = new(MaxBytes: null);

    /// <summary>Whether there is no limit.</summary>
    public bool IsNone => MaxBytes is null && MaxKeys is null;
}
