using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Cairn.Examples.Tokens;
using Xunit;

namespace Cairn.Tests.Examples;

/// <summary>
/// How to test a contract: a store in memory, an executor on it, calls, and questions to a view. Everything here is the public API; copy it.
/// </summary>
public sealed class TokenExampleTests : IAsyncLifetime
{
    private static readonly Address Contract = Account(0xaa);
    private static readonly Address Issuer = Account(1);
    private static readonly Address Alice = Account(2);
    private static readonly Address Bob = Account(3);
    private static readonly Address Carol = Account(4);

    private StateStore _store = null!;
    private ContractExecutor _executor = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await StateStore.OpenAsync("memory:");
        _executor = new ContractExecutor(_store, new ContractPrograms().AddAt(Contract, Token.Program));
        BeginBlock();
        Succeed(Issuer, Token.At(Contract).Create("Acorn"));
        Succeed(Issuer, Token.At(Contract).Mint(Alice, 100));
    }

    public async ValueTask DisposeAsync()
    {
        _executor.Dispose();
        await _store.DisposeAsync();
    }

    [Fact]
    public void Create_ASecondTime_IsRefused()
    {
        Refuse(Bob, Token.At(Contract).Create("Other"), "the token exists already");
        Assert.Equal(100, BalanceOf(Alice));
    }

    [Fact]
    public void Mint_ByAnybodyElse_IsRefused() => Refuse(Alice, Token.At(Contract).Mint(Alice, 1), "only the issuer mints");

    [Fact]
    public void Mint_AboveTheLargestNumber_IsRefused()
    {
        Succeed(Issuer, Token.At(Contract).Mint(Bob, UInt256.MaxValue - 100));
        Refuse(Issuer, Token.At(Contract).Mint(Bob, 1), "there would be too many tokens");
    }

    [Fact]
    public void Transfer_OfSome_MovesThem()
    {
        Succeed(Alice, Token.At(Contract).Transfer(Bob, 30));
        Assert.Equal((70, 30), (BalanceOf(Alice), BalanceOf(Bob)));
    }

    [Fact]
    public void Transfer_ToOneself_ChangesNothing()
    {
        Hash256 before = _executor.ComputeRoot();
        Succeed(Alice, Token.At(Contract).Transfer(Alice, 100));
        Assert.Equal(before, _executor.ComputeRoot());
    }

    [Fact]
    public void Transfer_OfMoreThanThereIs_IsRefusedAndChangesNothing()
    {
        Hash256 before = _executor.ComputeRoot();
        Refuse(Alice, Token.At(Contract).Transfer(Bob, 101), "the balance is too low");
        Assert.Equal(before, _executor.ComputeRoot());
    }

    [Fact]
    public void Transfer_OfEverythingAndBack_GivesTheSameBalances()
    {
        Succeed(Alice, Token.At(Contract).Transfer(Bob, 100));
        Assert.Equal((0, 100), (BalanceOf(Alice), BalanceOf(Bob)));
        Succeed(Bob, Token.At(Contract).Transfer(Alice, 100));
        Assert.Equal((100, 0), (BalanceOf(Alice), BalanceOf(Bob)));
    }

    [Fact]
    public void TransferFrom_WithinTheAllowance_UsesItUp()
    {
        Succeed(Alice, Token.At(Contract).Approve(Bob, 50));
        Succeed(Bob, Token.At(Contract).TransferFrom(Alice, Carol, 20));
        Assert.Equal((80, 20, 30), (BalanceOf(Alice), BalanceOf(Carol), AllowanceOf(Alice, Bob)));
        Refuse(Bob, Token.At(Contract).TransferFrom(Alice, Carol, 31), "more than is allowed");
        Succeed(Bob, Token.At(Contract).TransferFrom(Alice, Carol, 30));
        Assert.Equal((50, 50, 0), (BalanceOf(Alice), BalanceOf(Carol), AllowanceOf(Alice, Bob)));
    }

    [Fact]
    public void TransferFrom_WithoutAnAllowance_IsRefused()
    {
        Refuse(Bob, Token.At(Contract).TransferFrom(Alice, Bob, 1), "more than is allowed");
        Succeed(Alice, Token.At(Contract).Approve(Bob, 1_000));
        Refuse(Carol, Token.At(Contract).TransferFrom(Alice, Bob, 1), "more than is allowed");
        Refuse(Bob, Token.At(Contract).TransferFrom(Alice, Bob, 101), "the balance is too low");
        Assert.Equal(1_000, AllowanceOf(Alice, Bob));
    }

    [Fact]
    public void Approve_OfNothing_TakesTheAllowanceBack()
    {
        Succeed(Alice, Token.At(Contract).Approve(Bob, 50));
        Succeed(Alice, Token.At(Contract).Approve(Bob, 0));
        Refuse(Bob, Token.At(Contract).TransferFrom(Alice, Bob, 1), "more than is allowed");
    }

    [Fact]
    public async Task Balances_AtAnOldHeight_AreThoseOfThen()
    {
        BlockHeight first = (await _executor.FinalizeBlockAsync()).Height;
        BeginBlock();
        Succeed(Alice, Token.At(Contract).Transfer(Bob, 30));
        await _executor.FinalizeBlockAsync();
        using StateView then = _store.ViewAt(first);
        using StateView now = _store.OpenView();
        Assert.Equal(100, (long)_executor.Query(then, Token.At(Contract).BalanceOf(Alice)).Value);
        Assert.Equal(70, (long)_executor.Query(now, Token.At(Contract).BalanceOf(Alice)).Value);
    }

    [Fact]
    public async Task Executions_OfABlock_AreRecorded()
    {
        Refuse(Bob, Token.At(Contract).Transfer(Alice, 1), "the balance is too low");
        await _executor.FinalizeBlockAsync();
        using StateView view = _store.OpenView();
        Assert.Equal(
            [("Create", true, null), ("Mint", true, null), ("Transfer", false, "the balance is too low")],
            new ExecutionHistory(view).List().Records.Select(record => (record.Function, record.IsSuccess, record.Error)));
    }

    /// <summary>Whatever is called, the balances are those of a plain model, and their sum is the supply. A failing run prints its seed.</summary>
    [Fact]
    public void Balances_UnderRandomCalls_AreThoseOfAModel()
    {
        foreach (int seed in SeededRandom.Seeds(20))
        {
            Random random = new(seed);
            Address[] accounts = [Issuer, Alice, Bob, Carol];
            Dictionary<Address, long> model = accounts.ToDictionary(account => account, BalanceOf);
            for (int step = 0; step < 100; step++)
            {
                (Address from, Address to) = (accounts[random.Next(4)], accounts[random.Next(4)]);
                long amount = random.Next(60);
                ExecutionResult result = _executor.Execute(Token.At(Contract).Transfer(to, (ulong)amount) with { Caller = from });
                Assert.True(result.IsSuccess == amount <= model[from], $"seed {seed}, step {step}: {result.Error}");
                if (result.IsSuccess)
                {
                    model[from] -= amount;
                    model[to] += amount;
                }
            }

            Assert.True(accounts.All(account => BalanceOf(account) == model[account]), $"seed {seed}");
            Assert.True(model.Values.Sum() == 100, $"seed {seed}");
        }
    }

    private static Address Account(byte number) => new([.. new byte[19], number]);

    private void BeginBlock()
    {
        BlockHeight height = new((_store.Height?.Value ?? 0) + 1);
        _executor.BeginBlock(height, DateTimeOffset.UnixEpoch.AddMinutes(height.Value));
    }

    private void Succeed(Address caller, ContractCall call)
    {
        ExecutionResult result = _executor.Execute(call with { Caller = caller });
        Assert.True(result.IsSuccess, $"{result.Failure}: {result.Error}");
    }

    private void Refuse(Address caller, ContractCall call, string reason)
    {
        ExecutionResult result = _executor.Execute(call with { Caller = caller });
        Assert.Equal((ExecutionFailure.Refused, reason), (result.Failure, result.Error));
    }

    private long BalanceOf(Address owner) => (long)_executor.Execute(Token.At(Contract).BalanceOf(owner)).Value;

    private long AllowanceOf(Address owner, Address spender) => (long)_executor.Execute(Token.At(Contract).Allowance(owner, spender)).Value;
}
