using Xunit;

namespace Cairn.Tests.Stores;

/// <content>Limits, arguments, disposal.</content>
public abstract partial class ConformanceTests
{
    [Fact]
    public async Task Keys_OfTheLimits_AreKeptAndBeyondAreRefused()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        byte[] longest = new byte[StateLimits.MaxKeyBytes];
        using (BlockDraft draft = store.CreateDraft(Height(1)))
        {
            foreach (TreeDraft tree in new[] { draft.State, draft.Local })
            {
                Assert.ThrowsAny<ArgumentException>(() => tree.Put([], [1]));
                Assert.ThrowsAny<ArgumentException>(() => tree.Put(new byte[StateLimits.MaxKeyBytes + 1], [1]));
                Assert.ThrowsAny<ArgumentException>(() => tree.Delete([]));
                Assert.ThrowsAny<ArgumentException>(() => tree.Delete(new byte[StateLimits.MaxKeyBytes + 1]));
                tree.Put(longest, [1]);
                tree.Put([0], [2]);
            }

            await store.CommitAsync(draft);
        }

        await Home.CloseAsync(store);
        store = await Home.OpenAsync(StoreSettings.Quiet);
        using (StateView view = store.OpenView())
        {
            Assert.Equal([1], view.State.Get(longest));
            Assert.Equal([2], view.Local.Get([0]));
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Questions_AboutTheEmptyOrAnEndlessKey_AreAnswered()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, 1, ("a", "1"));
        using (StateView view = store.OpenView())
        {
            foreach (byte[] key in new byte[][] { [], new byte[StateLimits.MaxKeyBytes + 1], [.. Enumerable.Repeat((byte)0xff, 1000)] })
            {
                Assert.False(view.State.Contains(key));
                Assert.Null(view.State.Get(key));
                Assert.False(view.State.TryGet(key, [], out _));
                Assert.False(view.State.TryGetLength(key, out _));
                Assert.False(view.State.TryGetChangeHeight(key, out _));
                Assert.Equal(key.Length == 0 ? 1UL : 0UL, view.State.Count(key));
            }

            Assert.Equal([("a", "1", 1UL)], Entries(view.State));
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Values_OfTheLimit_AreKeptAndBeyondAreRefused()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        byte[] largest = new byte[StateLimits.MaxValueBytes];
        largest[^1] = 9;
        using (BlockDraft draft = store.CreateDraft(Height(1)))
        {
            Assert.ThrowsAny<ArgumentException>(() => draft.State.Put([1], new byte[StateLimits.MaxValueBytes + 1]));
            Assert.False(draft.State.Contains([1]));
            draft.State.Put([1], largest);
            draft.Local.Put([1], largest.AsSpan(0, StateLimits.MaxInlineValueBytes + 1));
            await store.CommitAsync(draft);
        }

        await store.CheckpointAsync();
        await Home.CloseAsync(store);
        store = await Home.OpenAsync(StoreSettings.Quiet);
        using (StateView view = store.OpenView())
        {
            Assert.True(view.State.Get([1]).AsSpan().SequenceEqual(largest));
            Assert.True(view.State.TryGetLength([1], out int length));
            Assert.Equal(StateLimits.MaxValueBytes, length);
            Assert.Equal(StateLimits.MaxInlineValueBytes + 1, view.Local.Get([1])!.Length);
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Payload_BeyondTheLimit_IsRefused()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        using (BlockDraft draft = store.CreateDraft(Height(1)))
        {
            Assert.ThrowsAny<ArgumentException>(() => draft.Payload = new byte[StateLimits.MaxPayloadBytes + 1]);
            Assert.Null(draft.Payload);
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task TryGet_IntoTooLittleRoom_IsAnArgumentError()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, 1, ("a", "12345"), ("blob", new string('x', 5000)));
        using (StateView view = store.OpenView())
        {
            Assert.ThrowsAny<ArgumentException>(() => view.State.TryGet(Key("a"), new byte[4], out _));
            Assert.ThrowsAny<ArgumentException>(() => view.State.TryGet(Key("blob"), new byte[4999], out _));
            Assert.True(view.State.TryGet(Key("a"), new byte[5], out int bytes));
            Assert.Equal(5, bytes);
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Scan_WithANegativeLimit_IsAnArgumentError()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        using (StateView view = store.OpenView())
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => view.State.Range([], [], limit: -1).Dispose());
            Assert.Throws<ArgumentOutOfRangeException>(() => view.State.Prefix([], limit: -1).Dispose());
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task DisposedStore_RefusesEverything()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, 1, ("a", "1"));
        await store.DisposeAsync();
        await store.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => store.OpenView());
        Assert.Throws<ObjectDisposedException>(() => store.CreateDraft(Height(2)));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.SyncAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.CheckpointAsync());
        await Home.CheckAsync();
    }

    [Fact]
    public async Task DisposedViewsAndDrafts_RefuseEverything()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, 1, ("a", "1"));
        StateView view = store.OpenView();
        view.Dispose();
        view.Dispose();
        Assert.Throws<ObjectDisposedException>(() => view.State.Get(Key("a")));
        Assert.Throws<ObjectDisposedException>(() => view.State.Range([], []).Dispose());
        BlockDraft draft = store.CreateDraft(Height(2));
        draft.Dispose();
        draft.Dispose();
        Assert.Throws<ObjectDisposedException>(() => draft.State.Put(Key("a"), Key("2")));
        Assert.Throws<ObjectDisposedException>(() => draft.State.Get(Key("a")));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.CommitAsync(draft));
        Assert.Throws<ObjectDisposedException>(() => store.CreateDraft(Height(3), draft));
        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Dispose_WithADraftOpen_DiscardsIt()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, 1, ("a", "1"));
        using BlockDraft draft = store.CreateDraft(Height(2));
        draft.State.Put(Key("a"), Key("2"));
        await store.DisposeAsync();
        store = await Home.OpenAsync(StoreSettings.Quiet);
        Assert.Equal(Height(1), store.Height);
        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Cancelled_BeforeItBegins_CommitsNothing()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        using (BlockDraft draft = store.CreateDraft(Height(1)))
        {
            draft.State.Put(Key("a"), Key("1"));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.CommitAsync(draft, new CancellationToken(canceled: true)));
            Assert.Null(store.Height);
            await store.CommitAsync(draft);
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Options_OutOfRange_AreRefusedByName()
    {
        (string Name, StoreSettings Settings)[] wrong =
        [
            (nameof(StateStoreOptions.DirtyBytes), StoreSettings.Quiet with { DirtyBytes = 1 }),
            (nameof(StateStoreOptions.ReplayBytes), StoreSettings.Quiet with { ReplayBytes = -1 }),
            (nameof(StateStoreOptions.CacheBytes), StoreSettings.Quiet with { CacheBytes = 0 }),
            (nameof(StateStoreOptions.GroupedBlocks), StoreSettings.Quiet with { GroupedBlocks = 0 }),
            (nameof(StateStoreOptions.SegmentBytes), StoreSettings.Quiet with { SegmentBytes = 65_537 }),
            (nameof(StateStoreOptions.PageFileBytes), StoreSettings.Quiet with { PageFileBytes = 1 }),
        ];
        foreach ((string name, StoreSettings settings) in wrong)
        {
            StoreOptionsException refusal = await Assert.ThrowsAsync<StoreOptionsException>(async () => await (await StateStore.OpenAsync(Home.Location, settings.ToOptions(Home.FileSystem))).DisposeAsync());
            Assert.Equal((name, RecoveryAction.FixTheCall), (refusal.Option, refusal.RecoveryAction));
        }
    }
}
