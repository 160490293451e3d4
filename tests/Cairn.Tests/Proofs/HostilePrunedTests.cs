using Cairn.Proofs;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Proofs;

/// <summary>Pruned trees that were damaged or constructed to deceive: a tree that is accepted says nothing untrue, and is the one encoding of what it shows.</summary>
public sealed class HostilePrunedTests
{
    private const int SeedCount = 250;

    private static int DamagedPerSeed => SeededRandom.IsLong ? 200 : 40;

    [Fact]
    public void DamagedTrees_AreRefused_OrSayNothingUntrue()
    {
        int refused = 0;
        SeededRandom.ForEach(SeedCount, random =>
        {
            ReferenceProver prover = ProofSamples.Prover(random, 1 + random.Next(24));
            for (int i = 0; i < DamagedPerSeed; i++)
            {
                byte[] honest = Honest(random, prover);
                byte[] bytes = random.Next(2) == 0 ? ByteDamage.Apply(random, honest, Honest(random, prover)) : Changed(random, honest);
                ProofResult result = ProofMeter.Run(bytes.Length, () => (PrunedTree.Verify(prover.Root, bytes, out PrunedTree? tree), tree), out PrunedTree? verified);
                Assert.Equal(result.IsVerified, verified is not null);
                Assert.InRange(result.Depth, 0, ProofLimits.MaxDepth);
                if (verified is null)
                {
                    refused++;
                    continue;
                }

                Assert.Equal(Convert.ToHexStringLower(bytes), Convert.ToHexStringLower(PrunedNode.Read(bytes)!.WriteAgain()));
                for (int question = 0; question < 8; question++)
                {
                    ProofSamples.AssertTruthful(verified, prover, ProofSamples.Question(random, prover), ProofSamples.Question(random, prover));
                }
            }
        });
        Assert.True(refused > SeedCount * DamagedPerSeed / 2 || Environment.GetEnvironmentVariable("CAIRN_SEED") is not null, $"only {refused} were refused: the damage is too mild");
    }

    [Fact]
    public void HiddenEntry_DeceivesAWeakVerifier_ButIsUnknownHere() => SeededRandom.ForEach(60, random =>
    {
        ReferenceProver prover = ProofSamples.Prover(random, 4 + random.Next(20));
        int hidden = random.Next(prover.Entries.Count);
        byte[] key = prover.Entries[hidden].Key;
        byte[] bytes = prover.Pruned(place => place == hidden ? PrunedLeaf.None : PrunedLeaf.Value);
        Assert.True(PrunedNode.Read(bytes)!.WeaklyLacks(prover.Root, key));
        PrunedTree tree = PrunedTreeTests.Verified(prover, bytes);
        Assert.Equal(ProvedKey.Unknown, tree.Find(key));
        Assert.False(tree.TryRange([], [], out _));
        Assert.False(tree.TryRange(key, [.. key, 0], out _));
        Assert.False(tree.TryPrefix(key, out _));
        Assert.False(tree.TryNamespace(key, out _));
    });

    [Fact]
    public void HiddenEdge_DeceivesAWeakVerifier_ButIsUnknownHere() => SeededRandom.ForEach(60, random =>
    {
        ReferenceProver prover = ProofSamples.Prover(random, 6 + random.Next(20));
        int from = 1 + random.Next(prover.Entries.Count - 2);
        byte[] bytes = prover.Pruned(place => place >= from ? PrunedLeaf.Value : PrunedLeaf.None); // the neighbour before the range is not shown
        byte[] before = prover.Entries[from - 1].Key;
        Assert.True(PrunedNode.Read(bytes)!.WeaklyLacks(prover.Root, before));
        PrunedTree tree = PrunedTreeTests.Verified(prover, bytes);
        Assert.Equal(ProvedKey.Unknown, tree.Find(before));
        Assert.False(tree.TryRange(prover.Entries[from].Key, [], out _));
        Assert.True(tree.TryRange([.. prover.Entries[from].Key, 0], [], out PrunedEntryCollection? entries)); // the first entry is a neighbour itself
        Assert.Equal(prover.Entries.Count - from - 1, entries.Count);
    });

    [Fact]
    public void PartOfANamespace_IsNotTakenForTheWhole() => SeededRandom.ForEach(60, random =>
    {
        ReferenceProver prover = ProofSamples.Prover(random, 10 + random.Next(20));
        byte[] prefix = [prover.Entries[random.Next(prover.Entries.Count)].Key[0]];
        int[] below = [.. Enumerable.Range(0, prover.Entries.Count).Where(place => prover.Entries[place].Key[0] == prefix[0])];
        foreach (int missing in new[] { below[0] - 1, below[0], below[^1], below[^1] + 1 }.Where(place => place >= 0 && place < prover.Entries.Count))
        {
            byte[] bytes = prover.Pruned(place => place == missing ? PrunedLeaf.None : below.Contains(place) || place == below[0] - 1 || place == below[^1] + 1 ? PrunedLeaf.Hash : PrunedLeaf.None);
            Assert.False(PrunedTreeTests.Verified(prover, bytes).TryNamespace(prefix, out _));
        }
    });

    [Fact]
    public void DishonestRoots_UnsortedOrMisshapen_AreRefusedWhereItShows()
    {
        int refused = 0;
        SeededRandom.ForEach(300, random =>
        {
            ReferenceProver honest = ProofSamples.Prover(random, 2 + random.Next(6));
            PrunedNode[] leaves = [.. honest.Entries.Select(entry => PrunedNode.Leaf(entry.Key, entry.Value))];
            if (random.Next(2) == 0)
            {
                random.Shuffle(leaves);
            }

            PrunedNode top = AnyTree(random, leaves);
            ProofResult result = PrunedTree.Verify(top.Hash(), top.Write(), out _);
            Assert.True(!result.IsVerified || top.Hash() == honest.Root, "a root that is not that of its entries was accepted, though every entry is shown");
            Assert.True(result.IsVerified || result.Outcome is ProofOutcome.KeysNotAscending or ProofOutcome.WrongShape, result.Reason);
            refused += result.IsVerified ? 0 : 1;
        });
        Assert.True(refused > 50 || Environment.GetEnvironmentVariable("CAIRN_SEED") is not null, $"only {refused}");
    }

    [Theory]
    [InlineData(ProofOutcome.Malformed, "")]
    [InlineData(ProofOutcome.Malformed, "01")]
    [InlineData(ProofOutcome.UnknownVersion, "00")]
    [InlineData(ProofOutcome.UnknownVersion, "020000")]
    [InlineData(ProofOutcome.Malformed, "018000")] // zero terminals in two bytes
    [InlineData(ProofOutcome.Malformed, "010000")]
    [InlineData(ProofOutcome.Malformed, "01ffffffffffffffffff01")]
    [InlineData(ProofOutcome.Malformed, "01ffffff7f")]
    [InlineData(ProofOutcome.Malformed, "0101c0")]
    [InlineData(ProofOutcome.Malformed, "0101c100016b0176")] // padding
    [InlineData(ProofOutcome.NotATree, "01010000016b0176")]
    [InlineData(ProofOutcome.NotATree, "0102f000016b017600016b0176")]
    [InlineData(ProofOutcome.InvalidKey, "0101c000000176")] // the empty key
    [InlineData(ProofOutcome.WrongSharedPrefix, "0101c001016b0176")]
    [InlineData(ProofOutcome.WrongSharedPrefix, "01023c" + "00016b0176" + "00026b6b0176")] // shares one byte, says none
    [InlineData(ProofOutcome.KeysNotAscending, "01023c" + "00016b0176" + "00016a0176")]
    [InlineData(ProofOutcome.KeysNotAscending, "01023c" + "00016b0176" + "01000176")] // the same key
    [InlineData(ProofOutcome.InvalidKey, "0101c000c102" + "6b0176")] // 321 bytes
    [InlineData(ProofOutcome.Malformed, "0101c000016b800176")] // the value's length in two bytes, and no such value
    [InlineData(ProofOutcome.InvalidValue, "0101c000016b8180800876")] // 16 MiB and a byte
    [InlineData(ProofOutcome.Malformed, "0101c000016b017600")] // something left over
    [InlineData(ProofOutcome.Malformed, "0101c000016b0276")]
    [InlineData(ProofOutcome.WrongRoot, "0101c000016b0176")]
    public void Verify_OneRuleBroken_SaysWhich(ProofOutcome expected, string hex) =>
        Assert.Equal(expected, PrunedTree.Verify(new Hash256(new byte[Hash256.SizeBytes]), Convert.FromHexString(hex), out _).Outcome);

    [Fact]
    public void Verify_TwoStubs_AreRefused()
    {
        PrunedNode top = PrunedNode.Inner(PrunedNode.Stub(Hash256.EmptyRoot), PrunedNode.Stub(Hash256.EmptyRoot));
        Assert.Equal(ProofOutcome.TwoStubs, PrunedTree.Verify(top.Hash(), top.Write(), out _).Outcome);
        Assert.True(PrunedTree.Verify(top.Hash(), PrunedNode.Stub(top.Hash()).Write(), out PrunedTree? tree).IsVerified);
        Assert.Equal(ProvedKey.Unknown, tree!.Find("k"u8));
        Assert.Equal((0, 1), (tree.LeafCount, tree.StubCount));
    }

    /// <summary>A tree of any shape over some leaves.</summary>
    private static PrunedNode AnyTree(Random random, ReadOnlySpan<PrunedNode> leaves)
    {
        if (leaves.Length == 1)
        {
            return leaves[0];
        }

        int middle = 1 + random.Next(leaves.Length - 1);
        return PrunedNode.Inner(AnyTree(random, leaves[..middle]), AnyTree(random, leaves[middle..]));
    }

    private static byte[] Honest(Random random, ReferenceProver prover)
    {
        byte[] a = ProofSamples.Question(random, prover);
        byte[] b = ProofSamples.Question(random, prover);
        PrunedLeaf[] shown = [.. prover.Entries.Select(_ => (PrunedLeaf)random.Next(3))];
        return random.Next(4) switch
        {
            0 => prover.Range(a, ByteStringComparer.Instance.Compare(a, b) < 0 ? b : null),
            1 => prover.Cover(a[..(a.Length / 2)]),
            2 => prover.Keys([a, b]),
            _ => prover.Pruned(place => shown[place]),
        };
    }

    private static byte[] Changed(Random random, byte[] honest)
    {
        PrunedNode tree = PrunedNode.Read(honest)!;
        for (int i = random.Next(2); i >= 0; i--)
        {
            tree.Damage(random);
        }

        return tree.Write();
    }
}
