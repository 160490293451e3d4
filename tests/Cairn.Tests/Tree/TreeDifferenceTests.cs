using Cairn.Tests.Reference;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

public sealed class TreeDifferenceTests
{
    [Fact]
    public void Keys_OfRandomTrees_AreThoseInWhichTheirContentsDiffer() => SeededRandom.ForEach(60, random =>
    {
        KeyShape shape = KeyShapes.All[random.Next(KeyShapes.All.Count)];
        SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
        TestTree one = new();
        for (int i = random.Next(5); i > 0; i--)
        {
            one.Apply(TestTree.RandomBatch(random, shape, model, keysAtMost: 600, valuesAtMost: 200));
        }

        // The other tree gets the same content in another order, so that its pages are cut differently, and then some changes of its own.
        SortedDictionary<byte[], byte[]> otherModel = new(model, ByteStringComparer.Instance);
        TestTree other = new();
        foreach (KeyValuePair<byte[], byte[]>[] part in model.OrderBy(_ => random.Next()).Chunk(random.Next(1, 200)))
        {
            other.Apply([.. part.Select(static entry => (entry.Key, (byte[]?)entry.Value)).OrderBy(static change => change.Key, ByteStringComparer.Instance)]);
        }

        Assert.Equal(one.Root.Hash, other.Root.Hash);
        Assert.Empty(new TreeDifference(one.Pages, one.Root, other.Pages, other.Root).Keys());
        for (int i = random.Next(4); i > 0; i--)
        {
            other.Apply(TestTree.RandomBatch(random, shape, otherModel, keysAtMost: random.Next(40), valuesAtMost: 200));
        }

        string[] expected = [.. Different(model, otherModel).Select(Convert.ToHexString)];
        Assert.Equal(expected, new TreeDifference(one.Pages, one.Root, other.Pages, other.Root).Keys().Select(Convert.ToHexString));
        Assert.Equal(expected, new TreeDifference(other.Pages, other.Root, one.Pages, one.Root).Keys().Select(Convert.ToHexString));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void PagesRead_OfTreesCutDifferently_AreInProportionToTheDifferences(int differences)
    {
        const int Keys = 60_000;
        Random random = new(3);
        byte[][] keys = [.. Enumerable.Range(0, Keys).Select(i => BitConverter.GetBytes(Hash(i)))];
        (byte[] Key, byte[]? Value)[] entries = [.. keys.Select(static key => (key, (byte[]?)[1])).OrderBy(static change => change.key, ByteStringComparer.Instance)];
        TestTree one = new();
        one.Apply([.. entries]);
        TestTree other = new();
        foreach ((byte[] Key, byte[]? Value)[] part in entries.OrderBy(_ => random.Next()).Chunk(2000))
        {
            other.Apply([.. part.OrderBy(static change => change.Key, ByteStringComparer.Instance)]);
        }

        Assert.Equal(one.Root.Hash, other.Root.Hash);
        (byte[] Key, byte[]? Value)[] changes = [.. keys.Take(differences).Select((key, i) => (key, i % 2 == 0 ? (byte[]?)[2] : null)).OrderBy(static change => change.key, ByteStringComparer.Instance)];
        other.Apply([.. changes]);
        long pages = TreeWalk.Measure(one.Pages, one.Root, CancellationToken.None).Pages;
        int depth = TreeWalk.Measure(one.Pages, one.Root, CancellationToken.None).Depth + TreeWalk.Measure(other.Pages, other.Root, CancellationToken.None).Depth;
        TreeDifference difference = new(one.Pages, one.Root, other.Pages, other.Root);
        Assert.Equal(differences, difference.Keys().Count());
        Assert.True(difference.PagesRead <= differences * depth * 3, $"{difference.PagesRead} pages were read for {differences} differences, at depths of {depth} together.");
        Assert.True(difference.PagesRead < pages / 5, $"{difference.PagesRead} of {pages} pages were read.");
    }

    private static ulong Hash(int i) => unchecked((ulong)i * 0x9E37_79B9_7F4A_7C15);

    private static IEnumerable<byte[]> Different(SortedDictionary<byte[], byte[]> one, SortedDictionary<byte[], byte[]> other) => one.Keys.Union(other.Keys, ByteStringComparer.Instance)
        .Where(key => !one.TryGetValue(key, out byte[]? value) || !other.TryGetValue(key, out byte[]? otherValue) || !value.AsSpan().SequenceEqual(otherValue))
        .Order(ByteStringComparer.Instance);
}
