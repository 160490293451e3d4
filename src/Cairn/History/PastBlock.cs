using Cairn.Homes;

namespace Cairn.History;

/// <summary>A block as the history knows it.</summary>
/// <param name="Height">Its height.</param>
/// <param name="Sequence">The sequence of its record.</param>
/// <param name="Root">The state root after it.</param>
/// <param name="TimeTicks">Its time in 100 ns ticks since 1970; null when it has none.</param>
/// <param name="Before">The place in the log before its record.</param>
/// <param name="After">The place behind it.</param>
internal readonly record struct PastBlock(BlockHeight Height, ulong Sequence, Hash256 Root, long? TimeTicks, LogPosition Before, LogPosition After);
