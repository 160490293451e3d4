namespace Cairn.Homes;

/// <summary>An interval of record sequences, both ends included, that a rewind abandoned.</summary>
/// <param name="First">The first sequence.</param>
/// <param name="Last">The last sequence.</param>
public readonly record struct SequenceInterval(ulong First, ulong Last);
