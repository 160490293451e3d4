using Cairn.Homes;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

public sealed class RecentVersionsTests
{
    /// <summary>Blocks, rewinds and versions that are let go of, against a walk over all of them.</summary>
    [Fact]
    public void Find_AmongBlocksAndRewinds_IsTheLastAtOrBelow() => SeededRandom.ForEach(40, static random =>
    {
        RecentVersions recent = new();
        List<StateVersion> all = [Version(null)];
        recent.Add(all[0]);
        for (int i = 0; i < 3000; i++)
        {
            ulong head = all[^1].Height?.Value ?? 0;
            ulong height = random.Next(12) == 0 ? (ulong)random.NextInt64((long)head + 1) : head + (ulong)random.Next(3);
            all.Add(Version(new BlockHeight(height)));
            recent.Add(all[^1]);
            while (all.Count > 1 && random.Next(random.Next(100) == 0 ? 200 : 2) > 0)
            {
                Assert.Same(all[0], recent.Oldest);
                Assert.Same(all[0], recent.TakeOldest());
                all.RemoveAt(0);
            }

            BlockHeight wanted = new((ulong)random.NextInt64((long)head + 5));
            int at = all.FindLastIndex(version => version.Height is null || version.Height <= wanted);
            StateVersion? expected = at < 0 || all[at].Height is null ? null : all[at];
            Assert.Same(expected, recent.Find(wanted, out StateVersion? next));
            Assert.Same(at < 0 ? null : all.ElementAtOrDefault(at + 1), next);
            Assert.Equal((all.Count, all.Min(static version => version.Height)), (recent.Count, recent.LowestHeight));
        }
    });

    private static StateVersion Version(BlockHeight? height) =>
        new(1, height, blockCount: 1, timeTicks: null, TreeRoot.Empty(TreeKind.State), TreeRoot.Empty(TreeKind.Local), LogPosition.Start);
}
