using Cairn.Contracts;

namespace Cairn.Benchmarks.Parts;

/// <summary>The token of <see cref="TransferParts"/>.</summary>
[Contract]
internal sealed partial class BenchmarkToken
{
    public partial string Name { get; set; }

    public partial UInt256 TotalSupply { get; set; }

    public partial StorageMap<Address, UInt256> Balances { get; }

    [ContractMethod]
    public void Transfer(Address to, UInt256 amount)
    {
        UInt256 balance = Balances.GetValueOrDefault(Context.Caller);
        Context.Require(balance >= amount, "the balance is too low");
        Balances[Context.Caller] = balance - amount;
        Balances[to] = checked(Balances.GetValueOrDefault(to) + amount);
    }
}
