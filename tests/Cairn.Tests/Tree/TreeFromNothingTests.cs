using Cairn.Homes;
using Cairn.Tests.Reference;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>A tree of new entries alone is cut while its entries come. Its pages are those that cutting the whole list gives, which a tree of one page does when the other entries come to it.</summary>
public sealed class TreeFromNothingTests
{
    public static TheoryData<int> Shapes => [.. KeyShapes.All.Select(static shape => (int)shape)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Apply_ToEmptyTree_CutsAsTheWholeList(int shape)
    {
        SeededRandom.ForEach(3, random =>
        {
            foreach (int keysAtMost in (int[])[20, 70, 400, 6000])
            {
                byte[][] keys = [.. KeyShapes.Make(random, (KeyShape)shape, random.Next(1, keysAtMost + 1)).Distinct(ByteStringComparer.Instance)];
                AssertSame(random.Next(2) == 0 ? TreeKind.State : TreeKind.Local, keys, random.Next(keys.Length), valueBytes: random.Next(4) == 0 ? 1500 : random.Next(900));
            }
        });
    }

    private static void AssertSame(TreeKind kind, byte[][] keys, int first, int valueBytes)
    {
        PageCache pages = new(store: null, limitBytes: 1 << 20, new PagePool(poison: true));
        TreeApplier applier = new(pages, kind);
        TreeRoot whole = Apply(applier, TreeRoot.Empty(kind), [.. keys.Select(key => (key, Value(key, valueBytes)))]);
        TreeRoot one = Apply(applier, TreeRoot.Empty(kind), [(keys[first], Value(keys[first], valueBytes))]);
        TreeRoot both = Apply(applier, one, [.. keys.Where((_, index) => index != first).Select(key => (key, Value(key, valueBytes)))]);
        Assert.Equal(both.Hash, whole.Hash);
        TestTree.AssertSamePages(both.Reference, whole.Reference);
    }

    private static TreeRoot Apply(TreeApplier applier, TreeRoot root, List<(byte[] Key, byte[]? Value)> changes) =>
        applier.Apply(root, TestTree.Batch(changes), new BlockHeight(1), born: 1, new ChangeList.Builder()).Root;

    /// <summary>Of very different lengths, so that pages are cut for their weight, too.</summary>
    private static byte[] Value(byte[] key, int atMost) => new byte[key[^1] * atMost / byte.MaxValue];
}
