using System.Numerics;

namespace Cairn.Contracts;

public readonly partial struct Int256
{
    /// <summary>The number as it is.</summary>
    public static implicit operator Int256(int value) => (Int128)value;

    /// <summary>The number as it is.</summary>
    public static implicit operator Int256(long value) => (Int128)value;

    /// <summary>The number as it is.</summary>
    public static implicit operator Int256(Int128 value) => new((UInt256)value);

    /// <summary>The number as it is.</summary>
    public static implicit operator Int256(ulong value) => new(value);

    /// <summary>The number as it is.</summary>
    public static implicit operator Int256(UInt128 value) => new(value);

    /// <summary>The same bits.</summary>
    public static explicit operator Int256(UInt256 value) => new(value);

    /// <summary>The number as it is.</summary>
    /// <exception cref="OverflowException">It is above 2^255 - 1.</exception>
    public static explicit operator checked Int256(UInt256 value) => value > MaxValue._bits ? throw Overflow() : new Int256(value);

    /// <summary>The number as it is.</summary>
    /// <exception cref="OverflowException">It lies outside -2^255 to 2^255 - 1.</exception>
    public static explicit operator Int256(BigInteger value) => WideNumber.TryRead(value, isUnsigned: false, out UInt256 bits) ? new Int256(bits) : throw Overflow();

    /// <summary>The number as it is.</summary>
    public static implicit operator BigInteger(Int256 value)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        value.WriteLittleEndian(bytes);
        return new BigInteger(bytes);
    }

    /// <summary>The lowest 32 bits.</summary>
    public static explicit operator int(Int256 value) => (int)value._bits;

    /// <summary>The number as it is.</summary>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public static explicit operator checked int(Int256 value) => value >= int.MinValue && value <= int.MaxValue ? (int)value._bits : throw DoesNotFit(nameof(Int32));

    /// <summary>The lowest 64 bits.</summary>
    public static explicit operator long(Int256 value) => (long)value._bits;

    /// <summary>The number as it is.</summary>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public static explicit operator checked long(Int256 value) => value >= long.MinValue && value <= long.MaxValue ? (long)value._bits : throw DoesNotFit(nameof(Int64));

    /// <summary>The lowest 128 bits.</summary>
    public static explicit operator Int128(Int256 value) => (Int128)value._bits.Low;

    /// <summary>The number as it is.</summary>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public static explicit operator checked Int128(Int256 value) => value >= Int128.MinValue && value <= Int128.MaxValue ? unchecked((Int128)value._bits.Low) : throw DoesNotFit(nameof(Int128));

    /// <summary>The nearest floating-point number.</summary>
    public static explicit operator double(Int256 value) => (double)(BigInteger)value;

    private static OverflowException DoesNotFit(string type) => new($"The {nameof(Int256)} does not fit into a {type}.");
}
