using Cairn.Homes;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>The few bits by which most places are told from those that were moved.</summary>
public sealed class PageMovesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    public void MayConcern_OldAndNewPlaces_IsTrueAndOfOthersRarely(int count)
    {
        Random random = new(count);
        PageMoves moves = new();
        HashSet<ulong> ids = [];
        while (ids.Count < 2 * count)
        {
            ids.Add(RandomPlace(random));
        }

        ulong[] places = [.. ids];
        for (int i = 0; i < count; i++)
        {
            PagePlace place = new(new PageId(places[(2 * i) + 1]), StoredBytes: 100, Crc: 1);
            moves.Add(new PageId(places[2 * i]), new MovedPage(place, PageChain.OfFull(place, 2), ChangedItems: 0, AddedItems: 0));
        }

        moves.Seal();
        Assert.All(places, place => Assert.True(moves.MayConcern(new PageId(place))));
        int others = Enumerable.Range(0, 10_000).Select(_ => RandomPlace(random)).Count(place => !ids.Contains(place) && moves.MayConcern(new PageId(place)));
        Assert.InRange(others, 0, 1_500);
    }

    private static ulong RandomPlace(Random random) => ((ulong)random.Next(1, 200) << 32) | ((ulong)random.Next(1, 1 << 20) * 64);
}
