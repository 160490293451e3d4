using Cairn.History;
using Cairn.Homes;
using Cairn.Proving;
using Cairn.Tests.Reference;
using Cairn.Tests.Tree;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Proving;

/// <summary>Rebuilding from what a history says: the truth gives the tree that was, anything else an exception and nothing that stays.</summary>
public sealed class TreeRebuilderTests
{
    [Fact]
    public void Rebuild_TrueHistory_GivesTheTreeThatWas() => SeededRandom.ForEach(30, random =>
    {
        Setup setup = new(random);
        TreeChange rebuilt = setup.Rebuild(setup.Past());
        Assert.Equal((setup.OldRoot.Hash, setup.OldRoot.Totals), (rebuilt.Root.Hash, rebuilt.Root.Totals));
        Assert.Equal(setup.Tree.Scan(setup.OldRoot, [], reverse: false), setup.Tree.Scan(rebuilt.Root, [], reverse: false));
        Assert.Equal(rebuilt.Created.Sum(static page => (long)page.Page!.MemoryBytes), setup.Tree.Pages.Bytes(PageResidency.Draft));
        setup.Tree.Pages.Discard(rebuilt.Created);
    });

    [Fact]
    public void Rebuild_FalseHistory_IsRefusedAndLeavesNothing() => SeededRandom.ForEach(60, random =>
    {
        Setup setup = new(random);
        List<(byte[] Key, byte[]? Old)> past = setup.Past();
        int at = random.Next(past.Count);
        byte[]? old = past[at].Old;
        switch (random.Next(4))
        {
            case 0:
                past.RemoveAt(at); // a change that the history lost
                break;
            case 1:
                past[at] = (past[at].Key, old is null ? [1] : null); // a key that was there and should not, or the other way round
                break;
            case 2:
                past[at] = (past[at].Key, [.. old ?? [], 7]); // a longer value
                break;
            default:
                past[at] = ([.. past[at].Key, 0], [3]); // another key
                break;
        }

        StateCorruptedException refusal = Assert.Throws<StateCorruptedException>(() => setup.Rebuild(past));
        Assert.Contains("rebuilding the state at height 1", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, setup.Tree.Pages.Bytes(PageResidency.Draft));
    });

    [Fact]
    public void Rebuild_LargerThanAllowed_IsRefusedAndLeavesNothing()
    {
        Setup setup = new(new Random(1));
        RebuildTooLargeException refusal = Assert.Throws<RebuildTooLargeException>(() => setup.Rebuild(setup.Past(), limitBytes: 1000));
        Assert.Equal((1000, 1UL), (refusal.LimitBytes, refusal.Blocks));
        Assert.True(refusal.NeededBytes > 1000);
        Assert.Equal(0, setup.Tree.Pages.Bytes(PageResidency.Draft));
    }

    /// <summary>A tree at two heights, the second of which replaces, adds and deletes.</summary>
    private sealed class Setup
    {
        private readonly SortedDictionary<byte[], byte[]> _old;
        private readonly SortedDictionary<byte[], byte[]> _new = new(ByteStringComparer.Instance);

        public Setup(Random random)
        {
            KeyShape shape = KeyShapes.All[random.Next(KeyShapes.All.Count)];
            Tree.Apply(TestTree.RandomBatch(random, shape, _new, keysAtMost: 500, valuesAtMost: 1200));
            _old = new SortedDictionary<byte[], byte[]>(_new, ByteStringComparer.Instance);
            OldRoot = Tree.Root;
            do
            {
                Tree.Apply(TestTree.RandomBatch(random, shape, _new, keysAtMost: 200, valuesAtMost: 1200));
            }
            while (Past().Count == 0);
        }

        public TestTree Tree { get; } = new();

        public TreeRoot OldRoot { get; }

        public List<(byte[] Key, byte[]? Old)> Past() =>
        [
            .. _old.Keys.Union(_new.Keys, ByteStringComparer.Instance).Order(ByteStringComparer.Instance)
                .Select(key => (Key: key, Old: _old.GetValueOrDefault(key)))
                .Where(past => past.Old is null || !_new.TryGetValue(past.Key, out byte[]? now) || !now.AsSpan().SequenceEqual(past.Old)),
        ];

        public TreeChange Rebuild(List<(byte[] Key, byte[]? Old)> past, long limitBytes = long.MaxValue)
        {
            StateVersion from = new(2, new BlockHeight(2), blockCount: 2, timeTicks: null, Tree.Root, TreeRoot.Empty(TreeKind.Local), LogPosition.Start);
            RebuildRequest request = new(1, new BlockHeight(1), OldRoot.Hash, from, () => OldRoot.Totals, () => new Cursor(past), static () => 1);
            return new TreeRebuilder(Tree.Pages, new ApplyCrew(Tree.Pages, workers: 1), "test", limitBytes).Rebuild(request, static _ => { }, CancellationToken.None);
        }
    }

    private sealed class Cursor(List<(byte[] Key, byte[]? Old)> past) : IPastCursor
    {
        private int _at = -1;

        public ReadOnlySpan<byte> Key => past[_at].Key;

        public PastChange Change => past[_at].Old is { } old ? new PastChange(2, new BlockHeight(2), new BlockHeight(1), old) : new PastChange(2, new BlockHeight(2));

        public bool Next() => ++_at < past.Count;

        public void Dispose()
        {
        }
    }
}
