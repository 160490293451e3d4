using Cairn.Contracts;
using Cairn.Contracts.Migrations;

namespace Cairn.Tests.Contracts.Migrations;

/// <summary>A contract as it was first.</summary>
[Contract]
internal sealed partial class LedgerV1
{
    public partial string Name { get; set; }

    public partial uint Supply { get; set; }

    public partial StorageMap<Address, uint> Balances { get; }

    public partial StorageList<string> Notes { get; }
}

/// <summary>A field moved, two got another type, one is gone, one is new.</summary>
[Contract]
internal sealed partial class LedgerV2
{
    public partial StorageMap<Address, LedgerAccount> Accounts { get; }

    public partial UInt256 Supply { get; set; }

    public partial string Name { get; set; }

    public partial Indirect<LedgerAccount> Treasury { get; }
}

/// <summary>A field was added at the end, and has to be filled.</summary>
[Contract]
internal sealed partial class LedgerV3
{
    public partial StorageMap<Address, LedgerAccount> Accounts { get; }

    public partial UInt256 Supply { get; set; }

    public partial string Name { get; set; }

    public partial Indirect<LedgerAccount> Treasury { get; }

    public partial uint Holders { get; set; }
}

[StorageRecord]
internal sealed partial class LedgerAccount
{
    public partial UInt256 Balance { get; set; }

    public partial bool IsFrozen { get; set; }
}

/// <summary>The schema of the contract.</summary>
internal static class LedgerSchema
{
    public static Address Contract { get; } = Address.Parse("0x00000000000000000000000000000000000000ab");

    public static LayoutMigration<LedgerV1, LedgerV2> ToV2 { get; } = new(from: 1, to: 2, static (old, ledger) =>
    {
        (ledger.Name, ledger.Supply) = (old.Name, old.Supply);
        foreach ((Address owner, uint balance) in old.Balances)
        {
            ledger.Accounts.GetOrAdd(owner).Balance = balance;
        }
    });

    public static Migration ToV3 { get; } = new(from: 2, to: 3, static storage =>
    {
        LedgerV3 ledger = LedgerV3.Open(storage);
        ledger.Holders = (uint)ledger.Accounts.Count;
    });

    public static ContractSchema V1 { get; } = new(1);

    public static ContractSchema V3 { get; } = new(3, ToV3, ToV2);

    /// <summary>Deploys the first version and fills it.</summary>
    public static void Deploy(SlotStorage storage)
    {
        V1.Initialize(storage);
        LedgerV1 ledger = LedgerV1.Open(storage);
        ledger.Name = "a ledger with a long name";
        ledger.Supply = 300;
        for (byte i = 0; i < 20; i++)
        {
            ledger.Balances[Owner(i)] = i * 10u;
            ledger.Notes.Add($"note {i}");
        }
    }

    public static Address Owner(byte index) => new([index, .. new byte[19]]);
}
