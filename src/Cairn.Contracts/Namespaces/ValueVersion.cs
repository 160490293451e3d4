using Cairn.Contracts.Values;

namespace Cairn.Contracts.Namespaces;

/// <summary>A version of a key.</summary>
/// <param name="Number">Its number; the first write of a key makes version 1.</param>
/// <param name="Author">Who made it.</param>
/// <param name="Height">The height of the block that made it.</param>
/// <param name="TimeTicks">The time of that block in 100 ns ticks since 1970-01-01 UTC; null when it has none.</param>
/// <param name="IsDeleted">Whether it is a deletion.</param>
/// <param name="Value">The value; null for a deletion.</param>
public sealed record ValueVersion(ulong Number, string Author, BlockHeight Height, long? TimeTicks, bool IsDeleted, StateValue Value);
