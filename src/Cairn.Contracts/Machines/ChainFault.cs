namespace Cairn.Contracts.Machines;

/// <summary>The first block of a chain that does not fit.</summary>
/// <param name="Height">Its height.</param>
/// <param name="What">What does not fit: its hash, its height, or the hash of the block before.</param>
/// <param name="Expected">What it should be.</param>
/// <param name="Found">What it is.</param>
public sealed record ChainFault(BlockHeight Height, string What, string Expected, string Found);
