namespace Cairn.Homes;

/// <summary>A place after a line of a JSON-lines log.</summary>
/// <param name="Offset">The first byte after the line.</param>
/// <param name="Sequence">The sequence of the last record before it; 0 when there is none.</param>
/// <param name="Crc">The checksum of the line.</param>
/// <param name="Batch">The batch of that record; 0 when there is none.</param>
/// <param name="IsEnd">Whether the line is an end mark.</param>
internal readonly record struct JsonLinesPlace(long Offset, ulong Sequence, uint Crc, ulong Batch, bool IsEnd);
