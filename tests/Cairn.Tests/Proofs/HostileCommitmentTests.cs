using System.Security.Cryptography;
using Cairn.Proofs;
using Xunit;

namespace Cairn.Tests.Proofs;

/// <summary>
/// ICS-23 proofs that were damaged, changed in meaning, or constructed to deceive. What the verifier accepts is true of the state and the one encoding of it; everything else is a refusal, with little memory.
/// </summary>
public sealed class HostileCommitmentTests
{
    private const int SeedCount = 250;

    private static int DamagedPerSeed => SeededRandom.IsLong ? 250 : 50;

    private static int ConstructedPerSeed => SeededRandom.IsLong ? 100 : 20;

    [Fact]
    public void DamagedProofs_AreRefused_OrStillTrue()
    {
        int refused = 0;
        SeededRandom.ForEach(SeedCount, random =>
        {
            ReferenceProver prover = ProofSamples.Prover(random, 1 + random.Next(24));
            ProofSpec spec = Spec(random);
            for (int i = 0; i < DamagedPerSeed; i++)
            {
                byte[] key = ProofSamples.Question(random, prover);
                byte[] bytes = random.Next(3) switch
                {
                    0 => ByteDamage.Apply(random, Honest(random, prover, spec, key), Honest(random, prover, spec, key)),
                    1 => Redone(random, Honest(random, prover, spec, key)),
                    _ => ChangedProof.Make(random, prover, spec, key).Encode(),
                };
                refused += Check(spec, prover, bytes, key) ? 0 : 1;
                byte[] neighbour = CommitmentProof.Of(prover.Exist(spec, random.Next(prover.Entries.Count))).Encode();
                Assert.False(ProofVerifier.VerifyFraud(spec, prover.Root, bytes, neighbour).IsVerified || ProofVerifier.VerifyFraud(spec, prover.Root, neighbour, bytes).IsVerified, "an honest root was accused");
            }
        });
        Assert.True(refused > SeedCount * DamagedPerSeed / 2 || Environment.GetEnvironmentVariable("CAIRN_SEED") is not null, $"only {refused} were refused: the damage is too mild");
    }

    [Fact]
    public void ConstructedLies_AreRefused() => SeededRandom.ForEach(SeedCount, random =>
    {
        ReferenceProver prover = ProofSamples.Prover(random, 3 + random.Next(20), withEmptyValues: false);
        for (int i = 0; i < ConstructedPerSeed; i++)
        {
            (byte[] bytes, byte[] key, byte[]? value) = random.Next(2) == 0 ? FalseAbsence(random, prover) : FalseMembership(random, prover);
            Check(ProofSpec.ByValue, prover, bytes, key);
            ProofResult result = value is null ? ProofVerifier.VerifyAbsence(ProofSpec.ByValue, prover.Root, bytes, key) : ProofVerifier.VerifyMembership(ProofSpec.ByValue, prover.Root, bytes, key, value);
            Assert.False(result.IsVerified, Convert.ToHexStringLower(bytes));
        }
    });

    [Fact]
    public void Garbage_IsRefused() => SeededRandom.ForEach(50, random =>
    {
        for (int i = 0; i < 40; i++)
        {
            byte[] bytes = ProofSamples.Bytes(random, random.Next(200));
            if (bytes.Length > 0)
            {
                bytes[0] = (byte)(0x02 | ((1 + random.Next(4)) << 3));
            }

            Assert.False(ProofVerifier.Verify(Spec(random), Hash256.EmptyRoot, bytes, out _).IsVerified);
        }
    });

    /// <summary>Verifies hostile bytes; what is accepted must be true and canonical, what is false must be refused, memory stays small.</summary>
    private static bool Check(ProofSpec spec, ReferenceProver prover, byte[] bytes, byte[] key)
    {
        ProofResult result = ProofMeter.Run(bytes.Length, () => (ProofVerifier.Verify(spec, prover.Root, bytes, out VerifiedProof? proof), proof), out VerifiedProof? verified);
        Assert.Equal(result.IsVerified, verified is not null);
        Assert.InRange(result.Depth, 0, ProofLimits.MaxDepth);
        if (verified is not null)
        {
            Assert.Equal(Convert.ToHexStringLower(bytes), Convert.ToHexStringLower(verified.Proof.Encode()));
            Assert.All(verified.Entries, entry => AssertTrue(spec, prover, entry));
        }

        byte[]? value = ValueOf(prover, key);
        if (value is not null)
        {
            Assert.False(ProofVerifier.VerifyAbsence(spec, prover.Root, bytes, key).IsVerified);
            Assert.False(ProofVerifier.VerifyMembership(spec, prover.Root, bytes, key, [.. value, 0]).IsVerified);
        }
        else
        {
            Assert.False(ProofVerifier.VerifyMembership(spec, prover.Root, bytes, key, [1]).IsVerified);
        }

        return result.IsVerified;
    }

    private static void AssertTrue(ProofSpec spec, ReferenceProver prover, ProvedEntry entry)
    {
        byte[]? value = ValueOf(prover, entry.Key.ToArray());
        Assert.Equal(value is not null, entry.IsPresent);
        if (value is not null)
        {
            Assert.Equal(spec.IsByValueHash ? SHA256.HashData(value) : value, entry.Value.ToArray());
            Assert.Equal(ProofSamples.Sha256(value), entry.ValueHash);
        }
    }

    private static byte[] Honest(Random random, ReferenceProver prover, ProofSpec spec, byte[] key)
    {
        if (random.Next(2) == 0)
        {
            return prover.ProveOne(spec, key).Encode();
        }

        ProofEntry[] entries = [prover.Prove(spec, key), .. Enumerable.Range(0, random.Next(4)).Select(_ => prover.Prove(spec, ProofSamples.Question(random, prover)))];
        return CommitmentProof.Batch(entries, isCompressed: random.Next(2) == 0).Encode();
    }

    private static byte[] Redone(Random random, byte[] bytes)
    {
        WireFields fields = WireFields.Read(bytes)!;
        fields.Damage(random);
        return fields.Encode();
    }

    /// <summary>Absence of a key that is there: between its neighbours, beside an edge that is none, of wrong neighbours.</summary>
    private static (byte[] Bytes, byte[] Key, byte[]? Value) FalseAbsence(Random random, ReferenceProver prover)
    {
        int place = random.Next(prover.Entries.Count);
        int left = random.Next(-1, prover.Entries.Count);
        int right = random.Next(prover.Entries.Count + 1);
        if (random.Next(2) == 0)
        {
            (left, right) = (place - 1, place + 1);
        }

        ExistenceProof? before = left < 0 ? null : prover.Exist(ProofSpec.ByValue, left);
        ExistenceProof? after = right == prover.Entries.Count ? null : prover.Exist(ProofSpec.ByValue, right);
        if (random.Next(3) == 0)
        {
            // Path and key of different leaves: the way of a neighbour, the name of another one.
            before = before is null ? null : new ExistenceProof(ProofSpec.ByValue, prover.Entries[place].Key.AsMemory(0, prover.Entries[place].Key.Length - 1), before.Value, [.. before.Steps]);
        }

        return (CommitmentProof.Of(new NonExistenceProof(prover.Entries[place].Key, before, after)).Encode(), prover.Entries[place].Key, null);
    }

    /// <summary>Membership of what is not there, by every layout of leaf and step that a laxer verifier might take.</summary>
    private static (byte[] Bytes, byte[] Key, byte[]? Value) FalseMembership(Random random, ReferenceProver prover)
    {
        int place = random.Next(prover.Entries.Count);
        LooseProof honest = LooseProof.Of(prover.Exist(ProofSpec.ByValue, place));
        byte[] key = ProofSamples.Bytes(random, 1 + random.Next(40));
        byte[] value = ProofSamples.Bytes(random, 1 + random.Next(8));
        byte[] keyHash = SHA256.HashData(honest.Key);
        byte[] valueHash = SHA256.HashData(honest.Value);
        byte[] random32 = ProofSamples.Bytes(random, 32);
        LooseStep first = honest.Steps[0];
        LooseProof forged = random.Next(9) switch
        {
            0 => honest with { Key = key, Value = value },
            1 => honest with { Key = key, Value = value, LeafPrefix = [0, 32, .. keyHash[..random.Next(33)]] },
            2 => honest with { Key = key, Value = value, Steps = [new LooseStep([0, 32, .. keyHash, 32], []), .. honest.Steps] }, // the leaf as a node above the value's hash
            3 => honest with { Key = key, Value = value, Steps = [new LooseStep([0, 32], [32, .. valueHash]), .. honest.Steps] }, // the leaf as a node above the key's hash
            4 => honest with { Key = key, Value = value, Steps = [new LooseStep([1, .. random32], random32), .. honest.Steps] }, // three children
            5 => honest with { Key = key, Value = value, Steps = [new LooseStep([], [.. first.Prefix, .. first.Suffix]), .. honest.Steps[1..]] },
            6 => honest with { Key = key, Value = value, LeafPrefix = [1], Steps = honest.Steps },
            7 => honest with { Key = first.Suffix.Length > 0 ? first.Suffix : first.Prefix[1..], Value = random32, Steps = honest.Steps[1..] }, // an inner node as a leaf
            _ => honest with { Key = key, Value = value, Steps = [.. honest.Steps, .. Enumerable.Repeat(first, random.Next(16) == 0 ? ProofLimits.MaxDepth : 3)] },
        };
        LooseSpec spec = random.Next(3) == 0 ? new LooseSpec(random.Next(2) == 0, random.Next(2) == 0, random.Next(2) == 0) : LooseSpec.Ours;
        return (forged.Encode(spec), forged.Key, forged.Value);
    }

    private static byte[]? ValueOf(ReferenceProver prover, byte[] key)
    {
        int place = prover.FirstAtOrAfter(key);
        return place < prover.Entries.Count && prover.Entries[place].Key.AsSpan().SequenceEqual(key) ? prover.Entries[place].Value : null;
    }

    private static ProofSpec Spec(Random random) => random.Next(2) == 0 ? ProofSpec.ByValue : ProofSpec.ByValueHash;
}
