namespace Cairn.Checkpoints;

/// <summary>Where a walk through both trees got to: the first key that it has not come to yet.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Key">The key, or the beginning of it.</param>
internal sealed record CleaningPlace(TreeKind Tree, byte[] Key)
{
    /// <summary>Behind all keys: what is left is to look for blobs.</summary>
    public static CleaningPlace End { get; } = new(TreeKind.Local, [.. Enumerable.Repeat(byte.MaxValue, StateLimits.MaxKeyBytes)]);
}
