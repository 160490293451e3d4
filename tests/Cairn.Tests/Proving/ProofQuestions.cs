using Cairn.Proofs;
using Cairn.Tests.Proofs;
using Xunit;

namespace Cairn.Tests.Proving;

/// <summary>Asks a view for every kind of proof and holds the bytes against the plain prover's, which the verifier then checks against the root.</summary>
internal sealed class ProofQuestions(Random random, SortedDictionary<byte[], byte[]> model)
{
    private readonly ReferenceProver _reference = new(model);
    private readonly byte[][] _sorted = [.. model.Keys];

    /// <summary>Keys of the state, keys beside them, the empty key, and ones longer than a key can be.</summary>
    public byte[] Key() => (_sorted.Length == 0 ? 5 : random.Next(7)) switch
    {
        0 or 1 => Present(),
        2 => [.. Present(), (byte)random.Next(256)],
        3 => Flipped(Present()),
        4 => Present()[..^1],
        5 => [],
        _ => [.. Present(), .. new byte[StateLimits.MaxKeyBytes]],
    };

    /// <summary>Checks everything that a view of the state can prove.</summary>
    public void Check(StateView view)
    {
        Assert.Equal(_reference.Root, view.Root);
        byte[][] keys = [.. Enumerable.Range(0, 6).Select(_ => Key())];
        foreach (byte[] key in keys)
        {
            CheckKey(view, ProofSpec.ByValue, key);
            CheckKey(view, ProofSpec.ByValueHash, key);
        }

        CheckBatch(view, keys);
        byte[] pruned = view.ProveKeys(keys.Select(static key => (ReadOnlyMemory<byte>)key));
        AssertSame(_reference.Keys(keys), pruned);
        Verified(view, pruned);
        CheckRange(view, keys[0], keys[1]);
        CheckRange(view, keys[2], []);
        CheckRange(view, [], keys[3]);
        byte[] prefix = keys[0][..Math.Min(keys[0].Length, random.Next(8))];
        RangeProof below = view.ProvePrefix(prefix);
        AssertSame(_reference.Prefix(prefix), below.Proof);
        Assert.Equal(view.State.TotalsOf(prefix), below.Totals);
        CheckNamespace(view, prefix);
    }

    /// <summary>Checks that parts of a range, one after the other, are the whole of it.</summary>
    public void CheckParts(StateView view)
    {
        byte[] start = random.Next(2) == 0 ? [] : Key();
        long mostEntries = random.Next(3) == 0 ? long.MaxValue : 1 + random.Next(40);
        long mostBytes = 1 + random.Next(4000);
        List<string> found = [];
        byte[] at = start;
        for (byte[]? next = start; next is not null; at = next ?? [])
        {
            RangeProof part = view.ProveRange(at, [], mostEntries, mostBytes);
            next = part.Next?.ToArray();
            AssertSame(_reference.Range(at, next), part.Proof);
            Assert.True(Verified(view, part.Proof.ToArray()).TryRange(at, next ?? [], out PrunedEntryCollection? entries));
            Assert.Equal((ulong)entries.Count, part.Totals.Entries);
            Assert.Equal((ulong)entries.Sum(static entry => entry.Key.Length + entry.Value.Length), part.Totals.Bytes);
            Assert.True(part.Totals.Entries <= 1 || (part.Totals.Entries <= (ulong)mostEntries && part.Totals.Bytes <= (ulong)mostBytes), "a limit is kept");
            Assert.True(next is null || part.Totals.Entries > 0, "a part that is not the last has an entry");
            found.AddRange(entries.Select(static entry => Convert.ToHexString(entry.Key.Span)));
        }

        Assert.Equal(_sorted.Where(key => key.AsSpan().SequenceCompareTo(start) >= 0).Select(Convert.ToHexString), found);
    }

    private byte[] Present() => _sorted[random.Next(_sorted.Length)];

    private byte[] Flipped(byte[] key)
    {
        byte[] other = [.. key];
        other[random.Next(other.Length)] ^= (byte)(1 << random.Next(8));
        return other;
    }

    private void CheckKey(StateView view, ProofSpec spec, byte[] key)
    {
        if (Refusal(spec, key) is { } reason)
        {
            Assert.Equal(reason, Assert.Throws<NotProvableException>(() => view.Prove(key, spec)).Reason);
            return;
        }

        byte[] proof = view.Prove(key, spec).Encode();
        AssertSame(_reference.ProveOne(spec, key).Encode(), proof);
        ProofResult result = model.TryGetValue(key, out byte[]? value)
            ? ProofVerifier.VerifyMembership(spec, view.Root, proof, key, value)
            : ProofVerifier.VerifyAbsence(spec, view.Root, proof, key);
        Assert.True(result.IsVerified, $"{result.Outcome}");
    }

    private void CheckBatch(StateView view, byte[][] keys)
    {
        ReadOnlyMemory<byte>[] asked = [.. keys.Select(static key => (ReadOnlyMemory<byte>)key)];
        foreach (ProofSpec spec in (ProofSpec[])[ProofSpec.ByValue, ProofSpec.ByValueHash])
        {
            foreach (bool isCompressed in (bool[])[false, true])
            {
                if (keys.Any(key => Refusal(spec, key) is not null))
                {
                    Assert.Throws<NotProvableException>(() => view.ProveMany(asked, spec, isCompressed));
                    continue;
                }

                byte[] proof = view.ProveMany(asked, spec, isCompressed).Encode();
                AssertSame(CommitmentProof.Batch([.. keys.Select(key => _reference.Prove(spec, key))], isCompressed).Encode(), proof);
                Assert.True(ProofVerifier.Verify(spec, view.Root, proof, out _).IsVerified);
            }
        }
    }

    private void CheckRange(StateView view, byte[] start, byte[] end)
    {
        RangeProof proof = view.ProveRange(start, end);
        AssertSame(_reference.Range(start, end.Length == 0 ? null : end), proof.Proof);
        Assert.Null(proof.Next);
        Assert.True(Verified(view, proof.Proof.ToArray()).TryRange(start, end, out PrunedEntryCollection? entries));
        Assert.Equal((ulong)entries.Count, proof.Totals.Entries);
    }

    private void CheckNamespace(StateView view, byte[] prefix)
    {
        NamespaceProof proof = view.ProveNamespace(prefix);
        AssertSame(_reference.Cover(prefix), proof.Proof);
        Assert.Equal(_reference.NamespaceRoot(prefix), proof.Root);
        Assert.True(Verified(view, proof.Proof.ToArray()).TryNamespace(prefix, out NamespaceNode? node));
        Assert.Equal(proof.Root, node?.Root);
        Assert.Equal(node?.Depth ?? 0, proof.Steps.Count);
        if (proof.Root is { } root)
        {
            Assert.Equal(view.Root, proof.Steps.Aggregate(root, static (hash, step) => step.Apply(hash)));
        }
    }

    /// <summary>Why ICS-23 has no proof for a key; null when it has one.</summary>
    private UnprovableReason? Refusal(ProofSpec spec, byte[] key)
    {
        if (model.Count == 0)
        {
            return UnprovableReason.EmptyState;
        }

        if (spec.IsByValueHash)
        {
            return null;
        }

        ProofEntry entry = _reference.Prove(spec, key);
        ExistenceProof?[] shown = entry.Existence is { } existence ? [existence] : [entry.Absence!.Left, entry.Absence.Right];
        return shown.Any(static proof => proof?.Value.Length == 0) ? UnprovableReason.EmptyValue : null;
    }

    private static PrunedTree Verified(StateView view, byte[] proof)
    {
        ProofResult result = PrunedTree.Verify(view.Root, proof, out PrunedTree? tree);
        Assert.True(result.IsVerified, $"{result.Outcome}");
        return tree!;
    }

    private static void AssertSame(ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> made) => Assert.True(expected.Span.SequenceEqual(made.Span), $"expected {Convert.ToHexStringLower(expected.Span)}, made {Convert.ToHexStringLower(made.Span)}");
}
