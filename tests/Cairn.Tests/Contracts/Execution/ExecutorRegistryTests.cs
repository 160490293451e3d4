using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Cairn.Contracts.Registry;
using Xunit;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>Contracts that are called because the registry has them.</summary>
public sealed class ExecutorRegistryTests
{
    private static readonly Address First = Step.AddressOf(1);
    private static readonly Address Second = Step.AddressOf(2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Contracts_AreCalledFromTheirDeploymentOn_AndWhileTheyAreActive()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, new ContractPrograms().Add(Teller.Program).Add(Script.Program));
        executor.BeginBlock(new BlockHeight(1), DateTimeOffset.UnixEpoch);
        Assert.Equal(ExecutionFailure.UnknownContract, Call(First));
        ContractRegistry registry = new(executor.Draft!);
        registry.Deploy(Metadata(First, new ContractType.BuiltIn("Teller", new byte[] { 7, 8 })));
        registry.Deploy(Metadata(Second, new ContractType.BuiltIn("Teller")));
        Assert.Equal(ExecutionFailure.None, Call(First));
        Assert.Equal(new StorageBytes([7, 8]), executor.Execute(Teller.At(First).SetUpWith()).Value);
        Assert.Equal(new StorageBytes([]), executor.Execute(Teller.At(Second).SetUpWith()).Value);
        registry.Deactivate(First);
        Assert.Equal(ExecutionFailure.InactiveContract, Call(First));
        Assert.Equal(ExecutionFailure.CalledContractFailed, executor.Execute(Teller.At(Second).Ask(First, 500)).Failure);
        await executor.FinalizeBlockAsync(cancellationToken: Cancel);

        executor.BeginBlock(new BlockHeight(2), DateTimeOffset.UnixEpoch);
        Assert.Equal(ExecutionFailure.InactiveContract, Call(First));
        registry = new(executor.Draft!);
        registry.Activate(First);
        Assert.Equal(ExecutionFailure.None, Call(First));
        registry.Update(Metadata(First, new ContractType.BuiltIn("Script")));
        Assert.Equal(ExecutionFailure.UnknownMethod, Call(First));
        registry.Update(Metadata(First, new ContractType.BuiltIn("Nothing that this node knows")));
        Assert.Equal(ExecutionFailure.UnknownContract, Call(First));
        registry.Update(Metadata(First, new ContractType.Wasm(new byte[2000])));
        Assert.Equal(ExecutionFailure.UnknownContract, Call(First));
        executor.AbandonBlock();
        using StateView view = store.OpenView();
        Assert.Equal(ExecutionFailure.InactiveContract, executor.Query(view, Teller.At(First).SetUpWith()).Failure);
        Assert.Empty(executor.Query(view, Teller.At(Second).SetUpWith()).Value.ToArray());

        ExecutionFailure Call(Address contract) => executor.Execute(Teller.At(contract).SetUpWith()).Failure;
    }

    [Fact]
    public async Task Metadata_OfMoreThanUsual_IsRead()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, new ContractPrograms().Add(Teller.Program));
        executor.BeginBlock(new BlockHeight(1), DateTimeOffset.UnixEpoch);
        byte[] parameters = new byte[5000];
        new Random(1).NextBytes(parameters);
        new ContractRegistry(executor.Draft!).Deploy(Metadata(First, new ContractType.BuiltIn("Teller", parameters)));
        Assert.Equal(new StorageBytes(parameters), executor.Execute(Teller.At(First).SetUpWith()).Value);
        Assert.Equal(new StorageBytes(parameters), executor.Execute(Teller.At(First).SetUpWith()).Value);
    }

    /// <summary>A contract that catches everything must not go on when the registry cannot be read.</summary>
    [Fact]
    public async Task Metadata_ThatIsDamaged_GoesThrough_AlsoWhenContractsCatch()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, new ContractPrograms().AddAt(First, Teller.Program));
        executor.BeginBlock(new BlockHeight(1), DateTimeOffset.UnixEpoch);
        new ContractRegistry(executor.Draft!).Deploy(Metadata(Second, new ContractType.BuiltIn("Teller")));
        EntryScan scan = executor.Draft!.State.Range([], []);
        Assert.True(scan.MoveNext());
        executor.Draft.State.Put(scan.Key.ToArray(), [99]);
        Assert.Throws<ContractRecordException>(() => executor.Execute(Teller.At(First).CatchAll(Second)));
        Assert.Throws<InvalidOperationException>(() => executor.Execute(Teller.At(First).CatchAll(Second)));
    }

    private static ContractMetadata Metadata(Address contract, ContractType type) => new() { Id = contract, Type = type };
}
