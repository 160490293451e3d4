namespace Cairn.Proofs;

/// <summary>The four forms of a <see cref="CommitmentProof"/>; the values are the protobuf fields.</summary>
public enum CommitmentProofKind
{
    /// <summary>One existence proof.</summary>
    Existence = 1,

    /// <summary>One proof of absence.</summary>
    NonExistence = 2,

    /// <summary>Several of both, each complete.</summary>
    Batch = 3,

    /// <summary>Several of both that share a table of steps.</summary>
    CompressedBatch = 4,
}
