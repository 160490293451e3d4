using System.Buffers.Binary;
using System.Text;
using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Xunit;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>Blocks of calls: what stays, what is taken back, what is recorded.</summary>
public sealed class ContractExecutorTests
{
    private static readonly Address Token = new([.. Enumerable.Repeat((byte)0xaa, 20)]);
    private static readonly Address Other = new([.. Enumerable.Repeat((byte)0xbb, 20)]);
    private static readonly Address Alice = new([.. Enumerable.Repeat((byte)1, 20)]);
    private static readonly Address Bob = new([.. Enumerable.Repeat((byte)2, 20)]);
    private static readonly DateTimeOffset Noon = new(2024, 5, 17, 12, 0, 0, TimeSpan.FromHours(2));
    private static readonly Hash256 Transaction = new([.. Enumerable.Repeat((byte)0x77, 32)]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Blocks_OfCalls_ChangeTheStateAndAreRecorded()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, Programs());
        executor.BeginBlock(new BlockHeight(7), Noon);
        Assert.True(executor.Execute(Coin.At(Token).Mint(Alice, 100)).IsSuccess);
        ExecutionResult sent = executor.Execute(Coin.At(Token).Transfer(Bob, 30) with { Caller = Alice, TransactionHash = Transaction });
        Assert.True(sent.IsSuccess);
        ExecutionResult refused = executor.Execute(Coin.At(Token).Transfer(Bob, 71) with { Caller = Alice });
        Assert.Equal((ExecutionFailure.Refused, "the balance is too low"), (refused.Failure, refused.Error));
        Assert.Equal(70, (int)executor.Execute(Coin.At(Token).BalanceOf(Alice)).Value);
        CommittedBlock block = await executor.FinalizeBlockAsync(cancellationToken: Cancel);
        Assert.Equal(store.Root, block.Root);

        using StateView view = store.OpenView();
        Assert.Equal(Noon, Coin.Open(new StorageSession(view).Open(Token)).LastTransfer);
        Assert.Equal(TimeSpan.Zero, Coin.Open(new StorageSession(view).Open(Token)).LastTransfer.Offset);
        Assert.Equal(Noon.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks, view.TimeTicks);
        Assert.Equal(70, (int)executor.Query(view, Coin.At(Token).BalanceOf(Alice)).Value);
        ExecutionHistory history = new(view);
        Assert.Equal(["Mint True", "Transfer True", "Transfer False", "BalanceOf True"], history.List().Records.Select(record => $"{record.Function} {record.IsSuccess}"));
        Assert.True(history.TryGet(new ExecutionId(Transaction), out ExecutionRecord? record));
        Assert.Equal((Token.ToString(), Alice, new BlockHeight(7), Noon, sent.GasUsed, null), (new Address(record.Contract.Bytes).ToString(), record.Caller, record.Height, record.Time, record.GasUsed, record.Error));
        byte[] third = new byte[12];
        BinaryPrimitives.WriteUInt64BigEndian(third, 7);
        third[11] = 2;
        Assert.True(history.TryGet(new ExecutionId(third), out record));
        Assert.Equal("the balance is too low", record.Error);
    }

    [Fact]
    public async Task Gas_IsThatOfTheSchedule()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, Programs());
        executor.BeginBlock(new BlockHeight(1), Noon);

        // One entry of the state changes: the fields are in one chunk, the node of the map in another, the key and value lengths as they are stored.
        ContractCall mint = Coin.At(Token).Mint(Alice, 100);
        ulong input = (ulong)("Mint".Length + 20 + 32);
        ulong fields = 57 + 4 + 32 + 12;
        ulong node = 57 + 4 + 20 + 1;
        ExecutionResult first = executor.Execute(mint);
        executor.ComputeRoot();
        ulong stored = (ulong)executor.Draft!.State.Prefix([ContractKeys.SlotPrefix]).Sum();
        Assert.Equal(21_000 + (4 * input) + 3 + (20_000 * 2) + (4 * stored), first.GasUsed);
        Assert.True(stored <= fields + node);

        // What is the same afterwards costs nothing.
        ExecutionResult nothing = executor.Execute(Coin.At(Token).Transfer(Alice, 0) with { Caller = Alice, GasLimit = 90_000 });
        ExecutionResult again = executor.Execute(Coin.At(Token).Transfer(Alice, 0) with { Caller = Alice });
        ulong withoutWrites = 21_000 + (4 * (ulong)("Transfer".Length + 52)) + 3;
        Assert.True(nothing.GasUsed > withoutWrites);
        Assert.Equal(withoutWrites, again.GasUsed);
        Assert.Equal(ExecutionFailure.OutOfGas, executor.Execute(mint with { GasLimit = 21_000 }).Failure);
        Assert.Equal(21_500u, executor.Execute(mint with { GasLimit = 21_500 }).GasUsed);
    }

    [Fact]
    public async Task Echo_GivesBackEveryType()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, Programs());
        executor.BeginBlock(new BlockHeight(1), Noon);
        Echo.Calls echo = Echo.At(Other);
        Assert.Equal((1, 2, 3u, 4ul), executor.Execute(echo.Unsigned(1, 2, 3, 4)).Value);
        Assert.Equal((-1, -2, -3, -4L), executor.Execute(echo.Signed(-1, -2, -3, -4)).Value);
        Assert.Equal((UInt128.MaxValue, Int128.MinValue, UInt256.MaxValue, Int256.MinValue), executor.Execute(echo.Wide(UInt128.MaxValue, Int128.MinValue, UInt256.MaxValue, Int256.MinValue)).Value);
        Assert.Equal((true, Suit.Hearts), executor.Execute(echo.Small(true, Suit.Hearts)).Value);
        Assert.Equal((Alice, Transaction), executor.Execute(echo.Fixed(Alice, Transaction)).Value);
        Assert.Equal(("ы", new StorageBytes([0]), -129), executor.Execute(echo.Content("ы", new StorageBytes([0]), -129)).Value);
        Assert.True(executor.Execute(echo.When(Noon)).Value.EqualsExact(Noon));
        (uint? number, (string, bool)[] pairs, string[][] texts) = executor.Execute(echo.Composed(null, [("a", true)], [[], ["b", ""]])).Value;
        Assert.Null(number);
        Assert.Equal([("a", true)], pairs);
        Assert.Equal([[], ["b", ""]], texts);
        Assert.Equal(3u, executor.Execute(echo.Count(3)).Value);
        Assert.Equal(8u, executor.Execute(echo.Count(5)).Value);
    }

    [Fact]
    public async Task Bytes_ThatAreNoArguments_AndNamesOfNothing_Fail()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, Programs());
        executor.BeginBlock(new BlockHeight(1), Noon);
        byte[] mint = Coin.At(Token).Mint(Alice, 1).Arguments.ToArray();
        Assert.Equal(ExecutionFailure.InvalidArguments, Fail(new ContractCall(Token, "Mint", mint.AsMemory(0, mint.Length - 1))));
        Assert.Equal(ExecutionFailure.InvalidArguments, Fail(new ContractCall(Token, "Mint", (byte[])[.. mint, 0])));
        Assert.Equal(ExecutionFailure.InvalidArguments, Fail(new ContractCall(Token, "Mint", default)));
        Assert.Equal(ExecutionFailure.UnknownMethod, Fail(new ContractCall(Token, "mint", mint)));
        Assert.Equal(ExecutionFailure.UnknownMethod, Fail(new ContractCall(Token, "GetHashCode", default)));
        Assert.Equal(ExecutionFailure.UnknownContract, Fail(new ContractCall(Alice, "Mint", mint)));
        Assert.True(executor.Execute(new ContractCall(Token, "Mint", mint)).IsSuccess);
        Assert.Throws<ArgumentException>(() => new ContractCall(Token, "", mint));
        Assert.Throws<ArgumentException>(() => new ContractCall(Token, new string('x', CallLimits.MaxMethodBytes + 1), mint));
        Assert.Throws<ArgumentException>(() => new ContractCall(Token, "\ud800", mint));
        Assert.Throws<ArgumentException>(() => new ContractCall(Token, "Mint", new byte[CallLimits.MaxEncodedBytes + 1]));

        ExecutionFailure Fail(ContractCall call)
        {
            ExecutionResult result = executor.Execute(call);
            Assert.Equal(21_000 + (4 * (ulong)(call.Arguments.Length + Encoding.UTF8.GetByteCount(call.Method))), result.GasUsed);
            return result.Failure;
        }
    }

    [Fact]
    public async Task Views_ChangeNothing_AlsoInContractsThatTheyCall()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, Programs());
        executor.BeginBlock(new BlockHeight(1), Noon);
        Hash256 before = executor.ComputeRoot();
        Assert.Equal(ExecutionFailure.ReadOnly, executor.Execute(Coin.At(Token).Cheat(Bob)).Failure);
        StorageBytes write = Steps(new Step(StepKind.Set, 1, 1));
        Assert.Equal(ExecutionFailure.ReadOnly, executor.Execute(Script.At(Step.AddressOf(0)).Look(write)).Failure);
        ExecutionResult<uint> nested = executor.Execute(Script.At(Step.AddressOf(0)).Look(Steps(new Step(StepKind.Call, 1, IsBorne: true, Inner: [new Step(StepKind.Call, 2, Inner: [new Step(StepKind.Set, 1, 1)])]))));
        Assert.Equal(1 + Script.FailureBase + (uint)ExecutionFailure.CalledContractFailed, nested.Value);
        Assert.Equal(before, executor.ComputeRoot());
        Assert.True(executor.Execute(Script.At(Step.AddressOf(0)).Run(write)).IsSuccess);
        Assert.NotEqual(before, executor.ComputeRoot());
        await executor.FinalizeBlockAsync(cancellationToken: Cancel);

        using StateView view = store.OpenView();
        ExecutionResult run = executor.Query(view, Script.At(Step.AddressOf(0)).Run(write));
        Assert.Equal(ExecutionFailure.NotAView, run.Failure);
        Assert.Equal(ExecutionFailure.ReadOnly, executor.Query(view, Script.At(Step.AddressOf(0)).Look(write)).Failure);
        Assert.Throws<InvalidOperationException>(() => executor.Query(view, Script.At(Step.AddressOf(0)).Look(write)).Value);
    }

    [Fact]
    public async Task Calls_InsideOfEachOther_HaveALimit_AndEnterAContractOnce()
    {
        ContractPrograms programs = new();
        for (int i = 0; i <= CallLimits.MaxDepth; i++)
        {
            programs.AddAt(Step.AddressOf(i), Script.Program);
        }

        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, programs, new ContractExecutorOptions { DefaultGasLimit = ulong.MaxValue });
        executor.BeginBlock(new BlockHeight(1), Noon);
        Assert.True(executor.Execute(Script.At(Step.AddressOf(0)).Run(Chain(1, CallLimits.MaxDepth))).IsSuccess);
        ExecutionResult deep = executor.Execute(Script.At(Step.AddressOf(0)).Run(Chain(1, CallLimits.MaxDepth + 1)));
        Assert.Equal(ExecutionFailure.CalledContractFailed, deep.Failure);
        Assert.InRange(Encoding.UTF8.GetByteCount(deep.Error!), 100, ExecutionRecord.MaxErrorBytes);
        ExecutionResult<uint> self = executor.Execute(Script.At(Step.AddressOf(0)).Run(Steps(new Step(StepKind.Call, 0, IsView: true, IsBorne: true))));
        Assert.Equal(1 + Script.FailureBase + (uint)ExecutionFailure.Reentered, self.Value);
        ExecutionResult<uint> around = executor.Execute(Script.At(Step.AddressOf(0)).Run(Steps(new Step(StepKind.Call, 1, Inner: [new Step(StepKind.Call, 0, IsBorne: true)]))));
        Assert.Equal(2 + Script.FailureBase + (uint)ExecutionFailure.Reentered, around.Value);

        static StorageBytes Chain(int contract, int count) => Steps([.. Inner(contract, count)]);

        static IEnumerable<Step> Inner(int contract, int count) => contract == count ? [] : [new Step(StepKind.Call, contract, Inner: [.. Inner(contract + 1, count)])];
    }

    [Fact]
    public async Task Caller_IsTheContractThatCalls_AndOriginWhoSent()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, Programs().AddAt(Bob, Teller.Program));
        executor.BeginBlock(new BlockHeight(5), Noon);
        Teller.Calls teller = Teller.At(Bob);
        Assert.Equal(
            $"{Other} {Alice} {Bob} 5 {Noon.UtcTicks} {Transaction} 500 View True",
            executor.Execute(Teller.At(Other).Ask(Bob, 500) with { Caller = Alice, TransactionHash = Transaction }).Value);
        Assert.Equal(ExecutionFailure.Threw, executor.Execute(teller.KeepContext()).Failure);
        ExecutionResult late = executor.Execute(Teller.At(Other).UseKept());
        Assert.Equal(ExecutionFailure.Threw, late.Failure);
        Assert.Contains("does not run now", late.Error, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Teller.Open(SlotStorage.InMemory()).Ask(Bob, 1));
    }

    [Fact]
    public async Task Exceptions_OfContracts_AreFailuresWithABoundedText()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, Programs().AddAt(Bob, Teller.Program), new ContractExecutorOptions { PageLimit = 10 });
        executor.BeginBlock(new BlockHeight(1), Noon);
        ExecutionResult thrown = executor.Execute(Teller.At(Bob).ThrowText(3000));
        Assert.Equal(ExecutionFailure.Threw, thrown.Failure);
        Assert.StartsWith("FormatException: ыыы", thrown.Error, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(thrown.Error!), 500, ExecutionRecord.MaxErrorBytes);
        Assert.Equal("EvilException", executor.Execute(Teller.At(Bob).ThrowEvil()).Error);
        Assert.Equal(ExecutionFailure.TooManyPages, executor.Execute(Teller.At(Bob).WritePages(11)).Failure);
        Assert.Equal(ExecutionFailure.Threw, executor.Execute(Teller.At(Bob).EndScopes(rollback: true)).Failure);
        Assert.Equal(ExecutionFailure.Threw, executor.Execute(Teller.At(Bob).EndScopes(rollback: false)).Failure);
        Assert.Equal(ExecutionFailure.Threw, executor.Execute(Teller.At(Bob).EndScopeAndThrow()).Failure);
        Assert.Equal(ExecutionFailure.Threw, executor.Execute(Teller.At(Other).CallBorne(Bob, throws: false)).Failure);
        Assert.Equal(ExecutionFailure.Threw, executor.Execute(Teller.At(Other).CallBorne(Bob, throws: true)).Failure);
        Assert.All([0, 1, 2], how => Assert.Contains("An executor runs a call", executor.Execute(Teller.At(Bob).EndExecution((byte)how)).Error, StringComparison.Ordinal));
        Assert.Equal(ExecutionFailure.Threw, executor.Execute(Teller.At(Bob).LongText()).Failure);
        executor.ComputeRoot();
        Assert.Equal(Hash256.EmptyRoot, executor.ComputeRoot());
        Assert.True(executor.Execute(Teller.At(Bob).LeaveScopeOpen()).IsSuccess);
        Assert.Equal(Hash256.EmptyRoot, executor.ComputeRoot());
        Assert.True(executor.Execute(Teller.At(Bob).WritePages(10)).IsSuccess);
        await executor.FinalizeBlockAsync(cancellationToken: Cancel);
        Assert.NotEqual(Hash256.EmptyRoot, store.Root);
    }

    [Fact]
    public async Task Walk_OverOwnStorage_GoesOn_WhenCallsOfOthersAreTakenBack()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, Programs().AddAt(Bob, Teller.Program));
        executor.BeginBlock(new BlockHeight(1), Noon);
        Assert.Equal(3, executor.Execute(Teller.At(Other).CallForEach(Bob)).Value);
    }

    [Fact]
    public async Task LockedSlots_AreWrittenByUpgradersAlone()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, Programs().AddAt(Bob, Teller.Program));
        executor.BeginBlock(new BlockHeight(1), Noon);
        Assert.True(executor.Execute(Teller.At(Bob).Lock(Alice)).IsSuccess);
        Assert.Equal(ExecutionFailure.SlotLocked, executor.Execute(Teller.At(Bob).SetCode("x") with { Caller = Bob }).Failure);
        Assert.True(executor.Execute(Teller.At(Bob).SetCode("x") with { Caller = Alice }).IsSuccess);
        Assert.Equal(ExecutionFailure.SlotLocked, executor.Execute(Teller.At(Bob).SetCode("y")).Failure);
    }

    private static ContractPrograms Programs() => new ContractPrograms()
        .Add(Coin.Program)
        .AddAt(Token, Coin.Program)
        .AddAt(Step.AddressOf(0), Script.Program)
        .AddAt(Step.AddressOf(1), Script.Program)
        .AddAt(Step.AddressOf(2), Script.Program)
        .AddAt(Other, Merged);

    /// <summary>The methods of two programs at one address.</summary>
    private static ContractProgram Merged { get; } = new(
        "Merged",
        [.. Echo.Program.Methods, .. Teller.Program.Methods],
        static (context, method, ref arguments, result) =>
        {
            bool isEcho = method < Echo.Program.Methods.Count;
            (isEcho ? Echo.Program : Teller.Program).Run(context, isEcho ? method : method - Echo.Program.Methods.Count, ref arguments, result);
        });

    private static StorageBytes Steps(params Step[] steps) => new(Step.Encode(steps));
}
