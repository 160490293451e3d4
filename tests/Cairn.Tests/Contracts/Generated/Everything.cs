using System.Numerics;
using Cairn.Contracts;

namespace Cairn.Tests.Contracts.Generated;

internal enum Wide : long
{
    None = 0,
    Below = -5_000_000_000,
}

/// <summary>A field of every kind.</summary>
[Contract]
internal sealed partial class Everything
{
    public partial byte U8 { get; set; }

    public partial ushort U16 { get; set; }

    public partial uint U32 { get; set; }

    public partial ulong U64 { get; set; }

    public partial UInt128 U128 { get; set; }

    public partial UInt256 U256 { get; set; }

    public partial sbyte I8 { get; set; }

    public partial short I16 { get; set; }

    public partial int I32 { get; set; }

    public partial long I64 { get; set; }

    public partial Int128 I128 { get; set; }

    public partial Int256 I256 { get; set; }

    [StorageBits(24)]
    public partial uint U24 { get; set; }

    [StorageBits(40)]
    public partial StorageMap<long, Address> Narrow { get; }

    public partial bool Flag { get; set; }

    public partial double Number { get; set; }

    public partial string Text { get; set; }

    public partial StorageBytes Bytes { get; set; }

    public partial BigInteger Big { get; set; }

    public partial DateTimeOffset Instant { get; set; }

    public partial Address Owner { get; set; }

    public partial Hash256 Hash { get; set; }

    public partial Nothing Nothing { get; set; }

    public partial Wide Wide { get; set; }

    public partial PointRecord Point { get; set; }

    public partial DerivedRecord Derived { get; set; }

    public partial Pair<uint> Numbers { get; set; }

    [StorageBits(24)]
    public partial Pair<uint> Odd { get; set; }

    public partial Pair<Pair<string>> Texts { get; }

    public partial Book<string, StorageList<Holding>> Book { get; }

    [StorageLength(3)]
    public partial StorageArray<ushort> Three { get; set; }

    [StorageLength(2, 3)]
    public partial StorageArray<StorageArray<PointRecord>> Grid { get; }

    public partial StorageMap<string, StorageMap<Wide, Holding>> Deep { get; private set; }

    public partial Indirect<StorageVector<Address>> Voters { get; }

    public partial uint @event { get; set; }

    public partial StorageVector<byte> Rest { get; }

    /// <summary>Computed: no field.</summary>
    public int Sum => U8 + U16;
}

/// <summary>A type parameter that is a key, and a base class.</summary>
[StorageRecord]
internal sealed partial class Book<TKey, TValue> : BaseRecord
    where TKey : notnull
{
    public partial StorageMap<TKey, TValue> Entries { get; }

    public partial Pair<TValue> Ends { get; }

    public partial uint Pages { get; set; }
}

/// <summary>Types around it, and a base class written by hand, whose layout is known at run time only.</summary>
internal static partial class Outer
{
    [StorageRecord]
    internal sealed partial class Nested : Cairn.Tests.Contracts.BaseRecord
    {
        internal partial string Name { get; set; }

        internal partial Cairn.Tests.Contracts.Holding ByHand { get; set; }

        internal partial byte Last { get; set; }
    }
}

/// <summary>Fields of base classes first: of an abstract one, and of ones with type parameters.</summary>
[Contract]
internal abstract partial class Owned
{
    public partial Address Owner { get; set; }

    public abstract string Describe();
}

[Contract]
internal abstract partial class Counted<T> : Owned
{
    public partial T Total { get; set; }

    public partial uint Count { get; set; }
}

[Contract]
internal partial class Vault : Counted<UInt256>
{
    public partial StorageMap<Address, Chest> Chests { get; }

    public override string Describe() => $"{Owner}: {Total} in {Count}";
}

[Contract]
internal sealed partial class LargeVault : Vault
{
    public partial Shelf<StorageList<uint>, string> Shelf { get; }
}

[StorageRecord]
internal abstract partial class Boxed<TKey, TValue>
    where TKey : notnull
{
    public partial StorageMap<TKey, TValue> Entries { get; }

    public partial TValue Last { get; set; }
}

[StorageRecord]
internal sealed partial class Chest : Boxed<string, UInt256>
{
    public partial bool IsOpen { get; set; }
}

/// <summary>Type parameters of its own, in another order than those of the base class.</summary>
[StorageRecord]
internal partial class Shelf<TItem, TName> : Boxed<TName, TItem>
    where TName : notnull
{
    public partial TName Name { get; set; }
}

[StorageRecord]
internal sealed partial class NamedShelf<TName> : Shelf<Pair<TName>, TName>
    where TName : notnull
{
    public partial byte Row { get; set; }
}

[StorageRecord]
internal abstract partial class DiamondTop<T>
{
    public partial T X { get; set; }
}

[StorageRecord]
internal abstract partial class DiamondSide : DiamondTop<uint>
{
    public partial ulong Y { get; set; }
}

[StorageRecord]
internal sealed partial class DiamondBottom : DiamondSide;
