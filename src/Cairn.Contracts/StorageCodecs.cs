using System.Numerics;

namespace Cairn.Contracts;

/// <summary>The codecs of the types that storage knows, and how those of composed types are made.</summary>
public static class StorageCodecs
{
    /// <summary>Unsigned, 8 bits.</summary>
    public static StorageKeyCodec<byte> UInt8 { get; } = new IntegerCodec<byte>(sizeof(byte), isSigned: false);

    /// <summary>Unsigned, 16 bits.</summary>
    public static StorageKeyCodec<ushort> UInt16 { get; } = new IntegerCodec<ushort>(sizeof(ushort), isSigned: false);

    /// <summary>Unsigned, 32 bits.</summary>
    public static StorageKeyCodec<uint> UInt32 { get; } = new IntegerCodec<uint>(sizeof(uint), isSigned: false);

    /// <summary>Unsigned, 64 bits.</summary>
    public static StorageKeyCodec<ulong> UInt64 { get; } = new IntegerCodec<ulong>(sizeof(ulong), isSigned: false);

    /// <summary>Unsigned, 128 bits.</summary>
    public static StorageKeyCodec<UInt128> UInt128 { get; } = new IntegerCodec<UInt128>(bytes: 16, isSigned: false);

    /// <summary>Unsigned, 256 bits.</summary>
    public static StorageKeyCodec<UInt256> UInt256 { get; } = new IntegerCodec<UInt256>(Contracts.UInt256.SizeBytes, isSigned: false);

    /// <summary>Signed, 8 bits.</summary>
    public static StorageKeyCodec<sbyte> Int8 { get; } = new IntegerCodec<sbyte>(sizeof(sbyte), isSigned: true);

    /// <summary>Signed, 16 bits.</summary>
    public static StorageKeyCodec<short> Int16 { get; } = new IntegerCodec<short>(sizeof(short), isSigned: true);

    /// <summary>Signed, 32 bits.</summary>
    public static StorageKeyCodec<int> Int32 { get; } = new IntegerCodec<int>(sizeof(int), isSigned: true);

    /// <summary>Signed, 64 bits.</summary>
    public static StorageKeyCodec<long> Int64 { get; } = new IntegerCodec<long>(sizeof(long), isSigned: true);

    /// <summary>Signed, 128 bits.</summary>
    public static StorageKeyCodec<Int128> Int128 { get; } = new IntegerCodec<Int128>(bytes: 16, isSigned: true);

    /// <summary>Signed, 256 bits.</summary>
    public static StorageKeyCodec<Int256> Int256 { get; } = new IntegerCodec<Int256>(Contracts.Int256.SizeBytes, isSigned: true);

    /// <summary>A byte; any but zero reads as true.</summary>
    public static StorageKeyCodec<bool> Boolean { get; } = new BooleanCodec();

    /// <summary>A floating-point number of 64 bits. No key: not all of them are comparable.</summary>
    public static StorageCodec<double> Double { get; } = new DoubleCodec();

    /// <summary>20 bytes.</summary>
    public static StorageKeyCodec<Address> Address { get; } = new AddressCodec();

    /// <summary>32 bytes.</summary>
    public static StorageKeyCodec<Hash256> Hash256 { get; } = new HashCodec();

    /// <summary>Text. As a key it orders by its UTF-8 bytes.</summary>
    public static StorageKeyCodec<string> Text { get; } = new TextCodec();

    /// <summary>A byte string.</summary>
    public static StorageKeyCodec<StorageBytes> Bytes { get; } = new BytesCodec();

    /// <summary>An integer of any size.</summary>
    public static StorageKeyCodec<BigInteger> BigInteger { get; } = new BigIntegerCodec();

    /// <summary>An instant from 1970 on, and an offset from UTC, to the microsecond.</summary>
    public static StorageKeyCodec<DateTimeOffset> DateTime { get; } = new DateTimeCodec();

    /// <summary>No bytes.</summary>
    public static StorageCodec<Nothing> Nothing { get; } = new NothingCodec();

    /// <summary>An integer of a width that no type has, such as 24 bits in a <see cref="uint"/>.</summary>
    /// <typeparam name="T">The type that holds it in a program.</typeparam>
    /// <param name="bits">The width in bits, a multiple of 8, at most that of the type.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width is none.</exception>
    public static StorageKeyCodec<T> Integer<T>(int bits)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> =>
        bits > 0 && bits % 8 == 0 && bits <= 8 * T.Zero.GetByteCount()
            ? new IntegerCodec<T>(bits / 8, isSigned: T.IsNegative(T.MinValue))
            : throw new ArgumentOutOfRangeException(nameof(bits), bits, $"A width in bits is a multiple of 8, from 8 to {8 * T.Zero.GetByteCount()}.");

    /// <summary>An enum as its integer. Values that the enum has no name for are stored and read as well.</summary>
    /// <typeparam name="TEnum">The enum.</typeparam>
    /// <typeparam name="TInteger">Its integer.</typeparam>
    /// <param name="integers">The codec of the integer.</param>
    /// <param name="toEnum">The cast from the integer.</param>
    /// <param name="toInteger">The cast to the integer.</param>
    public static StorageKeyCodec<TEnum> Enum<TEnum, TInteger>(StorageKeyCodec<TInteger> integers, Func<TInteger, TEnum> toEnum, Func<TEnum, TInteger> toInteger)
        where TEnum : struct, Enum => new EnumCodec<TEnum, TInteger>(integers, toEnum, toInteger);

    /// <summary>A map in the order of its keys.</summary>
    /// <param name="keys">The codec of the keys.</param>
    /// <param name="values">The codec of the values.</param>
    public static StorageCodec<StorageMap<TKey, TValue>> Map<TKey, TValue>(StorageKeyCodec<TKey> keys, StorageCodec<TValue> values)
        where TKey : notnull => new MapCodec<TKey, TValue>(keys, values);

    /// <summary>A list of any length.</summary>
    /// <param name="items">The codec of the items.</param>
    public static StorageCodec<StorageList<T>> List<T>(StorageCodec<T> items) => new ListCodec<T>(items);

    /// <summary>An array of fixed length, in place.</summary>
    /// <param name="items">The codec of the items.</param>
    /// <param name="length">How many items there are.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative, or the array does not fit into a slot.</exception>
    public static StorageCodec<StorageArray<T>> Array<T>(StorageCodec<T> items, int length) => new ArrayCodec<T>(items, length);

    /// <summary>A length and the items behind it, in place. Can only be the last field of a record.</summary>
    /// <param name="items">The codec of the items.</param>
    public static StorageCodec<StorageVector<T>> Vector<T>(StorageCodec<T> items) => new VectorCodec<T>(items);

    /// <summary>A byte in place that refers to a slot with the value.</summary>
    /// <param name="values">The codec of the value.</param>
    public static StorageCodec<Indirect<T>> Indirect<T>(StorageCodec<T> values) => new IndirectCodec<T>(values);
}
