namespace Cairn.Homes;

/// <summary>What a retirement removed from a log.</summary>
/// <param name="Segments">How many segments, or how many records where there are none.</param>
/// <param name="Bytes">The bytes they had occupied.</param>
public readonly record struct LogRetirement(int Segments, long Bytes);
