namespace Cairn.Proofs;

/// <summary>The canonical protobuf encoding of <c>ics23.CommitmentProof</c>. The writer goes backwards: what comes last is written first.</summary>
internal static class CommitmentEncoder
{
    /// <summary>Encodes a proof.</summary>
    public static byte[] Encode(CommitmentProof proof)
    {
        WireWriter writer = new();
        switch (proof.Kind)
        {
            case CommitmentProofKind.Existence:
                Write(writer, WireTag.Existence, proof.Entries[0].Existence, steps: null);
                break;
            case CommitmentProofKind.NonExistence:
                Write(writer, WireTag.NonExistence, proof.Entries[0].Absence!, steps: null);
                break;
            case CommitmentProofKind.Batch:
                WriteEntries(writer, proof.Entries, steps: null);
                writer.Enclose(WireTag.Batch, since: 0);
                break;
            default:
                StepTable steps = StepTable.Of(proof.Entries);
                steps.Write(writer);
                WriteEntries(writer, proof.Entries, steps);
                writer.Enclose(WireTag.CompressedBatch, since: 0);
                break;
        }

        return writer.ToArray();
    }

    private static void WriteEntries(WireWriter writer, IReadOnlyList<ProofEntry> entries, StepTable? steps)
    {
        for (int i = entries.Count - 1; i >= 0; i--)
        {
            int mark = writer.Length;
            if (entries[i].Absence is { } absence)
            {
                Write(writer, WireTag.NonExistence, absence, steps);
            }
            else
            {
                Write(writer, WireTag.Existence, entries[i].Existence, steps);
            }

            writer.Enclose(WireTag.Entry, mark);
        }
    }

    private static void Write(WireWriter writer, byte tag, NonExistenceProof proof, StepTable? steps)
    {
        int mark = writer.Length;
        Write(writer, WireTag.Right, proof.Right, steps);
        Write(writer, WireTag.Left, proof.Left, steps);
        writer.Bytes(WireTag.Key, proof.Key.Span);
        writer.Enclose(tag, mark);
    }

    private static void Write(WireWriter writer, byte tag, ExistenceProof? proof, StepTable? steps)
    {
        if (proof is null)
        {
            return;
        }

        int mark = writer.Length;
        if (steps is not null)
        {
            steps.WriteIndices(writer, proof.StepSpan);
        }
        else
        {
            for (int i = proof.Depth - 1; i >= 0; i--)
            {
                Write(writer, WireTag.Step, proof.StepSpan[i]);
            }
        }

        writer.Bytes(WireTag.Leaf, proof.Spec.LeafOperation);
        writer.Bytes(WireTag.Value, proof.Value.Span);
        writer.Bytes(WireTag.Key, proof.Key.Span);
        writer.Enclose(tag, mark);
    }

    private static void Write(WireWriter writer, byte tag, ProofStep step)
    {
        Span<byte> hash = stackalloc byte[Hash256.SizeBytes];
        step.Sibling.CopyTo(hash);
        writer.Raw(hash);
        writer.Raw(step.IsSiblingLeft ? WireTag.StepAfterLeft : WireTag.StepBeforeRight);
        writer.Number(tag, (ulong)(Hash256.SizeBytes + (step.IsSiblingLeft ? WireTag.StepAfterLeft : WireTag.StepBeforeRight).Length));
    }

    /// <summary>The steps of a compressed batch, numbered in the order of their first use.</summary>
    private sealed class StepTable
    {
        private readonly Dictionary<ProofStep, int> _numbers = [];
        private readonly List<ProofStep> _steps = [];

        public static StepTable Of(IReadOnlyList<ProofEntry> entries)
        {
            StepTable table = new();
            foreach (ProofEntry entry in entries)
            {
                table.Add(entry.Existence);
                table.Add(entry.Absence?.Left);
                table.Add(entry.Absence?.Right);
            }

            return table;
        }

        public void Write(WireWriter writer)
        {
            for (int i = _steps.Count - 1; i >= 0; i--)
            {
                CommitmentEncoder.Write(writer, WireTag.Lookup, _steps[i]);
            }
        }

        public void WriteIndices(WireWriter writer, ReadOnlySpan<ProofStep> steps)
        {
            if (steps.IsEmpty)
            {
                return;
            }

            int mark = writer.Length;
            for (int i = steps.Length - 1; i >= 0; i--)
            {
                writer.Packed((ulong)_numbers[steps[i]]);
            }

            writer.Enclose(WireTag.Step, mark);
        }

        private void Add(ExistenceProof? proof)
        {
            foreach (ProofStep step in proof is null ? [] : proof.StepSpan)
            {
                if (_numbers.TryAdd(step, _steps.Count))
                {
                    _steps.Add(step);
                }
            }
        }
    }
}
