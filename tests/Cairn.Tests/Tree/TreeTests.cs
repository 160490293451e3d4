using System.Text;
using Cairn.Tests.Reference;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>The page tree in memory against a sorted dictionary and the naive recursion.</summary>
public sealed class TreeTests
{
    public static TheoryData<int> Shapes => [.. KeyShapes.All.Select(static shape => (int)shape)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Apply_RandomBatches_EqualsModel(int shape)
    {
        SeededRandom.ForEach(3, random => RunBatches((KeyShape)shape, random, blocks: 16, keysAtMost: 400, valuesAtMost: 60));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Apply_LargeValues_EqualsModel(int shape)
    {
        SeededRandom.ForEach(2, random => RunBatches((KeyShape)shape, random, blocks: 12, keysAtMost: 150, valuesAtMost: 3000));
    }

    [Fact]
    public void Apply_BulkThenMassDelete_EqualsModel()
    {
        SeededRandom.ForEach(1, random =>
        {
            TestTree tree = new();
            SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
            List<(byte[], byte[]?)> batch = [];
            for (int i = 0; i < 20_000; i++)
            {
                byte[] key = Encoding.ASCII.GetBytes($"account/{random.Next(5_000_000):d8}/balance");
                if (model.TryAdd(key, BitConverter.GetBytes(i)))
                {
                    batch.Add((key, BitConverter.GetBytes(i)));
                }
            }

            tree.Apply(batch);
            tree.AssertEquals(model);
            foreach (int share in new[] { 2, 10, 100 })
            {
                batch = [.. model.Keys.Where(_ => random.Next(share) != 0).Select(key => (key, (byte[]?)null))];
                batch.ForEach(change => model.Remove(change.Item1));
                tree.Apply(batch);
                tree.AssertEquals(model);
            }

            tree.Apply([.. model.Keys.Select(key => (key, (byte[]?)null))]);
            model.Clear();
            tree.AssertEquals(model);
        });
    }

    [Fact]
    public void Apply_Comb2880Deep_EqualsModel()
    {
        // Every bit of a key of the greatest length gets a sibling: the deepest tree there can be.
        TestTree tree = new();
        SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
        byte[] spine = new byte[StateLimits.MaxKeyBytes];
        List<byte[]> keys = [spine];
        for (int length = 1; length < spine.Length; length++)
        {
            keys.Add(spine[..length]);
        }

        for (int bit = 0; bit < 8 * spine.Length; bit++)
        {
            byte[] key = spine[..((bit / 8) + 1)];
            key[bit / 8] = (byte)(0x80 >> (bit % 8));
            keys.Add(key);
        }

        foreach (byte[][] part in keys.Chunk(97))
        {
            foreach (byte[] key in part)
            {
                model[key] = [1];
            }

            tree.Apply([.. part.Select(key => (key, (byte[]?)[1]))]);
        }

        tree.AssertEquals(model);
        foreach (byte[][] part in keys.Where((_, i) => i % 3 != 0).Chunk(211))
        {
            foreach (byte[] key in part)
            {
                model.Remove(key);
            }

            tree.Apply([.. part.Select(key => (key, (byte[]?)null))]);
        }

        tree.AssertEquals(model);
    }

    [Fact]
    public void Apply_ChildEmptiedBehindEveryCountOfItemsGivenBack_EqualsModel()
    {
        // Twenty pages of forty entries. Each of the first gives back fifteen or fewer items, then one gives back nothing: once when the stack of items is exactly full.
        List<byte[]> keys = [.. Enumerable.Range(0, 800).Select(static i => new byte[] { (byte)(i / 20), (byte)(i % 20) })];
        for (int left = 250; left <= 260; left++)
        {
            TestTree tree = new();
            SortedDictionary<byte[], byte[]> model = new(keys.ToDictionary(static key => key, static key => key), ByteStringComparer.Instance);
            foreach (byte[][] page in keys.Chunk(40))
            {
                // In parts, so that the stack has not grown yet.
                tree.Apply([.. page.Select(static key => (key, (byte[]?)key))]);
            }

            Assert.Equal(20, tree.Root.Reference!.Page!.Children.Length);
            int still = left;
            List<(byte[], byte[]?)> batch = [];
            foreach (byte[][] page in keys.Chunk(40))
            {
                int kept = page[0][0] >= 38 ? 15 : Math.Min(15, still);
                still -= kept;
                batch.AddRange(page[kept..].Select(static key => (key, (byte[]?)null)));
            }

            batch.ForEach(change => model.Remove(change.Item1));
            tree.Apply(batch);
            tree.AssertEquals(model);
        }
    }

    [Fact]
    public void Apply_NoRealChange_KeepsTheRootPage()
    {
        TestTree tree = new();
        tree.Apply([("a"u8.ToArray(), "1"u8.ToArray()), ("b"u8.ToArray(), "2"u8.ToArray())]);
        PageReference? before = tree.Root.Reference;
        TreeChange change = tree.Apply([("a"u8.ToArray(), "1"u8.ToArray()), ("c"u8.ToArray(), null)]);
        Assert.Equal(0, change.Effective);
        Assert.Same(before, tree.Root.Reference);
    }

    [Fact]
    public void Apply_OldVersions_StayReadable()
    {
        SeededRandom.ForEach(2, random =>
        {
            TestTree tree = new();
            SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
            List<(TreeRoot Root, List<KeyValuePair<byte[], byte[]>> Content)> versions = [];
            for (int block = 0; block < 40; block++)
            {
                List<(byte[], byte[]?)> batch = TestTree.RandomBatch(random, KeyShapes.All[block % KeyShapes.All.Count], model, 60, 40);
                tree.Apply(batch);
                versions.Add((tree.Root, [.. model]));
            }

            foreach ((TreeRoot root, List<KeyValuePair<byte[], byte[]>> content) in versions)
            {
                Assert.Equal(content.Select(static e => Convert.ToHexString(e.Key) + "=" + Convert.ToHexString(e.Value)), tree.Scan(root, [], reverse: false));
            }
        });
    }

    private static void RunBatches(KeyShape shape, Random random, int blocks, int keysAtMost, int valuesAtMost)
    {
        TestTree tree = new();
        SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
        for (int block = 0; block < blocks; block++)
        {
            tree.Apply(TestTree.RandomBatch(random, shape, model, keysAtMost, valuesAtMost));
            tree.AssertEquals(model);
            tree.AssertQuestions(model, random, shape);
        }
    }
}
