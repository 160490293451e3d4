using System.Buffers.Binary;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>The cache of pages under each eviction policy: answers stay right, the bound is kept, often used pages stay.</summary>
public sealed class CacheTests
{
    private const int Keys = 12_000;
    private const int ValueBytes = 100;

    /// <summary>What one page may weigh beyond the bound, for the page just read.</summary>
    private const long OnePage = 128 << 10;

    public static TheoryData<EvictionPolicy> Policies() => new(Enum.GetValues<EvictionPolicy>());

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Reading_AtRandomAndInScans_KeepsTheBound(EvictionPolicy policy)
    {
        SimulatedFileSystem files = await MakeStoreAsync();
        await using StateStore store = await OpenAsync(files, policy, cacheBytes: 256 << 10);
        using StateView view = store.OpenView();
        Random random = new(3);
        for (int i = 0; i < 6000; i++)
        {
            int key = random.Next(Keys);
            Assert.Equal(Value(key), view.State.Get(Key(key)));
            if (i % 1000 == 999)
            {
                foreach (byte[] found in Scan(view, Key(key), limit: 500))
                {
                    Assert.Equal(Value(key++), found);
                }
            }

            Assert.InRange(store.GetStatistics().CacheBytes, 1, (256 << 10) + OnePage);
        }

        StoreStatistics statistics = store.GetStatistics();
        Assert.InRange(statistics.CacheEvictions, 1000, statistics.CacheMisses);
        Assert.InRange(statistics.CacheHitRate!.Value, 0.3, 0.99);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Overwriting_WithRoomForTheState_LetsGoOfWhatWasReplacedAndOfNothingElse(EvictionPolicy policy)
    {
        SimulatedFileSystem files = await MakeStoreAsync();
        SimulatedHome home = new(HomeKind.SimulatedDirectory, files);
        await using StateStore store = await home.OpenAsync(StoreSettings.Quiet with { EvictionPolicy = policy, CacheBytes = 4 << 20, RecentViewBytes = 64 << 20, PageFileBytes = 64 << 20 });
        using (StateView view = store.OpenView())
        {
            Assert.Equal(Keys, Scan(view, [], Keys).Count);
        }

        long misses = store.GetStatistics().CacheMisses;
        Random random = new(5);
        for (int block = 0; block < 60; block++)
        {
            using BlockDraft draft = store.CreateDraft((BlockHeight)(store.Height!.Value.Value + 1));
            for (int i = 0; i < 100; i++)
            {
                draft.State.Put(Key(random.Next(Keys)), Value(random.Next(Keys)));
            }

            await store.CommitAsync(draft);
            await store.CheckpointAsync();
            Assert.InRange(store.GetStatistics().CacheBytes, 1, (4 << 20) + OnePage);
        }

        StoreStatistics statistics = store.GetStatistics();
        Assert.True(statistics.CacheEvictions > 2000, $"{statistics.CacheEvictions} pages were dropped");
        Assert.Equal(misses, statistics.CacheMisses);
    }

    [Fact]
    public async Task HitRate_OfZipf_IsBetterWhereUseCounts()
    {
        SimulatedFileSystem files = await MakeStoreAsync();
        Dictionary<EvictionPolicy, double> rates = [];
        foreach (EvictionPolicy policy in Enum.GetValues<EvictionPolicy>())
        {
            await using StateStore store = await OpenAsync(files, policy, cacheBytes: 300 << 10);
            using StateView view = store.OpenView();
            Random random = new(11);
            int[] places = Enumerable.Range(0, Groups).ToArray();
            random.Shuffle(places);
            double[] cumulated = Zipf(Groups);
            for (int i = 0; i < 30_000; i++)
            {
                int found = Array.BinarySearch(cumulated, random.NextDouble() * cumulated[^1]);
                int group = places[Math.Min(found < 0 ? ~found : found, Groups - 1)];
                Assert.True(view.State.Contains(Key((group * (Keys / Groups)) + random.Next(Keys / Groups))));
            }

            rates[policy] = store.GetStatistics().CacheHitRate!.Value;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", rates.Select(static rate => $"{rate.Key} {rate.Value:P2}")));
        Assert.True(rates[EvictionPolicy.Lfu] >= rates[EvictionPolicy.Fifo], $"LFU {rates[EvictionPolicy.Lfu]:P2}, FIFO {rates[EvictionPolicy.Fifo]:P2}");
        Assert.True(rates[EvictionPolicy.Clock] >= rates[EvictionPolicy.Fifo], $"clock {rates[EvictionPolicy.Clock]:P2}, FIFO {rates[EvictionPolicy.Fifo]:P2}");
    }

    /// <summary>Keys lie in groups of about a page each; groups are popular, not single keys, as the slots of a contract are.</summary>
    private const int Groups = Keys / 40;

    private static double[] Zipf(int count)
    {
        double sum = 0;
        return [.. Enumerable.Range(1, count).Select(rank => sum += 1.0 / rank)];
    }

    private static byte[] Key(int number)
    {
        byte[] key = new byte[20];
        BinaryPrimitives.WriteInt32BigEndian(key, number);
        return key;
    }

    private static byte[] Value(int number)
    {
        byte[] value = new byte[ValueBytes];
        new Random(number).NextBytes(value);
        return value;
    }

    private static List<byte[]> Scan(StateView view, byte[] start, long limit)
    {
        List<byte[]> values = [];
        EntryScan scan = view.State.Range(start, [], limit);
        while (scan.MoveNext())
        {
            values.Add(scan.Value.ToArray());
        }

        return values;
    }

    private static async Task<SimulatedFileSystem> MakeStoreAsync()
    {
        SimulatedFileSystem files = new();
        await using StateStore store = await OpenAsync(files, EvictionPolicy.Clock, cacheBytes: 8 << 20);
        using BlockDraft draft = store.CreateDraft((BlockHeight)1);
        for (int key = 0; key < Keys; key++)
        {
            draft.State.Put(Key(key), Value(key));
        }

        await store.CommitAsync(draft);
        return files;
    }

    private static Task<StateStore> OpenAsync(SimulatedFileSystem files, EvictionPolicy policy, long cacheBytes) =>
        new SimulatedHome(HomeKind.SimulatedDirectory, files).OpenAsync(StoreSettings.Quiet with { EvictionPolicy = policy, CacheBytes = cacheBytes, PageFileBytes = 64 << 20 });
}
