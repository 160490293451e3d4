namespace Cairn.Contracts;

public readonly partial struct Int256
{
    /// <summary>The number itself.</summary>
    public static Int256 operator +(Int256 value) => value;

    /// <summary>The opposite number, modulo 2^256.</summary>
    public static Int256 operator -(Int256 value) => new(unchecked(-value._bits));

    /// <summary>The opposite number.</summary>
    /// <exception cref="OverflowException">There is none: it is the least number.</exception>
    public static Int256 operator checked -(Int256 value) => value == MinValue ? throw Overflow() : unchecked(-value);

    /// <summary>The sum, modulo 2^256.</summary>
    public static Int256 operator +(Int256 left, Int256 right) => new(unchecked(left._bits + right._bits));

    /// <summary>The sum.</summary>
    /// <exception cref="OverflowException">It lies outside -2^255 to 2^255 - 1.</exception>
    public static Int256 operator checked +(Int256 left, Int256 right)
    {
        Int256 sum = unchecked(left + right);
        return IsNegative(left) == IsNegative(right) && IsNegative(sum) != IsNegative(left) ? throw Overflow() : sum;
    }

    /// <summary>The difference, modulo 2^256.</summary>
    public static Int256 operator -(Int256 left, Int256 right) => new(unchecked(left._bits - right._bits));

    /// <summary>The difference.</summary>
    /// <exception cref="OverflowException">It lies outside -2^255 to 2^255 - 1.</exception>
    public static Int256 operator checked -(Int256 left, Int256 right)
    {
        Int256 difference = unchecked(left - right);
        return IsNegative(left) != IsNegative(right) && IsNegative(difference) != IsNegative(left) ? throw Overflow() : difference;
    }

    /// <summary>The product, modulo 2^256.</summary>
    public static Int256 operator *(Int256 left, Int256 right) => new(unchecked(left._bits * right._bits));

    /// <summary>The product.</summary>
    /// <exception cref="OverflowException">It lies outside -2^255 to 2^255 - 1.</exception>
    public static Int256 operator checked *(Int256 left, Int256 right)
    {
        bool isNegative = IsNegative(left) != IsNegative(right);
        UInt256 magnitude;
        try
        {
            magnitude = checked(Magnitude(left) * Magnitude(right));
        }
        catch (OverflowException)
        {
            throw Overflow();
        }

        UInt256 most = isNegative ? MinValue._bits : MaxValue._bits;
        return magnitude > most ? throw Overflow() : new Int256(isNegative ? unchecked(-magnitude) : magnitude);
    }

    /// <summary>The quotient, rounded towards zero.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    /// <exception cref="OverflowException">The least number is divided by -1.</exception>
    public static Int256 operator /(Int256 left, Int256 right) => DivRem(left, right).Quotient;

    /// <summary>The remainder of the division; it has the sign of the dividend.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    /// <exception cref="OverflowException">The least number is divided by -1.</exception>
    public static Int256 operator %(Int256 left, Int256 right) => DivRem(left, right).Remainder;

    /// <summary>One more, modulo 2^256.</summary>
    public static Int256 operator ++(Int256 value) => unchecked(value + One);

    /// <summary>One more.</summary>
    /// <exception cref="OverflowException">There is none.</exception>
    public static Int256 operator checked ++(Int256 value) => checked(value + One);

    /// <summary>One less, modulo 2^256.</summary>
    public static Int256 operator --(Int256 value) => unchecked(value - One);

    /// <summary>One less.</summary>
    /// <exception cref="OverflowException">There is none.</exception>
    public static Int256 operator checked --(Int256 value) => checked(value - One);

    /// <summary>The bits that both have.</summary>
    public static Int256 operator &(Int256 left, Int256 right) => new(left._bits & right._bits);

    /// <summary>The bits that one of them has.</summary>
    public static Int256 operator |(Int256 left, Int256 right) => new(left._bits | right._bits);

    /// <summary>The bits that exactly one of them has.</summary>
    public static Int256 operator ^(Int256 left, Int256 right) => new(left._bits ^ right._bits);

    /// <summary>The bits that it has not.</summary>
    public static Int256 operator ~(Int256 value) => new(~value._bits);

    /// <summary>The bits moved up; the amount counts modulo 256.</summary>
    public static Int256 operator <<(Int256 value, int shiftAmount) => new(value._bits << shiftAmount);

    /// <summary>The bits moved down, with copies of the sign from above; the amount counts modulo 256.</summary>
    public static Int256 operator >>(Int256 value, int shiftAmount) => new(IsNegative(value) ? ~(~value._bits >>> shiftAmount) : value._bits >>> shiftAmount);

    /// <summary>The bits moved down, with zeros from above; the amount counts modulo 256.</summary>
    public static Int256 operator >>>(Int256 value, int shiftAmount) => new(value._bits >>> shiftAmount);

    /// <summary>Quotient, rounded towards zero, and remainder, with the sign of the dividend.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    /// <exception cref="OverflowException">The least number is divided by -1.</exception>
    public static (Int256 Quotient, Int256 Remainder) DivRem(Int256 left, Int256 right)
    {
        if (left == MinValue && right == NegativeOne)
        {
            throw Overflow();
        }

        (UInt256 quotient, UInt256 remainder) = UInt256.DivRem(Magnitude(left), Magnitude(right));
        return (
            new Int256(IsNegative(left) != IsNegative(right) ? unchecked(-quotient) : quotient),
            new Int256(IsNegative(left) ? unchecked(-remainder) : remainder));
    }

    private static UInt256 Magnitude(Int256 value) => IsNegative(value) ? unchecked(-value._bits) : value._bits;

    private static OverflowException Overflow() => new($"The result is no {nameof(Int256)}: it lies outside -2^255 to 2^255 - 1.");
}
