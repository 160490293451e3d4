using Cairn.Hashing;

namespace Cairn.Proofs;

/// <summary>One level of the way from a leaf to the root: the hash of the other child, and on which side it is.</summary>
/// <param name="Sibling">The hash of the other child.</param>
/// <param name="IsSiblingLeft">Whether the other child is the left one.</param>
public sealed record ProofStep(Hash256 Sibling, bool IsSiblingLeft)
{
    /// <summary>The hash of the parent.</summary>
    /// <param name="child">The hash of the node the step starts from.</param>
    public Hash256 Apply(Hash256 child) => IsSiblingLeft ? CommitmentHash.Inner(Sibling, child) : CommitmentHash.Inner(child, Sibling);
}
