using Cairn.History;
using Xunit;

namespace Cairn.Tests.History;

/// <summary>Holds one history against another.</summary>
internal static class HistoryComparison
{
    /// <summary>Asks both the same, at random.</summary>
    /// <param name="expected">The plain one.</param>
    /// <param name="found">The other.</param>
    /// <param name="random">Chooses.</param>
    /// <param name="questions">How many questions of each kind.</param>
    /// <param name="from">The sequence before the first record that both have.</param>
    /// <param name="to">The last sequence.</param>
    public static void Compare(IChangeHistory expected, IChangeHistory found, Random random, int questions, ulong from, ulong to)
    {
        for (int i = 0; i < questions; i++)
        {
            ulong after = Between(random, from, to);
            ulong upTo = random.Next(4) == 0 ? to : Between(random, after, to);
            byte[] key = HistoryScript.Keys[random.Next(HistoryScript.Keys.Length)];
            TreeKind tree = (TreeKind)random.Next(2);
            Assert.Equal(First(expected, tree, key, after, upTo), First(found, tree, key, after, upTo));
            if (i % 8 == 0)
            {
                byte[] other = HistoryScript.Keys[random.Next(HistoryScript.Keys.Length)];
                bool isOrdered = key.AsSpan().SequenceCompareTo(other) < 0;
                (byte[] start, byte[] end) = (random.Next(4), isOrdered) switch { (0, _) => ([], key), (1, _) => (key, []), (_, true) => (key, other), _ => (other, key) };
                bool reverse = random.Next(2) == 0;
                Assert.Equal(All(expected, tree, start, end, after, upTo, reverse), All(found, tree, start, end, after, upTo, reverse));
                Assert.Equal(Versions(expected, tree, key, after, upTo), Versions(found, tree, key, after, upTo));
                CompareBlocks(expected, found, random, upTo);
            }
        }
    }

    /// <summary>Whether two histories know the same blocks, for a version.</summary>
    private static void CompareBlocks(IChangeHistory expected, IChangeHistory found, Random random, ulong upTo)
    {
        List<PastBlock> blocks = [.. expected.Blocks(default, new BlockHeight(ulong.MaxValue), upTo)];
        ulong highest = blocks.Count == 0 ? 3 : blocks[^1].Height.Value + 3;
        BlockHeight height = new(Between(random, 0, highest));
        Assert.Equal(expected.TryFindBlock(height, upTo, out PastBlock wanted), found.TryFindBlock(height, upTo, out PastBlock block));
        Assert.Equal(wanted, block);
        Hash256 root = blocks.Count == 0 || random.Next(5) == 0 ? Hash256.EmptyRoot : blocks[random.Next(blocks.Count)].Root;
        Assert.Equal(expected.TryFindRoot(root, upTo, out wanted), found.TryFindRoot(root, upTo, out block));
        Assert.Equal(wanted, block);
        BlockHeight last = new(Between(random, height.Value, highest));
        Assert.Equal(expected.Blocks(height, last, upTo), found.Blocks(height, last, upTo));
        if (block.Sequence > 0)
        {
            Assert.Equal(block.Sequence, found.ReadRecord(block).Sequence);
        }
    }

    private static string First(IChangeHistory history, TreeKind tree, byte[] key, ulong after, ulong upTo) =>
        history.TryFindFirst(tree, key, after, upTo, out PastChange change) ? Text(change) : "none";

    private static List<string> All(IChangeHistory history, TreeKind tree, byte[] start, byte[] end, ulong after, ulong upTo, bool reverse)
    {
        List<string> changes = [];
        using IPastCursor cursor = history.Scan(tree, start, end, after, upTo, reverse);
        while (cursor.Next())
        {
            changes.Add($"{Convert.ToHexStringLower(cursor.Key)} {Text(cursor.Change)}");
        }

        return changes;
    }

    private static List<string> Versions(IChangeHistory history, TreeKind tree, byte[] key, ulong after, ulong upTo) =>
        [.. history.Versions(tree, key, after, upTo).Select(static version => $"{version.Height} {version.Sequence} {Text(version.Old)} {Text(version.New)}")];

    private static string Text(in PastChange change)
    {
        byte[] copy = new byte[change.OldBytes + 1];
        change.CopyOld(copy);
        string old = change.HasOld ? Text(change.ReadOld()) : "absent";
        Assert.Equal(change.HasOld ? old : "", Text(copy.AsMemory(0, change.OldBytes)));
        return $"{change.Sequence} {change.Height} {(change.HasOld ? change.PreviousHeight : default)} {old}";
    }

    private static string Text(ReadOnlyMemory<byte>? value) => value is { } bytes ? Convert.ToHexStringLower(bytes.Span) : "absent";

    private static ulong Between(Random random, ulong from, ulong to) => from + (ulong)random.NextInt64((long)(to - from) + 1);
}
