using Cairn.Contracts.Execution;
using Cairn.Contracts.Registry;
using Cairn.Tests.Contracts.Execution;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Contracts.Registry;

/// <summary>The storage through random blocks, single writes, abandoned blocks, rewinds and reopening, held to plain collections.</summary>
public sealed class ContractStateStorageModelTests
{
    private static readonly byte[][] Keys = [[0], [0, 0], [0xff], [.. "b:c"u8], [.. "c"u8], [.. ":c"u8], [.. "b"u8], [0, 1, (byte)'a']];

    [Theory]
    [InlineData(HomeKind.Memory, 25)]
    [InlineData(HomeKind.Directory, 4)]
    [InlineData(HomeKind.SimulatedDirectory, 12)]
    [InlineData(HomeKind.JsonLines, 8)]
    public Task Storage_RandomUse_AnswersLikePlainCollections(HomeKind kind, int runs) => SeededRandom.ForEachAsync(runs, random => RunAsync(kind, random));

    private static async Task RunAsync(HomeKind kind, Random random)
    {
        using TestHome home = TestHome.Create(kind);
        StateStore store = await home.OpenAsync(StoreSettings.Tight);
        ContractStateStorage storage = new(store);
        PlainContracts model = new();
        SortedDictionary<ulong, PlainContracts> past = new() { [0] = model.Copy() };
        for (int step = 0; step < 25; step++)
        {
            switch (random.Next(10))
            {
                case < 4:
                    CommittedBlock? alone = await WriteAsync(storage, model, random);
                    Assert.Equal(store.Height, alone!.Height);
                    break;
                case < 8:
                    model = await WriteBlockAsync(storage, model, random);
                    break;
                case 8:
                    await storage.DisposeAsync();
                    await home.CloseAsync(store);
                    store = await home.OpenAsync(StoreSettings.Tight);
                    storage = new ContractStateStorage(store);
                    break;
                default:
                    if (store.Height is { Value: > 1 } head)
                    {
                        ulong back = head.Value - Math.Min(head.Value - 1, (ulong)random.Next(3));
                        await store.RewindAsync(new BlockHeight(back));
                        model = past[back].Copy();
                    }

                    break;
            }

            past[store.Height?.Value ?? 0] = model.Copy();
            Compare(storage, model, random);
        }

        await home.CloseAsync(store);
    }

    /// <summary>A block with several writes, which is committed or abandoned.</summary>
    private static async Task<PlainContracts> WriteBlockAsync(ContractStateStorage storage, PlainContracts before, Random random)
    {
        PlainContracts model = before.Copy();
        using ContractBlock block = await storage.BeginBlockAsync(timeTicks: 5);
        for (int i = random.Next(8); i > 0; i--)
        {
            Assert.Null(await WriteAsync(storage, model, random));
        }

        Compare(storage, model, random);
        if (random.Next(4) == 0)
        {
            return before;
        }

        CommittedBlock committed = await block.CommitAsync();
        Assert.Equal(block.Height, committed.Height);
        return model;
    }

    private static async Task<CommittedBlock?> WriteAsync(ContractStateStorage storage, PlainContracts model, Random random)
    {
        ContractId contract = SampleExecutions.Contracts[random.Next(SampleExecutions.Contracts.Length)];
        byte[] key = Keys[random.Next(contract.Length == ContractId.MaxBytes ? 1 : Keys.Length)];
        string name = Convert.ToHexString(key);
        switch (random.Next(8))
        {
            case < 3:
                byte[] value = new byte[random.Next(4) == 0 ? random.Next(4000) : random.Next(20)];
                random.NextBytes(value);
                model.State[(contract, name)] = value;
                return await storage.SetStateAsync(contract, key, value);
            case 3:
                model.State.Remove((contract, name));
                return await storage.DeleteStateAsync(contract, key);
            case 4:
                ContractMetadata metadata = SampleContracts.Next(random, contract);
                model.Metadata[contract] = metadata;
                return await storage.StoreMetadataAsync(metadata);
            case 5 when model.Metadata.TryGetValue(contract, out ContractMetadata? known):
                bool isActive = random.Next(2) == 0;
                model.Metadata[contract] = known with { IsActive = isActive };
                return isActive ? await storage.ActivateAsync(contract) : await storage.DeactivateAsync(contract);
            default:
                ExecutionRecord record = SampleExecutions.Next(random);
                model.Executions.Add(record);
                return await storage.StoreExecutionAsync(record);
        }
    }

    private static void Compare(ContractStateStorage storage, PlainContracts model, Random random)
    {
        ContractStoreStatistics stats = storage.GetStats();
        Assert.Equal((ulong)model.Metadata.Count, stats.Contracts);
        Assert.Equal((ulong)model.State.Count, stats.StateEntries.Entries);
        Assert.Equal(model.State.Aggregate(0UL, (sum, one) => sum + (ulong)(3 + one.Key.Contract.Length + (one.Key.Key.Length / 2) + one.Value.Length)), stats.StateEntries.Bytes);
        Assert.Equal((ulong)model.Executions.Count, stats.HistoryEntries);
        Assert.Equal(model.Metadata.Values, storage.ListContracts(limit: 1000).Contracts);
        Assert.Equal(model.Executions.List(), storage.GetExecutionHistory(new ExecutionQuery { Limit = 1000 }).Records);
        foreach (ContractId contract in SampleExecutions.Contracts)
        {
            Assert.Equal(model.ListState(contract), storage.EnumerateState(contract).Select(one => (Convert.ToHexString(one.Key), one.Value)), SameEntry);
            Assert.Equal(model.Metadata.GetValueOrDefault(contract), storage.TryGetMetadata(contract, out ContractMetadata? metadata) ? metadata : null);
            Assert.Equal(((model.Metadata.GetValueOrDefault(contract)?.Type as ContractType.Wasm)?.Code)?.ToArray(), storage.GetCode(contract));
            Assert.Equal(model.Executions.TotalsOf(contract), storage.GetStatistics(contract).Totals);
        }

        ContractId one = SampleExecutions.Contracts[random.Next(SampleExecutions.Contracts.Length - 1)];
        byte[] key = Keys[random.Next(Keys.Length)];
        Assert.Equal(model.State.GetValueOrDefault((one, Convert.ToHexString(key))), storage.GetState(one, key));
        byte[] prefix = key[..random.Next(key.Length + 1)];
        List<(string Key, byte[] Value)> listed = [];
        for (StatePage? page = storage.ListState(one, prefix, limit: 2); page is not null; page = page.Next is { } next ? storage.ListState(one, prefix, next, limit: 2) : null)
        {
            listed.AddRange(page.Entries.Select(entry => (Convert.ToHexString(entry.Key), entry.Value)));
        }

        List<(string Key, byte[] Value)> expected = model.ListState(one, Convert.ToHexString(prefix));
        Assert.Equal(expected, listed, SameEntry);
        Assert.Equal((ulong)expected.Count, storage.StateTotalsOf(one, prefix).Entries);
    }

    private static bool SameEntry((string Key, byte[] Value) left, (string Key, byte[] Value) right) => left.Key == right.Key && left.Value.AsSpan().SequenceEqual(right.Value);
}
