using System.Diagnostics;
using Cairn.Proofs;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Proofs;

/// <summary>The costliest inputs of a mebibyte that the formats allow, and meaningless ones: time and memory stay linear.</summary>
public sealed class ProofLimitTests
{
    private const int MebiByte = 1024 * 1024;

    /// <summary>Far above what a loaded machine needs for work that is linear, far below what anything quadratic would take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Meaningless() => ["0a", "12", "1a", "22", "0a01", "1a0a", "220a01", "2212", "00", "01", "ff", "0aff", "0affffffffffffffff7f", "01ffff3f00", "01ffff0f00", "01ffff0f55", "01ffff0fff"];

    [Theory]
    [MemberData(nameof(Meaningless))]
    public void Verify_AMebibyteOfARepeatedBeginning_IsRefused(string hex)
    {
        byte[] head = Convert.FromHexString(hex);
        foreach (byte fill in new byte[] { head[^1], 0x00, 0x0a, 0x80, 0xff })
        {
            byte[] bytes = new byte[MebiByte];
            bytes.AsSpan().Fill(fill);
            head.CopyTo(bytes, 0);
            Assert.False(Commitment(Hash256.EmptyRoot, bytes, ProofSpec.ByValue).IsVerified);
            Assert.False(Pruned(Hash256.EmptyRoot, bytes).IsVerified);
        }
    }

    [Fact]
    public void Verify_ManySmallEntries_IsRefusedAtTheFirstFalseOne()
    {
        ExistenceProof small = new(ProofSpec.ByValue, "k"u8.ToArray(), "v"u8.ToArray());
        foreach (bool isCompressed in new[] { false, true })
        {
            byte[] bytes = CommitmentProof.Batch([.. Enumerable.Repeat(ProofEntry.Of(small), MebiByte / 22)], isCompressed).Encode();
            Assert.InRange(bytes.Length, MebiByte / 2, 2 * MebiByte);
            Assert.Equal(ProofOutcome.WrongRoot, Commitment(Hash256.EmptyRoot, bytes, ProofSpec.ByValue).Outcome);
            Assert.True(Commitment(small.HashAfter(0), bytes, ProofSpec.ByValue).IsVerified);
        }
    }

    [Fact]
    public void Verify_OneStepUsedAMillionTimes_IsLinear()
    {
        ProofStep step = new(Hash256.EmptyRoot, IsSiblingLeft: false);
        ExistenceProof deep = new(ProofSpec.ByValue, "k"u8.ToArray(), "v"u8.ToArray(), [.. Enumerable.Repeat(step, ProofLimits.MaxDepth)]);
        byte[] bytes = CommitmentProof.Batch([.. Enumerable.Repeat(ProofEntry.Of(deep), MebiByte / (ProofLimits.MaxDepth + 30))], isCompressed: true).Encode();
        Assert.InRange(bytes.Length, MebiByte / 2, MebiByte);
        Assert.Equal(new ProofResult(ProofOutcome.Verified, ProofLimits.MaxDepth), Commitment(deep.HashAfter(deep.Depth), bytes, ProofSpec.ByValue));
    }

    [Fact]
    public void Verify_LongestKeysInFiveBytesEach_TakesNoRoomForThem()
    {
        const int Bits = 16;
        byte[] prefix = new byte[StateLimits.MaxKeyBytes - 3];
        PrunedTreeWriter writer = new();
        Hash256 root = new(Write(0, Bits));
        byte[] bytes = writer.ToArray();
        Assert.InRange(bytes.Length, MebiByte / 4, MebiByte);
        Assert.True(Pruned(root, bytes).IsVerified);
        PrunedTree.Verify(root, bytes, out PrunedTree? tree);
        Assert.Equal(1 << Bits, tree!.LeafCount);
        Assert.Equal(ProvedKey.Present, tree.Find([.. prefix, 0, 0x23, 0x45]));
        Assert.Equal(ProvedKey.Absent, tree.Find([.. prefix, 1, 0, 0]));
        Assert.True(tree.TryRange([.. prefix, 0, 1, 0], [.. prefix, 0, 0xff, 1], out PrunedEntryCollection? entries));
        Assert.Equal(0xfe01, entries.Count);
        Assert.Equal([.. prefix, 0, 0xff, 0], entries.Last().Key.ToArray());

        byte[] Write(int number, int bits)
        {
            if (bits == 0)
            {
                byte[] key = [.. prefix, (byte)(number >> 16), (byte)(number >> 8), (byte)number];
                writer.Leaf(key, []);
                return NaiveMerkle.LeafHash(key, []);
            }

            writer.Inner();
            byte[] left = Write(number, bits - 1);
            return NaiveMerkle.InnerHash(left, Write(number | (1 << (bits - 1)), bits - 1));
        }
    }

    [Fact]
    public void Verify_DeepestTree_IsVerified_AndADeeperOneRefused()
    {
        // A key of the greatest length, and for each of its bits a stub beside the way: as deep as a tree can be.
        foreach (int depth in new[] { ProofLimits.MaxDepth, ProofLimits.MaxDepth + 1 })
        {
            PrunedNode top = PrunedNode.Leaf("k"u8.ToArray(), "v"u8.ToArray());
            Hash256 hash = top.Hash();
            for (int i = 0; i < depth; i++)
            {
                hash = new ProofStep(Hash256.EmptyRoot, IsSiblingLeft: false).Apply(hash);
            }

            ProofResult result = Pruned(hash, Chain(depth));
            Assert.Equal(depth > ProofLimits.MaxDepth ? new ProofResult(ProofOutcome.TooDeep, 0) : new ProofResult(ProofOutcome.Verified, depth), result);
        }

        static byte[] Chain(int depth)
        {
            // Inner nodes, the leaf at the bottom, then the right parts from the bottom up.
            int[] codes = [.. Enumerable.Repeat(0, depth), 3, .. Enumerable.Repeat(1, depth)];
            byte[] packed = new byte[(codes.Length + 3) / 4];
            for (int i = 0; i < codes.Length; i++)
            {
                packed[i / 4] |= (byte)(codes[i] << (6 - (2 * (i % 4))));
            }

            return [1, .. Loose.Number((ulong)depth + 1), .. packed, 0, 1, (byte)'k', 1, (byte)'v', .. Enumerable.Repeat(Hash256.EmptyRoot.ToArray(), depth).SelectMany(hash => hash)];
        }
    }

    private static ProofResult Commitment(Hash256 root, byte[] bytes, ProofSpec spec) => InTime(() => ProofMeter.Run(bytes.Length, () => (ProofVerifier.Verify(spec, root, bytes, out VerifiedProof? proof), proof), out _));

    private static ProofResult Pruned(Hash256 root, byte[] bytes) => InTime(() => ProofMeter.Run(bytes.Length, () => (PrunedTree.Verify(root, bytes, out PrunedTree? tree), tree), out _));

    private static ProofResult InTime(Func<ProofResult> verify)
    {
        long started = Stopwatch.GetTimestamp();
        ProofResult result = verify();
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Patience);
        return result;
    }
}
