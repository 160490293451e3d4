using Cairn.Hashing;

namespace Cairn.Proofs;

/// <summary>
/// An entry and the way from its leaf to the root, as a prover fills it or as it was decoded. It proves nothing until <see cref="ProofVerifier"/> has checked it. Immutable as long as the memory given to it is not changed.
/// </summary>
public sealed class ExistenceProof
{
    private readonly ProofStep[] _steps;

    /// <summary>Makes a proof out of its parts.</summary>
    /// <param name="spec">Which of the two specs the proof is for.</param>
    /// <param name="key">The key of the entry.</param>
    /// <param name="value">The value by value; its SHA-256 by value hash.</param>
    /// <param name="steps">The way up, leaf to root.</param>
    public ExistenceProof(ProofSpec spec, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, params ProofStep[] steps)
    {
        Spec = spec;
        Key = key;
        Value = value;
        _steps = steps;
    }

    /// <summary>Which of the two specs the proof is for.</summary>
    public ProofSpec Spec { get; }

    /// <summary>The key of the entry.</summary>
    public ReadOnlyMemory<byte> Key { get; }

    /// <summary>The value by value; its SHA-256 by value hash.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>The way up, leaf to root.</summary>
    public IReadOnlyList<ProofStep> Steps => _steps;

    /// <summary>The levels between the leaf and the root.</summary>
    public int Depth => _steps.Length;

    internal ReadOnlySpan<ProofStep> StepSpan => _steps;

    /// <summary>The hash of the node that is some steps above the leaf; after all steps, the root the proof leads to.</summary>
    /// <param name="steps">How many steps, 0 to <see cref="Depth"/>.</param>
    /// <exception cref="ArgumentException">The proof has no such step, or by value hash its value is no hash.</exception>
    public Hash256 HashAfter(int steps)
    {
        if (steps < 0 || steps > _steps.Length)
        {
            throw new ArgumentException($"The proof has {_steps.Length} steps, {steps} were asked for.", nameof(steps));
        }

        Hash256 hash = CommitmentHash.Leaf(CommitmentHash.Value(Key.Span), Spec.IsByValueHash ? new Hash256(Value.Span) : CommitmentHash.Value(Value.Span));
        foreach (ProofStep step in _steps.AsSpan(0, steps))
        {
            hash = step.Apply(hash);
        }

        return hash;
    }

    /// <summary>The lower part of the proof: a proof against the node that is some steps above the leaf, for example the root of a namespace.</summary>
    /// <param name="steps">How many steps, 0 to <see cref="Depth"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The proof has no such step.</exception>
    public ExistenceProof Below(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, _steps.Length);
        return new ExistenceProof(Spec, Key, Value, _steps[..steps]);
    }
}
