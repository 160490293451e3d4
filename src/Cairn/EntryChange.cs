namespace Cairn;

/// <summary>In what a key differs between two heights.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Key">The key.</param>
/// <param name="Old">The value at the first height; null when the key is absent there.</param>
/// <param name="New">The value at the second height; null when the key is absent there.</param>
public sealed record EntryChange(TreeKind Tree, byte[] Key, byte[]? Old, byte[]? New);
