using Cairn.Tests.Reference;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>Which items of pages lead to the keys of a span: not one too few, and hardly one too many.</summary>
public sealed class KeySpanTests
{
    [Fact]
    public void ItemsIn_FollowedFromTheRoot_LeadToAllKeysOfTheSpan() => SeededRandom.ForEach(40, random =>
    {
        TestTree tree = new();
        SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
        KeyShape shape = Enum.GetValues<KeyShape>()[random.Next(Enum.GetValues<KeyShape>().Length)];
        tree.Apply(TestTree.RandomBatch(random, shape, model, keysAtMost: 3000, valuesAtMost: 40));
        byte[][] keys = [.. model.Keys];
        for (int round = 0; round < 20 && keys.Length > 0; round++)
        {
            int first = random.Next(keys.Length);
            int last = Math.Min(keys.Length - 1, first + random.Next(random.Next(2) == 0 ? 3 : keys.Length));
            KeySpan span = new(keys[first]);
            span.ExtendTo(keys[last]);
            HashSet<byte[]> reached = new(ByteStringComparer.Instance);
            Follow(tree.Root.Reference!.Page!, span, reached);
            Assert.All(keys[first..(last + 1)], key => Assert.Contains(key, reached));
            Assert.InRange(reached.Count, last + 1 - first, last + 1 - first + 2);
        }
    });

    private static void Follow(Page page, KeySpan span, HashSet<byte[]> reached)
    {
        ulong items = span.ItemsIn(page);
        Span<byte> key = stackalloc byte[StateLimits.MaxKeyBytes];
        for (int item = 0; item < page.Count; item++)
        {
            if ((items >> item & 1) == 0)
            {
                continue;
            }

            if (page.IsStub(item))
            {
                Follow(page.Child(item).Page!, span, reached);
            }
            else
            {
                reached.Add(key[..page.CopyKey(item, key)].ToArray());
            }
        }
    }
}
