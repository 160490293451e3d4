namespace Cairn.Proofs;

/// <summary>What came out of checking a proof. Refusing is a result, never an exception.</summary>
/// <param name="Outcome">Verified, or why not.</param>
/// <param name="Depth">The depth of the deepest leaf that the proof shows, in levels below the root: what its verification cost. 0 when it was refused before the depth was known.</param>
public readonly record struct ProofResult(ProofOutcome Outcome, int Depth)
{
    /// <summary>Whether the proof proves what was asked.</summary>
    public bool IsVerified => Outcome == ProofOutcome.Verified;

    /// <summary>The outcome in words, for people.</summary>
    public string Reason => Outcome switch
    {
        ProofOutcome.Verified => "verified",
        ProofOutcome.NotChecked => "nothing was checked",
        ProofOutcome.TooLarge => $"the proof is longer than {ProofLimits.MaxProofBytes} bytes",
        ProofOutcome.Malformed => "the bytes are not the one encoding of a proof",
        ProofOutcome.WrongKind => "the proof is of another kind than the question needs",
        ProofOutcome.WrongLeaf => "the leaf operation is not the one of the spec",
        ProofOutcome.WrongStep => "a step is neither of the two layouts of the spec",
        ProofOutcome.TooDeep => $"the path is longer than {ProofLimits.MaxDepth} steps",
        ProofOutcome.InvalidKey => $"a key in the proof is empty or longer than {StateLimits.MaxKeyBytes} bytes",
        ProofOutcome.InvalidValue => "a value in the proof is empty (by value), not 32 bytes (by value hash), or too long",
        ProofOutcome.WrongKey => "the proof is about another key",
        ProofOutcome.WrongValue => "the proof is about another value",
        ProofOutcome.WrongRoot => "the hashes lead to another root",
        ProofOutcome.NoNeighbour => "the absence proof has no neighbour",
        ProofOutcome.NotBetween => "the key does not lie between the neighbours",
        ProofOutcome.NotAdjacent => "the neighbours are not adjacent in the tree, or the only one is not at its edge",
        ProofOutcome.UnknownVersion => "the pruned tree has a version that is not known; a newer program may know it",
        ProofOutcome.NotATree => "the node codes do not form one binary tree with the announced terminals",
        ProofOutcome.KeysNotAscending => "the keys shown do not ascend",
        ProofOutcome.WrongSharedPrefix => "a key shares more bytes with the key before than it says",
        ProofOutcome.TwoStubs => "an inner node has two stubs",
        ProofOutcome.WrongShape => "the inner nodes do not stand where the keys put them",
        ProofOutcome.NotShown => "the tree does not show all that the answer needs",
        ProofOutcome.NotAFraud => "the two proofs are in order",
        _ => Outcome.ToString(),
    };

    internal static ProofResult Refuse(ProofOutcome outcome, int depth = 0) => new(outcome, depth);

    internal static ProofResult Verify(int depth) => new(ProofOutcome.Verified, depth);
}
