using System.Text;
using Cairn.Contracts.Registry;
using Cairn.Tests.Contracts.Execution;
using Xunit;

namespace Cairn.Tests.Contracts.Registry;

/// <summary>Blocks, writers and keys of the storage.</summary>
public sealed class ContractStateStorageTests
{
    private static readonly ContractId Token = ContractId.FromText("token");

    [Fact]
    public async Task Keys_ThatLookTheSameWhenJoined_DoNotMeet()
    {
        await using ContractStateStorage storage = await ContractStateStorage.OpenAsync("memory:");
        await storage.SetStateAsync(ContractId.FromText("a:b"), "c"u8, "1"u8);
        await storage.SetStateAsync(ContractId.FromText("a"), "b:c"u8, "2"u8);
        await storage.SetStateAsync(ContractId.FromText("a:"), "b:c"u8, "3"u8);
        Holds("1", storage.GetState(ContractId.FromText("a:b"), "c"u8));
        Holds("2", storage.GetState(ContractId.FromText("a"), "b:c"u8));
        Assert.Equal(["623a63"], storage.EnumerateState(ContractId.FromText("a")).Select(one => Convert.ToHexStringLower(one.Key)));
    }

    [Fact]
    public void Keys_OfAnyBytes_AreTakenApartAsTheyWerePutTogether() => SeededRandom.ForEach(300, random =>
    {
        byte[] id = new byte[1 + random.Next(random.Next(2) == 0 ? 4 : ContractId.MaxBytes)];
        byte[] key = new byte[1 + random.Next(Math.Min(random.Next(2) == 0 ? 4 : 300, ContractStateKeys.MaxContractAndKeyBytes - id.Length))];
        Array.ForEach([id, key], bytes =>
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)(random.Next(2) == 0 ? random.Next(3) : random.Next(256));
            }
        });
        byte[] place = ContractStateKeys.Of(new ContractId(id), key);
        Assert.True(place.Length <= StateLimits.MaxKeyBytes);
        Assert.True(ContractStateKeys.TryParse(place, out ContractId contract, out ReadOnlySpan<byte> read));
        Assert.Equal(id, contract.ToArray());
        Assert.Equal(key, read.ToArray());
        byte[] damaged = [.. place];
        damaged[random.Next(3)] ^= (byte)(1 + random.Next(255));
        Assert.True(!ContractStateKeys.TryParse(damaged, out contract, out read) || !ContractStateKeys.Of(contract, read).AsSpan().SequenceEqual(place));
    });

    [Fact]
    public async Task Keys_TooLongOrEmpty_AreRefused()
    {
        await using ContractStateStorage storage = await ContractStateStorage.OpenAsync("memory:");
        await Assert.ThrowsAsync<ArgumentException>(() => storage.SetStateAsync(Token, [], "1"u8));
        await Assert.ThrowsAsync<ArgumentException>(() => storage.SetStateAsync(default, "k"u8, "1"u8));
        await Assert.ThrowsAsync<ArgumentException>(() => storage.SetStateAsync(Token, new byte[296], "1"u8));
        await Assert.ThrowsAsync<ArgumentException>(() => storage.SetStateAsync(Token, "k"u8, new byte[StateLimits.MaxValueBytes + 1]));
        Assert.Null(storage.State.Height);
        await storage.SetStateAsync(Token, new byte[295], "1"u8);
        await storage.SetStateAsync(new ContractId(new byte[ContractId.MaxBytes]), "k"u8, "2"u8);
        Holds("2", storage.GetState(new ContractId(new byte[ContractId.MaxBytes]), "k"u8));
    }

    [Fact]
    public async Task Writes_OutsideABlock_AreBlocks_InsideOneThatBlock()
    {
        await using ContractStateStorage storage = await ContractStateStorage.OpenAsync("memory:");
        CommittedBlock? alone = await storage.SetStateAsync(Token, "a"u8, "1"u8);
        Assert.Equal(new BlockHeight(1), alone!.Height);
        using (ContractBlock block = await storage.BeginBlockAsync(new BlockHeight(10), timeTicks: 7))
        {
            Assert.Same(block, storage.Block);
            Assert.Null(await storage.SetStateAsync(Token, "a"u8, "2"u8));
            Assert.Null(await storage.DeployAsync(SampleContracts.Wasm));
            await Assert.ThrowsAsync<ContractRegistryException>(() => storage.DeployAsync(SampleContracts.Wasm));
            Holds("2", storage.GetState(Token, "a"u8));
            Assert.Equal(new BlockHeight(1), storage.State.Height);
            CommittedBlock committed = await block.CommitAsync();
            Assert.Equal(new BlockHeight(10), committed.Height);
            await Assert.ThrowsAsync<InvalidOperationException>(() => block.CommitAsync());
        }

        Assert.Null(storage.Block);
        Assert.True(storage.TryGetMetadata(SampleContracts.Wasm.Id, out _));
        using (await storage.BeginBlockAsync())
        {
            await storage.DeleteStateAsync(Token, "a"u8);
            Assert.Null(storage.GetState(Token, "a"u8));
        }

        Holds("2", storage.GetState(Token, "a"u8));
        Assert.Equal(new BlockHeight(10), storage.State.Height);
        using StateView view = storage.State.OpenView();
        Assert.Equal(7, view.TimeTicks);
    }

    [Fact]
    public async Task SecondWriter_IsRefusedOrWaits()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        ContractStateStorage refusing = new(store, new ContractStorageOptions { WhenBusy = BusyBehavior.Refuse });
        using (await refusing.BeginBlockAsync(new BlockHeight(3)))
        {
            ContractStorageBusyException refused = await Assert.ThrowsAsync<ContractStorageBusyException>(() => refusing.BeginBlockAsync());
            Assert.Equal((new BlockHeight(3), RecoveryAction.Retry), (refused.Height!.Value, refused.RecoveryAction));
        }

        (await refusing.BeginBlockAsync()).Dispose();
        ContractStateStorage waiting = new(store);
        ContractBlock first = await waiting.BeginBlockAsync();
        Task<ContractBlock> second = waiting.BeginBlockAsync();
        using CancellationTokenSource cancelled = new();
        Task<ContractBlock> third = waiting.BeginBlockAsync(cancellationToken: cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        Assert.False(second.IsCompleted);
        await first.CommitAsync();
        using ContractBlock block = await second;
        Assert.Equal(new BlockHeight(2), block.Height);
    }

    [Fact]
    public async Task Writers_OfManyThreads_LoseNothing()
    {
        await using ContractStateStorage storage = await ContractStateStorage.OpenAsync("memory:");
        await Parallel.ForAsync(0, 64, async (i, token) =>
        {
            await storage.SetStateAsync(Token, [(byte)i], [(byte)i], token);
            Assert.Equal((byte)i, storage.GetState(Token, [(byte)i])![0]);
        });
        Assert.Equal(64UL, storage.StateTotalsOf(Token).Entries);
        Assert.Equal(new BlockHeight(64), storage.State.Height);
    }

    [Fact]
    public async Task Write_ThatFailsInABlock_LeavesTheRestOfIt()
    {
        await using ContractStateStorage storage = await ContractStateStorage.OpenAsync("memory:");
        using ContractBlock block = await storage.BeginBlockAsync();
        await storage.SetStateAsync(Token, "a"u8, "1"u8);
        await Assert.ThrowsAsync<ArgumentException>(() => storage.StoreExecutionAsync(SampleExecutions.Full with { Id = default }));
        await Assert.ThrowsAsync<ContractRegistryException>(() => storage.UpdateAsync(SampleContracts.Wasm));
        await block.CommitAsync();
        Assert.Equal(1UL, storage.State.GetStatistics().State.Entries);
        Assert.Equal(default, storage.State.GetStatistics().Local);
    }

    [Fact]
    public async Task Block_WhoseCommitFails_HasEnded()
    {
        await using ContractStateStorage storage = await ContractStateStorage.OpenAsync("memory:");
        using ContractBlock block = await storage.BeginBlockAsync();
        block.Draft.ExpectedRoot = Hash256.EmptyRoot;
        await storage.SetStateAsync(Token, "a"u8, "1"u8);
        await Assert.ThrowsAsync<RootMismatchException>(() => block.CommitAsync());
        await storage.SetStateAsync(Token, "a"u8, "2"u8);
        Holds("2", storage.GetState(Token, "a"u8));
    }

    [Fact]
    public async Task Disposing_AbandonsTheOpenBlock_AndClosesWhatItOwns()
    {
        using TemporaryDirectory directory = new();
        ContractStateStorage storage = await ContractStateStorage.OpenAsync(directory.Path);
        await storage.SetStateAsync(Token, "a"u8, "1"u8);
        await storage.BeginBlockAsync();
        await storage.SetStateAsync(Token, "a"u8, "2"u8);
        await storage.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => storage.SetStateAsync(Token, "a"u8, "3"u8));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => storage.BeginBlockAsync());
        await using ContractStateStorage reopened = await ContractStateStorage.OpenAsync(directory.Path);
        Holds("1", reopened.GetState(Token, "a"u8));
    }

    [Fact]
    public async Task AsyncReads_AnswerLikeTheOthers()
    {
        await using ContractStateStorage storage = await ContractStateStorage.OpenAsync("memory:");
        await storage.DeployAsync(SampleContracts.Wasm);
        await storage.SetStateAsync(Token, "a"u8, "1"u8);
        await storage.StoreExecutionAsync(SampleExecutions.Full);
        Assert.Equal(SampleContracts.Wasm, await storage.GetMetadataAsync(SampleContracts.Wasm.Id));
        Assert.Equal(5, (await storage.GetCodeAsync(SampleContracts.Wasm.Id))!.Length);
        Assert.Equal("[]", await storage.GetAbiAsync(SampleContracts.Wasm.Id));
        Assert.Single((await storage.ListContractsAsync()).Contracts);
        Holds("1", await storage.GetStateAsync(Token, "a"u8.ToArray()));
        Assert.Single((await storage.ListStateAsync(Token)).Entries);
        Assert.Equal(SampleExecutions.Full, await storage.GetExecutionAsync(SampleExecutions.Full.Id));
        Assert.Equal([SampleExecutions.Full], (await storage.GetExecutionHistoryAsync()).Records);
        Assert.Equal(1UL, (await storage.GetStatisticsAsync(SampleExecutions.Full.Contract)).Failures);
        Assert.Equal(1UL, (await storage.GetStatsAsync()).Contracts);
        await foreach (StateEntry entry in storage.EnumerateStateAsync(Token))
        {
            Holds("a", entry.Key);
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await storage.GetStatsAsync(new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Stats_AreThoseOfTheTrees()
    {
        await using ContractStateStorage storage = await ContractStateStorage.OpenAsync("memory:");
        await storage.DeployAsync(SampleContracts.Wasm);
        await storage.SetStateAsync(Token, "a"u8, "12"u8);
        await storage.StoreExecutionAsync(SampleExecutions.Full);
        ContractStoreStatistics stats = storage.GetStats();
        StoreStatistics all = storage.State.GetStatistics();
        Assert.Equal(new TreeTotals(1, 1 + 2 + 5 + 1 + 2), stats.StateEntries);
        Assert.Equal((1UL, 3UL, 1UL), (stats.Contracts, stats.Registry.Entries, stats.HistoryEntries));
        Assert.Equal(all.State.Bytes + all.Local.Bytes, stats.Bytes);
    }

    private static void Holds(string text, byte[]? value) => Assert.Equal(text, value is null ? null : Encoding.UTF8.GetString(value));
}
