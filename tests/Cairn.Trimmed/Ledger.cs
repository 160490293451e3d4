using System.Numerics;
using Cairn.Contracts;

namespace Cairn.Trimmed;

internal enum Stage : byte
{
    Open,
    Closed,
}

/// <summary>A contract with a field of many kinds.</summary>
[Contract]
internal sealed partial class Ledger : Owned<UInt256>
{
    public partial string Name { get; set; }

    public partial Stage Stage { get; set; }

    public partial BigInteger Large { get; set; }

    public partial DateTimeOffset Opened { get; set; }

    [StorageBits(24)]
    public partial uint Fee { get; set; }

    public partial StorageMap<Address, Account> Accounts { get; }

    [StorageLength(2)]
    public partial StorageArray<Pair<uint>> Pairs { get; }

    public partial Indirect<StorageVector<byte>> Code { get; }

    [ContractMethod]
    public (string, Stage?) Rename(string name, Stage[] stages)
    {
        Context.Require(Context.Caller == Owner, "only the owner names it");
        (Name, Stage) = (name, stages[^1]);
        return (Name, Stage);
    }
}

[Contract]
internal abstract partial class Owned<T>
{
    public partial Address Owner { get; set; }

    public partial T Supply { get; set; }

    [ContractView]
    public T SupplyAt(ulong height) => Context.Height.Value == height ? Supply : throw new ArgumentOutOfRangeException(nameof(height));
}

[StorageRecord]
internal sealed partial class Account
{
    public partial UInt256 Balance { get; set; }

    public partial StorageList<string> Notes { get; }
}

[StorageRecord]
internal readonly partial struct Pair<T>
{
    public partial T First { get; set; }

    public partial T Second { get; set; }
}
