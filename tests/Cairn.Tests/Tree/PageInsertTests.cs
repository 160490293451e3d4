using Cairn.Tests.Reference;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>Pages copied with one entry more: blocks of a few changes, in which most pages get one, against the model and against pages built from all their items.</summary>
public sealed class PageInsertTests
{
    public static TheoryData<int> Shapes => [.. KeyShapes.All.Select(static shape => (int)shape)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Apply_FewNewKeysABlock_EqualsModel(int shape) => SeededRandom.ForEach(3, random =>
    {
        foreach (TreeKind kind in new[] { TreeKind.State, TreeKind.Local })
        {
            TestTree tree = new(kind);
            SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
            int valuesAtMost = random.Next(2) == 0 ? 40 : 1200;
            tree.Apply(TestTree.RandomBatch(random, (KeyShape)shape, model, keysAtMost: 300, valuesAtMost));
            for (int block = 0; block < 120; block++)
            {
                tree.Apply(TestTree.RandomBatch(random, (KeyShape)shape, model, keysAtMost: random.Next(1, 5), valuesAtMost));
                if (block % 10 == 9)
                {
                    tree.AssertEquals(model);
                }
            }

            tree.AssertQuestions(model, random, (KeyShape)shape);
        }
    });

    [Theory]
    [MemberData(nameof(Shapes))]
    public void CopyWith_AnEntryAnywhere_IsThePageOfAllItems(int shape) => SeededRandom.ForEach(3, random =>
    {
        // As many as one page holds, however long.
        int room = PageLimits.SoftBytes;
        byte[][] keys = [.. KeyShapes.Make(random, (KeyShape)shape, PageLimits.MaxItems).Distinct(ByteStringComparer.Instance).TakeWhile(key => (room -= key.Length + 3) >= 0)];
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        foreach (byte[] key in keys)
        {
            // One block without the key, and one with it: the second page is made from the first.
            byte[] value = [1, 2, 3];
            List<(byte[] Key, byte[]? Value)> others = [.. keys.Where(other => other != key).Select(other => (other, (byte[]?)value))];
            if (others.Count < 2)
            {
                continue;
            }

            TestTree copied = new();
            copied.Apply(others);
            copied.Apply([(key, value)]);
            TestTree built = new();
            built.Apply([.. others, (key, value)]);
            Page page = copied.Root.Reference!.Page!;
            Page expected = built.Root.Reference!.Page!;
            Assert.Equal((expected.Hash, expected.Totals, expected.Count, expected.StubMask, expected.PrefixBytes, expected.BodyBytes), (page.Hash, page.Totals, page.Count, page.StubMask, page.PrefixBytes, page.BodyBytes));
            Assert.Equal((expected.Shape, expected.TopIndex), (page.Shape, page.TopIndex));
            for (int item = 0; item < expected.Count; item++)
            {
                Assert.True(expected.Suffix(item).SequenceEqual(page.Suffix(item)), $"Item {item} has another key.");
                Assert.True(expected.IsStub(item) || expected.InlineValue(item).SequenceEqual(page.InlineValue(item)), $"Item {item} has another value.");
                Assert.True(expected.IsStub(item) || page.Height(item).Value == (key.AsSpan().SequenceEqual(KeyOf(page, item)) ? 2UL : 1UL), $"Item {item} has another height.");
            }

            for (int node = 0; node < expected.Count - 1; node++)
            {
                Assert.Equal((expected.Gap(node), expected.TrieChild(node, right: false), expected.TrieChild(node, right: true)), (page.Gap(node), page.TrieChild(node, right: false), page.TrieChild(node, right: true)));
                Assert.True(expected.NodeHash(node).SequenceEqual(page.NodeHash(node)), $"Node {node} has another hash.");
            }
        }
    });

    private static byte[] KeyOf(Page page, int item)
    {
        byte[] key = new byte[page.KeyBytes(item)];
        page.CopyKey(item, key);
        return key;
    }
}
