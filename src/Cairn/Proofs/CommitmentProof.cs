using System.Diagnostics.CodeAnalysis;

namespace Cairn.Proofs;

/// <summary>
/// The message <c>ics23.CommitmentProof</c>: one proof, or a batch of them. Filled by a prover or decoded from bytes; it proves nothing until <see cref="ProofVerifier"/> has checked it.
/// </summary>
public sealed class CommitmentProof
{
    private CommitmentProof(CommitmentProofKind kind, IReadOnlyList<ProofEntry> entries)
    {
        Kind = kind;
        Entries = entries;
    }

    /// <summary>Which of the four forms it has.</summary>
    public CommitmentProofKind Kind { get; }

    /// <summary>What it says: one entry, or those of the batch in their order.</summary>
    public IReadOnlyList<ProofEntry> Entries { get; }

    /// <summary>A proof that a key is present.</summary>
    public static CommitmentProof Of(ExistenceProof proof) => new(CommitmentProofKind.Existence, [ProofEntry.Of(proof)]);

    /// <summary>A proof that a key is absent.</summary>
    public static CommitmentProof Of(NonExistenceProof proof) => new(CommitmentProofKind.NonExistence, [ProofEntry.Of(proof)]);

    /// <summary>A batch.</summary>
    /// <param name="entries">At least one; of each key one is enough.</param>
    /// <param name="isCompressed">Whether the steps are put into a shared table: much shorter where paths meet.</param>
    /// <exception cref="ArgumentException">There is no entry.</exception>
    public static CommitmentProof Batch(IReadOnlyList<ProofEntry> entries, bool isCompressed)
    {
        if (entries.Count == 0)
        {
            throw new ArgumentException("A batch has at least one entry.", nameof(entries));
        }

        return new CommitmentProof(isCompressed ? CommitmentProofKind.CompressedBatch : CommitmentProofKind.Batch, entries);
    }

    /// <summary>Reads a proof from its canonical protobuf encoding. Anything else is refused: a second encoding of the same proof, too.</summary>
    /// <param name="bytes">The encoding. The proof refers to this memory, which must not be changed as long as the proof is used.</param>
    /// <param name="proof">The proof; null when the bytes are refused.</param>
    /// <returns>Whether the bytes were decoded. Nothing more is known of the proof then.</returns>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out CommitmentProof? proof) => CommitmentDecoder.TryDecode(bytes, out proof) == ProofOutcome.Verified && proof is not null;

    /// <summary>The canonical protobuf encoding: fields ascending, defaults omitted, shortest numbers; in a compressed batch, steps numbered in the order of their first use.</summary>
    public byte[] Encode() => CommitmentEncoder.Encode(this);

    internal static CommitmentProof Decoded(CommitmentProofKind kind, IReadOnlyList<ProofEntry> entries) => new(kind, entries);
}
