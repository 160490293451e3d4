using System.Text;
using Cairn.Homes;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>The store on the memory home: what every other home is measured by.</summary>
public sealed class StateStoreTests
{
    private static readonly StateStoreOptions Small = new() { DirtyBytes = 64 * 1024, ReplayBytes = 64 * 1024, CacheBytes = 64 * 1024, RecentViewBytes = 256 * 1024, PoisonFreedPages = true };

    [Fact]
    public async Task Commit_RandomBlocksWithTinyCaps_EqualsModelAndReopens()
    {
        await SeededRandom.ForEachAsync(5, async random =>
        {
            MemoryHome home = new();
            SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
            ulong height = 0;
            for (int round = 0; round < 3; round++)
            {
                await using (StateStore store = await StateStore.OpenAsync(home, Small))
                {
                    Assert.Equal(NaiveMerkle.Root(model), store.Root);
                    for (int block = 0; block < 25; block++)
                    {
                        using BlockDraft draft = store.CreateDraft((BlockHeight)(++height));
                        foreach (byte[] key in KeyShapes.MakeMixed(random, 60))
                        {
                            byte[] value = new byte[random.Next(10) == 0 ? random.Next(4000) : random.Next(80)];
                            random.NextBytes(value);
                            draft.State.Put(key, value);
                            model[key] = value;
                        }

                        foreach (byte[] key in model.Keys.Where(_ => random.Next(6) == 0).ToArray())
                        {
                            draft.State.Delete(key);
                            model.Remove(key);
                        }

                        CommittedBlock committed = await store.CommitAsync(draft);
                        Assert.Equal(NaiveMerkle.Root(model), committed.Root);
                        if (random.Next(5) == 0)
                        {
                            await store.CheckpointAsync();
                        }
                    }

                    using StateView view = store.OpenView();
                    Assert.Equal(
                        model.Select(static e => Convert.ToHexString(e.Key) + Convert.ToHexString(e.Value)),
                        Lines(view.State.Prefix([])));
                    Assert.Equal(
                        model.Reverse().Select(static e => Convert.ToHexString(e.Key) + Convert.ToHexString(e.Value)),
                        Lines(view.State.Prefix([], reverse: true)));
                    Assert.Equal(NaiveMerkle.Totals(model), view.State.Totals);
                }

                home = home.Reopen();
            }
        });
    }

    [Fact]
    public async Task ViewAt_RecentHeights_StayAsTheyWere()
    {
        await using StateStore store = await StateStore.OpenAsync(new MemoryHome(), new StateStoreOptions { RecentViewBytes = 1 << 20, DirtyBytes = 64 * 1024, CacheBytes = 64 * 1024, PoisonFreedPages = true });
        StateView? held = null;
        for (ulong height = 10; height <= 4000; height += 10)
        {
            using BlockDraft draft = store.CreateDraft((BlockHeight)height);
            for (int i = 0; i < 20; i++)
            {
                draft.State.Put(Encoding.ASCII.GetBytes($"key/{(height * 7) + (ulong)(i * 13) % 500:d6}"), Encoding.ASCII.GetBytes($"{height}"));
            }

            draft.State.Put("height"u8, Encoding.ASCII.GetBytes($"{height}"));
            await store.CommitAsync(draft);
            if (height == 1000)
            {
                held = store.OpenView();
            }
        }

        Assert.Equal("1000", Encoding.ASCII.GetString(held!.State.Get("height"u8)!));
        Assert.Equal((ulong)held.State.Totals.Entries, (ulong)Lines(held.State.Prefix([])).Count);
        held.Dispose();
        Assert.Throws<ObjectDisposedException>(() => held.State.Contains("height"u8));
        StoreStatistics statistics = store.GetStatistics();
        Assert.True(statistics.OldestRecentHeight < (BlockHeight)4000);
        using (StateView view = store.ViewAt((BlockHeight)3995))
        {
            Assert.Equal((BlockHeight)3990, view.Height);
            Assert.Equal("3990", Encoding.ASCII.GetString(view.State.Get("height"u8)!));
        }

        Assert.Throws<HeightNotRetainedException>(() => store.ViewAt((BlockHeight)4001));
        Assert.Throws<HeightNotRetainedException>(() => store.ViewAt((BlockHeight)5));
    }

    [Fact]
    public async Task Draft_OnDraft_CommitsInOrder()
    {
        await using StateStore store = await StateStore.OpenAsync(new MemoryHome(), Small);
        using BlockDraft first = store.CreateDraft((BlockHeight)1);
        first.State.Put("a"u8, "1"u8);
        using BlockDraft second = store.CreateDraft((BlockHeight)2, first);
        second.State.Put("b"u8, "2"u8);
        using BlockDraft rival = store.CreateDraft((BlockHeight)3, first);
        rival.State.Delete("a"u8);
        Assert.Throws<InvalidOperationException>(() => first.State.Put("c"u8, default));
        Assert.Equal("1"u8.ToArray(), second.State.Get("a"u8));
        await Assert.ThrowsAsync<StaleDraftException>(async () => await store.CommitAsync(second));
        await store.CommitAsync(first);
        await store.CommitAsync(second);
        await Assert.ThrowsAsync<StaleDraftException>(async () => await store.CommitAsync(rival));
        Assert.False(rival.State.Contains("a"u8));
        using StateView view = store.OpenView();
        Assert.Equal("1"u8.ToArray(), view.State.Get("a"u8));
        Assert.Equal("2"u8.ToArray(), view.State.Get("b"u8));
    }

    /// <summary>Hot entries and absent keys through what reads ask before the tree, at the head and at a view of before, beside commits and after a rewind.</summary>
    [Fact]
    public async Task TryGet_ThroughShortcuts_AnswersForItsVersionAndAllocatesNothing()
    {
        await using StateStore store = await StateStore.OpenAsync(new MemoryHome(), new StateStoreOptions { HotEntryBytes = 1 << 20, ShortcutPace = 16, CacheBytes = 16 << 20 });
        byte[] value = new byte[8];
        await PutAllAsync(store, height: 1);
        using StateView old = store.OpenView();
        AssertAll(old, height: 1);
        Assert.NotNull(store.Pages.Shortcuts.Hot);
        Assert.NotNull(store.Pages.Shortcuts.Filter(TreeKind.State));
        long absent = store.Pages.Absent(TreeKind.State);
        AssertAll(old, height: 1);
        Assert.InRange(store.Pages.Absent(TreeKind.State) - absent, 0, 20);
        await PutAllAsync(store, height: 2);
        using StateView now = store.OpenView();
        AssertAll(now, height: 2);
        AssertAll(old, height: 1);
        byte[] key = new byte[sizeof(int)];
        Allocations.AssertNone(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                BitConverter.TryWriteBytes(key, 200 + (i % 100));
                now.State.TryGet(key, value, out _);
                BitConverter.TryWriteBytes(key, 1_000_000 + i);
                now.State.TryGet(key, value, out _);
            }
        });
        await store.RewindAsync(new BlockHeight(1));
        using StateView back = store.OpenView();
        AssertAll(back, height: 1);
        AssertAll(now, height: 2);

        static async Task PutAllAsync(StateStore store, ulong height)
        {
            using BlockDraft draft = store.CreateDraft(new BlockHeight(height));
            for (int i = 0; i < 500; i++)
            {
                draft.State.Put(BitConverter.GetBytes(i + ((int)height * 100)), BitConverter.GetBytes(height));
            }

            await store.CommitAsync(draft);
        }

        static void AssertAll(StateView view, ulong height)
        {
            byte[] value = new byte[8];
            for (int round = 0; round < 3; round++)
            {
                for (int i = 0; i < 1000; i++)
                {
                    ulong expected = i is >= 100 and < 600 && (height == 1 || i < 200) ? 1UL : height == 2 && i is >= 200 and < 700 ? 2UL : 0;
                    Assert.Equal(expected != 0, view.State.TryGet(BitConverter.GetBytes(i), value, out _));
                    Assert.True(expected == 0 || BitConverter.ToUInt64(value) == expected, $"Key {i} at {height}.");
                }
            }
        }
    }

    /// <summary>The filter is there when a small part of the keys has been asked for in vain, and then most such questions do not reach the tree.</summary>
    [Fact]
    public async Task TryGet_OfFewAbsentKeys_MakesTheFilter()
    {
        const int Keys = 20_000;
        await using StateStore store = await StateStore.OpenAsync(new MemoryHome(), new StateStoreOptions { HotEntryBytes = 1 << 20, ShortcutPace = 16, CacheBytes = 16 << 20 });
        using (BlockDraft draft = store.CreateDraft((BlockHeight)1))
        {
            for (int i = 0; i < Keys; i++)
            {
                draft.State.Put(BitConverter.GetBytes(2 * i), [1]);
            }

            await store.CommitAsync(draft);
        }

        using StateView view = store.OpenView();
        byte[] value = new byte[8];
        for (int i = 0; i < Keys; i++)
        {
            Assert.False(view.State.TryGet(BitConverter.GetBytes((2 * i) + 1), value, out _));
            Assert.True(i % 10 != 0 || view.State.TryGet(BitConverter.GetBytes(2 * i), value, out _));
        }

        Assert.InRange(store.Pages.Absent(TreeKind.State), 1, Keys / 20);
    }

    [Fact]
    public async Task TryGet_InlineValueInMemory_AllocatesNothing()
    {
        await using StateStore store = await StateStore.OpenAsync(new MemoryHome(), new StateStoreOptions());
        using (BlockDraft draft = store.CreateDraft((BlockHeight)1))
        {
            for (int i = 0; i < 10_000; i++)
            {
                draft.State.Put(Encoding.ASCII.GetBytes($"key/{i:d8}"), new byte[32]);
            }

            await store.CommitAsync(draft);
        }

        using StateView view = store.OpenView();
        byte[] key = Encoding.ASCII.GetBytes("key/00004242");
        byte[] value = new byte[32];
        Assert.True(view.State.TryGet(key, value, out _));
        Allocations.AssertNone(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                view.State.TryGet(key, value, out _);
            }
        });
    }

    private static List<string> Lines(EntryScan scan)
    {
        List<string> lines = [];
        foreach (EntryScan entry in scan)
        {
            lines.Add(Convert.ToHexString(entry.Key) + Convert.ToHexString(entry.Value));
        }

        return lines;
    }
}
