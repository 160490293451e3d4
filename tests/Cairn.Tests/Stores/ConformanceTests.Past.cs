using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <content>Reading at the heights of the past.</content>
public abstract partial class ConformanceTests
{
    [Fact]
    public async Task ViewAt_AHeight_IsTheNewestBlockAtOrBelow()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet with { RecentViewBytes = 8 << 20 });
        await CommitAsync(store, 10, ("a", "10"));
        await CommitAsync(store, 20, ("a", "20"));
        using (StateView at = store.ViewAt(Height(10)))
        using (StateView between = store.ViewAt(Height(19)))
        using (StateView newest = store.ViewAt(Height(20)))
        {
            Assert.Equal((Height(10), Height(10), Height(20)), (at.Height!.Value, between.Height!.Value, newest.Height!.Value));
            Assert.Equal(Key("10"), between.State.Get(Key("a")));
            Assert.Equal(Key("20"), newest.State.Get(Key("a")));
        }

        foreach (ulong height in new ulong[] { 0, 9, 21, ulong.MaxValue })
        {
            HeightNotRetainedException refusal = Assert.Throws<HeightNotRetainedException>(() => store.ViewAt(Height(height)));
            Assert.Equal((Height(height), Height(10), Height(20)), (refusal.Requested, refusal.Oldest!.Value, refusal.Newest!.Value));
            Assert.Equal(RecoveryAction.FixTheCall, refusal.RecoveryAction);
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task ViewAt_BeforeTheFirstBlock_IsRefusedWithoutHeights()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        HeightNotRetainedException refusal = Assert.Throws<HeightNotRetainedException>(() => store.ViewAt(Height(0)));
        Assert.Null(refusal.Newest);
        Assert.Null(refusal.Oldest);
        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Past_EveryRetainedHeight_IsAsItWas()
    {
        ShortRun run = ShortRun.Make(seed: 3, blocks: 40);
        StoreSettings settings = StoreSettings.Tight with { RecentViewBytes = 0, RetainBlocks = 25 };
        StateStore store = await Home.OpenAsync(settings);
        for (int blocks = 0; blocks < 40; blocks++)
        {
            await run.CommitNextAsync(store, blocks);
            if (blocks == 30)
            {
                await store.CheckpointAsync();
                PastComparison.AssertEveryHeight(StatesOf(run, blocks + 1), store, new Random(2));
            }
        }

        await store.CheckpointAsync();
        PastComparison.AssertEveryHeight(StatesOf(run, 40), store, new Random(3));

        // Blocks merged in replaying have no version of their own.
        await Home.CloseAsync(store);
        store = await Home.OpenAsync(settings with { OneByOneReplayBytes = 1 });
        PastComparison.AssertEveryHeight(StatesOf(run, 40), store, new Random(4));
        Assert.Equal(Home.IsPrunable ? 15 : 0, StatesOf(run, 40).TakeWhile(state => state.Height < store.FloorHeight).Count());
        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Past_QuestionsOfEveryKind_AreAnsweredAsTheReferenceDoes()
    {
        ShortRun run = ShortRun.Make(seed: 4, blocks: 40);
        StateStore store = await Home.OpenAsync(StoreSettings.Tight with { RecentViewBytes = 0, RetainBlocks = 30, Durability = Durability.Grouped });
        Random random = new(5);
        PastComparison.AssertSome([], store, random);
        for (int blocks = 0; blocks < 40; blocks++)
        {
            await run.CommitNextAsync(store, blocks);
            if (blocks % 5 == 3)
            {
                await store.CheckpointAsync();
                for (int i = 0; i < 6; i++)
                {
                    PastComparison.AssertSome(StatesOf(run, blocks + 1), store, random);
                }
            }
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task PastView_StaysAsItWas_WhateverComesAfter()
    {
        ShortRun run = ShortRun.Make(seed: 6, blocks: 60);
        StateStore store = await Home.OpenAsync(StoreSettings.Tight with { RecentViewBytes = 0, RetainBlocks = 8 });
        List<(StateView View, ReferenceState Expected)> views = [];
        Random random = new(7);
        for (int blocks = 1; blocks <= 60; blocks++)
        {
            await run.CommitNextAsync(store, blocks - 1);
            ReferenceState old = run.States[Math.Max(1, blocks - 6)];
            if (blocks % 7 == 0 && store.FloorHeight <= old.Height)
            {
                views.Add((store.ViewAt(old.Height!.Value), old));
            }

            if (blocks % 10 == 0)
            {
                await store.CheckpointAsync();
                await store.CompactAsync();
            }
        }

        Assert.True(views.Count > 5, $"Only {views.Count} views.");
        Assert.Equal(Home.IsPrunable, views[0].Expected.Height < store.FloorHeight);
        views.ForEach(view => StoreComparison.AssertSame(view.Expected, view.View, random));
        views.ForEach(static view => view.View.Dispose());
        Assert.All(views, static view => Assert.Throws<ObjectDisposedException>(() => view.View.State.Contains([1])));
        await Home.CloseAsync(store);
    }

    /// <summary>A view of the past is asked of the version it was opened on: what a rewind abandons later is its past all the same, and what comes at the same heights afterwards is not.</summary>
    [Fact]
    public async Task PastView_OverARewindWithHeightsUsedAgain_StaysAsItWas()
    {
        ShortRun run = ShortRun.Make(seed: 8, blocks: 30);
        StoreSettings settings = StoreSettings.Quiet with { RecentViewBytes = 0, RetainAll = true };
        StateStore store = await Home.OpenAsync(settings);
        for (int blocks = 0; blocks < 30; blocks++)
        {
            await run.CommitNextAsync(store, blocks);
        }

        await Home.CloseAsync(store);
        store = await Home.OpenAsync(settings with { OneByOneReplayBytes = 1 });
        List<(StateView View, ReferenceState Expected)> views = [.. new[] { 3, 9, 10, 11, 20, 29 }.Select(block => (store.ViewAt(run.States[block].Height!.Value), run.States[block]))];
        if (Home.HasPages)
        {
            Assert.All(views, static view => Assert.NotNull(view.View.Past));
        }

        // Back below the checkpoint, then other blocks at the same heights, and once more.
        Random random = new(9);
        List<ReferenceState> states = [.. run.States.Skip(1)];
        foreach (int keep in (int[])[20, 10])
        {
            states.RemoveRange(keep, states.Count - keep);
            await store.RewindAsync(states[^1].Height!.Value);
            for (int blocks = 0; blocks < 6; blocks++)
            {
                states.Add(await CommitAsync(store, states[^1], random));
            }

            views.Add((store.ViewAt(states[keep + 1].Height!.Value), states[keep + 1]));
            for (int i = 0; i < 10; i++)
            {
                PastComparison.AssertSome(states, store, random);
            }
        }

        views.ForEach(view => StoreComparison.AssertSame(view.Expected, view.View, random));
        views.ForEach(static view => view.View.Dispose());
        await Home.CloseAsync(store);
        store = await Home.OpenAsync(settings with { OneByOneReplayBytes = 1 });
        PastComparison.AssertEveryHeight(states, store, random);
        await Home.CloseAsync(store);
    }

    /// <summary>Commits a block of some changes right above another one.</summary>
    private static async Task<ReferenceState> CommitAsync(StateStore store, ReferenceState parent, Random random)
    {
        BlockHeight height = new(parent.Height!.Value.Value + 1);
        ReferenceDraft model = new(parent, height);
        using BlockDraft draft = store.CreateDraft(height);
        for (int i = 0; i < 20; i++)
        {
            byte[] key = parent.State.Sorted[random.Next(parent.State.Sorted.Length)].Key;
            byte[] value = new byte[random.Next(40)];
            random.NextBytes(value);
            if (random.Next(4) == 0)
            {
                model.Delete(TreeKind.State, key);
                draft.State.Delete(key);
            }
            else
            {
                model.Put(TreeKind.State, key, value);
                draft.State.Put(key, value);
            }
        }

        Assert.Equal(model.Working.Root, (await store.CommitAsync(draft)).Root);
        return model.Working;
    }

    private static ReferenceState[] StatesOf(ShortRun run, int blocks) => [.. run.States.Skip(1).Take(blocks)];
}
