namespace Cairn.Contracts.Machines;

/// <summary>What came of verifying a chain of blocks.</summary>
/// <param name="Blocks">How many blocks fit, from the first one that was looked at.</param>
/// <param name="Fault">The first one that does not; null when all do.</param>
public sealed record ChainReport(long Blocks, ChainFault? Fault)
{
    /// <summary>Whether all fit.</summary>
    public bool IsSound => Fault is null;
}
