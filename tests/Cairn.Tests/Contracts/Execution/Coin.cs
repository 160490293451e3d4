using System.Numerics;
using Cairn.Contracts;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>A token that is called.</summary>
[Contract]
internal sealed partial class Coin
{
    public partial string Name { get; set; }

    public partial UInt256 TotalSupply { get; set; }

    public partial StorageMap<Address, UInt256> Balances { get; }

    public partial DateTimeOffset LastTransfer { get; set; }

    [ContractMethod]
    public void Mint(Address to, UInt256 amount)
    {
        TotalSupply = checked(TotalSupply + amount);
        Balances[to] = Balances.GetValueOrDefault(to) + amount;
    }

    [ContractMethod]
    public void Transfer(Address to, UInt256 amount)
    {
        UInt256 balance = Balances.GetValueOrDefault(Context.Caller);
        Context.Require(balance >= amount, "the balance is too low");
        Balances[Context.Caller] = balance - amount;
        Balances[to] = checked(Balances.GetValueOrDefault(to) + amount);
        LastTransfer = Context.Time;
    }

    [ContractView]
    public UInt256 BalanceOf(Address owner) => Balances.GetValueOrDefault(owner);

    [ContractView]
    public void Cheat(Address to) => Balances[to] = 1_000_000;
}

internal enum Suit : ushort
{
    Clubs = 1,
    Hearts = 0x1234,
}

/// <summary>Every type that a call can have.</summary>
[Contract]
internal sealed partial class Echo
{
    public partial uint Counter { get; set; }

    [ContractView]
    public (byte, ushort, uint, ulong) Unsigned(byte a, ushort b, uint c, ulong d) => (a, b, c, d);

    [ContractView]
    public (sbyte, short, int, long) Signed(sbyte a, short b, int c, long d) => (a, b, c, d);

    [ContractView]
    public (UInt128, Int128, UInt256, Int256) Wide(UInt128 a, Int128 b, UInt256 c, Int256 d) => (a, b, c, d);

    [ContractView]
    public (bool, Suit) Small(bool a, Suit b) => (a, b);

    [ContractView]
    public (Address, Hash256) Fixed(Address a, Hash256 b) => (a, b);

    [ContractView]
    public (string, StorageBytes, BigInteger) Content(string a, StorageBytes b, BigInteger c) => (a, b, c);

    [ContractView]
    public DateTimeOffset When(DateTimeOffset a) => a;

    [ContractView]
    public (uint?, (string, bool)[], string[][]) Composed(uint? a, (string, bool)[] b, string[][] c) => (a, b, c);

    [ContractMethod]
    public uint Count(in uint by) => Counter += by;
}
