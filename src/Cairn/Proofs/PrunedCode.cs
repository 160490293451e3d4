namespace Cairn.Proofs;

/// <summary>What a node of a pruned tree is; the values are the two bits on the wire.</summary>
internal enum PrunedCode : byte
{
    /// <summary>An inner node: its left part follows, then its right part.</summary>
    Inner = 0,

    /// <summary>A subtree of which only the hash is shown.</summary>
    Stub = 1,

    /// <summary>An entry with the SHA-256 of its value.</summary>
    LeafWithHash = 2,

    /// <summary>An entry with its value.</summary>
    LeafWithValue = 3,
}
