using Xunit;

namespace Cairn.Tests.Stores;

/// <content>Drafts: heights, savepoints, drafts on drafts, what is refused.</content>
public abstract partial class ConformanceTests
{
    [Fact]
    public async Task Draft_NotAboveItsBase_IsRefused()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, 5, ("a", "1"));
        foreach (ulong height in new ulong[] { 0, 4, 5 })
        {
            HeightNotAboveException refusal = Assert.Throws<HeightNotAboveException>(() => store.CreateDraft(Height(height)));
            Assert.Equal((Height(height), Height(5), RecoveryAction.FixTheCall), (refusal.Height, refusal.BaseHeight, refusal.RecoveryAction));
        }

        using (BlockDraft draft = store.CreateDraft(Height(6)))
        {
            Assert.Throws<HeightNotAboveException>(() => store.CreateDraft(Height(6), draft));
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task FirstBlock_MayHaveHeightZero()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, 0, ("a", "1"));
        Assert.Equal(Height(0), store.Height);
        await CommitAsync(store, ulong.MaxValue, ("a", "2"));
        await Home.CloseAsync(store);
        store = await Home.OpenAsync(StoreSettings.Quiet);
        Assert.Equal(Height(ulong.MaxValue), store.Height);
        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Draft_ReadsItsOwnWrites()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, 1, ("a", "1"), ("b", "2"));
        using (BlockDraft draft = store.CreateDraft(Height(2)))
        {
            draft.State.Put(Key("c"), Key("3"));
            draft.State.Delete(Key("a"));
            draft.State.Put(Key("b"), Key("22"));
            Assert.Equal([("b", "22", 2UL), ("c", "3", 2UL)], Entries(draft.State));
            Assert.Equal(new TreeTotals(2, 5), draft.State.Totals);
            Assert.False(draft.State.Contains(Key("a")));
            using StateView head = store.OpenView();
            Assert.Equal([("a", "1", 1UL), ("b", "2", 1UL)], Entries(head.State));
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Savepoints_Nest()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        using (BlockDraft draft = store.CreateDraft(Height(1)))
        {
            draft.State.Put(Key("a"), Key("1"));
            draft.Begin();
            draft.State.Put(Key("b"), Key("2"));
            draft.Local.Put(Key("b"), Key("2"));
            draft.Begin();
            draft.State.Delete(Key("a"));
            Assert.Equal(2, draft.SavepointDepth);
            draft.Rollback();
            Assert.Equal([("a", "1", 1UL), ("b", "2", 1UL)], Entries(draft.State));
            draft.Begin();
            draft.State.Put(Key("a"), Key("3"));
            draft.Release();
            Assert.Equal([("a", "3", 1UL), ("b", "2", 1UL)], Entries(draft.State));
            draft.Rollback();
            Assert.Equal([("a", "1", 1UL)], Entries(draft.State));
            Assert.Empty(Entries(draft.Local));
            Assert.Equal(0, draft.SavepointDepth);
            Assert.Throws<InvalidOperationException>(draft.Rollback);
            Assert.Throws<InvalidOperationException>(draft.Release);
            Assert.Equal(1, (await store.CommitAsync(draft)).Changes);
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Commit_WithAnOpenSavepoint_IsRefused()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        using (BlockDraft draft = store.CreateDraft(Height(1)))
        {
            draft.Begin();
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.CommitAsync(draft));
            draft.Release();
            await store.CommitAsync(draft);
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task DraftsOnDrafts_AreCommittedInOrder()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, 1, ("a", "1"));
        using (BlockDraft parent = store.CreateDraft(Height(2)))
        {
            parent.State.Put(Key("a"), Key("2"));
            using BlockDraft child = store.CreateDraft(Height(3), parent);
            using BlockDraft sibling = store.CreateDraft(Height(4), parent);
            child.State.Put(Key("b"), Key("3"));
            sibling.State.Put(Key("b"), Key("4"));
            Assert.Equal([("a", "2", 2UL), ("b", "3", 3UL)], Entries(child.State));
            Assert.Equal(Height(2), child.BaseHeight);

            StaleDraftException early = await Assert.ThrowsAsync<StaleDraftException>(async () => await store.CommitAsync(child));
            Assert.Equal((Height(3), Height(2), Height(1)), (early.Height, early.BaseHeight!.Value, early.HeadHeight!.Value));
            await store.CommitAsync(parent);
            await store.CommitAsync(child);
            await Assert.ThrowsAsync<StaleDraftException>(async () => await store.CommitAsync(sibling));
            Assert.Equal([("a", "2", 2UL), ("b", "4", 4UL)], Entries(sibling.State));
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Draft_WithAChild_IsSealed()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        using (BlockDraft parent = store.CreateDraft(Height(1)))
        {
            parent.State.Put(Key("a"), Key("1"));
            using BlockDraft child = store.CreateDraft(Height(2), parent);
            Assert.Throws<InvalidOperationException>(() => parent.State.Put(Key("b"), Key("2")));
            Assert.Throws<InvalidOperationException>(() => parent.Local.Delete(Key("b")));
            Assert.Throws<InvalidOperationException>(parent.Begin);
            Assert.Equal(Key("1"), parent.State.Get(Key("a")));
            Assert.Equal(parent.ComputeRoot(), child.ComputeRoot());
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task StaleDraft_IsRefusedAndNothingHappens()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        using BlockDraft stale = store.CreateDraft(Height(9));
        stale.State.Put(Key("a"), Key("stale"));
        await CommitAsync(store, 1, ("a", "1"));
        StaleDraftException refusal = await Assert.ThrowsAsync<StaleDraftException>(async () => await store.CommitAsync(stale));
        Assert.Equal((Height(9), null, Height(1), RecoveryAction.FixTheCall), (refusal.Height, refusal.BaseHeight, refusal.HeadHeight!.Value, refusal.RecoveryAction));
        using (StateView view = store.OpenView())
        {
            Assert.Equal(Key("1"), view.State.Get(Key("a")));
        }

        stale.Dispose();
        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Draft_CommittedOnce_IsNotCommittedAgain()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        using (BlockDraft draft = store.CreateDraft(Height(1)))
        {
            draft.State.Put(Key("a"), Key("1"));
            await store.CommitAsync(draft);
            Exception refusal = await Assert.ThrowsAnyAsync<Exception>(async () => await store.CommitAsync(draft));
            Assert.True(refusal is InvalidOperationException or StaleDraftException, refusal.ToString());
            Assert.Throws<InvalidOperationException>(() => draft.State.Put(Key("b"), Key("1")));
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task ExpectedRoot_Wrong_CommitsNothing()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        using (BlockDraft draft = store.CreateDraft(Height(1)))
        {
            draft.State.Put(Key("a"), Key("1"));
            draft.ExpectedRoot = Hash256.EmptyRoot;
            RootMismatchException refusal = await Assert.ThrowsAsync<RootMismatchException>(async () => await store.CommitAsync(draft));
            Assert.Equal((Height(1), Hash256.EmptyRoot, draft.ComputeRoot(), RecoveryAction.FixTheCall), (refusal.Height, refusal.Expected, refusal.Computed, refusal.RecoveryAction));
            Assert.Null(store.Height);
        }

        await CommitAsync(store, 1, ("a", "2"));
        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Draft_OfAnotherStore_IsRefused()
    {
        using TestHome otherHome = TestHome.Create(HomeKind.Memory);
        StateStore other = await otherHome.OpenAsync(StoreSettings.Quiet);
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        using (BlockDraft foreign = other.CreateDraft(Height(1)))
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await store.CommitAsync(foreign));
            Assert.ThrowsAny<ArgumentException>(() => store.CreateDraft(Height(2), foreign));
        }

        await otherHome.CloseAsync(other);
        await Home.CloseAsync(store);
    }

    private static List<(string Key, string Value, ulong Height)> Entries(ITreeReader tree)
    {
        List<(string, string, ulong)> entries = [];
        foreach (EntryScan entry in tree.Range([], []))
        {
            entries.Add((System.Text.Encoding.UTF8.GetString(entry.Key), System.Text.Encoding.UTF8.GetString(entry.Value), entry.Height.Value));
        }

        return entries;
    }
}
