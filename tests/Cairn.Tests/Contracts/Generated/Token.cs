using Cairn.Contracts;

namespace Cairn.Tests.Contracts.Generated;

/// <summary>The declarations of the hand-written reference, with accessors from the generator.</summary>
[Contract]
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

[StorageRecord]
internal sealed partial class Holding
{
    public partial Address Owner { get; set; }

    public partial UInt256 Amount { get; set; }

    public partial string Note { get; set; }
}

[StorageRecord]
internal sealed partial class Pair<T>
{
    public partial T First { get; set; }

    public partial T Second { get; set; }
}

[StorageRecord]
internal partial class BaseRecord
{
    public partial uint X { get; set; }
}

[StorageRecord]
internal sealed partial class DerivedRecord : BaseRecord
{
    public partial ulong Y { get; set; }
}

[StorageRecord]
internal readonly partial struct PointRecord
{
    public partial int X { get; set; }

    public partial int Y { get; set; }
}
