namespace Cairn.Contracts.Execution;

/// <summary>A record and its place in the history.</summary>
/// <param name="Position">The place.</param>
/// <param name="Record">The record.</param>
internal readonly record struct PlacedExecution(HistoryPosition Position, ExecutionRecord Record);
