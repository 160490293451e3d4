using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Cairn.Contracts;

public readonly partial struct Int256
{
    static int INumberBase<Int256>.Radix => 2;

    static Int256 IAdditiveIdentity<Int256, Int256>.AdditiveIdentity => default;

    static Int256 IMultiplicativeIdentity<Int256, Int256>.MultiplicativeIdentity => One;

    /// <summary>Reads a number from decimal digits, whatever the culture.</summary>
    /// <exception cref="FormatException">It is none, or out of range.</exception>
    public static Int256 Parse(string s) => Parse(s.AsSpan(), NumberStyles.Integer, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public static Int256 Parse(string s, IFormatProvider? provider) => Parse(s.AsSpan(), NumberStyles.Integer, provider);

    /// <inheritdoc/>
    public static Int256 Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s, NumberStyles.Integer, provider);

    /// <inheritdoc/>
    public static Int256 Parse(string s, NumberStyles style, IFormatProvider? provider) => Parse(s.AsSpan(), style, provider);

    /// <inheritdoc/>
    public static Int256 Parse(ReadOnlySpan<char> s, NumberStyles style, IFormatProvider? provider) =>
        TryParse(s, style, provider, out Int256 result) ? result : throw new FormatException($"'{s[..Math.Min(s.Length, 100)]}' is no {nameof(Int256)}.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Int256 result) => TryParse(s.AsSpan(), NumberStyles.Integer, provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Int256 result) => TryParse(s, NumberStyles.Integer, provider, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, NumberStyles style, IFormatProvider? provider, out Int256 result) => TryParse(s.AsSpan(), style, provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, NumberStyles style, IFormatProvider? provider, out Int256 result)
    {
        bool isNumber = WideNumber.TryParse(s, style, provider, isUnsigned: false, out UInt256 bits);
        result = OfBits(bits);
        return isNumber;
    }

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => WideNumber.Format(this, Bits256, format, formatProvider);

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        WideNumber.TryFormat(ToString(format.ToString(), provider), destination, out charsWritten);

    /// <inheritdoc/>
    public int GetByteCount() => SizeBytes;

    /// <inheritdoc/>
    public bool TryWriteLittleEndian(Span<byte> destination, out int bytesWritten)
    {
        bool fits = destination.Length >= SizeBytes;
        bytesWritten = fits ? SizeBytes : 0;
        if (fits)
        {
            WriteLittleEndian(destination);
        }

        return fits;
    }

    /// <inheritdoc/>
    public bool TryWriteBigEndian(Span<byte> destination, out int bytesWritten)
    {
        bool fits = TryWriteLittleEndian(destination, out bytesWritten);
        destination[..bytesWritten].Reverse();
        return fits;
    }

    /// <inheritdoc/>
    public static bool TryReadLittleEndian(ReadOnlySpan<byte> source, bool isUnsigned, out Int256 value)
    {
        if (!isUnsigned && source.Length == SizeBytes)
        {
            value = ReadLittleEndian(source);
            return true;
        }

        bool isInRange = WideNumber.TryRead(new BigInteger(source, isUnsigned), isUnsigned: false, out UInt256 bits);
        value = OfBits(bits);
        return isInRange;
    }

    /// <inheritdoc/>
    public static bool TryReadBigEndian(ReadOnlySpan<byte> source, bool isUnsigned, out Int256 value)
    {
        bool isInRange = WideNumber.TryRead(new BigInteger(source, isUnsigned, isBigEndian: true), isUnsigned: false, out UInt256 bits);
        value = OfBits(bits);
        return isInRange;
    }

    /// <summary>A number of another type.</summary>
    /// <typeparam name="TOther">The other type.</typeparam>
    /// <param name="value">The number.</param>
    /// <exception cref="OverflowException">It is out of range.</exception>
    public static Int256 CreateChecked<TOther>(TOther value)
        where TOther : INumberBase<TOther> =>
        WideNumber.TryFrom(value, isChecked: true, out BigInteger number) ? (Int256)number
        : TOther.TryConvertToChecked(value, out Int256 result) ? result
        : throw new NotSupportedException($"A {typeof(TOther)} cannot be converted to a {nameof(Int256)}.");

    /// <summary>The number nearest to one of another type.</summary>
    /// <typeparam name="TOther">The other type.</typeparam>
    /// <param name="value">The number.</param>
    public static Int256 CreateSaturating<TOther>(TOther value)
        where TOther : INumberBase<TOther> =>
        WideNumber.TryFrom(value, isChecked: false, out BigInteger number) ? OfBits(WideNumber.Saturate(number, isUnsigned: false))
        : TOther.TryConvertToSaturating(value, out Int256 result) ? result
        : throw new NotSupportedException($"A {typeof(TOther)} cannot be converted to a {nameof(Int256)}.");

    /// <summary>The lowest 256 bits of a number of another type.</summary>
    /// <typeparam name="TOther">The other type.</typeparam>
    /// <param name="value">The number.</param>
    public static Int256 CreateTruncating<TOther>(TOther value)
        where TOther : INumberBase<TOther> =>
        WideNumber.TryFrom(value, isChecked: false, out BigInteger number) ? OfBits(WideNumber.Truncate(number))
        : TOther.TryConvertToTruncating(value, out Int256 result) ? result
        : throw new NotSupportedException($"A {typeof(TOther)} cannot be converted to a {nameof(Int256)}.");

    static bool INumberBase<Int256>.IsCanonical(Int256 value) => true;

    static bool INumberBase<Int256>.IsComplexNumber(Int256 value) => false;

    static bool INumberBase<Int256>.IsFinite(Int256 value) => true;

    static bool INumberBase<Int256>.IsImaginaryNumber(Int256 value) => false;

    static bool INumberBase<Int256>.IsInfinity(Int256 value) => false;

    static bool INumberBase<Int256>.IsInteger(Int256 value) => true;

    static bool INumberBase<Int256>.IsNaN(Int256 value) => false;

    static bool INumberBase<Int256>.IsNegativeInfinity(Int256 value) => false;

    static bool INumberBase<Int256>.IsNormal(Int256 value) => value != default;

    static bool INumberBase<Int256>.IsPositiveInfinity(Int256 value) => false;

    static bool INumberBase<Int256>.IsRealNumber(Int256 value) => true;

    static bool INumberBase<Int256>.IsSubnormal(Int256 value) => false;

    static bool INumberBase<Int256>.IsZero(Int256 value) => value == default;

    static Int256 INumberBase<Int256>.MaxMagnitudeNumber(Int256 x, Int256 y) => MaxMagnitude(x, y);

    static Int256 INumberBase<Int256>.MinMagnitudeNumber(Int256 x, Int256 y) => MinMagnitude(x, y);

    static bool INumberBase<Int256>.TryConvertFromChecked<TOther>(TOther value, out Int256 result)
    {
        bool isKnown = WideNumber.TryFrom(value, isChecked: true, out BigInteger number);
        result = isKnown ? (Int256)number : default;
        return isKnown;
    }

    static bool INumberBase<Int256>.TryConvertFromSaturating<TOther>(TOther value, out Int256 result)
    {
        bool isKnown = WideNumber.TryFrom(value, isChecked: false, out BigInteger number);
        result = OfBits(WideNumber.Saturate(number, isUnsigned: false));
        return isKnown;
    }

    static bool INumberBase<Int256>.TryConvertFromTruncating<TOther>(TOther value, out Int256 result)
    {
        bool isKnown = WideNumber.TryFrom(value, isChecked: false, out BigInteger number);
        result = OfBits(WideNumber.Truncate(number));
        return isKnown;
    }

    static bool INumberBase<Int256>.TryConvertToChecked<TOther>(Int256 value, [MaybeNullWhen(false)] out TOther result) => WideNumber.TryToChecked(value, out result);

    static bool INumberBase<Int256>.TryConvertToSaturating<TOther>(Int256 value, [MaybeNullWhen(false)] out TOther result) => WideNumber.TryToSaturating(value, out result);

    static bool INumberBase<Int256>.TryConvertToTruncating<TOther>(Int256 value, [MaybeNullWhen(false)] out TOther result) => WideNumber.TryToTruncating(value, out result);

    /// <inheritdoc/>
    public static bool IsNegative(Int256 value) => Int128.IsNegative((Int128)value._bits.High);

    /// <inheritdoc/>
    public static bool IsPositive(Int256 value) => !IsNegative(value);

    /// <inheritdoc/>
    /// <exception cref="OverflowException">It is the least number, which has no positive one.</exception>
    public static Int256 Abs(Int256 value) => IsNegative(value) ? checked(-value) : value;

    /// <inheritdoc/>
    public static bool IsEvenInteger(Int256 value) => UInt256.IsEvenInteger(value._bits);

    /// <inheritdoc/>
    public static bool IsOddInteger(Int256 value) => UInt256.IsOddInteger(value._bits);

    /// <inheritdoc/>
    public static Int256 MaxMagnitude(Int256 x, Int256 y) => Magnitude(x) > Magnitude(y) || (Magnitude(x) == Magnitude(y) && IsNegative(y)) ? x : y;

    /// <inheritdoc/>
    public static Int256 MinMagnitude(Int256 x, Int256 y) => Magnitude(x) < Magnitude(y) || (Magnitude(x) == Magnitude(y) && IsNegative(x)) ? x : y;

    /// <inheritdoc/>
    public static bool IsPow2(Int256 value) => IsPositive(value) && UInt256.IsPow2(value._bits);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public static Int256 Log2(Int256 value) => IsPositive(value) ? new Int256(UInt256.Log2(value._bits)) : throw new ArgumentOutOfRangeException(nameof(value), "A negative number has no logarithm.");

    /// <inheritdoc/>
    public static Int256 PopCount(Int256 value) => new(UInt256.PopCount(value._bits));

    static Int256 IBinaryInteger<Int256>.LeadingZeroCount(Int256 value) => UInt256.LeadingZeroCount(value._bits);

    /// <inheritdoc/>
    public static Int256 TrailingZeroCount(Int256 value) => new(UInt256.TrailingZeroCount(value._bits));

    /// <inheritdoc/>
    public int GetShortestBitLength() => IsNegative(this) ? 257 - UInt256.LeadingZeroCount(~_bits) : 256 - UInt256.LeadingZeroCount(_bits);

    private UInt256 Bits256 => _bits;

    private static Int256 OfBits(UInt256 bits) => new(bits);
}
