using System.Text.Json;
using Cairn.Proofs;
using Xunit;

namespace Cairn.Tests.Proofs;

/// <summary>What the verifier accepts, and the reason it gives for each kind of refusal.</summary>
public sealed class ProofVerifierTests
{
    public static TheoryData<string> Trees() => [.. ProofVectors.TreeFiles.Where(file => file != "tree_n0.json")];

    [Theory]
    [MemberData(nameof(Trees))]
    public void Verify_ProofsOfTheVectors_AreAccepted(string file) => CheckAll(ProofSpec.ByValue, ProofVectors.Load(file));

    [Fact]
    public void Verify_ProofsOfTheVectorsByValueHash_AreAccepted()
    {
        foreach (JsonElement tree in ProofVectors.Load("by_value_hash.json").GetProperty("trees").EnumerateArray())
        {
            CheckAll(ProofSpec.ByValueHash, tree);
        }
    }

    [Fact]
    public void Verify_ProofsOfRandomTrees_AreAccepted() => SeededRandom.ForEach(100, random =>
    {
        ReferenceProver prover = ProofSamples.Prover(random, 1 + random.Next(40));
        byte[][] keys = [.. Enumerable.Range(0, 8).Select(_ => ProofSamples.Question(random, prover))];
        foreach (byte[] key in keys)
        {
            CheckAnswer(ProofSpec.ByValueHash, prover, prover.ProveOne(ProofSpec.ByValueHash, key), key);
        }

        CommitmentProof batch = CommitmentProof.Batch([.. keys.Select(key => prover.Prove(ProofSpec.ByValueHash, key))], isCompressed: random.Next(2) == 0);
        foreach (byte[] key in keys)
        {
            CheckAnswer(ProofSpec.ByValueHash, prover, batch, key);
        }
    });

    [Fact]
    public void Verify_EmptyValue_ByValueIsRefused_ByHashAccepted()
    {
        ReferenceProver prover = new([new("a"u8.ToArray(), []), new("b"u8.ToArray(), [1])]);
        Assert.Equal(ProofOutcome.InvalidValue, Membership(ProofSpec.ByValue, prover, prover.ProveOne(ProofSpec.ByValue, "a"u8.ToArray()), "a", ""));
        Assert.Equal(ProofOutcome.InvalidValue, Absence(ProofSpec.ByValue, prover, prover.ProveOne(ProofSpec.ByValue, "aa"u8.ToArray()), "aa"));
        Assert.Equal(ProofOutcome.Verified, Absence(ProofSpec.ByValue, prover, prover.ProveOne(ProofSpec.ByValue, "bb"u8.ToArray()), "bb"));
        Assert.Equal(ProofOutcome.Verified, Membership(ProofSpec.ByValueHash, prover, prover.ProveOne(ProofSpec.ByValueHash, "a"u8.ToArray()), "a", ""));
        Assert.Equal(ProofOutcome.Verified, Absence(ProofSpec.ByValueHash, prover, prover.ProveOne(ProofSpec.ByValueHash, "aa"u8.ToArray()), "aa"));
    }

    [Fact]
    public void Verify_AnotherQuestion_IsRefusedWithItsReason()
    {
        ReferenceProver prover = Letters("acegi");
        CommitmentProof present = prover.ProveOne(ProofSpec.ByValue, "c"u8.ToArray());
        CommitmentProof absent = prover.ProveOne(ProofSpec.ByValue, "d"u8.ToArray());
        Assert.Equal(ProofOutcome.WrongKey, Membership(ProofSpec.ByValue, prover, present, "e", "e"));
        Assert.Equal(ProofOutcome.WrongValue, Membership(ProofSpec.ByValue, prover, present, "c", "x"));
        Assert.Equal(ProofOutcome.WrongKind, Absence(ProofSpec.ByValue, prover, present, "c"));
        Assert.Equal(ProofOutcome.WrongKind, Membership(ProofSpec.ByValue, prover, absent, "d", "d"));
        Assert.Equal(ProofOutcome.WrongKey, Absence(ProofSpec.ByValue, prover, absent, "dd")); // true as well, but not what the proof is about
        Assert.Equal(ProofOutcome.WrongLeaf, Membership(ProofSpec.ByValueHash, prover, present, "c", "c"));
        Assert.Equal(ProofOutcome.WrongRoot, ProofVerifier.VerifyMembership(ProofSpec.ByValue, Letters("ace").Root, present.Encode(), "c"u8, "c"u8).Outcome);
    }

    [Fact]
    public void VerifyAbsence_WrongNeighbours_AreRefusedWithTheirReason()
    {
        ReferenceProver prover = Letters("acegi");
        ExistenceProof[] all = [.. Enumerable.Range(0, 5).Select(place => prover.Exist(ProofSpec.ByValue, place))];
        Assert.Equal(ProofOutcome.NoNeighbour, Absence("d", null, null));
        Assert.Equal(ProofOutcome.NotAdjacent, Absence("d", all[0], all[2]));
        Assert.Equal(ProofOutcome.NotAdjacent, Absence("d", all[1], all[3]));
        Assert.Equal(ProofOutcome.NotAdjacent, Absence("d", all[1], null));
        Assert.Equal(ProofOutcome.NotAdjacent, Absence("d", null, all[2]));
        Assert.Equal(ProofOutcome.NotBetween, Absence("d", all[2], all[3]));
        Assert.Equal(ProofOutcome.NotBetween, Absence("d", all[0], all[1]));
        Assert.Equal(ProofOutcome.NotBetween, Absence("c", all[1], all[2]));
        Assert.Equal(ProofOutcome.NotBetween, Absence("e", all[1], all[2]));
        Assert.Equal(ProofOutcome.NotBetween, Absence("d", all[2], all[1]));
        Assert.Equal(ProofOutcome.WrongRoot, Absence("d", all[1], Letters("ace").Exist(ProofSpec.ByValue, 2)));
        Assert.Equal(ProofOutcome.WrongLeaf, Absence("d", all[1], prover.Exist(ProofSpec.ByValueHash, 2)));
        Assert.Equal(ProofOutcome.Verified, Absence("d", all[1], all[2]));

        ProofOutcome Absence(string key, ExistenceProof? left, ExistenceProof? right) =>
            ProofVerifierTests.Absence(ProofSpec.ByValue, prover, CommitmentProof.Of(new NonExistenceProof(Text(key), left, right)), key);
    }

    [Fact]
    public void Verify_Limits_AreHeld()
    {
        ReferenceProver prover = Letters("ac");
        ExistenceProof proof = prover.Exist(ProofSpec.ByValue, 0);
        ProofStep[] steps = [.. Enumerable.Repeat(proof.Steps[0], ProofLimits.MaxDepth + 1)];
        ExistenceProof deepest = new(ProofSpec.ByValue, proof.Key, proof.Value, steps[1..]);
        Assert.Equal(ProofResultOf(deepest), new ProofResult(ProofOutcome.WrongRoot, ProofLimits.MaxDepth));
        Assert.True(ProofVerifier.VerifyMembership(ProofSpec.ByValue, deepest.HashAfter(deepest.Depth), CommitmentProof.Of(deepest).Encode(), proof.Key.Span, proof.Value.Span).IsVerified);
        Assert.Equal(ProofOutcome.TooDeep, ProofResultOf(new ExistenceProof(ProofSpec.ByValue, proof.Key, proof.Value, steps)).Outcome);
        Assert.Equal(ProofOutcome.InvalidKey, ProofResultOf(new ExistenceProof(ProofSpec.ByValue, default, proof.Value)).Outcome);
        Assert.Equal(ProofOutcome.InvalidKey, ProofResultOf(new ExistenceProof(ProofSpec.ByValue, new byte[StateLimits.MaxKeyBytes + 1], proof.Value)).Outcome);
        Assert.Equal(ProofOutcome.InvalidValue, ProofResultOf(new ExistenceProof(ProofSpec.ByValue, proof.Key, new byte[StateLimits.MaxValueBytes + 1])).Outcome);
        Assert.Equal(ProofOutcome.TooLarge, ProofVerifier.Verify(ProofSpec.ByValue, prover.Root, new byte[ProofLimits.MaxProofBytes + 1], out _).Outcome);
        Assert.False(CommitmentProof.TryDecode(new byte[ProofLimits.MaxProofBytes + 1], out _));
        Assert.Equal(ProofOutcome.TooLarge, PrunedTree.Verify(prover.Root, new byte[ProofLimits.MaxProofBytes + 1], out _).Outcome);

        ProofResult ProofResultOf(ExistenceProof made) => ProofVerifier.Verify(ProofSpec.ByValue, prover.Root, CommitmentProof.Of(made).Encode(), out _);
    }

    [Fact]
    public void VerifyFraud_NeighboursOutOfOrder_AreAFraud()
    {
        // The entries of a root that somebody did not sort: c stands before b.
        byte[] leafOf(string key) => Reference.NaiveMerkle.LeafHash(Text(key), Text(key));
        Hash256 a = new(leafOf("a"));
        Hash256 c = new(leafOf("c"));
        Hash256 b = new(leafOf("b"));
        ProofStep after(Hash256 left) => new(left, IsSiblingLeft: true);
        ProofStep before(Hash256 right) => new(right, IsSiblingLeft: false);
        Hash256 top = before(b).Apply(c);
        Hash256 root = after(a).Apply(top);
        byte[] first = Encoded("a", before(top));
        byte[] second = Encoded("c", before(b), after(a));
        byte[] third = Encoded("b", after(c), after(a));
        Assert.Equal(new ProofResult(ProofOutcome.Verified, Depth: 2), ProofVerifier.VerifyFraud(ProofSpec.ByValue, root, second, third));
        Assert.Equal(ProofOutcome.NotAFraud, ProofVerifier.VerifyFraud(ProofSpec.ByValue, root, first, second).Outcome);
        Assert.Equal(ProofOutcome.NotAdjacent, ProofVerifier.VerifyFraud(ProofSpec.ByValue, root, third, second).Outcome);
        Assert.Equal(ProofOutcome.NotAdjacent, ProofVerifier.VerifyFraud(ProofSpec.ByValue, root, first, third).Outcome);
        Assert.Equal(ProofOutcome.NotAdjacent, ProofVerifier.VerifyFraud(ProofSpec.ByValue, root, second, second).Outcome);
        Assert.Equal(ProofOutcome.WrongRoot, ProofVerifier.VerifyFraud(ProofSpec.ByValue, Hash256.EmptyRoot, second, third).Outcome);
        byte[] absence = Letters("ac").ProveOne(ProofSpec.ByValue, "b"u8.ToArray()).Encode();
        Assert.Equal(ProofOutcome.WrongKind, ProofVerifier.VerifyFraud(ProofSpec.ByValue, Letters("ac").Root, absence, absence).Outcome);

        static byte[] Encoded(string key, params ProofStep[] steps) => CommitmentProof.Of(new ExistenceProof(ProofSpec.ByValue, Text(key), Text(key), steps)).Encode();
    }

    [Fact]
    public void VerifyFraud_HonestTrees_AreNone() => SeededRandom.ForEach(20, random =>
    {
        ReferenceProver prover = ProofSamples.Prover(random, 2 + random.Next(20));
        byte[][] proofs = [.. Enumerable.Range(0, prover.Entries.Count).Select(place => CommitmentProof.Of(prover.Exist(ProofSpec.ByValueHash, place)).Encode())];
        foreach (byte[] left in proofs)
        {
            Assert.DoesNotContain(proofs, right => ProofVerifier.VerifyFraud(ProofSpec.ByValueHash, prover.Root, left, right).IsVerified);
        }
    });

    [Fact]
    public void Verified_InputChangedLater_KeepsItsEntries()
    {
        ReferenceProver prover = Letters("ac");
        byte[] bytes = prover.ProveOne(ProofSpec.ByValue, "a"u8.ToArray()).Encode();
        Assert.True(ProofVerifier.Verify(ProofSpec.ByValue, prover.Root, bytes, out VerifiedProof? verified).IsVerified);
        bytes.AsSpan().Clear();
        Assert.True(verified!.TryFind("a"u8, out ProvedEntry? entry) && entry.Value.Span.SequenceEqual("a"u8));
        Assert.False(verified.TryFind("c"u8, out _));
        Assert.Equal((prover.Root, 1), (verified.Root, verified.Depth));
    }

    [Fact]
    public void Below_AStepThatIsNotThere_IsRefused()
    {
        ExistenceProof proof = Letters("ac").Exist(ProofSpec.ByValue, 0);
        Assert.Throws<ArgumentException>(() => proof.HashAfter(2));
        Assert.Throws<ArgumentException>(() => proof.HashAfter(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => proof.Below(2));
        Assert.Equal(proof.HashAfter(0), proof.Below(0).HashAfter(0));
    }

    [Fact]
    public void Result_NotMade_IsNotVerified() => Assert.False(default(ProofResult).IsVerified);

    [Fact]
    public void Result_EveryOutcome_HasWords() => Assert.DoesNotContain(Enum.GetValues<ProofOutcome>(), outcome => new ProofResult(outcome, Depth: 0).Reason == outcome.ToString());

    private static byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static ReferenceProver Letters(string letters) => new(letters.Select(letter => KeyValuePair.Create(Text(letter.ToString()), Text(letter.ToString()))));

    private static ProofOutcome Membership(ProofSpec spec, ReferenceProver prover, CommitmentProof proof, string key, string value) =>
        ProofVerifier.VerifyMembership(spec, prover.Root, proof.Encode(), Text(key), Text(value)).Outcome;

    private static ProofOutcome Absence(ProofSpec spec, ReferenceProver prover, CommitmentProof proof, string key) => ProofVerifier.VerifyAbsence(spec, prover.Root, proof.Encode(), Text(key)).Outcome;

    private static void CheckAnswer(ProofSpec spec, ReferenceProver prover, CommitmentProof proof, byte[] key)
    {
        byte[] bytes = proof.Encode();
        byte[]? value = prover.Entries.Where(entry => entry.Key.AsSpan().SequenceEqual(key)).Select(entry => entry.Value).SingleOrDefault();
        ProofResult result = value is null ? ProofVerifier.VerifyAbsence(spec, prover.Root, bytes, key) : ProofVerifier.VerifyMembership(spec, prover.Root, bytes, key, value);
        Assert.True(result.IsVerified, result.Reason);
        ProofResult other = value is null ? ProofVerifier.VerifyMembership(spec, prover.Root, bytes, key, [1]) : ProofVerifier.VerifyAbsence(spec, prover.Root, bytes, key);
        Assert.Equal(ProofOutcome.WrongKind, other.Outcome);
    }

    private static void CheckAll(ProofSpec spec, JsonElement tree)
    {
        ReferenceProver prover = ProofVectors.ProverOf(tree);
        foreach (JsonElement question in tree.GetProperty("exist").EnumerateArray())
        {
            byte[] key = ProofVectors.Bytes(question.GetProperty("key"));
            ProofResult result = ProofVerifier.VerifyMembership(spec, prover.Root, ProofVectors.Bytes(question.GetProperty("proof")), key, prover.Entries[prover.FirstAtOrAfter(key)].Value);
            Assert.True(result.IsVerified, result.Reason);
            Assert.True(!question.TryGetProperty("depth", out JsonElement depth) || depth.GetInt32() == result.Depth);
        }

        foreach (JsonElement question in tree.GetProperty("nonexist").EnumerateArray())
        {
            ProofResult result = ProofVerifier.VerifyAbsence(spec, prover.Root, ProofVectors.Bytes(question.GetProperty("proof")), ProofVectors.Bytes(question.GetProperty("key")));
            Assert.True(result.IsVerified, result.Reason);
        }

        if (!tree.TryGetProperty("batch", out JsonElement batch))
        {
            return;
        }

        foreach (string form in new[] { "proof", "compressed" })
        {
            Assert.True(ProofVerifier.Verify(spec, prover.Root, ProofVectors.Bytes(batch.GetProperty(form)), out VerifiedProof? verified).IsVerified);
            foreach (JsonElement entry in batch.GetProperty("exist").EnumerateArray())
            {
                Assert.True(verified!.TryFind(ProofVectors.Bytes(entry[0]), out ProvedEntry? proved) && proved.IsPresent);
                Assert.Equal(entry[1].GetString(), Convert.ToHexStringLower(proved.Value.Span));
            }

            foreach (JsonElement key in batch.GetProperty("nonexist").EnumerateArray())
            {
                Assert.True(verified!.TryFind(ProofVectors.Bytes(key), out ProvedEntry? proved) && !proved.IsPresent && proved.ValueHash is null);
            }
        }
    }
}
