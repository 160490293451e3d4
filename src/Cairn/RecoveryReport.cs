namespace Cairn;

/// <summary>What opening a store found and did.</summary>
/// <param name="Created">The store was new.</param>
/// <param name="CheckpointHeight">The height of the checkpoint it started from; null when there was none.</param>
/// <param name="Height">The height of the head afterwards; null for an empty store.</param>
/// <param name="RecordsReplayed">How many log records were read behind the checkpoint.</param>
/// <param name="BlocksReplayed">How many blocks were applied again.</param>
/// <param name="BlocksRewound">How many blocks were taken back by rewind records.</param>
/// <param name="BytesTruncated">The bytes of an interrupted sync batch that were cut off the log. None was acknowledged as durable.</param>
/// <param name="TruncatedFile">Where they were; null when there were none.</param>
/// <param name="Warnings">What was found damaged but could be done without, one line each; empty as a rule. Closing the store mends it.</param>
/// <param name="Elapsed">How long opening took.</param>
public sealed record RecoveryReport(
    bool Created,
    BlockHeight? CheckpointHeight,
    BlockHeight? Height,
    long RecordsReplayed,
    long BlocksReplayed,
    long BlocksRewound,
    long BytesTruncated,
    string? TruncatedFile,
    IReadOnlyList<string> Warnings,
    TimeSpan Elapsed);
