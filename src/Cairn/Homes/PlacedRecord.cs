namespace Cairn.Homes;

/// <summary>A record with the place behind it.</summary>
/// <param name="Record">The record.</param>
/// <param name="After">The place behind it.</param>
public readonly record struct PlacedRecord(LogRecord Record, LogPosition After)
{
    /// <summary>What the record says of itself.</summary>
    internal LogRecordHead ToHead() => new(Record.Kind, Record.Sequence, Record.Height, Record.ParentHeight, Record.PreviousRoot, Record.Root, Record.AbandonedFrom, After);
}
