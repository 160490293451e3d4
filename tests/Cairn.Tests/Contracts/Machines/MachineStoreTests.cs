using Cairn.Contracts;
using Cairn.Contracts.Machines;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Contracts.Machines;

/// <summary>States of machines through blocks, rewinds and reopening.</summary>
public sealed class MachineStoreTests
{
    private static readonly MachineState First = new() { Machine = "evm", Root = RootOf(1), Height = new BlockHeight(1), TimeTicks = -5, Memory = new byte[] { 1, 2, 3 } };

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.Directory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task States_ByRootAndNewest_SurviveReopeningAndRewind(HomeKind kind)
    {
        using TestHome home = TestHome.Create(kind);
        StateStore store = await home.OpenAsync(StoreSettings.Tight);
        MachineState large = First with { Root = RootOf(2), Memory = Enumerable.Range(0, 100_000).Select(i => (byte)i).ToArray() };
        MachineState other = First with { Machine = "evm2", Root = RootOf(1), Memory = default };
        await CommitAsync(store, 1, draft => MachineStore.Save(draft, First));
        await CommitAsync(store, 2, draft =>
        {
            MachineStore.Save(draft, large);
            MachineStore.Save(draft, other);
        });
        await home.CloseAsync(store);
        store = await home.OpenAsync(StoreSettings.Tight);
        using (StateView view = store.OpenView())
        {
            MachineStore machines = new(view);
            Assert.True(machines.TryGetLatest("evm", out MachineState? latest));
            Assert.Equal(large, latest);
            Assert.True(machines.TryGet("evm", RootOf(1), out MachineState? old));
            Assert.Equal(First, old);
            Assert.True(machines.TryGetLatest("evm2", out latest));
            Assert.Equal(other, latest);
            Assert.Equal((2UL, 1UL, 0UL), (machines.CountOf("evm"), machines.CountOf("evm2"), machines.CountOf("ev")));
            Assert.False(machines.TryGetLatest("ev", out _));
            Assert.False(machines.TryGet("evm", RootOf(3), out _));
        }

        await store.RewindAsync(new BlockHeight(1));
        using (StateView view = store.OpenView())
        {
            Assert.True(new MachineStore(view).TryGetLatest("evm", out MachineState? latest));
            Assert.Equal(First, latest);
            Assert.Equal(0UL, new MachineStore(view).CountOf("evm2"));
        }

        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Delete_OfTheNewest_IsRefused_OfOthersDone()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        MachineStore.Save(draft, First);
        MachineStore.Save(draft, First with { Root = RootOf(2) });
        Assert.Throws<InvalidOperationException>(() => MachineStore.Delete(draft, "evm", RootOf(2)));
        Assert.True(MachineStore.Delete(draft, "evm", RootOf(1)));
        Assert.False(MachineStore.Delete(draft, "evm", RootOf(1)));
        Assert.Equal(1UL, new MachineStore(draft).CountOf("evm"));
    }

    [Fact]
    public async Task Save_WhatIsNoState_IsRefused()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        Assert.Throws<ArgumentException>(() => MachineStore.Save(draft, First with { Machine = "" }));
        Assert.Throws<ArgumentException>(() => MachineStore.Save(draft, First with { Machine = new string('m', MachineState.MaxNameBytes + 1) }));
        Assert.Throws<ArgumentException>(() => MachineStore.Save(draft, First with { Machine = "\ud800" }));
        Assert.Throws<ArgumentException>(() => MachineStore.Save(draft, First with { Memory = new byte[MachineState.MaxMemoryBytes + 1] }));
        Assert.Equal(default, draft.Local.Totals);
        Assert.Equal(0, draft.SavepointDepth);
    }

    [Fact]
    public async Task Entries_ThatAreNone_AreTypedErrors()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        MachineStore machines = new(draft);
        draft.Local.Put(MachineKeys.LatestOf("evm"u8), [1]);
        Assert.Throws<ContractRecordException>(() => machines.TryGetLatest("evm", out _));
        draft.Local.Put(MachineKeys.LatestOf("evm"u8), new byte[32]);
        Assert.Throws<ContractRecordException>(() => machines.TryGetLatest("evm", out _));
        draft.Local.Put(MachineKeys.State("evm"u8, default), new byte[MachineStateLayout.SizeBytes]);
        Assert.Throws<ContractRecordException>(() => machines.TryGetLatest("evm", out _));
        draft.Local.Put(MachineKeys.State("evm"u8, default), [1]);
        Assert.Throws<ContractRecordException>(() => machines.TryGet("evm", default, out _));
    }

    [Fact]
    public async Task Entries_AreTheGoldenOnes()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        MachineStore.Save(draft, First);
        HeaderChain.Save(draft, HeaderChainTests.Genesis);
        GoldenFile.CheckText("contract-machines.txt", EntryText.Of(draft.Local));
    }

    internal static Hash256 RootOf(byte number)
    {
        byte[] bytes = new byte[Hash256.SizeBytes];
        bytes[0] = number;
        return new Hash256(bytes);
    }

    private static async Task CommitAsync(StateStore store, ulong height, Action<BlockDraft> write)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight(height));
        write(draft);
        await store.CommitAsync(draft);
    }
}
