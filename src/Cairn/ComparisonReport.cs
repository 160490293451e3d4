namespace Cairn;

/// <summary>From which height on two stores differ.</summary>
/// <param name="Oldest">The lowest height that both retain; null when there is none.</param>
/// <param name="Newest">The highest height that both have; null when there is no height that both retain.</param>
/// <param name="FirstDifference">The first height between these at which the state roots differ, taken that they stay different; null when those at the newest one are equal. It is the oldest one when they differ there already.</param>
public sealed record ComparisonReport(BlockHeight? Oldest, BlockHeight? Newest, BlockHeight? FirstDifference);
