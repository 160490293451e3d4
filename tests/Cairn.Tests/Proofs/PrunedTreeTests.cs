using System.Text.Json;
using Cairn.Proofs;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Proofs;

/// <summary>Verified pruned trees: the answers of the vectors, and those of random trees against the plain list of entries.</summary>
public sealed class PrunedTreeTests
{
    private static IEnumerable<JsonElement> Trees => ProofVectors.Load("pruned.json").GetProperty("trees").EnumerateArray();

    [Fact]
    public void Range_OfTheVectors_IsAnswered()
    {
        foreach ((JsonElement tree, JsonElement question) in Questions("ranges"))
        {
            PrunedTree verified = Verified(tree, question);
            if (question.GetProperty("to").GetString() is "")
            {
                continue; // a range that ends at the empty key; here an empty end means none
            }

            Assert.True(verified.TryRange(ProofVectors.Bytes(question.GetProperty("from")), ProofVectors.BytesOrNull(question.GetProperty("to")), out PrunedEntryCollection? entries));
            Assert.Equal(question.GetProperty("entries").EnumerateArray().Select(entry => (entry[0].GetString()!, entry[1].GetString()!)), entries.Select(Hex));
        }
    }

    [Fact]
    public void Namespace_OfTheVectors_IsAnswered()
    {
        foreach ((JsonElement tree, JsonElement question) in Questions("prefixes"))
        {
            Assert.True(Verified(tree, question).TryNamespace(ProofVectors.Bytes(question.GetProperty("prefix")), out NamespaceNode? node));
            Assert.Equal(question.GetProperty("root").GetString(), node?.Root.ToString());
        }
    }

    [Fact]
    public void Find_KeysOfTheVectors_AreAnswered()
    {
        foreach ((JsonElement tree, JsonElement question) in Questions("multi"))
        {
            PrunedTree verified = Verified(tree, question);
            foreach (JsonElement ask in question.GetProperty("asks").EnumerateArray())
            {
                ProvedKey answer = verified.Find(ProofVectors.Bytes(ask[0]), out ReadOnlyMemory<byte> value, out _);
                Assert.Equal(ask[1].GetString() is null ? ProvedKey.Absent : ProvedKey.Present, answer);
                Assert.Equal(ask[1].GetString() ?? "", Convert.ToHexStringLower(value.Span));
            }
        }
    }

    [Fact]
    public void BadProofs_OfTheVectors_GiveNoAnswer()
    {
        int count = 0;
        foreach ((JsonElement tree, JsonElement question) in Questions("bad"))
        {
            string why = question.GetProperty("why").GetString()!;
            ProofResult result = PrunedTree.Verify(ProofVectors.RootOf(tree), ProofVectors.Bytes(question.GetProperty("proof")), out PrunedTree? verified);
            Assert.Equal(result.IsVerified, verified is not null);
            bool isAnswered = verified?.TryRange(ProofVectors.Bytes(question.GetProperty("from")), ProofVectors.Bytes(question.GetProperty("to")), out _) ?? false;
            Assert.False(isAnswered, why);
            Assert.Equal(why is "trailing byte" or "last byte missing" or "version 2" or "of another tree", verified is null);
            count++;
        }

        Assert.Equal(8, count);
    }

    [Fact]
    public void Answers_RandomTrees_AreThoseOfTheEntries() => SeededRandom.ForEach(150, random =>
    {
        ReferenceProver prover = ProofSamples.Prover(random, random.Next(40));
        byte[][] keys = [.. Enumerable.Range(0, 6).Select(_ => ProofSamples.Question(random, prover))];
        byte[] from = keys.Min(ByteStringComparer.Instance)!;
        byte[] to = keys.Max(ByteStringComparer.Instance)!;
        CheckRange(prover, prover.Range(from, to), from, to);
        CheckRange(prover, prover.Range(from, to: null), from, []);
        byte[] prefix = keys[0][..random.Next(keys[0].Length + 1)];
        CheckNamespace(prover, prefix);
        PrunedTree some = Verified(prover, prover.Keys(keys));
        foreach (byte[] key in keys)
        {
            CheckKey(prover, some, key);
        }

        CheckTruth(prover, random);
    });

    [Fact]
    public void Chunks_OneAfterTheOther_GiveTheWholeState() => SeededRandom.ForEach(30, random =>
    {
        ReferenceProver prover = ProofSamples.Prover(random, 1 + random.Next(80));
        List<(string, string)> found = [];
        byte[]? start = [];
        for (int chunks = 0; start is not null; chunks++)
        {
            Assert.True(chunks < 200, "the chunks do not end");
            int first = prover.FirstAtOrAfter(start);
            int behind = Math.Min(prover.Entries.Count, first + 1 + random.Next(9));
            bool showsNext = random.Next(2) == 0;
            byte[] proof = prover.Pruned(place => place >= first && place < behind ? PrunedLeaf.Value : place == first - 1 || (place == behind && showsNext) ? PrunedLeaf.Hash : PrunedLeaf.None);
            Assert.True(Verified(prover, proof).TryChunk(start, out PrunedEntryCollection? entries, out start));
            found.AddRange(entries.Select(Hex));
        }

        Assert.Equal(prover.Entries.Select(entry => (Convert.ToHexStringLower(entry.Key), Convert.ToHexStringLower(entry.Value))), found);
    });

    [Fact]
    public void Chunk_WithNothingFromItsStart_IsNone()
    {
        ReferenceProver prover = new([new("a"u8.ToArray(), [1]), new("b"u8.ToArray(), [2]), new("c"u8.ToArray(), [3])]);
        PrunedTree tree = Verified(prover, prover.Range("a"u8.ToArray(), "b"u8.ToArray()));
        Assert.True(tree.TryChunk([], out PrunedEntryCollection? entries, out byte[]? next));
        Assert.Equal(("61", "01"), Hex(Assert.Single(entries)));
        Assert.Equal("b"u8.ToArray(), next);
        Assert.False(tree.TryChunk(next, out _, out _)); // shown by its hash only
        Assert.False(tree.TryChunk("bb"u8, out _, out _)); // behind it stands a stub
        Assert.True(tree.TryChunk("aa"u8, out entries, out next));
        Assert.Empty(entries);
        Assert.Equal("b"u8.ToArray(), next);
    }

    [Fact]
    public void Verified_InputChangedLater_KeepsItsAnswer()
    {
        ReferenceProver prover = new([new("a"u8.ToArray(), [1])]);
        byte[] proof = prover.Prefix([]);
        PrunedTree tree = Verified(prover, proof);
        proof.AsSpan().Clear();
        Assert.Equal(ProvedKey.Present, tree.Find("a"u8, out ReadOnlyMemory<byte> value, out _));
        Assert.Equal([1], value.ToArray());
    }

    [Fact]
    public void Namespace_AnEntry_IsProvedAgainstItsRoot_AndItsRootAgainstTheState() => SeededRandom.ForEach(40, random =>
    {
        ReferenceProver prover = ProofSamples.Prover(random, 2 + random.Next(60));
        int place = random.Next(prover.Entries.Count);
        byte[] key = prover.Entries[place].Key;
        byte[] prefix = key[..random.Next(1, key.Length + 1)];
        Assert.True(Verified(prover, prover.Cover(prefix)).TryNamespace(prefix, out NamespaceNode? node));
        ExistenceProof proof = prover.Exist(ProofSpec.ByValueHash, place);
        int lower = proof.Depth - node!.Value.Depth;
        byte[] below = CommitmentProof.Of(proof.Below(lower)).Encode();
        Assert.True(ProofVerifier.VerifyMembership(ProofSpec.ByValueHash, node.Value.Root, below, key, prover.Entries[place].Value).IsVerified);
        Assert.Equal(node.Value.Root, proof.HashAfter(lower));
        Assert.Equal(prover.Root, proof.HashAfter(proof.Depth));
    });

    internal static PrunedTree Verified(ReferenceProver prover, byte[] proof)
    {
        ProofResult result = PrunedTree.Verify(prover.Root, proof, out PrunedTree? tree);
        Assert.True(result.IsVerified, $"{result.Reason}: {Convert.ToHexStringLower(proof)}");
        return tree!;
    }

    private static PrunedTree Verified(JsonElement tree, JsonElement question)
    {
        ProofResult result = PrunedTree.Verify(ProofVectors.RootOf(tree), ProofVectors.Bytes(question.GetProperty("proof")), out PrunedTree? verified);
        Assert.True(result.IsVerified, result.Reason);
        return verified!;
    }

    private static IEnumerable<(JsonElement Tree, JsonElement Question)> Questions(string kind) =>
        Trees.SelectMany(tree => tree.GetProperty(kind).EnumerateArray().Select(question => (tree, question)));

    private static void CheckRange(ReferenceProver prover, byte[] proof, byte[] from, byte[] to)
    {
        Assert.True(Verified(prover, proof).TryRange(from, to, out PrunedEntryCollection? entries));
        (string, string)[] expected = [.. Within(prover, from, to)];
        Assert.Equal(expected, entries.Select(Hex));
        Assert.Equal(expected.Length, entries.Count);
    }

    private static IEnumerable<(string, string)> Within(ReferenceProver prover, byte[] from, byte[] to) => prover.Entries
        .Where(entry => entry.Key.AsSpan().SequenceCompareTo(from) >= 0 && (to.Length == 0 || entry.Key.AsSpan().SequenceCompareTo(to) < 0))
        .Select(entry => (Convert.ToHexStringLower(entry.Key), Convert.ToHexStringLower(entry.Value)));

    private static void CheckNamespace(ReferenceProver prover, byte[] prefix)
    {
        Assert.True(Verified(prover, prover.Cover(prefix)).TryNamespace(prefix, out NamespaceNode? node));
        Assert.Equal(prover.NamespaceRoot(prefix), node?.Root);
        PrunedTree whole = Verified(prover, prover.Prefix(prefix));
        Assert.True(whole.TryPrefix(prefix, out PrunedEntryCollection? entries));
        Assert.Equal(prover.Entries.Count(entry => entry.Key.AsSpan().StartsWith(prefix)), entries.Count);
        Assert.True(whole.TryNamespace(prefix, out NamespaceNode? same));
        Assert.Equal(node, same);
    }

    private static void CheckKey(ReferenceProver prover, PrunedTree tree, byte[] key)
    {
        ProvedKey answer = tree.Find(key, out ReadOnlyMemory<byte> value, out Hash256? hash);
        byte[]? expected = prover.Entries.Where(entry => entry.Key.AsSpan().SequenceEqual(key)).Select(entry => entry.Value).SingleOrDefault();
        Assert.Equal(expected is null ? ProvedKey.Absent : ProvedKey.Present, answer);
        Assert.Equal(expected ?? [], value.ToArray());
        Assert.Equal(expected is null ? null : ProofSamples.Sha256(expected), hash);
    }

    /// <summary>A tree that shows a random choice of leaves answers a random question truthfully or not at all.</summary>
    private static void CheckTruth(ReferenceProver prover, Random random)
    {
        PrunedLeaf[] shown = [.. prover.Entries.Select(_ => (PrunedLeaf)random.Next(3))];
        PrunedTree tree = Verified(prover, prover.Pruned(place => shown[place]));
        for (int i = 0; i < 20; i++)
        {
            ProofSamples.AssertTruthful(tree, prover, ProofSamples.Question(random, prover), ProofSamples.Question(random, prover));
        }
    }

    private static (string Key, string Value) Hex(KeyValuePair<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> entry) => (Convert.ToHexStringLower(entry.Key.Span), Convert.ToHexStringLower(entry.Value.Span));
}
