namespace Cairn;

/// <summary>One change of a key.</summary>
/// <param name="Height">The height of the block that made it.</param>
/// <param name="Old">The value before; null when the key was absent.</param>
/// <param name="New">The value afterwards; null when the block deleted the key.</param>
public sealed record KeyVersion(BlockHeight Height, byte[]? Old, byte[]? New);
