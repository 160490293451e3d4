namespace Cairn.Homes;

/// <summary>
/// The state that a store was installed with (from a snapshot, or from another home) instead of growing to it block by block. The log begins behind it: the first record has this height for its parent's, and this root before it.
/// </summary>
/// <param name="Height">The height of the state.</param>
/// <param name="TimeTicks">The time of its block in 100 ns ticks since 1970; null when it has none.</param>
/// <param name="BlockCount">How many blocks led to it where it comes from, itself included: 1 or more.</param>
/// <param name="Root">The state root.</param>
/// <param name="StateTotals">What its state tree holds.</param>
/// <param name="LocalTotals">What its local tree holds.</param>
public sealed record InstalledState(BlockHeight Height, long? TimeTicks, ulong BlockCount, Hash256 Root, TreeTotals StateTotals, TreeTotals LocalTotals);
