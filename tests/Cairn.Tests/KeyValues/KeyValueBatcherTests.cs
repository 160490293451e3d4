using System.Buffers.Binary;
using System.Text;
using Cairn.Tests.IO;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.KeyValues;

/// <summary>Gathering small writes: bounds, order, and that a failing flush loses and doubles nothing.</summary>
public sealed class KeyValueBatcherTests
{
    private static readonly KeyValueBatcherOptions s_never = new() { FlushDelay = TimeSpan.FromHours(1) };

    [Fact]
    public async Task Size_InChangesOrBytes_Flushes()
    {
        await using KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        await using (KeyValueBatcher batcher = new(store, s_never with { FlushChanges = 3 }))
        {
            KeyValueBatch batch = new();
            batch.Put("c"u8, "3"u8);
            await batcher.PutAsync("a"u8, "1"u8);
            await batcher.PutAsync("b"u8, "2"u8);
            Assert.Null(store.State.Height);
            CommittedBlock block = await batcher.WriteAsync(batch);
            Assert.Equal((new BlockHeight(1), 3), (block.Height, block.Changes));
        }

        await using (KeyValueBatcher batcher = new(store, s_never with { FlushBytes = 100 }))
        {
            KeyValueBatch batch = new();
            batch.Put("d"u8, new byte[99]);
            Assert.Equal(new BlockHeight(2), (await batcher.WriteAsync(batch)).Height);
        }
    }

    [Fact]
    public async Task Delay_OfTheOldest_Flushes()
    {
        await using KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        ManualClock clock = new();
        await using KeyValueBatcher batcher = new(store, new KeyValueBatcherOptions { FlushDelay = TimeSpan.FromSeconds(5), TimeProvider = clock });
        KeyValueBatch batch = new();
        batch.Put("a"u8, "1"u8);
        Task<CommittedBlock> written = batcher.WriteAsync(batch);
        Assert.Equal(TimeSpan.FromSeconds(5), clock.Due);
        clock.Fire();
        Assert.Equal(new BlockHeight(1), (await written).Height);
        await batcher.PutAsync("b"u8, "2"u8);
        Assert.Null(store.Get("b"u8));
        clock.Fire();
        await batcher.FlushAsync();
        Assert.Equal(new BlockHeight(2), store.State.Height);
    }

    [Fact]
    public async Task Disposing_WritesWhatHasGathered_AndTakesNothingMore()
    {
        await using KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        KeyValueBatcher batcher = new(store, s_never);
        await batcher.PutAsync("a"u8, "1"u8);
        await batcher.DeleteAsync("b"u8);
        await batcher.DisposeAsync();
        await batcher.DisposeAsync();
        Assert.Equal("1"u8.ToArray(), store.Get("a"u8));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await batcher.PutAsync("c"u8, "3"u8));
        Assert.Empty(batcher.TakeUnwritten());
    }

    [Fact]
    public async Task ManyCallers_ShareBlocks_AndKeepTheirOrder()
    {
        const int Callers = 8;
        const int Writes = 300;
        await using KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        await using (KeyValueBatcher batcher = new(store, new KeyValueBatcherOptions { FlushDelay = TimeSpan.Zero, FlushChanges = 50, PendingBytes = 200 }))
        {
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
            {
                byte[] key = Encoding.UTF8.GetBytes($"caller/{caller}");
                for (int write = 1; write <= Writes; write++)
                {
                    KeyValueBatch batch = new();
                    batch.Put(key, BitConverter.GetBytes(write));
                    batch.Put(Encoding.UTF8.GetBytes($"entry/{caller}/{write}"), [1]);
                    if (write % 10 != 0)
                    {
                        await batcher.AddAsync(batch);
                        continue;
                    }

                    await batcher.WriteAsync(batch);
                    Assert.Equal(write, BitConverter.ToInt32(store.Get(key)));
                }
            })));
        }

        Assert.Equal((ulong)(Callers * (Writes + 1)), store.Count);
        Assert.InRange(store.State.Height!.Value.Value, 1UL, (ulong)(Callers * Writes));
    }

    [Fact]
    public async Task Adding_AboveWhatMayWait_WaitsAndCanBeCancelled()
    {
        TaskCompletionSource gate = new();
        await using KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        await using KeyValueBatcher batcher = new("memory:", async (batch, changes) =>
        {
            await gate.Task;
            return await store.WritePartAsync(batch, changes, CancellationToken.None);
        }, s_never with { PendingBytes = 10 });
        await batcher.PutAsync("a"u8, new byte[20]);
        Assert.Equal(21, batcher.PendingBytes);
        using CancellationTokenSource cancelling = new();
        ValueTask cancelled = batcher.PutAsync("b"u8, new byte[9], cancelling.Token);
        ValueTask waiting = batcher.PutAsync("c"u8, new byte[9]);
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await cancelled);
        Assert.False(waiting.IsCompleted);
        gate.SetResult();
        await waiting;
        await batcher.FlushAsync();
        Assert.Equal((false, true), (store.Contains("b"u8), store.Contains("c"u8)));
    }

    [Fact]
    public async Task Block_TooLargeWithWhatItReplaces_IsSplitBetweenAdditions()
    {
        await using KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        await using KeyValueBatcher batcher = new("memory:", (batch, changes) => changes.GetOffsetAndLength(batch.Count).Length <= 3
            ? store.WritePartAsync(batch, changes, CancellationToken.None)
            : throw new BlockTooLargeException(new BlockHeight(1), "its log record", 9, 8), s_never);
        List<Task<CommittedBlock>> writes = [];
        for (int pair = 0; pair < 5; pair++)
        {
            KeyValueBatch batch = new();
            batch.Put([(byte)pair, 0], [1]);
            batch.Put([(byte)pair, 1], [1]);
            writes.Add(batcher.WriteAsync(batch));
        }

        await batcher.FlushAsync();
        Assert.Equal([1UL, 2UL, 3UL, 4UL, 5UL], (await Task.WhenAll(writes)).Select(static block => block.Height.Value));
        Assert.Equal(10UL, store.Count);
        KeyValueBatch whole = new();
        for (int change = 0; change < 4; change++)
        {
            whole.Put([9, (byte)change], [1]);
        }

        Task<CommittedBlock> refused = batcher.WriteAsync(whole);
        StoreFailedException failure = await Assert.ThrowsAsync<StoreFailedException>(() => batcher.FlushAsync());
        Assert.IsType<BlockTooLargeException>(failure.InnerException);
        await Assert.ThrowsAsync<StoreFailedException>(() => refused);
        Assert.Equal(4, Assert.Single(batcher.TakeUnwritten()).Count);
        Assert.Empty(batcher.TakeUnwritten());
        await Assert.ThrowsAsync<StoreFailedException>(async () => await batcher.DisposeAsync());
    }

    /// <summary>
    /// Every write and every sync of a run fails once. What was acknowledged is there after reopening; what the batcher gives back, written again, completes it; nothing is there twice: each entry changed once.
    /// </summary>
    [Theory]
    [InlineData(FileOperation.Write)]
    [InlineData(FileOperation.Sync)]
    public async Task FailingFlush_LosesAndDoublesNothing(FileOperation operation)
    {
        for (long nth = 1; ; nth++)
        {
            SimulatedFileSystem files = new();
            SimulatedHome home = new(HomeKind.SimulatedDirectory, files);
            KeyValueStore store = new(await home.OpenAsync(StoreSettings.Quiet), ownsState: true);
            files.Fail(operation, files.Count(operation) + nth);
            HashSet<int> taken = [];
            HashSet<int> acknowledged = [];
            KeyValueBatcher batcher = new(store, new KeyValueBatcherOptions { FlushChanges = 4, FlushDelay = TimeSpan.Zero });
            Exception? failure = await Record.ExceptionAsync(() => AddAsync(batcher, taken, acknowledged));
            Exception? closing = await Record.ExceptionAsync(async () => await batcher.DisposeAsync());
            IReadOnlyList<KeyValueBatch> unwritten = batcher.TakeUnwritten();
            await Record.ExceptionAsync(async () => await store.DisposeAsync());
            if (failure is null && closing is null)
            {
                Assert.Equal(40, acknowledged.Count);
                Assert.True(nth > 5, "The run writes more than a few times.");
                return;
            }

            store = new KeyValueStore(await home.OpenAsync(StoreSettings.Quiet), ownsState: true);
            Assert.All(acknowledged, number => Assert.True(store.Contains(KeyOf(number)), $"{operation} {nth}: {number} was acknowledged"));
            foreach (KeyValueBatch batch in unwritten)
            {
                await store.WriteAsync(batch);
            }

            Assert.Equal((ulong)taken.Count, store.Count);
            Assert.All(taken, number => Assert.Equal(BitConverter.GetBytes(number), store.Get(KeyOf(number))));
            await home.CloseAsync(store.State);
        }
    }

    [Fact]
    public async Task FlushBesideAnotherCommit_KeepsItAllAndIsTriedAgain()
    {
        await using KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        ManualClock clock = new();
        int attempts = 0;
        await using KeyValueBatcher batcher = new("memory:", (batch, changes) => ++attempts < 3
            ? throw new InvalidOperationException("Another commit is running.")
            : store.WritePartAsync(batch, changes, CancellationToken.None), s_never with { TimeProvider = clock });
        KeyValueBatch batch = new();
        batch.Put("a"u8, "1"u8);
        Task<CommittedBlock> written = batcher.WriteAsync(batch);
        await Assert.ThrowsAsync<InvalidOperationException>(() => batcher.FlushAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => batcher.FlushAsync());
        Assert.Equal((2, false, 0), (batcher.PendingBytes, written.IsCompleted, batcher.TakeUnwritten().Count));
        clock.Fire();
        Assert.Equal((new BlockHeight(1), 1), ((await written).Height, (await written).Changes));
    }

    [Fact]
    public void Options_OutOfRange_AreNamed()
    {
        foreach (KeyValueBatcherOptions wrong in new[]
        {
            new KeyValueBatcherOptions { FlushBytes = 0 },
            new KeyValueBatcherOptions { FlushChanges = 0 },
            new KeyValueBatcherOptions { FlushDelay = TimeSpan.FromTicks(-1) },
            new KeyValueBatcherOptions { PendingBytes = StateLimits.MaxBlockBytes + 1 },
        })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new KeyValueBatcher("memory:", (_, _) => throw new NotSupportedException(), wrong));
        }
    }

    private static async Task AddAsync(KeyValueBatcher batcher, HashSet<int> taken, HashSet<int> acknowledged)
    {
        List<int> unflushed = [];
        for (int number = 0; number < 40; number++)
        {
            await batcher.PutAsync(KeyOf(number), BitConverter.GetBytes(number));
            taken.Add(number);
            unflushed.Add(number);
            if (number % 5 == 4)
            {
                await batcher.FlushAsync();
                acknowledged.UnionWith(unflushed);
                unflushed.Clear();
            }
        }
    }

    private static byte[] KeyOf(int number)
    {
        byte[] key = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(key, number);
        return key;
    }

    /// <summary>A clock whose only timer goes off when it is told to.</summary>
    private sealed class ManualClock : TimeProvider
    {
        private ManualTimer? _timer;

        public TimeSpan Due => _timer!.Due;

        public void Fire() => _timer!.Fire();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _timer = new ManualTimer(callback, state);

        private sealed class ManualTimer(TimerCallback callback, object? state) : ITimer
        {
            public TimeSpan Due { get; private set; }

            public void Fire() => callback(state);

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                Due = dueTime;
                return true;
            }

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
