namespace Cairn.Homes;

/// <summary>A record with the place behind it.</summary>
/// <param name="Record">The record.</param>
/// <param name="After">The place behind it.</param>
public readonly record struct PlacedRecord(LogRecord Record, LogPosition After);
