using System.Text.Json;
using Cairn.Proofs;
using Cairn.Proving;
using Cairn.Tests.Proofs;
using Cairn.Tests.Tree;
using Xunit;

namespace Cairn.Tests.Proving;

/// <summary>What is built from pages, byte by byte the vectors that every implementation shares.</summary>
public sealed class ProvingVectorTests
{
    public static TheoryData<string> Trees() => [.. ProofVectors.TreeFiles.Where(file => file != "tree_n0.json")];

    [Theory]
    [MemberData(nameof(Trees))]
    public void Prove_Tree_GivesTheVectors(string file)
    {
        JsonElement tree = ProofVectors.Load(file);
        ProofTree pages = TreeOf(tree);
        CheckSingle(pages, tree, ProofSpec.ByValue);
        JsonElement batch = tree.GetProperty("batch");
        foreach (bool isCompressed in (bool[])[false, true])
        {
            byte[] expected = ProofVectors.Bytes(batch.GetProperty(isCompressed ? "compressed" : "proof"));
            Assert.True(CommitmentProof.TryDecode(expected, out CommitmentProof? decoded));
            CommitmentProof made = new KeyProver(pages, ProofSpec.ByValue).Prove([.. decoded!.Entries.Select(entry => entry.Key)], isCompressed, CancellationToken.None);
            Assert.Equal(Convert.ToHexStringLower(expected), Convert.ToHexStringLower(made.Encode()));
        }
    }

    [Fact]
    public void Prove_ByValueHash_GivesTheVectors()
    {
        foreach (JsonElement tree in ProofVectors.Load("by_value_hash.json").GetProperty("trees").EnumerateArray())
        {
            CheckSingle(TreeOf(tree), tree, ProofSpec.ByValueHash);
        }
    }

    [Fact]
    public void PrunedProofs_GiveTheVectors()
    {
        foreach (JsonElement tree in ProofVectors.Load("pruned.json").GetProperty("trees").EnumerateArray())
        {
            ProofTree pages = TreeOf(tree);
            foreach (JsonElement question in tree.GetProperty("ranges").EnumerateArray())
            {
                byte[]? to = ProofVectors.BytesOrNull(question.GetProperty("to"));
                ShownKeys shown = ShownKeys.Range(pages, ProofVectors.Bytes(question.GetProperty("from")), to, hasEnd: to is not null);
                CheckBytes(question, new PrunedProver(pages, shown).Write(CancellationToken.None));
            }

            foreach (JsonElement question in tree.GetProperty("prefixes").EnumerateArray())
            {
                byte[] prefix = ProofVectors.Bytes(question.GetProperty("prefix"));
                NamespaceProof proof = PrunedProofs.Namespace(pages, prefix, CancellationToken.None);
                CheckBytes(question, proof.Proof.Span);
                Assert.Equal(question.GetProperty("root").GetString(), proof.Root?.ToString());
            }

            foreach (JsonElement question in tree.GetProperty("multi").EnumerateArray())
            {
                CheckBytes(question, PrunedProofs.Keys(pages, question.GetProperty("asks").EnumerateArray().Select(ask => (ReadOnlyMemory<byte>)ProofVectors.Bytes(ask[0])), CancellationToken.None));
            }
        }
    }

    [Fact]
    public void Prove_EmptyState_IsRefused()
    {
        NotProvableException refusal = Assert.Throws<NotProvableException>(() => new KeyProver(TreeOf(ProofVectors.Load("tree_n0.json")), ProofSpec.ByValueHash).Prove("a"u8));
        Assert.Equal(UnprovableReason.EmptyState, refusal.Reason);
        Assert.Equal("a"u8.ToArray(), refusal.Key.ToArray());
    }

    private static void CheckSingle(ProofTree pages, JsonElement tree, ProofSpec spec)
    {
        foreach (JsonElement question in tree.GetProperty("exist").EnumerateArray().Concat(tree.GetProperty("nonexist").EnumerateArray()))
        {
            CheckBytes(question, new KeyProver(pages, spec).Prove(ProofVectors.Bytes(question.GetProperty("key"))).Encode());
        }
    }

    private static void CheckBytes(JsonElement question, ReadOnlySpan<byte> made) => Assert.Equal(question.GetProperty("proof").GetString(), Convert.ToHexStringLower(made));

    private static ProofTree TreeOf(JsonElement vector)
    {
        TestTree tree = new();
        tree.Apply([.. vector.GetProperty("entries").EnumerateArray().Select(entry => (ProofVectors.Bytes(entry[0]), (byte[]?)ProofVectors.Bytes(entry[1])))]);
        Assert.Equal(ProofVectors.RootOf(vector), tree.Root.Hash);
        return new ProofTree(tree.Pages, tree.Root, static () => { });
    }
}
