namespace Cairn;

/// <summary>What a commit gave.</summary>
/// <param name="Height">The height of the block.</param>
/// <param name="Root">The state root after it.</param>
/// <param name="Changes">How many keys really changed, both trees together.</param>
public sealed record CommittedBlock(BlockHeight Height, Hash256 Root, int Changes);
