using System.Runtime.CompilerServices;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>Memory for pages: pieces never overlap, and what came back serves any size.</summary>
public sealed class PagePoolTests
{
    private const int LargestPage = 64 * 1024;

    /// <summary>What the pool takes from the operating system at a time.</summary>
    private const int SlabBytes = 8 << 20;

    [Fact]
    public void Allocate_AnySize_GivesAlignedMemoryOfItsOwn() => SeededRandom.ForEach(3, random =>
    {
        PagePool pool = new();
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

            int bytes = random.Next(10) == 0 ? random.Next(1, LargestPage + 1) : random.Next(1, 6000);
            PageMemory taken = pool.Allocate(bytes);
            Assert.True(taken.Capacity >= bytes && taken.Address % 64 == 0);
            byte fill = (byte)random.Next(256);
            taken.Span.Fill(fill);
            held.Add((taken, fill));
        }

        Assert.Equal(held.Sum(static piece => (long)piece.Memory.Capacity), pool.UsedBytes);
        held.ForEach(piece => pool.Free(piece.Memory));
        Assert.Equal(0, pool.UsedBytes);
        GC.KeepAlive(pool);
    });

    [Fact]
    public void Memory_OfAPoolThatNobodyRefersTo_StaysUntilReadersHaveLeft()
    {
        WeakReference chunks;
        using (ReaderEpochs.Enter())
        {
            chunks = Abandoned();
            for (int collection = 0; collection < 3; collection++)
            {
                Collect();
                Assert.True(chunks.IsAlive, "The memory is gone, and a reader is still inside.");
            }
        }

        // Others read as well, and leave soon.
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                Collect();
                return !chunks.IsAlive;
            },
            TimeSpan.FromMinutes(1)));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Abandoned()
        {
            PageChunks chunks = new();
            PageRun run = default;
            chunks.Exchange(1, ref run);
            return new WeakReference(chunks, trackResurrection: true);
        }

        static void Collect()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [Fact]
    public void Free_PiecesOfOneSize_ServeEveryOther()
    {
        const int Bytes = 32 << 20;
        PagePool pool = new();
        long most = 0;
        for (int size = 300; size <= LargestPage / 4; size += size / 5)
        {
            List<PageMemory> held = [];
            for (long taken = 0; taken < Bytes; taken += held[^1].Capacity)
            {
                held.Add(pool.Allocate(size));
            }

            most = Math.Max(most, pool.ReservedBytes);
            held.ForEach(pool.Free);
        }

        Assert.InRange(most, Bytes, Bytes + SlabBytes + (1 << 20));
        GC.KeepAlive(pool);
    }

    /// <summary>As in a store that grows: each page is replaced by one a little larger, at any time, and what lives takes about as much as before.</summary>
    [Fact]
    public void Free_OfPagesThatGrow_LeavesGapsThatTheNextOnesFillAgain() => SeededRandom.ForEach(1, random =>
    {
        const long Bytes = 32 << 20;
        PagePool pool = new();
        List<PageMemory> held = [];
        for (int size = 1800; size < 5400; size += 60)
        {
            for (int replaced = 0; replaced < 4000; replaced++)
            {
                held.Add(pool.Allocate(size + random.Next(-200, 200)));
                while (pool.UsedBytes > Bytes)
                {
                    int index = random.Next(held.Count);
                    pool.Free(held[index]);
                    held[index] = held[^1];
                    held.RemoveAt(held.Count - 1);
                }
            }
        }

        Assert.InRange(pool.ReservedBytes, Bytes, Bytes * 8 / 5);
        held.ForEach(pool.Free);
        GC.KeepAlive(pool);
    });

    [Fact]
    public void Allocate_MoreThanAPageTakes_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => new PagePool().Allocate(LargestPage + 1));
}
