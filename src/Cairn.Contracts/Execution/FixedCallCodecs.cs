using System.Buffers.Binary;
using System.Numerics;

namespace Cairn.Contracts.Execution;

/// <summary>Integers at their full width, little-endian.</summary>
internal sealed class IntegerCallCodec<T>(string typeName, int bytes) : CallCodec<T>(typeName, bytes)
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    public override T Read(ref CallReader reader) => T.ReadLittleEndian(reader.Take(MinBytes, TypeName), isUnsigned: !T.IsNegative(T.MinValue));

    public override void Write(CallWriter writer, T value) => value.WriteLittleEndian(writer.Take(MinBytes));
}

/// <summary>A byte that is 0 or 1.</summary>
internal sealed class BooleanCallCodec() : CallCodec<bool>("bool", minBytes: 1)
{
    public override bool Read(ref CallReader reader) => Flag(ref reader, TypeName);

    public override void Write(CallWriter writer, bool value) => writer.Take(1)[0] = value ? (byte)1 : (byte)0;

    internal static bool Flag(ref CallReader reader, string typeName)
    {
        byte flag = reader.Take(1, typeName)[0];
        return flag <= 1 ? flag == 1 : throw reader.Fault($"a {typeName} begins with 0 or 1, not {flag}");
    }
}

/// <summary>The bytes of an address.</summary>
internal sealed class AddressCallCodec() : CallCodec<Address>("address", Address.SizeBytes)
{
    public override Address Read(ref CallReader reader) => new(reader.Take(Address.SizeBytes, TypeName));

    public override void Write(CallWriter writer, Address value) => value.CopyTo(writer.Take(Address.SizeBytes));
}

/// <summary>The bytes of a hash.</summary>
internal sealed class HashCallCodec() : CallCodec<Hash256>("hash256", Hash256.SizeBytes)
{
    public override Hash256 Read(ref CallReader reader) => new(reader.Take(Hash256.SizeBytes, TypeName));

    public override void Write(CallWriter writer, Hash256 value) => value.CopyTo(writer.Take(Hash256.SizeBytes));
}

/// <summary>An instant and its offset: both count, so that equal encodings are equal values in every respect.</summary>
internal sealed class DateTimeCallCodec() : CallCodec<DateTimeOffset>("datetime", sizeof(long) + sizeof(short))
{
    private const int MaxOffsetMinutes = 14 * 60;

    public override DateTimeOffset Read(ref CallReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.Take(MinBytes, TypeName);
        long ticks = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        short minutes = BinaryPrimitives.ReadInt16LittleEndian(bytes[sizeof(long)..]);
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks || Math.Abs((int)minutes) > MaxOffsetMinutes || (ulong)(ticks + (minutes * TimeSpan.TicksPerMinute)) > (ulong)DateTime.MaxValue.Ticks)
        {
            throw reader.Fault($"{ticks} ticks with an offset of {minutes} minutes are no time from the year 1 to 9999");
        }

        return new DateTimeOffset(ticks, TimeSpan.Zero).ToOffset(TimeSpan.FromMinutes(minutes));
    }

    public override void Write(CallWriter writer, DateTimeOffset value)
    {
        Span<byte> bytes = writer.Take(MinBytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value.UtcTicks);
        BinaryPrimitives.WriteInt16LittleEndian(bytes[sizeof(long)..], (short)value.TotalOffsetMinutes);
    }
}

/// <summary>An enum as its integer.</summary>
internal sealed class EnumCallCodec<TEnum, TInteger>(CallCodec<TInteger> integers, Func<TInteger, TEnum> toEnum, Func<TEnum, TInteger> toInteger) : CallCodec<TEnum>(integers.TypeName, integers.MinBytes)
{
    public override TEnum Read(ref CallReader reader) => toEnum(integers.Read(ref reader));

    public override void Write(CallWriter writer, TEnum value) => integers.Write(writer, toInteger(value));
}
