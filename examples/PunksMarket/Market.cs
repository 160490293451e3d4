using Cairn.Contracts;

namespace Cairn.Examples.Punks;

/// <summary>The contract: who owns which of the ten thousand punks, for how much they were sold, and how much that comes to.</summary>
[Contract]
internal sealed partial class Market
{
    /// <summary>How many punks there are: 0 to 9,999.</summary>
    public const int PunkCount = 10_000;

    /// <summary>Where the contract is in the state of this example.</summary>
    public static readonly Address Address = Address.Parse("0xb47e3cd837ddf8e4c57f05d70ab865de6e193bbb");

    /// <summary>The punks. A fixed array: the number of a punk alone says where it is, so whoever checks a proof can work out the place by himself.</summary>
    [StorageLength(PunkCount)]
    public partial StorageArray<Punk> Punks { get; }

    /// <summary>The punks of each owner, in order.</summary>
    public partial StorageMap<Address, StorageMap<ushort, Nothing>> PunksByOwner { get; }

    /// <summary>How many sales there were.</summary>
    public partial ulong Sales { get; set; }

    /// <summary>What was paid in all of them, in wei.</summary>
    public partial UInt256 Volume { get; set; }

    /// <summary>Records a sale.</summary>
    /// <param name="number">The punk.</param>
    /// <param name="seller">Who sold it. Punks are also given away, of which sales tell nothing: this may be somebody else than who bought it last.</param>
    /// <param name="buyer">Who owns it from now on.</param>
    /// <param name="price">The price in wei.</param>
    [ContractMethod]
    public void Sale(ushort number, Address seller, Address buyer, UInt128 price)
    {
        Punk punk = Punks[number];
        if (punk.Sales > 0)
        {
            Leave(punk.Owner, number);
        }

        punk.Owner = buyer;
        punk.Seller = seller;
        punk.Price = price;
        punk.Sales++;
        PunksByOwner.GetOrAdd(buyer)[number] = default;
        Sales++;
        Volume = checked(Volume + price);
    }

    /// <summary>Who owns a punk; the zero address for one that was never sold.</summary>
    /// <param name="number">The punk.</param>
    [ContractView]
    public Address OwnerOf(ushort number) => Punks[number].Owner;

    private void Leave(Address owner, ushort number)
    {
        StorageMap<ushort, Nothing> punks = PunksByOwner[owner];
        punks.Remove(number);
        if (punks.Count == 0)
        {
            PunksByOwner.Remove(owner);
        }
    }
}
