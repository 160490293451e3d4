using Cairn.Tests.Reference;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>The look-up on bare memory gives the answers of the plain one, on every page of trees of every shape, for keys that are there and for keys that nearly are.</summary>
public sealed class PageProbeTests
{
    public static TheoryData<int> Shapes => [.. KeyShapes.All.Select(static shape => (int)shape)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Find_AnyKeyInAnyPage_EqualsPlainSearch(int shape) => SeededRandom.ForEach(3, random =>
    {
        TestTree tree = new();
        SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
        for (int block = 0; block < 4; block++)
        {
            tree.Apply(TestTree.RandomBatch(random, (KeyShape)shape, model, keysAtMost: 500, valuesAtMost: 1500));
        }

        byte[][] keys = [.. model.Keys, .. KeyShapes.Make(random, (KeyShape)shape, 100)];
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        Stack<PageReference> open = new();
        if (tree.Root.Reference is { } root)
        {
            open.Push(root);
        }

        while (open.TryPop(out PageReference? reference))
        {
            Page page = tree.Pages.Get(reference);
            foreach (byte[] key in keys)
            {
                AssertSame(page, key);
                AssertSame(page, Altered(random, key));
            }

            Array.ForEach(page.Children.ToArray(), open.Push);
        }
    });

    private static void AssertSame(Page page, byte[] key)
    {
        bool expected = page.Find(key, out int expectedItem);
        bool found = new PageProbe(page.Address, page.Shape).Find(key, out int item, out int stub, out ReadOnlySpan<byte> value);
        Assert.Equal(expected, found);
        Assert.Equal(expectedItem, item);
        Assert.Equal(page.Children.Length > 0, page.Shape.HasStubs);
        Assert.Equal(page.IsBlob(item), new PageProbe(page.Address, page.Shape).IsBlob(item));
        if (!page.Shape.HasStubs)
        {
            Assert.Equal(found, new PageProbe(page.Address, page.Shape).FindInLeaf(key, out int leafItem, out ReadOnlySpan<byte> leafValue));
            Assert.Equal(item, leafItem);
            Assert.True(leafValue.SequenceEqual(value));
        }

        if (found)
        {
            Assert.Equal(page.IsStub(item) ? page.StubOrdinal(item) : -1, stub);
            Assert.True(page.IsStub(item) || value.SequenceEqual(page.InlineValue(item)));
        }
    }

    /// <summary>The key with a bit turned, cut short or made longer, the empty one included.</summary>
    private static byte[] Altered(Random random, byte[] key)
    {
        byte[] altered = random.Next(3) switch
        {
            0 => key[..random.Next(key.Length + 1)],
            1 => [.. key, (byte)random.Next(256)],
            _ => [.. key],
        };
        if (altered.Length > 0 && random.Next(2) == 0)
        {
            altered[random.Next(altered.Length)] ^= (byte)(1 << random.Next(8));
        }

        return altered;
    }
}
