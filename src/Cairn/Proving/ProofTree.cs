using Cairn.Tree;

namespace Cairn.Proving;

/// <summary>A state tree that proofs are built from.</summary>
/// <param name="Pages">Gives its pages.</param>
/// <param name="Root">The tree; whoever made this keeps it.</param>
/// <param name="ThrowIfInvalid">Throws when it is no longer kept.</param>
internal sealed record ProofTree(PageCache Pages, TreeRoot Root, Action ThrowIfInvalid);
