using Cairn.Homes;
using Cairn.Proofs;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Holds what a store says of its past against the reference: the states after each block there has been and that no rewind has taken back.</summary>
internal static class PastComparison
{
    private static readonly TreeKind[] Trees = [TreeKind.State, TreeKind.Local];

    /// <summary>The state at every retained height, and at the heights between, in all it says.</summary>
    public static void AssertEveryHeight(IList<ReferenceState> states, StateStore store, Random random)
    {
        int oldest = OldestIndex(states, store);
        for (int i = oldest; i < states.Count; i++)
        {
            AssertAt(states[i], states[i].Height!.Value, store, random);
            if (i + 1 < states.Count)
            {
                AssertAt(states[i], new BlockHeight(states[i + 1].Height!.Value.Value - 1), store, random);
            }
        }

        AssertOutside(states, store);
    }

    /// <summary>Some questions of each kind at random heights.</summary>
    public static void AssertSome(IList<ReferenceState> states, StateStore store, Random random)
    {
        AssertOutside(states, store);
        if (states.Count == 0)
        {
            return;
        }

        int oldest = OldestIndex(states, store);
        int one = random.Next(oldest, states.Count);
        int other = random.Next(oldest, states.Count);
        AssertAt(states[one], HeightIn(states, one, random), store, random);
        AssertDiff(states[one], states[other], store);
        AssertVersions(states, oldest, store, random);
        AssertBlocks(states, Math.Min(one, other), Math.Max(one, other), store);
        AssertRoots(states, oldest, one, store);
    }

    /// <summary>A view at a height.</summary>
    public static void AssertAt(ReferenceState expected, BlockHeight height, StateStore store, Random random)
    {
        using StateView view = store.ViewAt(height);
        StoreComparison.AssertSame(expected, view, random);
        Assert.Equal(expected.Root, store.RootAt(height));
        if (random.Next(3) == 0)
        {
            AssertProofs(expected, view, random);
        }
    }

    /// <summary>Proofs of some keys, present and absent, and of everything, are verified against the root.</summary>
    private static void AssertProofs(ReferenceState expected, StateView view, Random random)
    {
        ReferenceTree tree = expected.State;
        for (int i = 0; i < 3 && tree.Sorted.Length > 0; i++)
        {
            byte[] key = tree.Sorted[random.Next(tree.Sorted.Length)].Key;
            key = i == 2 ? [.. key, 0] : key;
            byte[] proof = view.Prove(key, ProofSpec.ByValueHash).Encode();
            ProofResult result = tree.Find(key) is { } entry
                ? ProofVerifier.VerifyMembership(ProofSpec.ByValueHash, expected.Root, proof, key, entry.Value)
                : ProofVerifier.VerifyAbsence(ProofSpec.ByValueHash, expected.Root, proof, key);
            Assert.True(result.IsVerified, $"{result.Outcome}");
        }

        RangeProof all = view.ProveRange([], []);
        Assert.True(PrunedTree.Verify(expected.Root, all.Proof.Span, out PrunedTree? pruned).IsVerified);
        Assert.True(pruned!.TryRange([], [], out PrunedEntryCollection? entries));
        Assert.Equal(tree.Sorted.Select(static entry => (Hex(entry.Key), Hex(entry.Value.Value))), entries.Select(static entry => (Hex(entry.Key.ToArray()), Hex(entry.Value.ToArray()))));
    }

    /// <summary>What differs between two states, forwards and backwards.</summary>
    public static void AssertDiff(ReferenceState one, ReferenceState other, StateStore store)
    {
        List<string> expected = [];
        foreach (TreeKind tree in Trees)
        {
            foreach (byte[] key in KeysOf(one.Tree(tree), other.Tree(tree)))
            {
                (byte[]? old, byte[]? @new) = (one.Tree(tree).Find(key)?.Value, other.Tree(tree).Find(key)?.Value);
                if (old is null || @new is null || !old.AsSpan().SequenceEqual(@new))
                {
                    expected.Add($"{tree} {Hex(key)} {Hex(old)} {Hex(@new)}");
                }
            }
        }

        Assert.Equal(expected, store.Diff(one.Height!.Value, other.Height!.Value).Select(static change => $"{change.Tree} {Hex(change.Key)} {Hex(change.Old)} {Hex(change.New)}"));
    }

    /// <summary>The versions of a key that there was once, or nearly was.</summary>
    private static void AssertVersions(IList<ReferenceState> states, int oldest, StateStore store, Random random)
    {
        TreeKind tree = Trees[random.Next(2)];
        ReferenceTree some = states[random.Next(oldest, states.Count)].Tree(tree);
        byte[] key = some.Sorted.Length == 0 ? [7] : some.Sorted[random.Next(some.Sorted.Length)].Key;
        key = random.Next(8) == 0 ? key[..^1] : key;
        int from = random.Next(3) == 0 ? oldest : random.Next(oldest, states.Count);
        int to = random.Next(3) == 0 ? states.Count - 1 : random.Next(from, states.Count);
        List<string> expected = [];
        for (int i = from; i <= to; i++)
        {
            ReferenceEntry? before = i == 0 ? null : states[i - 1].Tree(tree).Find(key);
            ReferenceEntry? after = states[i].Tree(tree).Find(key);
            if (!ReferenceEquals(before, after))
            {
                expected.Add($"{states[i].Height} {Hex(before?.Value)} {Hex(after?.Value)}");
            }
        }

        IEnumerable<KeyVersion> actual = store.VersionsOf(
            tree, key, from == oldest ? null : states[from].Height, to == states.Count - 1 ? (random.Next(2) == 0 ? null : new BlockHeight(ulong.MaxValue)) : HeightIn(states, to, random));
        Assert.Equal(expected, actual.Select(static version => $"{version.Height} {Hex(version.Old)} {Hex(version.New)}"));
    }

    private static void AssertBlocks(IList<ReferenceState> states, int from, int to, StateStore store)
    {
        int at = from;
        foreach (BlockRecord block in store.Blocks(states[from].Height, states[to].Height))
        {
            ReferenceState before = at == 0 ? ReferenceState.Empty : states[at - 1];
            ReferenceState after = states[at++];
            Assert.Equal((after.Height!.Value, before.Height, after.TimeTicks), (block.Height, block.ParentHeight, block.TimeTicks));
            Assert.Equal((before.Root, after.Root), (block.PreviousRoot, block.Root));
            Assert.Equal((after.State.Totals, after.Local.Totals), (block.StateTotals, block.LocalTotals));
            Assert.Equal(Hex(after.Payload), Hex(block.Payload?.ToArray()));
            AssertChanges(before.State, after.State, block.StateChanges);
            AssertChanges(before.Local, after.Local, block.LocalChanges);
        }

        Assert.Equal(to + 1, at);
    }

    private static void AssertChanges(ReferenceTree before, ReferenceTree after, ChangeList changes)
    {
        IEnumerable<string> expected = KeysOf(before, after).Where(key => !ReferenceEquals(before.Find(key), after.Find(key))).Select(key => $"{Hex(key)} {Hex(before.Find(key)?.Value)} {Hex(after.Find(key)?.Value)}");
        IEnumerable<string> actual = Enumerable.Range(0, changes.Count).Select(index =>
            $"{Hex(changes.Key(index).ToArray())} {Hex(changes.HasOld(index) ? changes.Old(index).ToArray() : null)} {Hex(changes.HasNew(index) ? changes.New(index).ToArray() : null)}");
        Assert.Equal(expected, actual);
    }

    private static void AssertRoots(IList<ReferenceState> states, int oldest, int index, StateStore store)
    {
        Hash256 root = states[index].Root;
        Assert.Equal(states.Last(state => state.Root == root).Height, store.HeightOf(root));
        Hash256? pruned = states.Take(oldest).Select(static state => (Hash256?)state.Root).FirstOrDefault(old => !states.Skip(oldest).Any(state => state.Root == old));
        Assert.Null(store.HeightOf(pruned ?? default));
    }

    /// <summary>Above the head and below the floor there is no answer.</summary>
    private static void AssertOutside(IList<ReferenceState> states, StateStore store)
    {
        BlockHeight? newest = states.Count == 0 ? null : states[^1].Height;
        BlockHeight above = new((newest?.Value ?? 0) + 1);
        AssertRefused(above, newest, () => store.ViewAt(above).Dispose(), store);
        AssertRefused(above, newest, () => _ = store.RootAt(above), store);
        AssertRefused(above, newest, () => _ = store.Diff(above, above).Count(), store);
        if (store.FloorHeight is { Value: > 0 } floor)
        {
            BlockHeight below = new(floor.Value - 1);
            AssertRefused(below, newest, () => store.ViewAt(below).Dispose(), store);
            AssertRefused(below, newest, () => _ = store.Diff(newest!.Value, below).Count(), store);
            if (store.GetStatistics() is var statistics && statistics.RetainedBlocks < statistics.BlockCount)
            {
                AssertRefused(below, newest, () => _ = store.Blocks(below).Count(), store);
                AssertRefused(below, newest, () => _ = store.VersionsOf(TreeKind.State, [1], below).Count(), store);
            }
        }
    }

    private static void AssertRefused(BlockHeight height, BlockHeight? newest, Action question, StateStore store)
    {
        HeightNotRetainedException refusal = Assert.Throws<HeightNotRetainedException>(question);
        Assert.Equal((height, newest), (refusal.Requested, refusal.Newest));
        Assert.True(refusal.Oldest <= store.FloorHeight || store.FloorHeight is null, refusal.Message);
    }

    /// <summary>The height of a block, or one below the next.</summary>
    private static BlockHeight HeightIn(IList<ReferenceState> states, int index, Random random) =>
        index + 1 < states.Count && random.Next(2) == 0 ? new BlockHeight(states[index + 1].Height!.Value.Value - 1) : states[index].Height!.Value;

    /// <summary>The index of the floor.</summary>
    private static int OldestIndex(IList<ReferenceState> states, StateStore store)
    {
        int index = states.TakeWhile(state => state.Height < store.FloorHeight).Count();
        Assert.Equal(store.FloorHeight, states.Count == 0 ? null : states[index].Height);
        return index;
    }

    private static IEnumerable<byte[]> KeysOf(ReferenceTree one, ReferenceTree other) =>
        one.Sorted.Concat(other.Sorted).Select(static entry => entry.Key).Distinct(ByteStringComparer.Instance).Order(ByteStringComparer.Instance);

    private static string Hex(byte[]? bytes) => bytes is null ? "-" : Convert.ToHexStringLower(bytes);
}
