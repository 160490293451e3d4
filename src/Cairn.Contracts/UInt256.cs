using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Cairn.Contracts;

/// <summary>
/// An unsigned integer of 256 bits. Operators wrap around unless they stand in a <c>checked</c> context, where they throw <see cref="OverflowException"/>. Stored as 32 bytes, least significant first.
/// </summary>
public readonly partial struct UInt256 : IBinaryInteger<UInt256>, IMinMaxValue<UInt256>, IUnsignedNumber<UInt256>
{
    /// <summary>The length of the number in bytes.</summary>
    public const int SizeBytes = 32;

    private readonly UInt128 _low;
    private readonly UInt128 _high;

    /// <summary>Makes a number of its two halves.</summary>
    /// <param name="high">The upper 128 bits.</param>
    /// <param name="low">The lower 128 bits.</param>
    public UInt256(UInt128 high, UInt128 low)
    {
        _high = high;
        _low = low;
    }

    /// <summary>0.</summary>
    public static UInt256 Zero => default;

    /// <summary>1.</summary>
    public static UInt256 One => new(UInt128.Zero, UInt128.One);

    /// <summary>0.</summary>
    public static UInt256 MinValue => default;

    /// <summary>2^256 - 1.</summary>
    public static UInt256 MaxValue => new(UInt128.MaxValue, UInt128.MaxValue);

    /// <summary>The upper 128 bits.</summary>
    public UInt128 High => _high;

    /// <summary>The lower 128 bits.</summary>
    public UInt128 Low => _low;

    /// <summary>Whether two numbers are equal.</summary>
    public static bool operator ==(UInt256 left, UInt256 right) => left._low == right._low && left._high == right._high;

    /// <summary>Whether two numbers differ.</summary>
    public static bool operator !=(UInt256 left, UInt256 right) => !(left == right);

    /// <summary>Whether the left number is the smaller one.</summary>
    public static bool operator <(UInt256 left, UInt256 right) => left._high < right._high || (left._high == right._high && left._low < right._low);

    /// <summary>Whether the left number is the greater one.</summary>
    public static bool operator >(UInt256 left, UInt256 right) => right < left;

    /// <summary>Whether the left number is at most the right one.</summary>
    public static bool operator <=(UInt256 left, UInt256 right) => !(right < left);

    /// <summary>Whether the left number is at least the right one.</summary>
    public static bool operator >=(UInt256 left, UInt256 right) => !(left < right);

    /// <summary>Reads a number from 32 bytes, least significant first.</summary>
    /// <param name="source">At least 32 bytes; the first 32 count.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer bytes.</exception>
    public static UInt256 ReadLittleEndian(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt128LittleEndian(source[16..]), BinaryPrimitives.ReadUInt128LittleEndian(source));

    /// <summary>Writes the number as 32 bytes, least significant first.</summary>
    /// <param name="destination">At least 32 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less room.</exception>
    public void WriteLittleEndian(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(destination[16..], _high);
        BinaryPrimitives.WriteUInt128LittleEndian(destination, _low);
    }

    /// <inheritdoc/>
    public int CompareTo(UInt256 other) => this < other ? -1 : this == other ? 0 : 1;

    /// <inheritdoc/>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        UInt256 other => CompareTo(other),
        _ => throw new ArgumentException($"A {nameof(UInt256)} cannot be compared with a {obj.GetType().Name}.", nameof(obj)),
    };

    /// <inheritdoc/>
    public bool Equals(UInt256 other) => this == other;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is UInt256 other && this == other;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_low, _high);

    /// <summary>The number in decimal digits.</summary>
    public override string ToString() => ((BigInteger)this).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
