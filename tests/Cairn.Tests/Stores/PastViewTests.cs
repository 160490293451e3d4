using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Cairn.History;
using Cairn.Tests.Reference;
using Xunit;
using static Cairn.Tests.Stores.RetentionRun;

namespace Cairn.Tests.Stores;

/// <summary>Views of heights that are no longer recent: what they cost, what they keep, and what may happen beside them.</summary>
public sealed class PastViewTests
{
    private const int HotVersions = 30_000;

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.Directory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task HotKey_WithTensOfThousandsOfVersions_IsReadAtEveryHeight(HomeKind kind)
    {
        int versions = kind == HomeKind.JsonLines ? HotVersions / 10 : HotVersions;
        using TestHome home = TestHome.Create(kind);
        StoreSettings settings = StoreSettings.Tight with { Durability = Durability.DangerNoSync, RecentViewBytes = 0, RetainAll = true, SegmentBytes = 1 << 20, ReplayBytes = 1 << 20 };
        StateStore store = await home.OpenAsync(settings);
        byte[] value = new byte[12];
        for (int height = 1; height <= versions; height++)
        {
            using BlockDraft draft = store.CreateDraft((BlockHeight)(ulong)height);
            BinaryPrimitives.WriteInt32BigEndian(value, height);
            draft.State.Put("hot"u8, value);
            draft.State.Put([(byte)(height % 200)], value);
            await store.CommitAsync(draft);
        }

        await AssertHotAsync(store, versions);
        await home.CloseAsync(store);
        store = await home.OpenAsync(settings);
        await AssertHotAsync(store, versions);
        await home.CloseAsync(store);
    }

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    public async Task OpenView_OfAHeightBelowTheFloor_KeepsTheLogItNeeds(HomeKind kind)
    {
        await using RetentionRun run = new(kind);
        await run.OpenAsync(Settings(3));
        await run.CommitAndCheckpointAsync(10);
        await run.ReopenAsync(Settings(3)); // without recent heights
        StateView view = run.Store.ViewAt(run.Heights[7]);
        Assert.NotNull(view.Past);
        await run.CommitAndCheckpointAsync(30);
        run.AssertPruned(37);
        long kept = run.Store.GetStatistics().LogBytes;
        Assert.True(kept > 30 * (BlockBytes / 2), $"Only {kept} bytes of log.");
        Assert.Throws<HeightNotRetainedException>(() => run.Store.ViewAt(run.Heights[7]));
        Assert.Equal(run.Heights[7], view.Height);
        for (int i = 7; i >= 1; i--)
        {
            byte[] key = [(byte)(run.Heights[i].Value % 7)];
            Assert.Equal(BitConverter.GetBytes(run.Heights.Take(8).Last(height => height.Value % 7 == key[0]).Value), view.State.Get(key));
        }

        view.Dispose();
        await run.CommitAndCheckpointAsync(2);
        Assert.True(run.Store.GetStatistics().LogBytes < kept - (20 * (BlockBytes / 2)), $"Still {run.Store.GetStatistics().LogBytes} of {kept} bytes of log.");
        await run.CloseAsync();
    }

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task Readers_OfThePastBesideTheWriter_SeeWholeBlocks(HomeKind kind)
    {
        foreach (int seed in SeededRandom.Seeds(2))
        {
            ShortRun run = ShortRun.Make(seed, blocks: 100);
            using TestHome home = TestHome.Create(kind);
            StateStore store = await home.OpenAsync(StoreSettings.Tight with { Durability = Durability.Grouped, RecentViewBytes = 0, RetainBlocks = 20 });
            await run.CommitNextAsync(store, 0);
            await ConcurrentReaders.RunAsync(run, seed, leastViews: 4, random => OpenPast(run, store, random), async () =>
            {
                for (int blocks = 1; blocks + 1 < run.States.Count; blocks++)
                {
                    await run.CommitNextAsync(store, blocks);
                    if (blocks % 12 == 0)
                    {
                        await store.CheckpointAsync();
                    }

                    if (blocks % 30 == 0)
                    {
                        await store.CompactAsync();
                    }
                }
            });
            await home.CloseAsync(store);
        }
    }

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task Follower_OfAWriter_AnswersThePast(HomeKind kind)
    {
        ShortRun run = ShortRun.Make(seed: 5, blocks: 40);
        using TestHome home = TestHome.Create(kind);
        StoreSettings settings = StoreSettings.Quiet with { RecentViewBytes = 0, RetainBlocks = 15 };
        StateStore writer = await home.OpenAsync(settings);
        for (int blocks = 0; blocks < 20; blocks++)
        {
            await run.CommitNextAsync(writer, blocks);
        }

        StateStore reader = await home.OpenAsync(settings with { ReadOnly = true, OneByOneReplayBytes = 1 });
        Random random = new(6);
        for (int blocks = 20; blocks <= 40; blocks++)
        {
            if (blocks % 4 == 0)
            {
                await writer.CheckpointAsync();
            }

            await reader.RefreshAsync();
            PastComparison.AssertSome([.. run.States.Skip(1).Take(blocks)], reader, random);
            if (blocks < 40)
            {
                await run.CommitNextAsync(writer, blocks);
            }
        }

        PastComparison.AssertEveryHeight([.. run.States.Skip(1)], reader, random);
        using (StateView abandoned = reader.ViewAt(run.States[36].Height!.Value))
        {
            await writer.RewindAsync(run.States[33].Height!.Value);
            await reader.RefreshAsync();
            PastComparison.AssertSome([.. run.States.Skip(1).Take(33)], reader, random);
            for (int blocks = 33; blocks < 40; blocks++)
            {
                await run.CommitNextAsync(writer, blocks);
            }

            await reader.RefreshAsync();
            PastComparison.AssertEveryHeight([.. run.States.Skip(1)], reader, random);
            StoreComparison.AssertSame(run.States[36], abandoned, random);
        }

        await reader.DisposeAsync();
        await home.CloseAsync(writer);
    }

    /// <summary>The writer knows nothing of readers in other processes: what they get is the right answer or the news that they are behind, never damage.</summary>
    [Fact]
    public async Task Follower_WhoseLogTheWriterRetires_IsToldSo()
    {
        await using RetentionRun run = new();
        await run.OpenAsync(Settings(6));
        await run.CommitAndCheckpointAsync(12);
        StoreSettings reading = Settings(6) with { ReadOnly = true, RecentViewBytes = 0 };
        await using StateStore asked = await run.Home.OpenAsync(reading);
        StateStore reader = await run.Home.OpenAsync(reading);
        byte[] key = [(byte)(run.Heights[11].Value % 7)];
        using StateView old = asked.ViewAt(asked.FloorHeight!.Value);
        byte[]? expected = run.Store.ViewAt(run.Store.FloorHeight!.Value).State.Get(key);
        await run.CommitAndCheckpointAsync(60);
        ViewOutdatedException outdated = Assert.Throws<ViewOutdatedException>(() => reader.ViewAt(reader.FloorHeight!.Value));
        Assert.Equal(RecoveryAction.Retry, outdated.RecoveryAction);
        Assert.Throws<ViewOutdatedException>(() => reader.HeightOf(default));
        Assert.Throws<ViewOutdatedException>(() => reader.Blocks().Count());
        Assert.Throws<ViewOutdatedException>(() => reader.VersionsOf(TreeKind.State, key).Count());
        try
        {
            Assert.Equal(expected, old.State.Get(key));
        }
        catch (ViewOutdatedException)
        {
            // What it had found out before may still be at hand, or not.
        }

        await reader.RefreshAsync();
        using (StateView view = reader.ViewAt(reader.FloorHeight!.Value))
        {
            Assert.Equal(run.Store.FloorHeight, view.Height);
            Assert.Equal(run.Store.RootAt(view.Height!.Value), view.Root);
        }

        await reader.DisposeAsync();
        await run.CloseAsync();
    }

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.Directory)]
    public async Task TryGet_AtAPastHeight_AllocatesNothing(HomeKind kind)
    {
        using TestHome home = TestHome.Create(kind);
        StateStore store = await home.OpenAsync(StoreSettings.Quiet with { Durability = Durability.DangerNoSync, RecentViewBytes = 0, RetainAll = true, SegmentBytes = 1 << 20 });
        for (ulong height = 1; height <= 1100; height++)
        {
            using BlockDraft draft = store.CreateDraft((BlockHeight)height);
            for (ulong i = 0; i < 10; i++)
            {
                draft.State.Put(Key((height * 10) + i), Key(height));
            }

            draft.State.Put("changed"u8, Key(height));
            draft.State.Put("kept"u8, "as it was"u8);
            if (height == 50)
            {
                draft.State.Put("deleted"u8, Key(height));
            }
            else if (height == 500)
            {
                draft.State.Delete("deleted"u8);
            }

            await store.CommitAsync(draft);
        }

        // The first question after the worker has put other runs in place opens them, which allocates.
        await ((ChangeHistory)store.History).IdleAsync();
        using (StateView view = store.ViewAt((BlockHeight)100))
        {
            AssertNothingAllocated(view.State, "changed"u8.ToArray(), Key(100));
            AssertNothingAllocated(view.State, "kept"u8.ToArray(), "as it was"u8.ToArray());
            AssertNothingAllocated(view.State, "deleted"u8.ToArray(), Key(50));
            AssertNothingAllocated(view.State, "never there"u8.ToArray(), null);
            AssertNothingAllocated(view.State, Key(10_500), null);
        }

        await home.CloseAsync(store);
    }

    private static async Task AssertHotAsync(StateStore store, int versions)
    {
        Random random = new(1);
        byte[] found = new byte[12];
        for (int i = 0; i < 300; i++)
        {
            int height = random.Next(1, versions + 1);
            using StateView view = store.ViewAt((BlockHeight)(ulong)height);
            Assert.True(view.State.TryGet("hot"u8, found, out int bytes));
            Assert.Equal((12, height), (bytes, BinaryPrimitives.ReadInt32BigEndian(found)));
            Assert.True(view.State.TryGetChangeHeight("hot"u8, out BlockHeight changed));
            Assert.Equal((ulong)height, changed.Value);
        }

        int version = 0;
        foreach (KeyVersion change in store.VersionsOf(TreeKind.State, "hot"u8))
        {
            Assert.Equal((ulong)++version, change.Height.Value);
            Assert.Equal(version == 1 ? -1 : version - 1, change.Old is null ? -1 : BinaryPrimitives.ReadInt32BigEndian(change.Old));
            Assert.Equal(version, BinaryPrimitives.ReadInt32BigEndian(change.New));
        }

        Assert.Equal(versions, version);
        await Task.CompletedTask;
    }

    /// <summary>Opens a view of a height that may be retained; null when it is refused, which has to be right.</summary>
    private static StateView? OpenPast(ShortRun run, StateStore store, Random random)
    {
        int newest = run.BlocksAt(store.Height);
        ReferenceState wanted = run.States[random.Next(Math.Max(1, newest - 22), newest + 1)];
        try
        {
            StateView view = store.ViewAt(wanted.Height!.Value);
            Assert.Equal(wanted.Height, view.Height);
            return view;
        }
        catch (HeightNotRetainedException refusal)
        {
            Assert.True(refusal.Requested < store.FloorHeight, refusal.Message);
            return null;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AssertNothingAllocated(ITreeReader tree, byte[] key, byte[]? expected)
    {
        byte[] value = new byte[32];
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(expected is not null, tree.TryGet(key, value, out int bytes));
            Assert.Equal(expected ?? [], value.AsSpan(0, bytes).ToArray());
        }

        Allocations.AssertNone(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                tree.TryGet(key, value, out _);
            }
        });
    }

    private static byte[] Key(ulong number)
    {
        byte[] key = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(key, number);
        return key;
    }
}
