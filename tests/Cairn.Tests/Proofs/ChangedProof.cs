using Cairn.Proofs;

namespace Cairn.Tests.Proofs;

/// <summary>Proofs that are well formed and say something else than an honest prover would.</summary>
internal static class ChangedProof
{
    public static CommitmentProof Make(Random random, ReferenceProver prover, ProofSpec spec, byte[] key)
    {
        ProofEntry changed = Change(random, prover, spec, prover.Prove(spec, key));
        if (random.Next(3) > 0)
        {
            return changed.Existence is { } existence ? CommitmentProof.Of(existence) : CommitmentProof.Of(changed.Absence!);
        }

        ProofEntry[] entries = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => prover.Prove(spec, ProofSamples.Question(random, prover))), changed];
        random.Shuffle(entries);
        return CommitmentProof.Batch(entries, isCompressed: random.Next(2) == 0);
    }

    private static ProofEntry Change(Random random, ReferenceProver prover, ProofSpec spec, ProofEntry entry)
    {
        if (entry.Existence is { } existence)
        {
            return random.Next(8) == 0
                ? ProofEntry.Of(new NonExistenceProof(existence.Key, random.Next(2) == 0 ? existence : null, random.Next(2) == 0 ? null : Any(random, prover, spec)))
                : ProofEntry.Of(Change(random, prover, spec, existence));
        }

        NonExistenceProof absence = entry.Absence!;
        ExistenceProof? left = absence.Left;
        ExistenceProof? right = absence.Right;
        return ProofEntry.Of(random.Next(7) switch
        {
            0 => new NonExistenceProof(ProofSamples.Question(random, prover), left, right),
            1 => new NonExistenceProof(absence.Key, null, right),
            2 => new NonExistenceProof(absence.Key, left, null),
            3 => new NonExistenceProof(absence.Key, right, left),
            4 => new NonExistenceProof(absence.Key, Any(random, prover, spec), right),
            5 => new NonExistenceProof(absence.Key, left is null ? null : Change(random, prover, spec, left), right),
            _ => new NonExistenceProof(absence.Key, left, right is null ? null : Change(random, prover, spec, right)),
        });
    }

    private static ExistenceProof Change(Random random, ReferenceProver prover, ProofSpec spec, ExistenceProof proof)
    {
        List<ProofStep> steps = [.. proof.Steps];
        ExistenceProof other = Any(random, prover, spec);
        int place = steps.Count == 0 ? 0 : random.Next(steps.Count);
        ProofStep step = steps.Count == 0 ? new ProofStep(prover.Root, IsSiblingLeft: true) : steps[place];
        switch (random.Next(12))
        {
            case 0 when steps.Count > 0:
                steps.RemoveAt(place);
                break;
            case 1:
                steps.Insert(place, step);
                break;
            case 2 when steps.Count > 1:
                (steps[0], steps[place]) = (steps[place], steps[0]);
                break;
            case 3 when steps.Count > 0:
                steps[place] = step with { IsSiblingLeft = !step.IsSiblingLeft };
                break;
            case 4 when steps.Count > 0:
                steps[place] = step with { Sibling = new Hash256(ProofSamples.Bytes(random, Hash256.SizeBytes)) };
                break;
            case 5 when steps.Count > 0:
                steps[place] = step with { Sibling = other.HashAfter(random.Next(other.Depth + 1)) };
                break;
            case 6:
                steps = [.. other.Steps];
                break;
            case 7:
                steps.RemoveRange(place, steps.Count - place);
                break;
            case 8:
                steps.Add(new ProofStep(prover.Root, random.Next(2) == 0));
                break;
            case 9:
                return new ExistenceProof(spec, other.Key, proof.Value, [.. steps]);
            case 10:
                return new ExistenceProof(spec, proof.Key, other.Value, [.. steps]);
            default:
                return new ExistenceProof(spec.IsByValueHash ? ProofSpec.ByValue : ProofSpec.ByValueHash, proof.Key, proof.Value, [.. steps]);
        }

        return new ExistenceProof(spec, proof.Key, proof.Value, [.. steps]);
    }

    private static ExistenceProof Any(Random random, ReferenceProver prover, ProofSpec spec) => prover.Exist(spec, random.Next(prover.Entries.Count));
}
