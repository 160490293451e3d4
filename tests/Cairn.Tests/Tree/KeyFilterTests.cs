using Cairn.Homes;
using Cairn.Tests.Reference;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>A filter never denies a key that a version has for which it holds, and denies most of the others.</summary>
public sealed class KeyFilterTests
{
    private const long Room = 1 << 20;

    public static TheoryData<int> Shapes => [.. KeyShapes.All.Select(static shape => (int)shape)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Keys_OfTheTreeAndPutSince_AreNeverDenied(int shape) => SeededRandom.ForEach(3, random =>
    {
        TestTree tree = new();
        SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
        for (int block = 0; block < 3; block++)
        {
            tree.Apply(TestTree.RandomBatch(random, (KeyShape)shape, model, keysAtMost: 500, valuesAtMost: 40));
        }

        KeyFilter filter = KeyFilter.TryBegin(TreeKind.State, tree.Root.Totals.Entries, Room, head: 3)!;
        byte[][] put = [.. KeyShapes.Make(random, (KeyShape)shape, 50).Order(ByteStringComparer.Instance)];
        filter.Add(4, Puts(put));
        filter.BeforeHead(4);
        Assert.True(filter.TryBuild(tree.Root, CancellationToken.None));
        Assert.All(model.Keys.Concat(put), key => Assert.True(filter.MayHave(KeyHash.Of(TreeKind.State, key), version: 4)));
    });

    [Fact]
    public void Keys_ThatWereNeverPut_AreMostlyDenied()
    {
        TestTree tree = new();
        tree.Apply([.. Enumerable.Range(0, 20_000).Select(static i => (BitConverter.GetBytes(i * 2), (byte[]?)[1]))]);
        KeyFilter filter = KeyFilter.TryBegin(TreeKind.State, tree.Root.Totals.Entries, Room, head: 1)!;
        Assert.True(filter.TryBuild(tree.Root, CancellationToken.None));
        int denied = Enumerable.Range(0, 20_000).Count(i => !filter.MayHave(KeyHash.Of(TreeKind.State, BitConverter.GetBytes((i * 2) + 1)), version: 1));
        Assert.InRange(denied, 19_700, 20_000);
        Assert.True(filter.MayHave(KeyHash.Of(TreeKind.State, BitConverter.GetBytes(1)), version: 0));
        Assert.False(filter.IsFull);
    }

    [Fact]
    public void Version_WhoseKeysWereNotAdded_SpoilsIt()
    {
        TestTree tree = new();
        tree.Apply([("key"u8.ToArray(), [1])]);
        KeyFilter filter = KeyFilter.TryBegin(TreeKind.State, entries: 1, Room, head: 1)!;
        filter.Add(2, Puts(["other"u8.ToArray()]));
        filter.BeforeHead(2);
        Assert.False(filter.IsSpoiled);
        filter.BeforeHead(3);
        Assert.True(filter.IsSpoiled);
        Assert.False(filter.TryBuild(tree.Root, CancellationToken.None));
    }

    [Fact]
    public void Filter_WithTooLittleRoomOrTooManyKeys_IsNotBegunOrFull()
    {
        Assert.Null(KeyFilter.TryBegin(TreeKind.State, entries: 1_000_000, bytes: 900_000, head: 1));
        KeyFilter filter = KeyFilter.TryBegin(TreeKind.State, entries: 10, Room, head: 1)!;
        for (int i = 0; i < 10; i++)
        {
            Assert.False(filter.IsFull);
            filter.Add((ulong)i + 2, Puts([.. Enumerable.Range(i * 900, 900).Select(static key => BitConverter.GetBytes(key))]));
        }

        Assert.True(filter.IsFull);
    }

    [Fact]
    public void Shortcuts_OfAVersionNotTold_HaveNoFilterAnyMore()
    {
        TestTree tree = new();
        tree.Apply([("key"u8.ToArray(), [1])]);
        ReadShortcuts shortcuts = new();
        shortcuts.Allow(hotBytes: 4096, filterBytes: Room);
        shortcuts.MakeHot(head: 1);
        Assert.True(shortcuts.TryBeginFilter(TreeKind.State, entries: 1, head: 1)!.TryBuild(tree.Root, CancellationToken.None));
        shortcuts.EndFilter(TreeKind.State, isBuilt: true);
        shortcuts.Note(2, Puts(["more"u8.ToArray()]), ChangeList.Empty);
        shortcuts.BeforeHead(2);
        Assert.True(shortcuts.Filter(TreeKind.State)!.MayHave(KeyHash.Of(TreeKind.State, "more"u8), version: 2));

        // A commit of version 3 got as far as telling its keys; then a rewind becomes version 3.
        shortcuts.Note(3, Puts(["last"u8.ToArray()]), ChangeList.Empty);
        shortcuts.NoteUnknown();
        shortcuts.BeforeHead(3);
        Assert.Null(shortcuts.Filter(TreeKind.State));

        // One that is spoiled while it is made never answers.
        Assert.NotNull(shortcuts.TryBeginFilter(TreeKind.State, entries: 1, head: 3));
        shortcuts.BeforeHead(4);
        shortcuts.EndFilter(TreeKind.State, isBuilt: true);
        Assert.Null(shortcuts.Filter(TreeKind.State));
    }

    private static ChangeList Puts(IEnumerable<byte[]> keys)
    {
        ChangeList.Builder builder = new();
        foreach (byte[] key in keys)
        {
            builder.Add(key, hasOld: false, default, default, hasNew: true, default);
        }

        return builder.Build();
    }
}
