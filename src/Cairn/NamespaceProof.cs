using Cairn.Proofs;

namespace Cairn;

/// <summary>The root of the entries under a prefix, and the proof that it is one: that it covers all of them and nothing else.</summary>
/// <param name="Root">The root of the entries under the prefix; null when there are none. The lower steps of existence proofs verify against it.</param>
/// <param name="Steps">The way from that root up to the state root; empty when there is no entry under the prefix.</param>
/// <param name="Proof">The pruned-tree proof: the first and the last entry under the prefix and their outer neighbours are shown, all with the hash of their value.</param>
public sealed record NamespaceProof(Hash256? Root, IReadOnlyList<ProofStep> Steps, ReadOnlyMemory<byte> Proof);
