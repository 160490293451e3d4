using Cairn.Format;

namespace Cairn.Proofs;

/// <summary>
/// Reads <c>ics23.CommitmentProof</c> strictly: every accepted input is what <see cref="CommitmentEncoder"/> makes of the result. Memory and time are linear in the input: what is decoded refers to it, and a step of a
/// compressed batch exists once.
/// </summary>
internal ref struct CommitmentDecoder
{
    private ReadOnlySpan<ProofStep> _table;
    private int _used;
    private bool _isCompressed;
    private ProofOutcome _fault;

    /// <summary>Decodes a proof.</summary>
    /// <returns>Verified when it was decoded, or what is wrong with the bytes.</returns>
    public static ProofOutcome TryDecode(ReadOnlyMemory<byte> bytes, out CommitmentProof? proof)
    {
        proof = null;
        if (bytes.Length > ProofLimits.MaxProofBytes)
        {
            return ProofOutcome.TooLarge;
        }

        CommitmentDecoder decoder = default;
        WireReader reader = new(bytes);
        CommitmentProof? decoded = null;
        if (reader.TryRead(WireTag.Existence, out ReadOnlyMemory<byte> body))
        {
            decoded = decoder.Existence(body) is { } existence ? CommitmentProof.Of(existence) : null;
        }
        else if (reader.TryRead(WireTag.NonExistence, out body))
        {
            decoded = decoder.NonExistence(body) is { } absence ? CommitmentProof.Of(absence) : null;
        }
        else if (reader.TryRead(WireTag.Batch, out body))
        {
            decoded = decoder.Batch(body, CommitmentProofKind.Batch);
        }
        else if (reader.TryRead(WireTag.CompressedBatch, out body))
        {
            decoder._isCompressed = true;
            decoded = decoder.Batch(body, CommitmentProofKind.CompressedBatch);
        }

        if (decoded is null || !reader.IsDone)
        {
            return decoder._fault == default ? ProofOutcome.Malformed : decoder._fault;
        }

        proof = decoded;
        return ProofOutcome.Verified;
    }

    private CommitmentProof? Batch(ReadOnlyMemory<byte> bytes, CommitmentProofKind kind)
    {
        WireReader reader = new(bytes);
        List<ReadOnlyMemory<byte>> bodies = [];
        while (reader.TryRead(WireTag.Entry, out ReadOnlyMemory<byte> body))
        {
            bodies.Add(body);
        }

        if (_isCompressed && !ReadTable(ref reader))
        {
            return null;
        }

        if (!reader.IsDone || bodies.Count == 0)
        {
            return null;
        }

        List<ProofEntry> entries = new(bodies.Count);
        foreach (ReadOnlyMemory<byte> body in bodies)
        {
            if (Entry(body) is not { } entry)
            {
                return null;
            }

            entries.Add(entry);
        }

        return _used == _table.Length ? CommitmentProof.Decoded(kind, entries) : null; // a step that no path uses
    }

    private bool ReadTable(ref WireReader reader)
    {
        List<ProofStep> steps = [];
        HashSet<ProofStep> known = [];
        while (reader.TryRead(WireTag.Lookup, out ReadOnlyMemory<byte> body))
        {
            if (Step(body.Span) is not { } step || !known.Add(step))
            {
                return false;
            }

            steps.Add(step);
        }

        _table = steps.ToArray();
        return true;
    }

    private ProofEntry? Entry(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        ProofEntry? entry = null;
        if (reader.TryRead(WireTag.Existence, out ReadOnlyMemory<byte> body))
        {
            entry = Existence(body) is { } existence ? ProofEntry.Of(existence) : null;
        }
        else if (reader.TryRead(WireTag.NonExistence, out body))
        {
            entry = NonExistence(body) is { } absence ? ProofEntry.Of(absence) : null;
        }

        return reader.IsDone ? entry : null;
    }

    private NonExistenceProof? NonExistence(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.TryRead(WireTag.Key, out ReadOnlyMemory<byte> key); // absent when it is the empty key
        ExistenceProof? left = null;
        ExistenceProof? right = null;
        if (reader.TryRead(WireTag.Left, out ReadOnlyMemory<byte> body) && (left = Existence(body)) is null)
        {
            return null;
        }

        if (reader.TryRead(WireTag.Right, out body) && (right = Existence(body)) is null)
        {
            return null;
        }

        return reader.IsDone ? new NonExistenceProof(key, left, right) : null;
    }

    private ExistenceProof? Existence(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.TryRead(WireTag.Key, out ReadOnlyMemory<byte> key);
        reader.TryRead(WireTag.Value, out ReadOnlyMemory<byte> value); // absent when it is empty: refused by who verifies
        if (!reader.TryRead(WireTag.Leaf, out ReadOnlyMemory<byte> leaf) || SpecOf(leaf.Span) is not { } spec)
        {
            return null;
        }

        ProofStep[]? steps = _isCompressed ? NumberedSteps(ref reader) : Steps(ref reader);
        return steps is not null && reader.IsDone ? new ExistenceProof(spec, key, value, steps) : null;
    }

    private ProofSpec? SpecOf(ReadOnlySpan<byte> leaf)
    {
        if (leaf.SequenceEqual(ProofSpec.ByValue.LeafOperation))
        {
            return ProofSpec.ByValue;
        }

        if (leaf.SequenceEqual(ProofSpec.ByValueHash.LeafOperation))
        {
            return ProofSpec.ByValueHash;
        }

        _fault = ProofOutcome.WrongLeaf;
        return null;
    }

    private ProofStep[]? Steps(ref WireReader reader)
    {
        List<ProofStep> steps = [];
        while (reader.TryRead(WireTag.Step, out ReadOnlyMemory<byte> body))
        {
            if (steps.Count == ProofLimits.MaxDepth)
            {
                _fault = ProofOutcome.TooDeep;
                return null;
            }

            if (Step(body.Span) is not { } step)
            {
                return null;
            }

            steps.Add(step);
        }

        return [.. steps];
    }

    /// <summary>The steps of a path in a compressed batch. A number is at most one above all numbers before it: steps are numbered in the order of their first use.</summary>
    private ProofStep[]? NumberedSteps(ref WireReader reader)
    {
        if (!reader.TryRead(WireTag.Step, out ReadOnlyMemory<byte> numbers))
        {
            return [];
        }

        List<ProofStep> steps = [];
        for (ReadOnlySpan<byte> rest = numbers.Span; !rest.IsEmpty;)
        {
            if (steps.Count == ProofLimits.MaxDepth)
            {
                _fault = ProofOutcome.TooDeep;
                return null;
            }

            if (!Varint.TryRead(rest, out ulong number, out int bytes) || number > (ulong)_used || number >= (ulong)_table.Length)
            {
                return null;
            }

            _used = Math.Max(_used, (int)number + 1);
            steps.Add(_table[(int)number]);
            rest = rest[bytes..];
        }

        return [.. steps];
    }

    private ProofStep? Step(ReadOnlySpan<byte> bytes)
    {
        bool isSiblingLeft = bytes.StartsWith(WireTag.StepAfterLeft);
        ReadOnlySpan<byte> head = isSiblingLeft ? WireTag.StepAfterLeft : WireTag.StepBeforeRight;
        if (!bytes.StartsWith(head) || bytes.Length != head.Length + Hash256.SizeBytes)
        {
            _fault = ProofOutcome.WrongStep;
            return null;
        }

        return new ProofStep(new Hash256(bytes[head.Length..]), isSiblingLeft);
    }
}
