using Cairn.Contracts;

namespace Cairn.Tests.Contracts;

/// <summary>What an author writes: partial declarations.</summary>
internal sealed partial class Token
{
    public partial string Name { get; set; }

    public partial UInt256 TotalSupply { get; set; }

    public partial TokenState State { get; set; }

    public partial StorageMap<Address, UInt256> Balances { get; }

    public partial StorageList<Holding> Holdings { get; }

    /// <summary>A method of the author's.</summary>
    public void Transfer(Address from, Address to, UInt256 amount)
    {
        Balances[from] = checked(Balances.GetValueOrDefault(from) - amount);
        Balances[to] = checked(Balances.GetValueOrDefault(to) + amount);
    }
}

internal enum TokenState : byte
{
    Open = 0,
    Paused = 1,
}

/// <summary>What an author writes: a record.</summary>
internal sealed partial class Holding
{
    public partial Address Owner { get; set; }

    public partial UInt256 Amount { get; set; }

    public partial string Note { get; set; }
}

/// <summary>What an author writes: a record with a type parameter.</summary>
internal sealed partial class Pair<T>
{
    public partial T First { get; set; }

    public partial T Second { get; set; }
}
