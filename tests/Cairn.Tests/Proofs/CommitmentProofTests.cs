using System.Text.Json;
using Cairn.Proofs;
using Xunit;

namespace Cairn.Tests.Proofs;

/// <summary>The codec against the vectors: the same bytes out of the reference prover, and decoding gives them back.</summary>
public sealed class CommitmentProofTests
{
    public static TheoryData<string> Trees() => [.. ProofVectors.TreeFiles.Where(file => file != "tree_n0.json")];

    [Theory]
    [MemberData(nameof(Trees))]
    public void Encode_ProofsOfTheVectors_AreTheirBytes(string file)
    {
        JsonElement tree = ProofVectors.Load(file);
        CheckSingles(ProofSpec.ByValue, tree);
        ReferenceProver prover = ProofVectors.ProverOf(tree);
        JsonElement batch = tree.GetProperty("batch");
        foreach (bool isCompressed in new[] { false, true })
        {
            byte[] expected = ProofVectors.Bytes(batch.GetProperty(isCompressed ? "compressed" : "proof"));
            CommitmentProof decoded = Decode(expected);
            Assert.Equal(isCompressed ? CommitmentProofKind.CompressedBatch : CommitmentProofKind.Batch, decoded.Kind);
            Assert.Equal(batch.GetProperty("exist").GetArrayLength() + batch.GetProperty("nonexist").GetArrayLength(), decoded.Entries.Count);
            ProofEntry[] made = [.. decoded.Entries.Select(entry => prover.Prove(ProofSpec.ByValue, entry.Key.ToArray()))];
            Assert.Equal(Convert.ToHexStringLower(expected), Convert.ToHexStringLower(CommitmentProof.Batch(made, isCompressed).Encode()));
        }
    }

    [Fact]
    public void Encode_ProofsOfTheVectorsByValueHash_AreTheirBytes()
    {
        foreach (JsonElement tree in ProofVectors.Load("by_value_hash.json").GetProperty("trees").EnumerateArray())
        {
            CheckSingles(ProofSpec.ByValueHash, tree);
        }
    }

    [Fact]
    public void Batch_WithoutEntries_IsRefused() => Assert.Throws<ArgumentException>(() => CommitmentProof.Batch([], isCompressed: true));

    private static void CheckSingles(ProofSpec spec, JsonElement tree)
    {
        ReferenceProver prover = ProofVectors.ProverOf(tree);
        Assert.Equal(ProofVectors.RootOf(tree), prover.Root);
        JsonElement[] questions = [.. tree.GetProperty("exist").EnumerateArray(), .. tree.GetProperty("nonexist").EnumerateArray()];
        Assert.NotEmpty(questions);
        foreach (JsonElement question in questions)
        {
            byte[] expected = ProofVectors.Bytes(question.GetProperty("proof"));
            byte[] made = prover.ProveOne(spec, ProofVectors.Bytes(question.GetProperty("key"))).Encode();
            Assert.Equal(Convert.ToHexStringLower(expected), Convert.ToHexStringLower(made));
            Assert.Equal(expected, Decode(expected).Encode());
        }
    }

    private static CommitmentProof Decode(byte[] bytes)
    {
        Assert.True(CommitmentProof.TryDecode(bytes, out CommitmentProof? proof));
        return proof;
    }
}
