namespace Cairn.Proofs;

/// <summary>
/// Checks ICS-23 proofs against a state root, more strictly than the standard asks: one encoding, the leaf operation equal to the spec's, each step exactly one of two layouts, an explicit depth limit. Needs nothing but the
/// root. Takes any bytes, refuses by result, never throws on them; time and memory are linear in their number. Thread-safe.
/// </summary>
public static class ProofVerifier
{
    /// <summary>Checks everything that a proof or a batch says. One false entry refuses all.</summary>
    /// <param name="spec">By value or by value hash.</param>
    /// <param name="root">The state root; of a namespace, its root.</param>
    /// <param name="proof">The encoded <c>CommitmentProof</c>. It is copied.</param>
    /// <param name="verified">What is proved; null unless the proof is verified.</param>
    public static ProofResult Verify(ProofSpec spec, Hash256 root, ReadOnlySpan<byte> proof, out VerifiedProof? verified)
    {
        verified = null;
        if (proof.Length > ProofLimits.MaxProofBytes)
        {
            return ProofResult.Refuse(ProofOutcome.TooLarge);
        }

        ProofOutcome outcome = CommitmentDecoder.TryDecode(proof.ToArray(), out CommitmentProof? decoded);
        if (decoded is null)
        {
            return ProofResult.Refuse(outcome);
        }

        int depth = 0;
        foreach (ProofEntry entry in decoded.Entries)
        {
            ProofResult result = entry.Existence is { } existence ? Check(spec, root, existence) : Check(spec, root, entry.Absence!);
            depth = Math.Max(depth, result.Depth);
            if (!result.IsVerified)
            {
                return ProofResult.Refuse(result.Outcome, depth);
            }
        }

        verified = new VerifiedProof(decoded, root, depth);
        return ProofResult.Verify(depth);
    }

    /// <summary>Checks that an entry with a key and a value is in the state.</summary>
    /// <param name="spec">By value or by value hash.</param>
    /// <param name="root">The state root.</param>
    /// <param name="proof">The encoded <c>CommitmentProof</c>; in a batch, the entry of the key counts and all others must be true.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value itself, by value hash too.</param>
    public static ProofResult VerifyMembership(ProofSpec spec, Hash256 root, ReadOnlySpan<byte> proof, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        ProofResult result = Verify(spec, root, proof, out VerifiedProof? verified);
        if (verified is null)
        {
            return result;
        }

        return Find(verified, key, isPresent: true, out ProvedEntry? entry) is { } refusal
            ? ProofResult.Refuse(refusal, result.Depth)
            : spec.IsValueOf(entry!.Value.Span, value) ? result : ProofResult.Refuse(ProofOutcome.WrongValue, result.Depth);
    }

    /// <summary>Checks that a key is not in the state.</summary>
    /// <param name="spec">By value or by value hash.</param>
    /// <param name="root">The state root. No ICS-23 proof exists for the empty state, whose root says it all: <see cref="Hash256.EmptyRoot"/>.</param>
    /// <param name="proof">The encoded <c>CommitmentProof</c>; in a batch, the entry of the key counts and all others must be true.</param>
    /// <param name="key">The key; may be empty.</param>
    public static ProofResult VerifyAbsence(ProofSpec spec, Hash256 root, ReadOnlySpan<byte> proof, ReadOnlySpan<byte> key)
    {
        ProofResult result = Verify(spec, root, proof, out VerifiedProof? verified);
        return verified is not null && Find(verified, key, isPresent: false, out _) is { } refusal ? ProofResult.Refuse(refusal, result.Depth) : result;
    }

    /// <summary>
    /// Checks a fraud proof: two existence proofs under one root, neighbours in the tree, of which the left one has no smaller key. It is verified when the root cannot come from a correctly sorted tree.
    /// </summary>
    /// <param name="spec">By value or by value hash.</param>
    /// <param name="root">The root that is accused.</param>
    /// <param name="left">The encoded existence proof of the left neighbour.</param>
    /// <param name="right">The encoded existence proof of the right neighbour.</param>
    public static ProofResult VerifyFraud(ProofSpec spec, Hash256 root, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        ProofResult first = Verify(spec, root, left, out VerifiedProof? verifiedLeft);
        ProofResult second = Verify(spec, root, right, out VerifiedProof? verifiedRight);
        int depth = Math.Max(first.Depth, second.Depth);
        if (verifiedLeft is null || verifiedRight is null)
        {
            return ProofResult.Refuse(verifiedLeft is null ? first.Outcome : second.Outcome, depth);
        }

        if (verifiedLeft.Proof is not { Kind: CommitmentProofKind.Existence, Entries: [{ Existence: { } a }] } || verifiedRight.Proof is not { Kind: CommitmentProofKind.Existence, Entries: [{ Existence: { } b }] })
        {
            return ProofResult.Refuse(ProofOutcome.WrongKind, depth);
        }

        if (!AreAdjacent(a.StepSpan, b.StepSpan))
        {
            return ProofResult.Refuse(ProofOutcome.NotAdjacent, depth);
        }

        return a.Key.Span.SequenceCompareTo(b.Key.Span) >= 0 ? ProofResult.Verify(depth) : ProofResult.Refuse(ProofOutcome.NotAFraud, depth);
    }

    private static ProofOutcome? Find(VerifiedProof verified, ReadOnlySpan<byte> key, bool isPresent, out ProvedEntry? entry)
    {
        if (!verified.TryFind(key, out entry))
        {
            return ProofOutcome.WrongKey;
        }

        return entry.IsPresent == isPresent ? null : ProofOutcome.WrongKind;
    }

    private static ProofResult Check(ProofSpec spec, Hash256 root, ExistenceProof proof)
    {
        if (proof.Spec != spec)
        {
            return ProofResult.Refuse(ProofOutcome.WrongLeaf);
        }

        if (proof.Depth > ProofLimits.MaxDepth)
        {
            return ProofResult.Refuse(ProofOutcome.TooDeep);
        }

        if (proof.Key.IsEmpty || proof.Key.Length > StateLimits.MaxKeyBytes)
        {
            return ProofResult.Refuse(ProofOutcome.InvalidKey, proof.Depth);
        }

        bool isValueValid = spec.IsByValueHash ? proof.Value.Length == Hash256.SizeBytes : !proof.Value.IsEmpty && proof.Value.Length <= StateLimits.MaxValueBytes;
        if (!isValueValid)
        {
            return ProofResult.Refuse(ProofOutcome.InvalidValue, proof.Depth);
        }

        return proof.HashAfter(proof.Depth) == root ? ProofResult.Verify(proof.Depth) : ProofResult.Refuse(ProofOutcome.WrongRoot, proof.Depth);
    }

    private static ProofResult Check(ProofSpec spec, Hash256 root, NonExistenceProof proof)
    {
        if (proof.Left is null && proof.Right is null)
        {
            return ProofResult.Refuse(ProofOutcome.NoNeighbour);
        }

        ProofResult left = proof.Left is null ? default : Check(spec, root, proof.Left);
        ProofResult right = proof.Right is null ? default : Check(spec, root, proof.Right);
        int depth = Math.Max(left.Depth, right.Depth);
        if (proof.Left is not null && !left.IsVerified)
        {
            return ProofResult.Refuse(left.Outcome, depth);
        }

        if (proof.Right is not null && !right.IsVerified)
        {
            return ProofResult.Refuse(right.Outcome, depth);
        }

        if (proof.Left?.Key.Span.SequenceCompareTo(proof.Key.Span) >= 0 || proof.Right?.Key.Span.SequenceCompareTo(proof.Key.Span) <= 0)
        {
            return ProofResult.Refuse(ProofOutcome.NotBetween, depth);
        }

        bool isGap = proof.Left is null ? IsAtEdge(proof.Right!.StepSpan, isSiblingLeft: false)
            : proof.Right is null ? IsAtEdge(proof.Left.StepSpan, isSiblingLeft: true)
            : AreAdjacent(proof.Left.StepSpan, proof.Right.StepSpan);
        return isGap ? ProofResult.Verify(depth) : ProofResult.Refuse(ProofOutcome.NotAdjacent, depth);
    }

    /// <summary>Whether no leaf lies between two: above, their paths are one; where they part, the left one goes left and the right one right; below, each stays at the edge towards the other.</summary>
    private static bool AreAdjacent(ReadOnlySpan<ProofStep> left, ReadOnlySpan<ProofStep> right)
    {
        while (!left.IsEmpty && !right.IsEmpty && left[^1] == right[^1])
        {
            left = left[..^1];
            right = right[..^1];
        }

        return !left.IsEmpty && !right.IsEmpty && !left[^1].IsSiblingLeft && right[^1].IsSiblingLeft
            && IsAtEdge(left[..^1], isSiblingLeft: true) && IsAtEdge(right[..^1], isSiblingLeft: false);
    }

    /// <summary>Whether all siblings are on one side: on the left of the last leaf of a tree, on the right of the first.</summary>
    private static bool IsAtEdge(ReadOnlySpan<ProofStep> steps, bool isSiblingLeft)
    {
        foreach (ProofStep step in steps)
        {
            if (step.IsSiblingLeft != isSiblingLeft)
            {
                return false;
            }
        }

        return true;
    }
}
