using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>What is not the contract's fault goes through to the host; and what becomes of blocks that do not end.</summary>
public sealed class ExecutorFaultTests
{
    private static readonly Address Contract = Step.AddressOf(0);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadOfTheStore_ThatFails_GoesThrough_AlsoWhenContractsCatch()
    {
        SimulatedFileSystem files = new();
        await using (StateStore store = await StateStore.OpenAsync("dir:/store", new StateStoreOptions { FileSystem = files }))
        {
            using BlockDraft draft = store.CreateDraft((BlockHeight)1);
            for (int i = 0; i < 20_000; i++)
            {
                draft.State.Put([2, (byte)(i >> 8), (byte)i], [(byte)i]);
            }

            await store.CommitAsync(draft, Cancel);
        }

        bool isFailing = false;
        HookedFileSystem hooked = new(files, () =>
        {
            if (isFailing)
            {
                throw new IOException("The disk is gone.");
            }
        });
        await using StateStore reopened = await StateStore.OpenAsync("dir:/store", new StateStoreOptions { FileSystem = hooked, CacheBytes = 64 * 1024 });
        using ContractExecutor executor = new(reopened, Programs());
        executor.BeginBlock(new BlockHeight(2), DateTimeOffset.UnixEpoch);
        isFailing = true;
        StorageBytes steps = Steps(new Step(StepKind.Call, 1, IsBorne: true, Inner: [new Step(StepKind.Add, 1, 1)]));
        Assert.Throws<IOException>(() => executor.Execute(Script.At(Contract).Run(steps)));
        isFailing = false;
        Assert.Throws<InvalidOperationException>(() => executor.Execute(Script.At(Contract).Run(steps)));
        Assert.Throws<InvalidOperationException>(() => executor.ComputeRoot());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await executor.FinalizeBlockAsync(cancellationToken: Cancel));
        executor.AbandonBlock();
        executor.BeginBlock(new BlockHeight(2), DateTimeOffset.UnixEpoch);
        Assert.True(executor.Execute(Script.At(Contract).Run(steps)).IsSuccess);
        await executor.FinalizeBlockAsync(cancellationToken: Cancel);
        using StateView view = reopened.OpenView();
        Assert.Equal(1u, new ExecutionHistory(view).Count);
    }

    [Fact]
    public async Task FailureOfTheStore_ThatAContractSwallows_StillGoesThrough()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, new ContractPrograms().AddAt(Contract, Swallower.Program));
        executor.BeginBlock(new BlockHeight(1), DateTimeOffset.UnixEpoch);
        Swallower.Before = executor.Draft!.Dispose;
        Assert.Throws<ObjectDisposedException>(() => executor.Execute(Swallower.At(Contract).ReadAndGoOn()));
        Swallower.Before = () => throw new InsufficientExecutionStackException();
        executor.AbandonBlock();
        executor.BeginBlock(new BlockHeight(1), DateTimeOffset.UnixEpoch);
        Assert.Throws<InsufficientExecutionStackException>(() => executor.Execute(Swallower.At(Contract).ReadAndGoOn()));
        Assert.Throws<InvalidOperationException>(() => executor.Execute(Swallower.At(Contract).ReadAndGoOn()));
    }

    [Fact]
    public async Task Commit_ThatFails_LeavesTheBlockToBeAbandoned()
    {
        SimulatedFileSystem files = new();
        bool isFailing = false;
        HookedFileSystem hooked = new(files, () =>
        {
            if (isFailing)
            {
                throw new IOException("The disk is gone.");
            }
        });
        ContractCall call = Script.At(Contract).Run(Steps(new Step(StepKind.Set, 1, 1)));
        Hash256 root;
        await using (StateStore store = await StateStore.OpenAsync("dir:/store", new StateStoreOptions { FileSystem = hooked }))
        {
            using ContractExecutor executor = new(store, Programs());
            executor.BeginBlock(new BlockHeight(1), DateTimeOffset.UnixEpoch);
            executor.Execute(call);
            root = (await executor.FinalizeBlockAsync(cancellationToken: Cancel)).Root;
            executor.BeginBlock(new BlockHeight(2), DateTimeOffset.UnixEpoch);
            executor.Execute(Script.At(Contract).Run(Steps(new Step(StepKind.Set, 1, 2))));
            isFailing = true;
            await Assert.ThrowsAsync<IOException>(async () => await executor.FinalizeBlockAsync(cancellationToken: Cancel));
            isFailing = false;
            await Assert.ThrowsAsync<StoreFailedException>(async () => await executor.FinalizeBlockAsync(cancellationToken: Cancel));
            Assert.NotNull(executor.Draft);
            executor.AbandonBlock();
            Assert.Equal(root, store.Root);
        }

        await using StateStore reopened = await StateStore.OpenAsync("dir:/store", new StateStoreOptions { FileSystem = files });
        // The block was never acknowledged: opening finds it whole or not at all, its record with it.
        using StateView view = reopened.OpenView();
        Assert.Equal(reopened.Root == root ? 1u : 2u, new ExecutionHistory(view).Count);
        Assert.Equal(reopened.Root == root ? 1u : 2u, Script.Open(new StorageSession(view).Open(Contract)).Cells[1]);
    }

    [Fact]
    public async Task Blocks_BeginAndEndInOrder()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, Programs());
        ContractCall call = Script.At(Contract).Run(Steps(new Step(StepKind.Set, 1, 1)));
        Assert.Throws<InvalidOperationException>(() => executor.Execute(call));
        Assert.Throws<InvalidOperationException>(() => executor.Estimate(call));
        Assert.Throws<InvalidOperationException>(() => executor.ComputeRoot());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await executor.FinalizeBlockAsync(cancellationToken: Cancel));
        executor.BeginBlock(new BlockHeight(3), DateTimeOffset.UnixEpoch);
        Assert.Throws<InvalidOperationException>(() => executor.BeginBlock(new BlockHeight(4), DateTimeOffset.UnixEpoch));
        executor.Execute(call);
        await Assert.ThrowsAsync<RootMismatchException>(async () => await executor.FinalizeBlockAsync(Hash256.EmptyRoot, Cancel));
        Hash256 root = executor.ComputeRoot();
        Assert.Equal(root, (await executor.FinalizeBlockAsync(root, Cancel)).Root);
        Assert.Null(executor.Draft);
        Assert.Throws<HeightNotAboveException>(() => executor.BeginBlock(new BlockHeight(3), DateTimeOffset.UnixEpoch));
        executor.BeginBlock(new BlockHeight(4), DateTimeOffset.UnixEpoch);
        executor.Execute(Script.At(Contract).Run(Steps(new Step(StepKind.Set, 1, 2))));
        executor.Dispose();
        Assert.Equal(root, store.Root);
        Assert.Throws<ArgumentException>(() => new ContractPrograms().Add(Script.Program).Add(Script.Program));
        Assert.Throws<ArgumentException>(() => Programs().AddAt(Contract, Script.Program));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContractExecutor(store, Programs(), new ContractExecutorOptions { PageLimit = -1 }));
    }

    [Fact]
    public async Task Duration_IsThatOfTheClock_AndPartOfTheRecordAlone()
    {
        HashSet<Hash256> roots = [];
        foreach (long step in (long[])[1, 1000])
        {
            await using StateStore store = await StateStore.OpenAsync("memory:");
            using ContractExecutor executor = new(store, Programs(), new ContractExecutorOptions { Clock = new StepClock(step) });
            executor.BeginBlock(new BlockHeight(1), DateTimeOffset.UnixEpoch);
            executor.Execute(Script.At(Contract).Run(Steps(new Step(StepKind.Set, 1, 1))));
            roots.Add((await executor.FinalizeBlockAsync(cancellationToken: Cancel)).Root);
            using StateView view = store.OpenView();
            Assert.Equal(TimeSpan.FromMilliseconds(step), Assert.Single(new ExecutionHistory(view).List().Records).Duration);
        }

        Assert.Single(roots);
    }

    private static ContractPrograms Programs() => new ContractPrograms().AddAt(Contract, Script.Program).AddAt(Step.AddressOf(1), Script.Program);

    private static StorageBytes Steps(params Step[] steps) => new(Step.Encode(steps));

    /// <summary>A clock that goes on by the same number of milliseconds whenever it is asked.</summary>
    private sealed class StepClock(long milliseconds) : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => _now += milliseconds;
    }
}

/// <summary>A contract that catches everything.</summary>
[Contract]
internal sealed partial class Swallower
{
    public partial uint Number { get; set; }

    public static Action Before { get; set; } = static () => { };

    [ContractMethod]
    public void ReadAndGoOn()
    {
        Before();
        try
        {
            Number++;
        }
        catch (ObjectDisposedException)
        {
            // As if nothing had been.
        }
    }
}
