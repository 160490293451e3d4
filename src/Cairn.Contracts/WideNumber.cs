using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Cairn.Contracts;

/// <summary>What the two 256-bit integers share: text, and conversions from and to the numbers of the platform. All of it goes through <see cref="BigInteger"/>, none of it is hot.</summary>
internal static class WideNumber
{
    /// <summary>The most digits that are looked at: reading numbers of millions of digits takes minutes.</summary>
    private const int MaxTextLength = 4096;

    private static readonly BigInteger UnsignedMax = (BigInteger.One << 256) - 1;
    private static readonly BigInteger SignedMax = (BigInteger.One << 255) - 1;
    private static readonly BigInteger SignedMin = -(BigInteger.One << 255);

    public static BigInteger Max(bool isUnsigned) => isUnsigned ? UnsignedMax : SignedMax;

    public static BigInteger Min(bool isUnsigned) => isUnsigned ? BigInteger.Zero : SignedMin;

    /// <summary>The bits of a number that is in range.</summary>
    public static bool TryRead(BigInteger value, bool isUnsigned, out UInt256 bits)
    {
        bits = default;
        if (value < Min(isUnsigned) || value > Max(isUnsigned))
        {
            return false;
        }

        bits = Truncate(value);
        return true;
    }

    /// <summary>The lowest 256 bits of the two's complement.</summary>
    public static UInt256 Truncate(BigInteger value)
    {
        Span<byte> bytes = stackalloc byte[UInt256.SizeBytes];
        value &= UnsignedMax;
        bytes.Clear();
        return value.TryWriteBytes(bytes, out _, isUnsigned: true) ? UInt256.ReadLittleEndian(bytes) : default;
    }

    /// <summary>The number nearest to a value.</summary>
    public static UInt256 Saturate(BigInteger value, bool isUnsigned) => Truncate(BigInteger.Clamp(value, Min(isUnsigned), Max(isUnsigned)));

    /// <summary>Takes a number of the platform apart. Floating-point numbers are rounded towards zero.</summary>
    /// <param name="value">The number.</param>
    /// <param name="isChecked">Whether infinity and what is no number are refused.</param>
    /// <param name="result">The number; the ends of the range for infinity.</param>
    /// <returns>Whether the type is known.</returns>
    public static bool TryFrom<T>(T value, bool isChecked, out BigInteger result)
        where T : INumberBase<T>
    {
        result = default;
        if (typeof(T) == typeof(BigInteger))
        {
            result = (BigInteger)(object)value;
            return true;
        }

        if (!IsKnown<T>())
        {
            return false;
        }

        if (!isChecked && !T.IsFinite(value))
        {
            result = T.IsNaN(value) ? BigInteger.Zero : T.IsNegative(value) ? SignedMin : UnsignedMax;
            return true;
        }

        result = BigInteger.CreateChecked(value);
        return true;
    }

    /// <summary>Makes a number of the platform; refuses what does not fit.</summary>
    public static bool TryToChecked<T>(BigInteger value, [MaybeNullWhen(false)] out T result)
        where T : INumberBase<T>
    {
        bool isKnown = IsTarget<T>();
        result = isKnown ? T.CreateChecked(value) : default;
        return isKnown;
    }

    /// <summary>Makes the nearest number of the platform.</summary>
    public static bool TryToSaturating<T>(BigInteger value, [MaybeNullWhen(false)] out T result)
        where T : INumberBase<T>
    {
        bool isKnown = IsTarget<T>();
        result = isKnown ? T.CreateSaturating(value) : default;
        return isKnown;
    }

    /// <summary>Makes a number of the platform of the lowest bits.</summary>
    public static bool TryToTruncating<T>(BigInteger value, [MaybeNullWhen(false)] out T result)
        where T : INumberBase<T>
    {
        bool isKnown = IsTarget<T>();
        result = isKnown ? T.CreateTruncating(value) : default;
        return isKnown;
    }

    /// <summary>Reads text. Hexadecimal and binary digits are bits, everything else is a number.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, NumberStyles style, IFormatProvider? provider, bool isUnsigned, out UInt256 bits)
    {
        bits = default;
        if (text.Length > MaxTextLength)
        {
            return false;
        }

        bool isBits = (style & (NumberStyles.AllowHexSpecifier | NumberStyles.AllowBinarySpecifier)) != NumberStyles.None;
        if (!isBits)
        {
            return BigInteger.TryParse(text, style, provider, out BigInteger value) && TryRead(value, isUnsigned, out bits);
        }

        // A leading zero keeps the first digit from being a sign.
        ReadOnlySpan<char> digits = (style & NumberStyles.AllowLeadingWhite) != NumberStyles.None ? text.TrimStart() : text;
        return digits.Length > 0 && char.IsAsciiHexDigit(digits[0])
            && BigInteger.TryParse(string.Concat("0", digits), style, provider, out BigInteger bitsAsNumber) && TryRead(bitsAsNumber, isUnsigned: true, out bits);
    }

    /// <summary>Writes text. Hexadecimal and binary formats show the bits, without the sign digit that <see cref="BigInteger"/> puts before them.</summary>
    public static string Format(BigInteger value, UInt256 bits, string? format, IFormatProvider? provider)
    {
        char kind = string.IsNullOrEmpty(format) ? 'D' : char.ToUpperInvariant(format[0]);
        if (kind is not ('X' or 'B'))
        {
            return value.ToString(format, provider);
        }

        string digits = ((BigInteger)bits).ToString(format![..1], provider).TrimStart('0');
        int least = format.Length == 1 ? 1 : int.Parse(format.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);
        return digits.PadLeft(Math.Max(least, 1), '0');
    }

    /// <summary>Writes text into a span.</summary>
    public static bool TryFormat(string text, Span<char> destination, out int charsWritten)
    {
        bool fits = text.TryCopyTo(destination);
        charsWritten = fits ? text.Length : 0;
        return fits;
    }

    private static bool IsTarget<T>() => IsKnown<T>() || typeof(T) == typeof(BigInteger);

    private static bool IsKnown<T>() =>
        typeof(T) == typeof(byte) || typeof(T) == typeof(sbyte) || typeof(T) == typeof(short) || typeof(T) == typeof(ushort) || typeof(T) == typeof(int) || typeof(T) == typeof(uint)
        || typeof(T) == typeof(long) || typeof(T) == typeof(ulong) || typeof(T) == typeof(Int128) || typeof(T) == typeof(UInt128) || typeof(T) == typeof(nint) || typeof(T) == typeof(nuint)
        || typeof(T) == typeof(char) || typeof(T) == typeof(Half) || typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(decimal)
        || typeof(T) == typeof(UInt256) || typeof(T) == typeof(Int256);
}
