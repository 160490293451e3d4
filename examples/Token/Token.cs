using Cairn.Contracts;

namespace Cairn.Examples.Tokens;

/// <summary>A token: one issuer mints it, owners send it, and let others send it for them.</summary>
[Contract]
internal sealed partial class Token
{
    /// <summary>What people call it.</summary>
    public partial string Name { get; set; }

    /// <summary>Who may mint; the zero address before the token is created.</summary>
    public partial Address Issuer { get; set; }

    /// <summary>How much of it there is: the sum of all balances.</summary>
    public partial UInt256 TotalSupply { get; set; }

    /// <summary>What everybody has. Who has nothing is not in it.</summary>
    public partial StorageMap<Address, UInt256> Balances { get; }

    /// <summary>How much owners let others send: owner, then sender.</summary>
    public partial StorageMap<Address, StorageMap<Address, UInt256>> Allowances { get; }

    /// <summary>Creates the token, once. Who calls is the issuer.</summary>
    [ContractMethod]
    public void Create(string name)
    {
        Context.Require(Issuer == Address.Zero, "the token exists already");
        Context.Require(Context.Caller != Address.Zero, "somebody has to be the issuer");
        Issuer = Context.Caller;
        Name = name;
    }

    /// <summary>Makes new tokens.</summary>
    [ContractMethod]
    public void Mint(Address to, UInt256 amount)
    {
        Context.Require(Context.Caller == Issuer, "only the issuer mints");
        Context.Require(amount <= UInt256.MaxValue - TotalSupply, "there would be too many tokens");
        TotalSupply += amount;
        Add(to, amount);
    }

    /// <summary>Sends tokens of the caller.</summary>
    [ContractMethod]
    public void Transfer(Address to, UInt256 amount) => Move(Context.Caller, to, amount);

    /// <summary>Lets somebody send tokens of the caller, up to an amount, in place of what was allowed before.</summary>
    [ContractMethod]
    public void Approve(Address spender, UInt256 amount)
    {
        StorageMap<Address, UInt256> allowed = Allowances.GetOrAdd(Context.Caller);
        Set(allowed, spender, amount);
        if (allowed.Count == 0)
        {
            Allowances.Remove(Context.Caller);
        }
    }

    /// <summary>Sends tokens of somebody who has allowed it to the caller.</summary>
    [ContractMethod]
    public void TransferFrom(Address owner, Address to, UInt256 amount)
    {
        UInt256 allowed = Allowance(owner, Context.Caller);
        Context.Require(amount <= allowed, "more than is allowed");
        Move(owner, to, amount);
        if (amount > UInt256.Zero)
        {
            Set(Allowances[owner], Context.Caller, allowed - amount);
        }
    }

    /// <summary>What somebody has.</summary>
    [ContractView]
    public UInt256 BalanceOf(Address owner) => Balances.GetValueOrDefault(owner);

    /// <summary>How much of an owner's tokens somebody else may send.</summary>
    [ContractView]
    public UInt256 Allowance(Address owner, Address spender) =>
        Allowances.TryGetValue(owner, out StorageMap<Address, UInt256>? allowed) ? allowed.GetValueOrDefault(spender) : UInt256.Zero;

    private static void Set(StorageMap<Address, UInt256> map, Address key, UInt256 amount)
    {
        if (amount == UInt256.Zero)
        {
            map.Remove(key);
        }
        else
        {
            map[key] = amount;
        }
    }

    private void Move(Address from, Address to, UInt256 amount)
    {
        UInt256 balance = BalanceOf(from);
        Context.Require(amount <= balance, "the balance is too low");
        Set(Balances, from, balance - amount);
        Add(to, amount);
    }

    /// <summary>The sum of all balances is the supply, so none overflows.</summary>
    private void Add(Address to, UInt256 amount) => Set(Balances, to, BalanceOf(to) + amount);
}
