namespace Cairn.Homes;

/// <summary>What opening the log found at its end.</summary>
/// <param name="BytesTruncated">Bytes of an interrupted sync batch that were cut off (or, read-only, passed over). None of them was acknowledged as durable.</param>
/// <param name="TruncatedFile">Where they were; null when there were none.</param>
/// <param name="TruncatedOffset">The place of the first of them in bytes.</param>
public readonly record struct LogRecovery(long BytesTruncated, string? TruncatedFile, long TruncatedOffset);
