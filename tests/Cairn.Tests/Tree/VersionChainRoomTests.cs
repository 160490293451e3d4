using Cairn.Homes;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>Making room before a version comes leaves what publishing it without leaves, and never less than the newest heights that always stay.</summary>
public sealed class VersionChainRoomTests
{
    [Fact]
    public void MakeRoomFor_BeforeEachVersion_LeavesWhatPublishingLeaves() => SeededRandom.ForEach(2, static random =>
    {
        int seed = random.Next();
        foreach (long limit in (long[])[1, 3 << 20, long.MaxValue])
        {
            (List<string> without, int _) = Run(seed, limit, makeRoom: false);
            (List<string> with, int freedBefore) = Run(seed, limit, makeRoom: true);
            Assert.Equal(without, with);
            Assert.Equal(limit is > 1 and < long.MaxValue, freedBefore > 0);
        }
    });

    private static (List<string> After, int FreedBefore) Run(int seed, long limit, bool makeRoom)
    {
        Random random = new(seed);
        PageCache pages = new(store: null, limitBytes: long.MaxValue, new PagePool(poison: true));
        TreeApplier applier = new(pages, TreeKind.State);
        StateVersion head = new(1, height: null, blockCount: 0, timeTicks: null, TreeRoot.Empty(TreeKind.State), TreeRoot.Empty(TreeKind.Local), LogPosition.Start);
        VersionChain chain = new(pages, limit, head);
        List<string> after = [];
        int freedBefore = 0;
        for (ulong block = 1; block <= 12; block++)
        {
            List<(byte[] Key, byte[]? Value)> changes = [.. Enumerable.Range(0, block == 1 ? 20_000 : random.Next(1, 3000))
                .Select(number => (block == 1 ? number : random.Next(20_000)))
                .Distinct()
                .Select(number => (BitConverter.GetBytes(number), (byte[]?)BitConverter.GetBytes(block)))];
            TreeChange change = applier.Apply(head.State, TestTree.Batch(changes), new BlockHeight(block), block + 1, record: null);
            pages.AddDraft(change.Created);
            if (makeRoom)
            {
                BlockHeight? oldest = chain.RecentHeights.Oldest;
                chain.MakeRoomFor(change.Superseded, []);
                freedBefore += oldest == chain.RecentHeights.Oldest ? 0 : 1;
                Assert.True(block < 3 || chain.RecentHeights.Oldest < chain.RecentHeights.Newest);
            }

            long superseded = pages.Commit(change.Created, change.Superseded);
            head = new StateVersion(block + 1, new BlockHeight(block), block, timeTicks: null, change.Root, TreeRoot.Empty(TreeKind.Local), new LogPosition(block, 0, 0));
            chain.Publish(head, change.Superseded, [], superseded, supersededBlobBytes: 0);
            after.Add($"{block}: {chain.RecentHeights}, {pages.Bytes(PageResidency.Superseded)}");
        }

        return (after, freedBefore);
    }
}
