namespace Cairn;

/// <summary>How far a migration has come.</summary>
/// <param name="Part">What is being done: entries, blocks, verifying.</param>
/// <param name="Done">How many of them are done.</param>
/// <param name="Total">How many there are.</param>
public readonly record struct MigrationProgress(string Part, ulong Done, ulong Total);
