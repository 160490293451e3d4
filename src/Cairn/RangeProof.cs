namespace Cairn;

/// <summary>A pruned-tree proof of a range of keys: the entries in it, and that there are no others.</summary>
/// <param name="Proof">The proof (docs/format.md, "Pruned trees"). <c>Cairn.Proofs</c> verifies it.</param>
/// <param name="Totals">The entries that were proved and their bytes.</param>
/// <param name="Next">The key of the first entry that a limit left out: the proof is of the range from the start up to it, and the next part starts with it. Null when the whole range was proved.</param>
public sealed record RangeProof(ReadOnlyMemory<byte> Proof, TreeTotals Totals, ReadOnlyMemory<byte>? Next);
