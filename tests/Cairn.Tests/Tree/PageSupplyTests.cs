using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>Pages made by one thread and given back by another: nothing is handed out twice, and the pool counts what is out.</summary>
public sealed class PageSupplyTests
{
    [Fact]
    public void Allocate_OfTwoSuppliesOfOnePool_GivesMemoryOfItsOwn() => SeededRandom.ForEach(3, random =>
    {
        PagePool pool = new();
        PageSupply[] supplies = [new(pool), new(pool)];
        List<(PageMemory Memory, byte Mark)> held = [];
        for (int step = 0; step < 20_000; step++)
        {
            if (held.Count > 0 && random.Next(5) < 2)
            {
                int index = random.Next(held.Count);
                (PageMemory memory, byte mark) = held[index];
                Assert.False(memory.Span.ContainsAnyExcept(mark));
                pool.Free(memory);
                held[index] = held[^1];
                held.RemoveAt(held.Count - 1);
                continue;
            }

            int bytes = random.Next(1, 6000);
            PageMemory taken = random.Next(3) == 0 ? pool.Allocate(bytes) : supplies[random.Next(2)].Allocate(bytes);
            Assert.True(taken.Capacity >= bytes && taken.Address % 64 == 0);
            byte fill = (byte)random.Next(256);
            taken.Span.Fill(fill);
            held.Add((taken, fill));
        }

        Array.ForEach(supplies, static supply => supply.Settle());
        Assert.Equal(held.Sum(static piece => (long)piece.Memory.Capacity), pool.UsedBytes);
        held.ForEach(piece => pool.Free(piece.Memory));
        Assert.Equal(0, pool.UsedBytes);
        GC.KeepAlive(pool);
    });

    [Fact]
    public void RentPage_AfterPagesWereGivenBack_TakesTheirObjectsOnceEach()
    {
        PagePool pool = new();
        PageSupply supply = new(pool);
        HashSet<Page> first = [.. Enumerable.Range(0, 200).Select(_ => supply.RentPage(hasChildren: false))];
        Assert.Equal(200, first.Count);
        Page? chain = null;
        foreach (Page page in first)
        {
            page.Begin(OneItem(supply), 100, [], born: 1);
            page.Next = chain;
            chain = page;
        }

        PagePool.FreeChain(chain);
        supply.Settle();
        Assert.Equal(0, pool.UsedBytes);
        Assert.DoesNotContain(supply.RentPage(hasChildren: true), first);
        Assert.Equal(first, Enumerable.Range(0, 200).Select(_ => supply.RentPage(hasChildren: false)).ToHashSet());
        Assert.DoesNotContain(supply.RentPage(hasChildren: false), first);
    }

    private static PageMemory OneItem(PageSupply supply)
    {
        PageMemory memory = supply.Allocate(200);
        memory.Span.Clear();
        memory.Span[PageHeaderLayout.ItemCountOffset] = 1;
        memory.Span[PageHeaderLayout.HeightWidthOffset] = 2;
        return memory;
    }
}
