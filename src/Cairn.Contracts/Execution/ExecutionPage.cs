namespace Cairn.Contracts.Execution;

/// <summary>A part of the history of executions.</summary>
/// <param name="Records">The records: newest first, and those of the same time in the order in which they were inserted.</param>
/// <param name="Next">Where the page ended: <see cref="ExecutionQuery.After"/> of the next one. Null when nothing is left.</param>
public sealed record ExecutionPage(IReadOnlyList<ExecutionRecord> Records, HistoryPosition? Next);
