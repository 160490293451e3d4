using System.Buffers.Binary;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>What open views cost: only what they pin, however long they are held, and it can be seen.</summary>
public sealed class ViewCostTests
{
    private const int Keys = 2000;
    private const int BlockChanges = 100;
    private const int Blocks = 600;

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task View_HeldOverManyBlocks_PinsItsOwnPagesOnly(HomeKind kind)
    {
        using TestHome home = TestHome.Create(kind);

        // Where no checkpoint comes, nothing is stored: all that the view needs is pinned in memory.
        StoreSettings settings = (kind == HomeKind.SimulatedDirectory ? StoreSettings.Tight : StoreSettings.Quiet) with { Durability = Durability.DangerNoSync, CacheBytes = 4 << 20, SegmentBytes = 16 << 20, PageFileBytes = 16 << 20 };
        StateStore store = await home.OpenAsync(settings);
        Random random = new(5);
        await CommitAsync(store, 1, Enumerable.Range(0, Keys), round: 0);
        long whole = store.GetStatistics().DirtyBytes + store.GetStatistics().CacheBytes;
        StateView held = store.OpenView();
        long half = 0;
        for (ulong height = 2; height <= Blocks; height++)
        {
            await CommitAsync(store, height, Enumerable.Range(0, BlockChanges).Select(_ => random.Next(Keys)), round: height);
            if (height == Blocks / 2)
            {
                // Every page has been replaced many times over by now: from here on the view costs nothing more.
                half = store.GetStatistics().ViewBytes;
            }
        }

        StoreStatistics statistics = store.GetStatistics();
        Assert.Equal((1, (BlockHeight)1), (statistics.OpenViews, statistics.OldestViewHeight));
        Assert.InRange(half, kind == HomeKind.SimulatedDirectory ? 0 : whole / 2, whole);
        Assert.InRange(statistics.ViewBytes, 0, whole);
        Assert.InRange(statistics.ViewBytes, 0, half + (64 << 10));

        // The bound of the recent heights is theirs alone; the two newest are kept whatever they take.
        Assert.InRange(statistics.RecentBytes - statistics.ViewBytes, 0, settings.RecentViewBytes + (2 * BlockChanges * (20 << 10)));
        for (int key = 0; key < Keys; key++)
        {
            Assert.Equal(Value(key, round: 0), held.State.Get(Key(key)));
        }

        held.Dispose();
        statistics = store.GetStatistics();
        Assert.Equal((0, null, null, 0), (statistics.OpenViews, statistics.OldestViewHeight, statistics.OldestViewAge, statistics.ViewBytes));
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Views_OfRandomAge_AreCountedAndGivenBack()
    {
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        StateStore store = await home.OpenAsync(StoreSettings.Tight with { Durability = Durability.DangerNoSync, CacheBytes = 4 << 20 });
        Random random = new(9);
        await CommitAsync(store, 1, Enumerable.Range(0, Keys / 4), round: 0);
        List<StateView> views = [];
        for (ulong height = 2; height <= 200; height++)
        {
            await CommitAsync(store, height, Enumerable.Range(0, 20).Select(_ => random.Next(Keys / 4)), round: height);
            if (random.Next(3) == 0)
            {
                views.Add(store.OpenView());
            }

            if (views.Count > 0 && random.Next(4) == 0)
            {
                int at = random.Next(views.Count);
                views[at].Dispose();
                views.RemoveAt(at);
            }

            StoreStatistics statistics = store.GetStatistics();
            Assert.Equal(views.Count, statistics.OpenViews);
            Assert.Equal(views.Count == 0 ? null : views.Min(static view => view.Height!.Value.Value), statistics.OldestViewHeight?.Value);
            Assert.Equal(views.Count == 0, statistics.OldestViewAge is null);
            Assert.InRange(statistics.ViewBytes, 0, statistics.RecentBytes);
        }

        views.ForEach(static view => view.Dispose());

        // A cleaning run that is under way keeps its version, too.
        Assert.True(SpinWait.SpinUntil(() => store.GetStatistics().ViewBytes == 0, TimeSpan.FromSeconds(60)), $"{store.GetStatistics().ViewBytes} bytes are kept.");
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task OldestView_OfTheClock_IsAsOldAsItIs()
    {
        StepClock clock = new();
        await using StateStore store = await StateStore.OpenAsync("memory:", new StateStoreOptions { TimeProvider = clock }, TestContext.Current.CancellationToken);
        using StateView first = store.OpenView();
        clock.Advance(TimeSpan.FromMinutes(2));
        StateView second = store.OpenView();
        clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(TimeSpan.FromMinutes(5), store.GetStatistics().OldestViewAge);
        first.Dispose();
        Assert.Equal(TimeSpan.FromMinutes(3), store.GetStatistics().OldestViewAge);
        second.Dispose();
        Assert.Null(store.GetStatistics().OldestViewAge);
    }

    private static async Task CommitAsync(StateStore store, ulong height, IEnumerable<int> keys, ulong round)
    {
        using BlockDraft draft = store.CreateDraft((BlockHeight)height);
        foreach (int key in keys)
        {
            draft.State.Put(Key(key), Value(key, round));
        }

        await store.CommitAsync(draft);
    }

    private static byte[] Key(int number)
    {
        byte[] key = new byte[16];
        BinaryPrimitives.WriteInt32BigEndian(key, number);
        return key;
    }

    private static byte[] Value(int number, ulong round)
    {
        byte[] value = new byte[100];
        BinaryPrimitives.WriteInt32BigEndian(value, number);
        BinaryPrimitives.WriteUInt64BigEndian(value.AsSpan(4), round);
        return value;
    }

    /// <summary>A clock that goes on when it is told to.</summary>
    private sealed class StepClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
