namespace Cairn.History;

/// <summary>One change of a key with both values.</summary>
/// <param name="Height">The height of the block.</param>
/// <param name="Sequence">The sequence of its record.</param>
/// <param name="Old">The value before; null when the key was absent.</param>
/// <param name="New">The value afterwards; null when the key was deleted.</param>
internal readonly record struct PastVersion(BlockHeight Height, ulong Sequence, ReadOnlyMemory<byte>? Old, ReadOnlyMemory<byte>? New);
