using System.Numerics;

namespace Cairn.Contracts;

public readonly partial struct UInt256
{
    /// <summary>The number as it is.</summary>
    public static implicit operator UInt256(byte value) => new(UInt128.Zero, value);

    /// <summary>The number as it is.</summary>
    public static implicit operator UInt256(ushort value) => new(UInt128.Zero, value);

    /// <summary>The number as it is.</summary>
    public static implicit operator UInt256(uint value) => new(UInt128.Zero, value);

    /// <summary>The number as it is.</summary>
    public static implicit operator UInt256(ulong value) => new(UInt128.Zero, value);

    /// <summary>The number as it is.</summary>
    public static implicit operator UInt256(UInt128 value) => new(UInt128.Zero, value);

    /// <summary>The number modulo 2^256.</summary>
    public static explicit operator UInt256(int value) => (UInt256)(Int128)value;

    /// <summary>The number as it is.</summary>
    /// <exception cref="OverflowException">It is negative.</exception>
    public static explicit operator checked UInt256(int value) => value >= 0 ? (uint)value : throw Overflow();

    /// <summary>The number modulo 2^256.</summary>
    public static explicit operator UInt256(long value) => (UInt256)(Int128)value;

    /// <summary>The number as it is.</summary>
    /// <exception cref="OverflowException">It is negative.</exception>
    public static explicit operator checked UInt256(long value) => value >= 0 ? (ulong)value : throw Overflow();

    /// <summary>The number modulo 2^256.</summary>
    public static explicit operator UInt256(Int128 value) => new(Int128.IsNegative(value) ? UInt128.MaxValue : UInt128.Zero, unchecked((UInt128)value));

    /// <summary>The number as it is.</summary>
    /// <exception cref="OverflowException">It is negative.</exception>
    public static explicit operator checked UInt256(Int128 value) => Int128.IsNegative(value) ? throw Overflow() : new UInt256(UInt128.Zero, unchecked((UInt128)value));

    /// <summary>The number modulo 2^256.</summary>
    public static explicit operator UInt256(Int256 value) => value.Bits;

    /// <summary>The number as it is.</summary>
    /// <exception cref="OverflowException">It is negative.</exception>
    public static explicit operator checked UInt256(Int256 value) => Int256.IsNegative(value) ? throw Overflow() : value.Bits;

    /// <summary>The number as it is.</summary>
    /// <exception cref="OverflowException">It lies outside 0 to 2^256 - 1.</exception>
    public static explicit operator UInt256(BigInteger value) => WideNumber.TryRead(value, isUnsigned: true, out UInt256 bits) ? bits : throw Overflow();

    /// <summary>The number as it is.</summary>
    public static implicit operator BigInteger(UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        value.WriteLittleEndian(bytes);
        return new BigInteger(bytes, isUnsigned: true);
    }

    /// <summary>The lowest 8 bits.</summary>
    public static explicit operator byte(UInt256 value) => unchecked((byte)value._low);

    /// <summary>The lowest 32 bits.</summary>
    public static explicit operator uint(UInt256 value) => unchecked((uint)value._low);

    /// <summary>The lowest 32 bits.</summary>
    public static explicit operator int(UInt256 value) => unchecked((int)value._low);

    /// <summary>The number as it is.</summary>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public static explicit operator checked int(UInt256 value) => value <= int.MaxValue ? unchecked((int)value._low) : throw TooGreat(nameof(Int32));

    /// <summary>The lowest 64 bits.</summary>
    public static explicit operator ulong(UInt256 value) => unchecked((ulong)value._low);

    /// <summary>The number as it is.</summary>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public static explicit operator checked ulong(UInt256 value) => value <= ulong.MaxValue ? unchecked((ulong)value._low) : throw TooGreat(nameof(UInt64));

    /// <summary>The lowest 64 bits.</summary>
    public static explicit operator long(UInt256 value) => unchecked((long)value._low);

    /// <summary>The number as it is.</summary>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public static explicit operator checked long(UInt256 value) => value <= (ulong)long.MaxValue ? unchecked((long)value._low) : throw TooGreat(nameof(Int64));

    /// <summary>The lowest 128 bits.</summary>
    public static explicit operator UInt128(UInt256 value) => value._low;

    /// <summary>The number as it is.</summary>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public static explicit operator checked UInt128(UInt256 value) => value._high == UInt128.Zero ? value._low : throw TooGreat(nameof(UInt128));

    /// <summary>The nearest floating-point number.</summary>
    public static explicit operator double(UInt256 value) => (double)(BigInteger)value;

    private static OverflowException TooGreat(string type) => new($"The {nameof(UInt256)} does not fit into a {type}.");
}
