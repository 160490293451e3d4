namespace Cairn.Proofs;

/// <summary>What came out of checking a proof: verified, or the first reason for refusing it.</summary>
public enum ProofOutcome
{
    /// <summary>Nothing was checked: the value of a result that nobody made.</summary>
    NotChecked = 0,

    /// <summary>The proof proves what was asked.</summary>
    Verified,

    /// <summary>The proof is longer than <see cref="ProofLimits.MaxProofBytes"/>.</summary>
    TooLarge,

    /// <summary>The bytes are not the one encoding of a proof: cut off, something left over, a field twice, out of order or unknown, a longer number than needed, a default written out.</summary>
    Malformed,

    /// <summary>A proof of another kind than the question needs: a batch, an existence proof for an absence, or the other way round.</summary>
    WrongKind,

    /// <summary>The leaf operation is not the one of the spec.</summary>
    WrongLeaf,

    /// <summary>A step is neither of the two layouts of the spec.</summary>
    WrongStep,

    /// <summary>More steps than <see cref="ProofLimits.MaxDepth"/>.</summary>
    TooDeep,

    /// <summary>An entry's key is empty or longer than <see cref="StateLimits.MaxKeyBytes"/>.</summary>
    InvalidKey,

    /// <summary>The value in the proof is empty (by value), no hash (by value hash), or longer than <see cref="StateLimits.MaxValueBytes"/>.</summary>
    InvalidValue,

    /// <summary>The proof is about another key.</summary>
    WrongKey,

    /// <summary>The proof is about another value.</summary>
    WrongValue,

    /// <summary>The hashes lead to another root.</summary>
    WrongRoot,

    /// <summary>An absence proof without a neighbour.</summary>
    NoNeighbour,

    /// <summary>The key does not lie strictly between the neighbours.</summary>
    NotBetween,

    /// <summary>The neighbours are not adjacent in the tree, or the only one is not at its edge.</summary>
    NotAdjacent,

    /// <summary>A pruned tree of a version that is not known.</summary>
    UnknownVersion,

    /// <summary>The node codes of a pruned tree do not form one binary tree with the terminals it announces.</summary>
    NotATree,

    /// <summary>The keys shown by a pruned tree do not ascend strictly.</summary>
    KeysNotAscending,

    /// <summary>A key of a pruned tree shares more bytes with the key before than it says.</summary>
    WrongSharedPrefix,

    /// <summary>An inner node of a pruned tree has two stubs: its own hash is the only form.</summary>
    TwoStubs,

    /// <summary>The inner nodes of a pruned tree do not stand where its keys put them.</summary>
    WrongShape,

    /// <summary>The verified tree does not show all that an answer needs.</summary>
    NotShown,

    /// <summary>The two existence proofs are in order: no fraud is proved.</summary>
    NotAFraud,
}
