using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Cairn.Contracts;

public readonly partial struct UInt256
{
    static int INumberBase<UInt256>.Radix => 2;

    static UInt256 IAdditiveIdentity<UInt256, UInt256>.AdditiveIdentity => default;

    static UInt256 IMultiplicativeIdentity<UInt256, UInt256>.MultiplicativeIdentity => One;

    /// <summary>Reads a number from decimal digits, whatever the culture.</summary>
    /// <exception cref="FormatException">It is none, or out of range.</exception>
    public static UInt256 Parse(string s) => Parse(s.AsSpan(), NumberStyles.Integer, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public static UInt256 Parse(string s, IFormatProvider? provider) => Parse(s.AsSpan(), NumberStyles.Integer, provider);

    /// <inheritdoc/>
    public static UInt256 Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s, NumberStyles.Integer, provider);

    /// <inheritdoc/>
    public static UInt256 Parse(string s, NumberStyles style, IFormatProvider? provider) => Parse(s.AsSpan(), style, provider);

    /// <inheritdoc/>
    public static UInt256 Parse(ReadOnlySpan<char> s, NumberStyles style, IFormatProvider? provider) =>
        TryParse(s, style, provider, out UInt256 result) ? result : throw new FormatException($"'{s[..Math.Min(s.Length, 100)]}' is no {nameof(UInt256)}.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out UInt256 result) => TryParse(s.AsSpan(), NumberStyles.Integer, provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out UInt256 result) => TryParse(s, NumberStyles.Integer, provider, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, NumberStyles style, IFormatProvider? provider, out UInt256 result) => TryParse(s.AsSpan(), style, provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, NumberStyles style, IFormatProvider? provider, out UInt256 result)
    {
        bool isNumber = WideNumber.TryParse(s, style, provider, isUnsigned: true, out UInt256 bits);
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
    public static bool TryReadLittleEndian(ReadOnlySpan<byte> source, bool isUnsigned, out UInt256 value)
    {
        if (isUnsigned && source.Length == SizeBytes)
        {
            value = ReadLittleEndian(source);
            return true;
        }

        bool isInRange = WideNumber.TryRead(new BigInteger(source, isUnsigned), isUnsigned: true, out UInt256 bits);
        value = OfBits(bits);
        return isInRange;
    }

    /// <inheritdoc/>
    public static bool TryReadBigEndian(ReadOnlySpan<byte> source, bool isUnsigned, out UInt256 value)
    {
        bool isInRange = WideNumber.TryRead(new BigInteger(source, isUnsigned, isBigEndian: true), isUnsigned: true, out UInt256 bits);
        value = OfBits(bits);
        return isInRange;
    }

    /// <summary>A number of another type.</summary>
    /// <typeparam name="TOther">The other type.</typeparam>
    /// <param name="value">The number.</param>
    /// <exception cref="OverflowException">It is out of range.</exception>
    public static UInt256 CreateChecked<TOther>(TOther value)
        where TOther : INumberBase<TOther> =>
        WideNumber.TryFrom(value, isChecked: true, out BigInteger number) ? (UInt256)number
        : TOther.TryConvertToChecked(value, out UInt256 result) ? result
        : throw new NotSupportedException($"A {typeof(TOther)} cannot be converted to a {nameof(UInt256)}.");

    /// <summary>The number nearest to one of another type.</summary>
    /// <typeparam name="TOther">The other type.</typeparam>
    /// <param name="value">The number.</param>
    public static UInt256 CreateSaturating<TOther>(TOther value)
        where TOther : INumberBase<TOther> =>
        WideNumber.TryFrom(value, isChecked: false, out BigInteger number) ? OfBits(WideNumber.Saturate(number, isUnsigned: true))
        : TOther.TryConvertToSaturating(value, out UInt256 result) ? result
        : throw new NotSupportedException($"A {typeof(TOther)} cannot be converted to a {nameof(UInt256)}.");

    /// <summary>The lowest 256 bits of a number of another type.</summary>
    /// <typeparam name="TOther">The other type.</typeparam>
    /// <param name="value">The number.</param>
    public static UInt256 CreateTruncating<TOther>(TOther value)
        where TOther : INumberBase<TOther> =>
        WideNumber.TryFrom(value, isChecked: false, out BigInteger number) ? OfBits(WideNumber.Truncate(number))
        : TOther.TryConvertToTruncating(value, out UInt256 result) ? result
        : throw new NotSupportedException($"A {typeof(TOther)} cannot be converted to a {nameof(UInt256)}.");

    static bool INumberBase<UInt256>.IsCanonical(UInt256 value) => true;

    static bool INumberBase<UInt256>.IsComplexNumber(UInt256 value) => false;

    static bool INumberBase<UInt256>.IsFinite(UInt256 value) => true;

    static bool INumberBase<UInt256>.IsImaginaryNumber(UInt256 value) => false;

    static bool INumberBase<UInt256>.IsInfinity(UInt256 value) => false;

    static bool INumberBase<UInt256>.IsInteger(UInt256 value) => true;

    static bool INumberBase<UInt256>.IsNaN(UInt256 value) => false;

    static bool INumberBase<UInt256>.IsNegativeInfinity(UInt256 value) => false;

    static bool INumberBase<UInt256>.IsNormal(UInt256 value) => value != default;

    static bool INumberBase<UInt256>.IsPositiveInfinity(UInt256 value) => false;

    static bool INumberBase<UInt256>.IsRealNumber(UInt256 value) => true;

    static bool INumberBase<UInt256>.IsSubnormal(UInt256 value) => false;

    static bool INumberBase<UInt256>.IsZero(UInt256 value) => value == default;

    static UInt256 INumberBase<UInt256>.MaxMagnitudeNumber(UInt256 x, UInt256 y) => MaxMagnitude(x, y);

    static UInt256 INumberBase<UInt256>.MinMagnitudeNumber(UInt256 x, UInt256 y) => MinMagnitude(x, y);

    static bool INumberBase<UInt256>.TryConvertFromChecked<TOther>(TOther value, out UInt256 result)
    {
        bool isKnown = WideNumber.TryFrom(value, isChecked: true, out BigInteger number);
        result = isKnown ? (UInt256)number : default;
        return isKnown;
    }

    static bool INumberBase<UInt256>.TryConvertFromSaturating<TOther>(TOther value, out UInt256 result)
    {
        bool isKnown = WideNumber.TryFrom(value, isChecked: false, out BigInteger number);
        result = OfBits(WideNumber.Saturate(number, isUnsigned: true));
        return isKnown;
    }

    static bool INumberBase<UInt256>.TryConvertFromTruncating<TOther>(TOther value, out UInt256 result)
    {
        bool isKnown = WideNumber.TryFrom(value, isChecked: false, out BigInteger number);
        result = OfBits(WideNumber.Truncate(number));
        return isKnown;
    }

    static bool INumberBase<UInt256>.TryConvertToChecked<TOther>(UInt256 value, [MaybeNullWhen(false)] out TOther result) => WideNumber.TryToChecked(value, out result);

    static bool INumberBase<UInt256>.TryConvertToSaturating<TOther>(UInt256 value, [MaybeNullWhen(false)] out TOther result) => WideNumber.TryToSaturating(value, out result);

    static bool INumberBase<UInt256>.TryConvertToTruncating<TOther>(UInt256 value, [MaybeNullWhen(false)] out TOther result) => WideNumber.TryToTruncating(value, out result);

    /// <inheritdoc/>
    public static UInt256 Abs(UInt256 value) => value;

    /// <inheritdoc/>
    public static bool IsEvenInteger(UInt256 value) => UInt128.IsEvenInteger(value._low);

    /// <inheritdoc/>
    public static bool IsOddInteger(UInt256 value) => UInt128.IsOddInteger(value._low);

    static bool INumberBase<UInt256>.IsNegative(UInt256 value) => false;

    static bool INumberBase<UInt256>.IsPositive(UInt256 value) => true;

    /// <inheritdoc/>
    public static UInt256 MaxMagnitude(UInt256 x, UInt256 y) => x > y ? x : y;

    /// <inheritdoc/>
    public static UInt256 MinMagnitude(UInt256 x, UInt256 y) => x < y ? x : y;

    /// <inheritdoc/>
    public static bool IsPow2(UInt256 value) => PopCount(value) == One;

    /// <inheritdoc/>
    public static UInt256 Log2(UInt256 value) => (UInt256)(uint)(Bits - 1 - LeadingZeroCount(value));

    /// <inheritdoc/>
    public static UInt256 PopCount(UInt256 value) => UInt128.PopCount(value._low) + UInt128.PopCount(value._high);

    /// <summary>How many bits above the highest one that is set.</summary>
    public static int LeadingZeroCount(UInt256 value) => (int)(value._high == UInt128.Zero ? 128 + UInt128.LeadingZeroCount(value._low) : UInt128.LeadingZeroCount(value._high));

    static UInt256 IBinaryInteger<UInt256>.LeadingZeroCount(UInt256 value) => (uint)LeadingZeroCount(value);

    /// <inheritdoc/>
    public static UInt256 TrailingZeroCount(UInt256 value) => value._low == UInt128.Zero ? 128 + UInt128.TrailingZeroCount(value._high) : UInt128.TrailingZeroCount(value._low);

    /// <inheritdoc/>
    public int GetShortestBitLength() => Bits - LeadingZeroCount(this);

    private UInt256 Bits256 => this;

    private static UInt256 OfBits(UInt256 bits) => bits;
}
