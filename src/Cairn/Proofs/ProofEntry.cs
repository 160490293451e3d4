namespace Cairn.Proofs;

/// <summary>What a <see cref="CommitmentProof"/> says about one key: exactly one of the two is set.</summary>
public sealed class ProofEntry
{
    private ProofEntry(ExistenceProof? existence, NonExistenceProof? absence)
    {
        Existence = existence;
        Absence = absence;
    }

    /// <summary>That the key is present; null in a proof of absence.</summary>
    public ExistenceProof? Existence { get; }

    /// <summary>That the key is absent; null in a proof of existence.</summary>
    public NonExistenceProof? Absence { get; }

    /// <summary>The key in question.</summary>
    public ReadOnlyMemory<byte> Key => Existence?.Key ?? Absence!.Key;

    /// <summary>An entry that is present.</summary>
    public static ProofEntry Of(ExistenceProof proof) => new(proof ?? throw new ArgumentNullException(nameof(proof)), absence: null);

    /// <summary>A key that is absent.</summary>
    public static ProofEntry Of(NonExistenceProof proof) => new(existence: null, proof ?? throw new ArgumentNullException(nameof(proof)));
}
