using System.Text.Json;
using Cairn.Tests.Proofs;
using Xunit;

namespace Cairn.Tests.Reference;

/// <summary>The reference against the vectors that every implementation of the commitment shares.</summary>
public sealed class VectorTests
{
    private const string OursByValue = "prehash";

    public static TheoryData<string> Trees() => [.. ProofVectors.TreeFiles];

    [Fact]
    public void Vectors_AreAllThere() => Assert.Equal(7, Trees().Count);

    [Fact]
    public void FirstDifferingIndex_Units_AreMet()
    {
        foreach (JsonElement unit in ProofVectors.Load("units.json").GetProperty("critpos").EnumerateArray())
        {
            byte[] a = ProofVectors.Bytes(unit[0]);
            byte[] b = ProofVectors.Bytes(unit[1]);
            int expected = unit[2].GetInt32();
            Assert.Equal(expected, NaiveMerkle.FirstDifferingIndex(a, b));
            Assert.Equal(expected, NaiveMerkle.FirstDifferingIndex(b, a));

            // The definition behind the formula: the first place at which the written-out codes differ.
            int first = 0;
            while (NaiveMerkle.CodeBit(a, first) == NaiveMerkle.CodeBit(b, first))
            {
                first++;
            }

            Assert.Equal(expected, first);
        }
    }

    [Fact]
    public void LeafHash_Units_AreMet()
    {
        foreach (JsonElement unit in ProofVectors.Load("units.json").GetProperty("leaf_hash").EnumerateArray())
        {
            byte[] hash = NaiveMerkle.LeafHash(ProofVectors.Bytes(unit.GetProperty("key")), ProofVectors.Bytes(unit.GetProperty("value")));
            Assert.Equal(unit.GetProperty(OursByValue).GetString(), Convert.ToHexStringLower(hash));
        }
    }

    [Fact]
    public void InnerHash_Units_AreMet()
    {
        JsonElement unit = ProofVectors.Load("units.json").GetProperty("inner_hash");
        byte[] hash = NaiveMerkle.InnerHash(ProofVectors.Bytes(unit.GetProperty("left")), ProofVectors.Bytes(unit.GetProperty("right")));
        Assert.Equal(unit.GetProperty(OursByValue).GetString(), Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void Root_EmptyState_IsTheEmptyRoot()
    {
        Assert.Equal(ProofVectors.Load("units.json").GetProperty("empty_root").GetString(), NaiveMerkle.Root(NewState()).ToString());
        Assert.Equal(Hash256.EmptyRoot, NaiveMerkle.Root(NewState()));
    }

    [Theory]
    [MemberData(nameof(Trees))]
    public void Root_Tree_IsMet(string file)
    {
        JsonElement tree = ProofVectors.Load(file);
        Assert.Equal(OursByValue, tree.GetProperty("spec").GetString());
        Assert.Equal(tree.GetProperty("count").GetInt32(), tree.GetProperty("entries").GetArrayLength());
        CheckRoot(tree);
    }

    [Theory]
    [InlineData("by_value_hash.json")]
    [InlineData("pruned.json")]
    public void Root_TreesOfTheProofVectors_AreMet(string file)
    {
        foreach (JsonElement tree in ProofVectors.Load(file).GetProperty("trees").EnumerateArray())
        {
            CheckRoot(tree);
        }
    }

    [Fact]
    public void Root_EntriesUnderAPrefix_IsTheNamespaceRoot()
    {
        foreach (JsonElement tree in ProofVectors.Load("pruned.json").GetProperty("trees").EnumerateArray())
        {
            foreach (JsonElement question in tree.GetProperty("prefixes").EnumerateArray())
            {
                byte[] prefix = ProofVectors.Bytes(question.GetProperty("prefix"));
                SortedDictionary<byte[], byte[]> below = NewState();
                foreach (KeyValuePair<byte[], byte[]> entry in StateOf(tree).Where(entry => entry.Key.AsSpan().StartsWith(prefix)))
                {
                    below.Add(entry.Key, entry.Value);
                }

                Assert.Equal(question.GetProperty("root").GetString(), below.Count == 0 ? null : NaiveMerkle.Root(below).ToString());
            }
        }
    }

    [Fact]
    public void Root_EveryStepOfTheHistory_IsMet()
    {
        Step[] steps = [.. History()];
        Assert.Equal(40, steps.Length);
        SortedDictionary<byte[], byte[]> state = NewState();
        foreach (Step step in steps)
        {
            if (step.Value is null)
            {
                state.Remove(step.Key);
            }
            else
            {
                state[step.Key] = step.Value;
            }

            Assert.Equal(step.Root, NaiveMerkle.Root(state));
        }
    }

    /// <summary>The steps of the history that is ours, from the empty state on.</summary>
    internal static IEnumerable<Step> History()
    {
        JsonElement run = ProofVectors.Load("history.json").GetProperty("runs").EnumerateArray().Single(run => run.GetProperty("spec").GetString() == OursByValue);
        foreach (JsonElement step in run.GetProperty("steps").EnumerateArray())
        {
            string kind = step[0].GetString()!;
            Assert.True(kind is "put" or "del", kind);
            yield return new Step(ProofVectors.Bytes(step[1]), kind == "put" ? ProofVectors.Bytes(step[2]) : null, Hash256.Parse(step[step.GetArrayLength() - 1].GetString()!));
        }
    }

    private static SortedDictionary<byte[], byte[]> StateOf(JsonElement tree)
    {
        SortedDictionary<byte[], byte[]> state = NewState();
        foreach (JsonElement entry in tree.GetProperty("entries").EnumerateArray())
        {
            state.Add(ProofVectors.Bytes(entry[0]), ProofVectors.Bytes(entry[1]));
        }

        return state;
    }

    private static void CheckRoot(JsonElement tree)
    {
        SortedDictionary<byte[], byte[]> state = StateOf(tree);
        Assert.Equal(tree.GetProperty("root").GetString(), NaiveMerkle.Root(state).ToString());
        Assert.Equal((ulong)state.Count, NaiveMerkle.Totals(state).Entries);
    }

    private static SortedDictionary<byte[], byte[]> NewState() => new(ByteStringComparer.Instance);

    /// <summary>One step of the history.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">Its new value; null when it is deleted.</param>
    /// <param name="Root">The root afterwards.</param>
    internal sealed record Step(byte[] Key, byte[]? Value, Hash256 Root);
}
