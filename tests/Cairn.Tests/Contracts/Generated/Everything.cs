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
