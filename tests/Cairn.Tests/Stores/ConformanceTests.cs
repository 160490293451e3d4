using System.Text;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>What every home promises alike. One subclass a home.</summary>
public abstract partial class ConformanceTests : IDisposable
{
    private protected TestHome Home { get; }

    protected ConformanceTests(HomeKind kind) => Home = TestHome.Create(kind);

    private protected static byte[] Key(string text) => Encoding.UTF8.GetBytes(text);

    private protected static BlockHeight Height(ulong value) => new(value);

    public void Dispose()
    {
        Home.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task NewStore_IsEmpty()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        Assert.True(store.Recovery.Created);
        Assert.False(store.IsReadOnly);
        Assert.Null(store.Height);
        Assert.Null(store.DurableHeight);
        Assert.Equal(Hash256.EmptyRoot, store.Root);
        using (StateView view = store.OpenView())
        {
            StoreComparison.AssertSame(ReferenceState.Empty, view, new Random(1));
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Commit_OfABlock_IsReadBackAndSurvivesReopening()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        using (BlockDraft draft = store.CreateDraft(Height(7)))
        {
            draft.TimeTicks = -5;
            draft.Payload = Key("payload");
            draft.State.Put(Key("a"), Key("1"));
            draft.State.Put(Key("empty"), []);
            draft.Local.Put(Key("a"), Key("local"));
            Hash256 root = draft.ComputeRoot();
            CommittedBlock block = await store.CommitAsync(draft);
            Assert.Equal(new CommittedBlock(Height(7), root, Changes: 3), block);
        }

        await Home.CloseAsync(store);
        store = await Home.OpenAsync(StoreSettings.Quiet);
        Assert.False(store.Recovery.Created);
        Assert.Equal(Height(7), store.Recovery.Height);
        using (StateView view = store.OpenView())
        {
            Assert.Equal((Height(7), -5L), (view.Height, view.TimeTicks));
            Assert.Equal(Key("1"), view.State.Get(Key("a")));
            Assert.Equal(Array.Empty<byte>(), view.State.Get(Key("empty")));
            Assert.Equal(Key("local"), view.Local.Get(Key("a")));
            Assert.Null(view.Local.Get(Key("empty")));
            Assert.Equal(new TreeTotals(2, 2 + 5), view.State.Totals);
        }

        await Home.CloseAsync(store);
    }

    /// <summary>The memory home kept the caller's own bytes: reusing the buffer changed the log.</summary>
    [Fact]
    public async Task Payload_ChangedByTheCallerAfterwards_IsStoredAsItWas()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        byte[] payload = [1, 2, 3];
        using (BlockDraft draft = store.CreateDraft(Height(1)))
        {
            draft.Payload = payload;
            await store.CommitAsync(draft);
        }

        payload[0] = 9;
        await Home.CloseAsync(store);
        await LogComparison.AssertSameAsync([ReferenceState.Empty with { Height = Height(1), Payload = [1, 2, 3] }], Home);
    }

    [Fact]
    public async Task Vectors_OfTheCommitment_AreMet()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        ulong height = 0;
        foreach (VectorTests.Step step in VectorTests.History())
        {
            using BlockDraft draft = store.CreateDraft(Height(++height));
            if (step.Value is null)
            {
                draft.State.Delete(step.Key);
            }
            else
            {
                draft.State.Put(step.Key, step.Value);
            }

            Assert.Equal(step.Root, (await store.CommitAsync(draft)).Root);
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Root_DependsOnTheStateTreeAlone()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        using (BlockDraft draft = store.CreateDraft(Height(1)))
        {
            draft.Local.Put(Key("a"), Key("1"));
            draft.Payload = Key("payload");
            draft.TimeTicks = 1;
            Assert.Equal(Hash256.EmptyRoot, (await store.CommitAsync(draft)).Root);
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task Changes_ThatChangeNothing_AreNone()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, 1, ("a", "1"), ("b", "2"));
        using (BlockDraft draft = store.CreateDraft(Height(2)))
        {
            draft.State.Put(Key("a"), Key("1"));
            draft.State.Put(Key("b"), Key("3"));
            draft.State.Put(Key("b"), Key("2"));
            draft.State.Put(Key("c"), Key("4"));
            draft.State.Delete(Key("c"));
            draft.State.Delete(Key("none"));
            Assert.Equal(0, (await store.CommitAsync(draft)).Changes);
        }

        using (StateView view = store.OpenView())
        {
            Assert.True(view.State.TryGetChangeHeight(Key("b"), out BlockHeight changed));
            Assert.Equal(Height(1), changed);
        }

        await Home.CloseAsync(store);
    }

    [Fact]
    public async Task View_StaysAsItWas_WhateverComesAfter()
    {
        StateStore store = await Home.OpenAsync(StoreSettings.Tight);
        await CommitAsync(store, 1, ("a", "1"), ("b", "2"));
        using (StateView old = store.OpenView())
        {
            for (ulong height = 2; height < 30; height++)
            {
                await CommitAsync(store, height, ("a", $"{height}"), ($"key{height}", new string('x', 2000)));
                await store.CheckpointAsync();
            }

            Assert.Equal(Height(1), old.Height);
            Assert.Equal(Key("1"), old.State.Get(Key("a")));
            Assert.Equal(2UL, old.State.Totals.Entries);
            Assert.False(old.State.Contains(Key("key5")));
        }

        await Home.CloseAsync(store);
    }

    private protected static async Task<CommittedBlock> CommitAsync(StateStore store, ulong height, params (string Key, string Value)[] puts)
    {
        using BlockDraft draft = store.CreateDraft(Height(height));
        foreach ((string key, string value) in puts)
        {
            draft.State.Put(Key(key), Key(value));
        }

        return await store.CommitAsync(draft);
    }
}

public sealed class MemoryConformanceTests() : ConformanceTests(HomeKind.Memory);

public sealed class DirectoryConformanceTests() : SharedConformanceTests(HomeKind.Directory);

public sealed class SimulatedDirectoryConformanceTests() : SharedConformanceTests(HomeKind.SimulatedDirectory);

public sealed class JsonLinesConformanceTests() : SharedConformanceTests(HomeKind.JsonLines);
