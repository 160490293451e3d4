using Cairn.Checking;
using Cairn.Homes;
using Cairn.Tests.Reference;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>A tree in memory, driven without a store. Freed page memory is overwritten, so that a use after freeing shows.</summary>
internal sealed class TestTree
{
    private readonly TreeApplier _applier;
    private ulong _height;

    public TestTree(TreeKind kind = TreeKind.State)
    {
        Kind = kind;
        Pages = new PageCache(store: null, limitBytes: 1 << 20, new PagePool(poison: true));
        _applier = new TreeApplier(Pages, kind);
        Root = TreeRoot.Empty(kind);
    }

    public TreeKind Kind { get; }

    public PageCache Pages { get; }

    public TreeRoot Root { get; private set; }

    public static List<(byte[] Key, byte[]? Value)> RandomBatch(Random random, KeyShape shape, SortedDictionary<byte[], byte[]> model, int keysAtMost, int valuesAtMost)
    {
        Dictionary<byte[], byte[]?> batch = new(ByteStringComparer.Instance);
        foreach (byte[] key in KeyShapes.Make(random, shape, random.Next(keysAtMost + 1)))
        {
            batch[key] = Value(random, valuesAtMost);
        }

        byte[][] present = [.. model.Keys];
        int touched = present.Length == 0 ? 0 : random.Next(Math.Min(keysAtMost, present.Length) + 1);
        bool mostlyDelete = random.Next(4) == 0;
        for (int i = 0; i < touched; i++)
        {
            byte[] key = present[random.Next(present.Length)];
            batch[key] = random.Next(10) < (mostlyDelete ? 9 : 3) ? null : random.Next(3) == 0 ? Value(random, valuesAtMost) : NewOfSameLength(random, model[key]);
        }

        foreach ((byte[] key, byte[]? value) in batch)
        {
            if (value is null)
            {
                model.Remove(key);
            }
            else
            {
                model[key] = value;
            }
        }

        return [.. batch.Select(static change => (change.Key, change.Value))];
    }

    public static ChangeBatch Batch(IEnumerable<(byte[] Key, byte[]? Value)> changes)
    {
        ChangeList.Builder builder = new();
        foreach ((byte[] key, byte[]? value) in changes.OrderBy(static change => change.Key, ByteStringComparer.Instance))
        {
            builder.Add(key, hasOld: false, default, default, hasNew: value is not null, value);
        }

        return ChangeBatch.Of(builder.Build());
    }

    /// <summary>What is the same for two handles of one page: a page read twice, because it was let go between, has two.</summary>
    public static object Name(PageReference page) => page.Id == PageId.None ? page : page.Id;

    /// <summary>Both trees have the same pages, to the byte; where both have the very same page they are not compared further.</summary>
    public static void AssertSamePages(PageReference? expected, PageReference? found)
    {
        Assert.Equal(expected is null, found is null);
        Stack<(PageReference? Expected, PageReference? Found)> open = new();
        if (expected is not null)
        {
            open.Push((expected, found));
        }

        while (open.TryPop(out (PageReference? Expected, PageReference? Found) next))
        {
            if (Equals(Name(next.Expected!), Name(next.Found!)))
            {
                continue;
            }

            Page left = next.Expected!.Page!;
            Page right = next.Found!.Page!;
            Assert.True(left.Body.SequenceEqual(right.Body), "The bytes of a page differ.");
            Assert.Equal((left.Hash, left.HashValid, left.PendingStubs, left.Totals, left.Born), (right.Hash, right.HashValid, right.PendingStubs, right.Totals, right.Born));
            Assert.Equal(left.Blobs.Select(static blob => blob.Hash), right.Blobs.Select(static blob => blob.Hash));
            for (int node = 0; node < left.Count - 1 && left.Tree == TreeKind.State; node++)
            {
                Assert.True(((left.HashValid >> node) & 1) == 0 || left.NodeHash(node).SequenceEqual(right.NodeHash(node)), "A node hash differs.");
            }

            Assert.Equal(left.Children.Length, right.Children.Length);
            for (int i = 0; i < left.Children.Length; i++)
            {
                open.Push((left.Children[i], right.Children[i]));
            }
        }
    }

    public TreeChange Apply(List<(byte[] Key, byte[]? Value)> changes)
    {
        TreeChange change = _applier.Apply(Root, Batch(changes), (BlockHeight)(++_height), _height, new ChangeList.Builder());
        Root = change.Root;
        return change;
    }

    public void AssertEquals(SortedDictionary<byte[], byte[]> model)
    {
        List<CheckFault> faults = [];
        new TreeChecker(Pages, store: null, Kind, (BlockHeight)_height, faults.Add, CancellationToken.None).Check(Root);
        Assert.Empty(faults);
        Assert.Equal(NaiveMerkle.Totals(model), Root.Totals);
        if (Kind == TreeKind.State)
        {
            Assert.Equal(NaiveMerkle.Root(model), Root.Hash);
        }

        Assert.Equal(model.Select(static e => Convert.ToHexString(e.Key) + "=" + Convert.ToHexString(e.Value)), Scan(Root, [], reverse: false));
    }

    public void AssertQuestions(SortedDictionary<byte[], byte[]> model, Random random, KeyShape shape)
    {
        byte[][] sorted = [.. model.Keys];
        List<byte[]> questions = [.. KeyShapes.Make(random, shape, 20)];
        for (int i = 0; i < 20 && sorted.Length > 0; i++)
        {
            byte[] key = sorted[random.Next(sorted.Length)];
            questions.Add(key);
            questions.Add(key[..random.Next(key.Length + 1)]);
            questions.Add([.. key, (byte)random.Next(256)]);
            questions.Add([.. key[..^1], (byte)(key[^1] ^ (1 << random.Next(8)))]);
        }

        foreach (byte[] question in questions)
        {
            using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
            bool found = TreeReading.TryFind(Pages, Root, question, out Page? page, out int item);
            Assert.Equal(model.TryGetValue(question, out byte[]? value), found);
            if (found)
            {
                Assert.Equal(value, TreeReading.Value(Pages, page!, item));
            }

            TreeTotals expected = default;
            foreach (byte[] key in sorted.Where(key => key.AsSpan().StartsWith(question)))
            {
                expected += new TreeTotals(1, (ulong)(key.Length + model[key].Length));
            }

            Assert.Equal(expected, TreeReading.TotalsOf(Pages, Root, question));
            Assert.Equal(
                sorted.Where(key => key.AsSpan().SequenceCompareTo(question) >= 0).Take(5).Select(Convert.ToHexString),
                Scan(Root, question, reverse: false).Take(5).Select(static line => line[..line.IndexOf('=', StringComparison.Ordinal)]));
            if (question.Length > 0)
            {
                Assert.Equal(
                    sorted.Where(key => key.AsSpan().SequenceCompareTo(question) < 0).Reverse().Take(5).Select(Convert.ToHexString),
                    Scan(Root, question, reverse: true).Take(5).Select(static line => line[..line.IndexOf('=', StringComparison.Ordinal)]));
            }
        }
    }

    public IEnumerable<string> Scan(TreeRoot root, byte[] bound, bool reverse)
    {
        TreeCursor cursor = new(Pages, root, bound, end: [], reverse);
        while (cursor.MoveNext())
        {
            yield return Convert.ToHexString(cursor.Key) + "=" + Convert.ToHexString(cursor.Value);
        }
    }

    private static byte[] Value(Random random, int atMost)
    {
        byte[] value = new byte[random.Next(3) == 0 ? 4 : random.Next(atMost + 1)];
        random.NextBytes(value);
        return value;
    }

    private static byte[] NewOfSameLength(Random random, byte[] old)
    {
        byte[] value = new byte[old.Length];
        random.NextBytes(value);
        return value;
    }
}
