using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Cairn.Contracts;

/// <summary>
/// A signed integer of 256 bits in two's complement. Operators wrap around unless they stand in a <c>checked</c> context, where they throw <see cref="OverflowException"/>. Stored as 32 bytes, least significant first.
/// </summary>
public readonly partial struct Int256 : IBinaryInteger<Int256>, IMinMaxValue<Int256>, ISignedNumber<Int256>
{
    /// <summary>The length of the number in bytes.</summary>
    public const int SizeBytes = 32;

    private readonly UInt256 _bits;

    private Int256(UInt256 bits) => _bits = bits;

    /// <summary>0.</summary>
    public static Int256 Zero => default;

    /// <summary>1.</summary>
    public static Int256 One => new(UInt256.One);

    /// <summary>-1.</summary>
    public static Int256 NegativeOne => new(UInt256.MaxValue);

    /// <summary>-2^255.</summary>
    public static Int256 MinValue => new(UInt256.One << 255);

    /// <summary>2^255 - 1.</summary>
    public static Int256 MaxValue => new(UInt256.MaxValue >>> 1);

    /// <summary>The two's complement.</summary>
    internal UInt256 Bits => _bits;

    /// <summary>Whether two numbers are equal.</summary>
    public static bool operator ==(Int256 left, Int256 right) => left._bits == right._bits;

    /// <summary>Whether two numbers differ.</summary>
    public static bool operator !=(Int256 left, Int256 right) => left._bits != right._bits;

    /// <summary>Whether the left number is the smaller one.</summary>
    public static bool operator <(Int256 left, Int256 right) => IsNegative(left) == IsNegative(right) ? left._bits < right._bits : IsNegative(left);

    /// <summary>Whether the left number is the greater one.</summary>
    public static bool operator >(Int256 left, Int256 right) => right < left;

    /// <summary>Whether the left number is at most the right one.</summary>
    public static bool operator <=(Int256 left, Int256 right) => !(right < left);

    /// <summary>Whether the left number is at least the right one.</summary>
    public static bool operator >=(Int256 left, Int256 right) => !(left < right);

    /// <summary>Reads a number from 32 bytes, least significant first.</summary>
    /// <param name="source">At least 32 bytes; the first 32 count.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer bytes.</exception>
    public static Int256 ReadLittleEndian(ReadOnlySpan<byte> source) => new(UInt256.ReadLittleEndian(source));

    /// <summary>Writes the number as 32 bytes, least significant first.</summary>
    /// <param name="destination">At least 32 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less room.</exception>
    public void WriteLittleEndian(Span<byte> destination) => _bits.WriteLittleEndian(destination);

    /// <inheritdoc/>
    public int CompareTo(Int256 other) => this < other ? -1 : this == other ? 0 : 1;

    /// <inheritdoc/>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        Int256 other => CompareTo(other),
        _ => throw new ArgumentException($"An {nameof(Int256)} cannot be compared with a {obj.GetType().Name}.", nameof(obj)),
    };

    /// <inheritdoc/>
    public bool Equals(Int256 other) => this == other;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Int256 other && this == other;

    /// <inheritdoc/>
    public override int GetHashCode() => _bits.GetHashCode();

    /// <summary>The number in decimal digits.</summary>
    public override string ToString() => ((BigInteger)this).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
