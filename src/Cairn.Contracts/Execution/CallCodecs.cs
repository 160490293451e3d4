using System.Numerics;

namespace Cairn.Contracts.Execution;

/// <summary>The codecs of the types that arguments and results have, and how those of composed types are made.</summary>
public static class CallCodecs
{
    /// <summary>One byte.</summary>
    public static CallCodec<byte> UInt8 { get; } = new IntegerCallCodec<byte>("u8", 1);

    /// <summary>Two bytes, little-endian, as all integers.</summary>
    public static CallCodec<ushort> UInt16 { get; } = new IntegerCallCodec<ushort>("u16", 2);

    /// <summary>Four bytes.</summary>
    public static CallCodec<uint> UInt32 { get; } = new IntegerCallCodec<uint>("u32", 4);

    /// <summary>Eight bytes.</summary>
    public static CallCodec<ulong> UInt64 { get; } = new IntegerCallCodec<ulong>("u64", 8);

    /// <summary>16 bytes.</summary>
    public static CallCodec<UInt128> UInt128 { get; } = new IntegerCallCodec<UInt128>("u128", 16);

    /// <summary>32 bytes.</summary>
    public static CallCodec<UInt256> UInt256 { get; } = new IntegerCallCodec<UInt256>("u256", 32);

    /// <summary>One byte, two's complement, as all signed integers.</summary>
    public static CallCodec<sbyte> Int8 { get; } = new IntegerCallCodec<sbyte>("i8", 1);

    /// <summary>Two bytes.</summary>
    public static CallCodec<short> Int16 { get; } = new IntegerCallCodec<short>("i16", 2);

    /// <summary>Four bytes.</summary>
    public static CallCodec<int> Int32 { get; } = new IntegerCallCodec<int>("i32", 4);

    /// <summary>Eight bytes.</summary>
    public static CallCodec<long> Int64 { get; } = new IntegerCallCodec<long>("i64", 8);

    /// <summary>16 bytes.</summary>
    public static CallCodec<Int128> Int128 { get; } = new IntegerCallCodec<Int128>("i128", 16);

    /// <summary>32 bytes.</summary>
    public static CallCodec<Int256> Int256 { get; } = new IntegerCallCodec<Int256>("i256", 32);

    /// <summary>One byte, 1 or 0.</summary>
    public static CallCodec<bool> Boolean { get; } = new BooleanCallCodec();

    /// <summary>20 bytes.</summary>
    public static CallCodec<Address> Address { get; } = new AddressCallCodec();

    /// <summary>32 bytes.</summary>
    public static CallCodec<Hash256> Hash256 { get; } = new HashCallCodec();

    /// <summary>The length in bytes, four bytes, and UTF-8.</summary>
    public static CallCodec<string> Text { get; } = new TextCallCodec();

    /// <summary>The length, four bytes, and the bytes.</summary>
    public static CallCodec<StorageBytes> Bytes { get; } = new BytesCallCodec();

    /// <summary>The length, four bytes, and the number in two's complement in as few bytes as it takes, at least one.</summary>
    public static CallCodec<BigInteger> BigInteger { get; } = new BigIntegerCallCodec();

    /// <summary>The instant in 100 ns ticks since the year 1, eight bytes, and the offset from UTC in minutes, two bytes.</summary>
    public static CallCodec<DateTimeOffset> DateTime { get; } = new DateTimeCallCodec();

    /// <summary>An enum as its integer. Values that the enum has no name for are encoded as well.</summary>
    /// <typeparam name="TEnum">The enum.</typeparam>
    /// <typeparam name="TInteger">Its integer.</typeparam>
    /// <param name="integers">The codec of the integer.</param>
    /// <param name="toEnum">The cast from the integer.</param>
    /// <param name="toInteger">The cast to the integer.</param>
    public static CallCodec<TEnum> Enum<TEnum, TInteger>(CallCodec<TInteger> integers, Func<TInteger, TEnum> toEnum, Func<TEnum, TInteger> toInteger)
        where TEnum : struct, Enum => new EnumCallCodec<TEnum, TInteger>(integers, toEnum, toInteger);

    /// <summary>The number of items, four bytes, and the items.</summary>
    /// <param name="items">The codec of the items.</param>
    public static CallCodec<T[]> Array<T>(CallCodec<T> items) => new ArrayCallCodec<T>(items);

    /// <summary>One byte: 0 for nothing, 1 before a value.</summary>
    /// <param name="values">The codec of the value.</param>
    public static CallCodec<T?> Optional<T>(CallCodec<T> values)
        where T : struct => new OptionalCallCodec<T>(values);

    /// <summary>Two values, one behind the other.</summary>
    public static CallCodec<(T1, T2)> Tuple<T1, T2>(CallCodec<T1> first, CallCodec<T2> second) => new TupleCallCodec<T1, T2>(first, second);

    /// <summary>Three values, one behind the other.</summary>
    public static CallCodec<(T1, T2, T3)> Tuple<T1, T2, T3>(CallCodec<T1> first, CallCodec<T2> second, CallCodec<T3> third) => new TupleCallCodec<T1, T2, T3>(first, second, third);

    /// <summary>Four values, one behind the other.</summary>
    public static CallCodec<(T1, T2, T3, T4)> Tuple<T1, T2, T3, T4>(CallCodec<T1> first, CallCodec<T2> second, CallCodec<T3> third, CallCodec<T4> fourth) =>
        new TupleCallCodec<T1, T2, T3, T4>(first, second, third, fourth);
}
