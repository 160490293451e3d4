namespace Cairn.Homes;

/// <summary>A place between two records of the block log: everything up to and including <paramref name="Sequence"/> lies before it.</summary>
/// <param name="Sequence">The sequence of the last record before the place; 0 at the start of the log.</param>
/// <param name="Place">Where that is, in the home's own terms (segment and offset, line, row); 0 at the start.</param>
/// <param name="Checksum">The checksum of the record before the place; 0 at the start.</param>
public readonly record struct LogPosition(ulong Sequence, ulong Place, uint Checksum)
{
    /// <summary>The start of the log.</summary>
    public static LogPosition Start => default;
}
