namespace Cairn.Vm.Running;

/// <summary>A block that a run made.</summary>
/// <param name="Height">Its height.</param>
/// <param name="Root">The state root after it.</param>
/// <param name="GasUsed">The gas that was used for it.</param>
public sealed record RunBlock(BlockHeight Height, Hash256 Root, ulong GasUsed);
