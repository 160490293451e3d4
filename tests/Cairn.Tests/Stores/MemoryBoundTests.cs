using System.Buffers.Binary;
using System.Globalization;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>
/// Memory stays within cache + 2 × <c>DirtyBytes</c> + <c>RecentViewBytes</c> + what open views pin + 200 MB, whatever the size of the state. <c>CAIRN_LONG=1</c> runs it at a million keys, <c>CAIRN_MEMORY_KEYS=n</c> at n,
/// <c>CAIRN_MEMORY_MIB=m</c> with caps of m MiB; there the memory of the whole process is held against the bound, in the short variant the memory of pages. More keys than <see cref="MostInAnyOrder"/> are loaded in their order, which takes minutes
/// instead of an hour.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class MemoryBoundTests
{
    private const int ShortKeys = 100_000;
    private const int LongKeys = 1_000_000;
    private const int MostInAnyOrder = 10_000_000;
    private const int MostUpdates = 5_000_000;
    private const uint Spread = 2_654_435_761; // odd, so that numbers spread by it can be told back
    private const long Mebibyte = 1L << 20;
    private const long Slack = 200 * 1000 * 1000;

    /// <summary>Pages that wait for readers to leave (cleaning reads too, and a thread may be put aside inside), and those of a checkpoint being written.</summary>
    private const long PageSlack = 16 * Mebibyte;

    /// <summary>A page and its share of those above it.</summary>
    private const long BytesAChange = 6 * 1024;

    /// <summary>Memory is taken from the operating system in pieces of 8 MiB, by each of the threads that apply blocks for itself. Beside that, pages that stay keep chunks whose other pages have gone.</summary>
    private const long SlabSlack = 24 * Mebibyte;

    [Fact]
    public async Task Memory_UnderLoadOfManyKeys_StaysWithinTheBound()
    {
        int keys = Asked("CAIRN_MEMORY_KEYS") ?? (SeededRandom.IsLong ? LongKeys : ShortKeys);
        bool isLong = keys > ShortKeys;
        long unit = (Asked("CAIRN_MEMORY_MIB") ?? (isLong ? 64 : 4)) * Mebibyte;
        int changes = isLong ? 2000 : 500; // a block changes fewer pages than the cap: one that changes more may overshoot alone
        StateStoreOptions options = new()
        {
            Durability = Durability.DangerNoSync,
            CacheBytes = unit,
            DirtyBytes = unit,
            ReplayBytes = unit,
            RecentViewBytes = unit,
            ReserveBytes = 0,
        };
        using TemporaryDirectory directory = new();
        (long before, long highest) = (ProcessBytes(), 0);
        long bound = options.CacheBytes + (2 * options.DirtyBytes) + options.RecentViewBytes;

        // A commit waits before it makes its pages, not while it does: the newest block comes on top, with its pages and those it supersedes.
        long slack = PageSlack + (2L * changes * BytesAChange);
        StateStore store = await StateStore.OpenAsync(directory.PathOf("store"), options, TestContext.Current.CancellationToken);
        foreach (int[] block in Numbers(keys).Chunk(changes))
        {
            await CommitAsync(store, block, round: 0);
            Measure("loading");
        }

        Random random = new(1);
        int updates = Math.Min(keys / 2, MostUpdates);
        for (int i = 0; i < updates / changes; i++)
        {
            await CommitAsync(store, Enumerable.Range(0, changes).Select(_ => random.Next(keys)), round: i + 1);
            Measure("updating");
        }

        using (StateView view = store.OpenView())
        {
            byte[] value = new byte[64];
            for (int i = 0; i < 2 * updates; i++)
            {
                Assert.True(view.State.TryGet(Key(random.Next(keys)), value, out _));
                if (i % changes == 0)
                {
                    Measure("reading");
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{keys} keys: {highest / Mebibyte} MiB at most, {(bound + Slack) / Mebibyte} MiB allowed; {store.GetStatistics().ReservedBytes / Mebibyte} MiB taken for pages.");
        await store.DisposeAsync();

        void Measure(string doing)
        {
            // Taken twice where the first is too much: the figures are read one after the other, and pages that a checkpoint stores meanwhile are then in two of them.
            StoreStatistics statistics = store.GetStatistics();
            statistics = PagesIn(statistics) <= bound + statistics.ViewBytes ? statistics : store.GetStatistics();
            Assert.True(statistics.CacheBytes <= options.CacheBytes + (128 << 10), $"{doing}: {statistics.CacheBytes} bytes of clean pages");
            long pages = PagesIn(statistics);
            Assert.True(pages <= bound + statistics.ViewBytes + slack, $"{doing}: pages take {pages} bytes, {bound} allowed and {slack} besides; {statistics}");
            Assert.True(statistics.ReservedBytes <= ((bound + statistics.ViewBytes + slack) * 2) + SlabSlack, $"{doing}: {statistics.ReservedBytes} bytes are taken for pages, whose most are {bound}; {statistics}");
            if (isLong)
            {
                long used = ProcessBytes() - before;
                highest = Math.Max(highest, used);
                Assert.True(used <= bound + statistics.ViewBytes + Slack, $"{doing}: the process took {used} bytes, {bound} allowed and {Slack} besides; {statistics.ReservedBytes} are taken for pages, the managed heap has {GC.GetGCMemoryInfo().TotalCommittedBytes}; {statistics}");
            }
        }
    }

    private static int? Asked(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out int asked) ? asked : null;

    /// <summary>The numbers of the keys: in the order of their keys when they are many.</summary>
    private static IEnumerable<int> Numbers(int keys)
    {
        if (keys <= MostInAnyOrder)
        {
            return Enumerable.Range(0, keys);
        }

        uint back = Spread; // its inverse, each step of Newton's method doubling the bits that are right
        for (int step = 0; step < 5; step++)
        {
            back *= 2 - (Spread * back);
        }

        return InOrder();

        IEnumerable<int> InOrder()
        {
            for (ulong first = 0; first <= uint.MaxValue; first++)
            {
                uint number = (uint)first * back;
                if (number < keys)
                {
                    yield return (int)number;
                }
            }
        }
    }

    private static long PagesIn(StoreStatistics statistics) =>
        statistics.CacheBytes + statistics.DirtyBytes + statistics.DraftBytes + statistics.RecentBytes + statistics.RetiredBytes;

    private static long ProcessBytes()
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static async Task CommitAsync(StateStore store, IEnumerable<int> keys, int round)
    {
        using BlockDraft draft = store.CreateDraft((BlockHeight)((store.Height?.Value ?? 0) + 1));
        foreach (int key in keys)
        {
            draft.State.Put(Key(key), Value(key, round));
        }

        await store.CommitAsync(draft);
    }

    private static byte[] Key(int number)
    {
        byte[] key = new byte[32];
        BinaryPrimitives.WriteUInt32BigEndian(key, (uint)number * Spread);
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(4), number);
        return key;
    }

    private static byte[] Value(int number, int round)
    {
        byte[] value = new byte[32];
        BinaryPrimitives.WriteInt32BigEndian(value, number);
        BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(4), round);
        return value;
    }

    [Fact]
    public async Task Block_AboveTheCaps_GetsThroughAndTheNextOneWaits()
    {
        List<StoreEvent.BackPressure> waits = [];
        using TestHome home = new SimulatedHome(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore store = await home.OpenAsync(StoreSettings.Tight with
        {
            SegmentBytes = 16 << 20,
            PageFileBytes = 16 << 20,
            OnEvent = happened => waits.AddRange(happened is StoreEvent.BackPressure wait ? [wait] : []),
        });
        for (int block = 0; block < 6; block++)
        {
            // Some thirty times the cap of 64 KiB, in pages and in the log.
            await CommitAsync(store, Enumerable.Range(block * 20_000, 20_000), round: block);
        }

        StoreStatistics statistics = store.GetStatistics();
        Assert.Equal(waits.Count, statistics.CommitWaits);
        Assert.InRange(statistics.CommitWaits, 0, 5);
        Assert.Equal(waits.Aggregate(TimeSpan.Zero, static (sum, wait) => sum + wait.Waited), statistics.CommitWaitTime);
        Assert.All(waits, static wait => Assert.True(wait.DirtyBytes > 128 << 10 || wait.ReplayBytes > 128 << 10));
        Assert.Equal((ulong)120_000, statistics.State.Entries);
        await home.CloseAsync(store);
    }
}
