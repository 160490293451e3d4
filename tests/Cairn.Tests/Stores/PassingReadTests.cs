using System.Buffers.Binary;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Point reads of leaves that a full cache does not take in: the answers, the bound, and the checks are those of every other read.</summary>
public sealed class PassingReadTests
{
    private const int Keys = 8_000;
    private const int BlobEvery = 500;
    private const long CacheBytes = 416 << 10;

    /// <summary>Whatever part of the cache is taken by what reads ask before the tree: with room for it, pages read in passing once were none, as the bound held for pages was that of the whole cache.</summary>
    [Theory]
    [InlineData(2 << 10)]
    [InlineData(64 << 10)]
    public async Task TryGet_WithAFullCache_AnswersEverythingWithinTheBound(int hotEntryBytes)
    {
        SimulatedFileSystem files = await MakeStoreAsync();
        await using StateStore store = await OpenAsync(files, hotEntryBytes);
        using StateView view = store.OpenView();
        byte[] value = new byte[4096];
        SeededRandom.ForEach(1, random =>
        {
            for (int read = 0; read < 10_000; read++)
            {
                int key = random.Next(Keys);
                Assert.True(view.State.TryGet(Key(key), value, out int length));
                Assert.Equal(Value(key), value.AsSpan(0, length));
                Assert.False(view.State.TryGet([.. Key(random.Next(Keys)), 0], value, out length));
                Assert.Equal(0, length);
                Assert.InRange(store.GetStatistics().CacheBytes, 1, CacheBytes + (64 << 10));
            }
        });

        StoreStatistics statistics = store.GetStatistics();
        Assert.InRange(statistics.CacheMisses, 2_000, 20_000);
        Assert.True(statistics.CacheEvictions < statistics.CacheMisses / 2, $"{statistics.CacheEvictions} pages made room for {statistics.CacheMisses} that were missed.");
    }

    /// <summary>A page that is asked for again before long comes into memory; what is read once leaves the others alone.</summary>
    [Fact]
    public async Task TryGet_OfTheSameLeaf_BringsItIn()
    {
        SimulatedFileSystem files = await MakeStoreAsync();
        await using StateStore store = await OpenAsync(files);
        using StateView view = store.OpenView();
        byte[] value = new byte[4096];
        for (int key = 0; key < Keys; key += 7)
        {
            view.State.TryGet(Key(key), value, out _);
        }

        view.State.TryGet(Key(1), value, out _);
        view.State.TryGet(Key(1), value, out _);
        long misses = store.GetStatistics().CacheMisses;
        Assert.True(view.State.TryGet(Key(1), value, out _));
        Assert.Equal(misses, store.GetStatistics().CacheMisses);
    }

    [Fact]
    public async Task TryGet_ShortDestination_IsRefusedWithTheLength()
    {
        SimulatedFileSystem files = await MakeStoreAsync();
        await using StateStore store = await OpenAsync(files);
        using StateView view = store.OpenView();
        for (int key = 1; key < Keys; key += BlobEvery / 4)
        {
            Assert.Contains($"{Value(key).Length} bytes", Assert.Throws<ArgumentException>(() => view.State.TryGet(Key(key), new byte[3], out _)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TryGet_OfADamagedLeaf_NamesItAndOthersAnswer()
    {
        SimulatedFileSystem files = await MakeStoreAsync();
        await using StateStore store = await OpenAsync(files);
        using StateView view = store.OpenView();
        byte[] value = new byte[4096];
        view.State.TryGet(Key(0), value, out _);
        string pages = files.Files.First(static file => file.EndsWith(".pages", StringComparison.Ordinal));
        int length = files.ReadAllBytes(pages).Length;
        Random random = new(5);
        for (int flip = 0; flip < 20; flip++)
        {
            files.FlipBit(pages, random.NextInt64(1_000, length) * 8);
        }

        int refused = 0;
        for (int key = 0; key < Keys; key++)
        {
            try
            {
                Assert.True(view.State.TryGet(Key(key), value, out int valueBytes));
                Assert.Equal(Value(key), value.AsSpan(0, valueBytes));
            }
            catch (StateCorruptedException damage)
            {
                Assert.Equal(pages, damage.File);
                refused++;
            }
        }

        Assert.InRange(refused, 20, Keys - 1000);
    }

    private static byte[] Key(int number)
    {
        byte[] key = new byte[20];
        BinaryPrimitives.WriteInt32BigEndian(key, number);
        return key;
    }

    private static byte[] Value(int number)
    {
        byte[] value = new byte[number % BlobEvery == 1 ? 3_000 : 50 + (number % 50)];
        new Random(number).NextBytes(value);
        return value;
    }

    private static async Task<SimulatedFileSystem> MakeStoreAsync()
    {
        SimulatedFileSystem files = new();
        await using StateStore store = await OpenAsync(files);
        using BlockDraft draft = store.CreateDraft((BlockHeight)1);
        for (int key = 0; key < Keys; key++)
        {
            draft.State.Put(Key(key), Value(key));
        }

        await store.CommitAsync(draft);
        return files;
    }

    private static Task<StateStore> OpenAsync(SimulatedFileSystem files, int hotEntryBytes = 2 << 10) =>
        new SimulatedHome(HomeKind.SimulatedDirectory, files).OpenAsync(StoreSettings.Quiet with { CacheBytes = CacheBytes, HotEntryBytes = hotEntryBytes, PageFileBytes = 64 << 20 });
}
