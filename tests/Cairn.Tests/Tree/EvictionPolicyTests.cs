using Cairn.Homes;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>The orders in which clean pages leave memory, each against a plain reference.</summary>
public sealed class EvictionPolicyTests
{
    private const int Runs = 200;

    [Theory]
    [InlineData(EvictionPolicy.Clock)]
    [InlineData(EvictionPolicy.Fifo)]
    public void QueueOfPages_UnderRandomUse_EqualsTheReference(EvictionPolicy kind) => SeededRandom.ForEach(Runs, random =>
    {
        IEvictionPolicy policy = IEvictionPolicy.Of(kind);
        List<PageReference> expected = []; // the front first
        HashSet<PageReference> used = [];
        for (int i = 0; i < 300; i++)
        {
            switch (random.Next(7))
            {
                case 0 or 1 or 2:
                    PageReference page = NewPage();
                    policy.Add(page);
                    expected.Add(page);
                    break;
                case 3 or 4 when expected.Count > 0:
                    PageReference hit = expected[random.Next(expected.Count)];
                    hit.Uses = (byte)Math.Min(policy.MostUses, hit.Uses + 1);
                    used.Add(hit);
                    break;
                case 5:
                    bool goes = random.Next(3) > 0;
                    Assert.Same(Expected(expected, used, kind == EvictionPolicy.Clock, goes), Next(policy, goes));
                    break;
                case 6 when random.Next(10) == 0:
                    expected.RemoveAll(IsMarked);
                    policy.RemoveAll(IsMarked);
                    break;
            }

            Assert.Equal(expected.Count, policy.Count);
        }

        static bool IsMarked(PageReference page) => page.Id.Value % 3 == 0;
    });

    [Fact]
    public void Lfu_OfFewPages_GivesTheLeastUsed() => SeededRandom.ForEach(Runs, random =>
    {
        LfuPolicy policy = new();
        List<PageReference> pages = [];
        for (int i = 0; i < LfuPolicy.SamplePages; i++)
        {
            pages.Add(NewPage());
            pages[i].Uses = (byte)random.Next(256);
            policy.Add(pages[i]);
        }

        for (int left = pages.Count; left > 0; left--)
        {
            int least = pages.Min(static page => page.Uses);
            PageReference found = Next(policy, goes: true)!;
            Assert.Equal(least, found.Uses);
            Assert.True(pages.Remove(found));
        }

        Assert.Null(Next(policy, goes: true));
    });

    [Fact]
    public void Lfu_OfManyPages_GivesSeldomUsedOnes()
    {
        const int Pages = 1000;
        LfuPolicy policy = new();
        Random random = new(7);
        for (int i = 0; i < Pages; i++)
        {
            PageReference page = NewPage();
            page.Uses = (byte)random.Next(256);
            policy.Add(page);
        }

        double mean = Enumerable.Range(0, Pages / 10).Select(_ => (int)Next(policy, goes: true)!.Uses).Average();
        Assert.InRange(mean, 0, 256.0 / 4);
    }

    [Fact]
    public void Lfu_UsesOfThePast_Fade()
    {
        const int Pages = 200;
        LfuPolicy policy = new();
        PageReference old = NewPage();
        old.Uses = policy.MostUses;
        policy.Add(old);
        bool gone = false;
        int replaced = 0;
        for (; !gone && replaced < 40 * Pages; replaced++)
        {
            // The others are used now and then, the old page never again.
            PageReference page = NewPage();
            page.Uses = 4;
            policy.Add(page);
            gone = policy.Count > Pages && ReferenceEquals(Next(policy, goes: true), old);
        }

        Assert.True(gone, $"A page unused while {replaced} others were replaced is still there.");
    }

    [Theory]
    [InlineData(EvictionPolicy.Clock)]
    [InlineData(EvictionPolicy.Lfu)]
    [InlineData(EvictionPolicy.Fifo)]
    public void Next_WithoutAnythingToGo_EndsAndLosesNothing(EvictionPolicy kind)
    {
        const int Pages = 50;
        IEvictionPolicy policy = IEvictionPolicy.Of(kind);
        HashSet<PageReference> offered = [];
        for (int i = 0; i < Pages; i++)
        {
            PageReference page = NewPage();
            page.Uses = policy.MostUses;
            policy.Add(page);
        }

        int steps = 10_000;
        while (policy.Next(ref steps) is { } page)
        {
            offered.Add(page);
            policy.Pass();
        }

        Assert.Equal((Pages, Pages), (offered.Count, policy.Count));
    }

    private static ulong _lastId;

    private static PageReference NewPage() => new(new PageId(++_lastId), storedBytes: 1, crc: 0, TreeKind.State, stub: null);

    private static PageReference? Next(IEvictionPolicy policy, bool goes)
    {
        int steps = 10_000;
        PageReference? page = policy.Next(ref steps);
        if (page is null)
        {
            return null;
        }

        if (goes)
        {
            policy.Remove();
        }
        else
        {
            policy.Pass();
        }

        return page;
    }

    private static PageReference? Expected(List<PageReference> queue, HashSet<PageReference> used, bool hasSecondChance, bool goes)
    {
        while (queue.Count > 0)
        {
            PageReference first = queue[0];
            queue.RemoveAt(0);
            if (hasSecondChance && used.Remove(first))
            {
                queue.Add(first);
                continue;
            }

            if (!goes)
            {
                queue.Add(first);
            }

            return first;
        }

        return null;
    }
}
