namespace Cairn;

/// <summary>What a migration did.</summary>
/// <param name="Height">The height of the target; null when the store has no block.</param>
/// <param name="Root">Its state root.</param>
/// <param name="FloorHeight">The oldest height that it retains.</param>
/// <param name="EntriesInstalled">The entries of both trees that were copied as a state; 0 when every block was applied instead.</param>
/// <param name="BlocksApplied">The blocks that were applied.</param>
/// <param name="EntriesVerified">The entries of both trees that were compared at the end: keys, values and, where the target has them, the heights of their changes.</param>
public sealed record MigrationReport(BlockHeight? Height, Hash256 Root, BlockHeight? FloorHeight, ulong EntriesInstalled, ulong BlocksApplied, ulong EntriesVerified);
