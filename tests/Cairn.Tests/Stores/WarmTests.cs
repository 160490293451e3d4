using System.Buffers.Binary;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Bringing pages into memory before they are needed.</summary>
public sealed class WarmTests
{
    private const int Prefixes = 6;
    private const int KeysEach = 3000;

    [Fact]
    public async Task Warm_OfAPrefix_LeavesNoReadOfItToTheDisk()
    {
        SimulatedFileSystem files = await MakeStoreAsync();
        await using StateStore store = await OpenAsync(files, cacheBytes: 8 << 20);
        WarmReport report = await store.WarmAsync(TreeKind.State, new byte[] { 2 }, TestContext.Current.CancellationToken);
        Assert.True(report.IsComplete);
        Assert.InRange(report.PagesLoaded, KeysEach / 64, KeysEach / 8);
        Assert.Equal(report.BytesLoaded, store.GetStatistics().CacheBytes);
        long reads = files.Count(FileOperation.Read);
        AssertReads(store, prefix: 2);
        Assert.Equal(reads, files.Count(FileOperation.Read));
        AssertReads(store, prefix: 3);
        Assert.NotEqual(reads, files.Count(FileOperation.Read));
    }

    [Fact]
    public async Task Warm_Twice_FindsEverythingPresent()
    {
        SimulatedFileSystem files = await MakeStoreAsync();
        await using StateStore store = await OpenAsync(files, cacheBytes: 8 << 20);
        WarmReport first = await store.WarmAsync(TreeKind.State, cancellationToken: TestContext.Current.CancellationToken);
        WarmReport second = await store.WarmAsync(TreeKind.State, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(store.MeasureTree(TreeKind.State, TestContext.Current.CancellationToken).Pages, first.PagesLoaded);
        Assert.Equal((0, 0, first.PagesLoaded, true), (second.PagesLoaded, second.BytesLoaded, second.PagesPresent, second.IsComplete));
    }

    [Theory]
    [InlineData(EvictionPolicy.Clock)]
    [InlineData(EvictionPolicy.Lfu)]
    [InlineData(EvictionPolicy.Fifo)]
    public async Task Warm_OfMoreThanTheCache_StopsWithWhatItLoaded(EvictionPolicy policy)
    {
        SimulatedFileSystem files = await MakeStoreAsync();
        await using StateStore store = await OpenAsync(files, cacheBytes: 256 << 10, policy);
        AssertReads(store, prefix: 1); // the cache is full of another prefix
        WarmReport report = await store.WarmAsync(TreeKind.State, new byte[] { 4 }, TestContext.Current.CancellationToken);
        StoreStatistics after = store.GetStatistics();
        Assert.False(report.IsComplete);
        Assert.InRange(after.CacheBytes, 1, 256 << 10);

        // Nothing of what it loaded or found made room for the rest of it.
        Assert.InRange(report.BytesLoaded, (256 << 10) - (96 << 10), after.CacheBytes);
        WarmReport again = await store.WarmAsync(TreeKind.State, new byte[] { 4 }, TestContext.Current.CancellationToken);
        Assert.Equal(report.PagesLoaded + report.PagesPresent, again.PagesLoaded + again.PagesPresent);
        AssertReads(store, prefix: 4);
    }

    [Fact]
    public async Task Warm_OfNothing_IsComplete()
    {
        SimulatedFileSystem files = await MakeStoreAsync();
        await using StateStore store = await OpenAsync(files, cacheBytes: 8 << 20);
        Assert.True((await store.WarmAsync(TreeKind.State, new byte[StateLimits.MaxKeyBytes + 1], TestContext.Current.CancellationToken)).IsComplete);
        Assert.True((await store.WarmAsync(TreeKind.Local, new byte[] { 200 }, TestContext.Current.CancellationToken)).IsComplete);
        Assert.InRange((await store.WarmAsync(TreeKind.State, new byte[] { 255, 255 }, TestContext.Current.CancellationToken)).PagesLoaded, 1, 3);
    }

    [Fact]
    public async Task Warm_Cancelled_EndsAndKeepsTheStoreUsable()
    {
        SimulatedFileSystem files = await MakeStoreAsync();
        await using StateStore store = await OpenAsync(files, cacheBytes: 8 << 20);
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.WarmAsync(TreeKind.State, cancellationToken: cancelled.Token));
        AssertReads(store, prefix: 0);
    }

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task Warm_WhereAllIsInMemory_IsComplete(HomeKind kind)
    {
        using TestHome home = TestHome.Create(kind);
        StateStore store = await home.OpenAsync(StoreSettings.Quiet);
        await FillAsync(store);
        Assert.True((await store.WarmAsync(TreeKind.State, cancellationToken: TestContext.Current.CancellationToken)).IsComplete);
        await home.CloseAsync(store);
    }

    private static void AssertReads(StateStore store, byte prefix)
    {
        using StateView view = store.OpenView();
        for (int number = 0; number < KeysEach; number++)
        {
            Assert.Equal(Value(prefix, number), view.State.Get(Key(prefix, number)));
        }
    }

    private static byte[] Key(byte prefix, int number)
    {
        byte[] key = new byte[24];
        key[0] = prefix;
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(1), number);
        return key;
    }

    private static byte[] Value(byte prefix, int number)
    {
        byte[] value = new byte[120];
        new Random((prefix << 20) + number).NextBytes(value);
        return value;
    }

    private static async Task FillAsync(StateStore store)
    {
        using BlockDraft draft = store.CreateDraft((BlockHeight)1);
        for (byte prefix = 0; prefix < Prefixes; prefix++)
        {
            for (int number = 0; number < KeysEach; number++)
            {
                draft.State.Put(Key(prefix, number), Value(prefix, number));
            }
        }

        await store.CommitAsync(draft);
    }

    private static async Task<SimulatedFileSystem> MakeStoreAsync()
    {
        SimulatedFileSystem files = new();
        await using StateStore store = await OpenAsync(files, cacheBytes: 8 << 20);
        await FillAsync(store);
        return files;
    }

    private static Task<StateStore> OpenAsync(SimulatedFileSystem files, long cacheBytes, EvictionPolicy policy = EvictionPolicy.Clock) =>
        new SimulatedHome(HomeKind.SimulatedDirectory, files).OpenAsync(StoreSettings.Quiet with { CacheBytes = cacheBytes, EvictionPolicy = policy, PageFileBytes = 64 << 20 });
}
