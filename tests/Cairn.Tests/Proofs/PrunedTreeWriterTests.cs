using System.Text.Json;
using Cairn.Proofs;
using Xunit;

namespace Cairn.Tests.Proofs;

/// <summary>The bytes of pruned trees against the vectors, and what the writer refuses.</summary>
public sealed class PrunedTreeWriterTests
{
    public static TheoryData<string> Trees() => [.. ProofVectors.Load("pruned.json").GetProperty("trees").EnumerateArray().Select(tree => tree.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Trees))]
    public void ToArray_ProofsOfTheVectors_AreTheirBytes(string name)
    {
        JsonElement tree = ProofVectors.Load("pruned.json").GetProperty("trees").EnumerateArray().Single(tree => tree.GetProperty("name").GetString() == name);
        ReferenceProver prover = ProofVectors.ProverOf(tree);
        foreach (JsonElement question in tree.GetProperty("ranges").EnumerateArray())
        {
            CheckBytes(question, prover.Range(ProofVectors.Bytes(question.GetProperty("from")), ProofVectors.BytesOrNull(question.GetProperty("to"))));
        }

        foreach (JsonElement question in tree.GetProperty("prefixes").EnumerateArray())
        {
            byte[] prefix = ProofVectors.Bytes(question.GetProperty("prefix"));
            CheckBytes(question, prover.Cover(prefix));
        }

        foreach (JsonElement question in tree.GetProperty("multi").EnumerateArray())
        {
            CheckBytes(question, prover.Keys(question.GetProperty("asks").EnumerateArray().Select(ask => ProofVectors.Bytes(ask[0]))));
        }
    }

    [Fact]
    public void Writer_WhatPrunedTreeRefuses_IsAnException()
    {
        PrunedTreeWriter writer = new();
        writer.Inner();
        Assert.Throws<InvalidOperationException>(() => writer.ToArray());
        Assert.Throws<ArgumentException>(() => writer.Leaf([], Hash256.EmptyRoot));
        Assert.Throws<ArgumentException>(() => writer.Leaf(new byte[StateLimits.MaxKeyBytes + 1], Hash256.EmptyRoot));
        Assert.Throws<ArgumentException>(() => writer.Leaf("k"u8, new byte[StateLimits.MaxValueBytes + 1]));
        writer.Leaf("k"u8, "v"u8);
        Assert.Throws<ArgumentException>(() => writer.Leaf("k"u8, "v"u8));
        writer.Leaf("ka"u8, Hash256.EmptyRoot);
        Assert.Throws<InvalidOperationException>(() => writer.Stub(Hash256.EmptyRoot));
        Assert.Throws<InvalidOperationException>(writer.Inner);
        Assert.Equal("0102" + "38" + "00016b" + "0176" + "010161" + Hash256.EmptyRoot, Convert.ToHexStringLower(writer.ToArray()));
    }

    [Fact]
    public void Writer_TwoStubsUnderOneNode_AreAnException()
    {
        PrunedTreeWriter writer = new();
        writer.Inner();
        writer.Stub(Hash256.EmptyRoot);
        Assert.Throws<InvalidOperationException>(() => writer.Stub(Hash256.EmptyRoot));
    }

    [Fact]
    public void Writer_DeeperThanAnyTree_IsAnException()
    {
        PrunedTreeWriter writer = new();
        for (int i = 0; i < ProofLimits.MaxDepth; i++)
        {
            writer.Inner();
        }

        Assert.Throws<InvalidOperationException>(writer.Inner);
    }

    [Fact]
    public void ToArray_WithoutNodes_IsTheEmptyTree() => Assert.Equal([1, 0], new PrunedTreeWriter().ToArray());

    private static void CheckBytes(JsonElement question, byte[] made) => Assert.Equal(question.GetProperty("proof").GetString(), Convert.ToHexStringLower(made));
}
