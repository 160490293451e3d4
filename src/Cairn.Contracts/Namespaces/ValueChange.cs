using Cairn.Contracts.Values;

namespace Cairn.Contracts.Namespaces;

/// <summary>What a block did to a key.</summary>
/// <param name="Height">The height of the block.</param>
/// <param name="Old">The value before; null when there was none.</param>
/// <param name="New">The value afterwards; null when there is none.</param>
public sealed record ValueChange(BlockHeight Height, StateValue? Old, StateValue? New);
