using System.Buffers.Binary;

namespace Cairn.Contracts;

/// <summary>One byte; any but zero reads as true.</summary>
internal sealed class BooleanCodec() : StorageKeyCodec<bool>("bool", size: 1)
{
    public override bool Read(StoragePlace place) => place.ReadByte() != 0;

    public override void Write(StoragePlace place, bool value) => place.WriteByte(value ? (byte)1 : (byte)0);

    internal override int Compare(StoragePlace stored, bool key) => Read(stored).CompareTo(key);
}

/// <summary>IEEE 754, 64 bits, least significant byte first.</summary>
internal sealed class DoubleCodec() : StorageCodec<double>("float", sizeof(double))
{
    public override double Read(StoragePlace place)
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        place.Read(bytes);
        return BinaryPrimitives.ReadDoubleLittleEndian(bytes);
    }

    public override void Write(StoragePlace place, double value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        place.Write(bytes);
    }
}

/// <summary>20 bytes as they are.</summary>
internal sealed class AddressCodec() : StorageKeyCodec<Address>("address", Address.SizeBytes)
{
    public override Address Read(StoragePlace place)
    {
        Span<byte> bytes = stackalloc byte[Address.SizeBytes];
        place.Read(bytes);
        return new Address(bytes);
    }

    public override void Write(StoragePlace place, Address value)
    {
        Span<byte> bytes = stackalloc byte[Address.SizeBytes];
        value.CopyTo(bytes);
        place.Write(bytes);
    }

    internal override int Compare(StoragePlace stored, Address key) => Read(stored).CompareTo(key);
}

/// <summary>32 bytes as they are.</summary>
internal sealed class HashCodec() : StorageKeyCodec<Hash256>("hash256", Hash256.SizeBytes)
{
    public override Hash256 Read(StoragePlace place)
    {
        Span<byte> bytes = stackalloc byte[Hash256.SizeBytes];
        place.Read(bytes);
        return new Hash256(bytes);
    }

    public override void Write(StoragePlace place, Hash256 value)
    {
        Span<byte> bytes = stackalloc byte[Hash256.SizeBytes];
        value.CopyTo(bytes);
        place.Write(bytes);
    }

    internal override int Compare(StoragePlace stored, Hash256 key)
    {
        Span<byte> bytes = stackalloc byte[2 * Hash256.SizeBytes];
        place(stored, bytes);
        key.CopyTo(bytes[Hash256.SizeBytes..]);
        return bytes[..Hash256.SizeBytes].SequenceCompareTo(bytes[Hash256.SizeBytes..]);

        static void place(StoragePlace stored, Span<byte> bytes) => stored.Read(bytes[..Hash256.SizeBytes]);
    }
}

/// <summary>No bytes at all.</summary>
internal sealed class NothingCodec() : StorageCodec<Nothing>("none", size: 0)
{
    public override Nothing Read(StoragePlace place) => default;

    public override void Write(StoragePlace place, Nothing value)
    {
        // There is nothing to write.
    }
}

/// <summary>An enum as its integer.</summary>
internal sealed class EnumCodec<TEnum, TInteger>(StorageKeyCodec<TInteger> integers, Func<TInteger, TEnum> toEnum, Func<TEnum, TInteger> toInteger) : StorageKeyCodec<TEnum>(integers.TypeName, integers.Size)
{
    public override TEnum Read(StoragePlace place) => toEnum(integers.Read(place));

    public override void Write(StoragePlace place, TEnum value) => integers.Write(place, toInteger(value));

    internal override int Compare(StoragePlace stored, TEnum key) => integers.Compare(stored, toInteger(key));
}
