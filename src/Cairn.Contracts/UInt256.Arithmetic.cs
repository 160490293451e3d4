namespace Cairn.Contracts;

public readonly partial struct UInt256
{
    private const int Limbs = 4;
    private const int HalfLimbs = 8;
    private const int Bits = 256;

    /// <summary>The number itself.</summary>
    public static UInt256 operator +(UInt256 value) => value;

    /// <summary>2^256 less the number.</summary>
    public static UInt256 operator -(UInt256 value) => default(UInt256) - value;

    /// <summary>The negative number, which exists for 0 alone.</summary>
    /// <exception cref="OverflowException">The number is not 0.</exception>
    public static UInt256 operator checked -(UInt256 value) => checked(default(UInt256) - value);

    /// <summary>The sum, without what exceeds 256 bits.</summary>
    public static UInt256 operator +(UInt256 left, UInt256 right)
    {
        UInt128 low = left._low + right._low;
        UInt128 carry = low < left._low ? UInt128.One : UInt128.Zero;
        return new UInt256(left._high + right._high + carry, low);
    }

    /// <summary>The sum.</summary>
    /// <exception cref="OverflowException">It exceeds 256 bits.</exception>
    public static UInt256 operator checked +(UInt256 left, UInt256 right)
    {
        UInt256 sum = unchecked(left + right);
        return sum >= left ? sum : throw Overflow();
    }

    /// <summary>The difference, modulo 2^256.</summary>
    public static UInt256 operator -(UInt256 left, UInt256 right)
    {
        UInt128 borrow = left._low < right._low ? UInt128.One : UInt128.Zero;
        return new UInt256(left._high - right._high - borrow, left._low - right._low);
    }

    /// <summary>The difference.</summary>
    /// <exception cref="OverflowException">It is negative.</exception>
    public static UInt256 operator checked -(UInt256 left, UInt256 right) => left >= right ? unchecked(left - right) : throw Overflow();

    /// <summary>The product, without what exceeds 256 bits.</summary>
    public static UInt256 operator *(UInt256 left, UInt256 right) => Multiply(left, right, out _);

    /// <summary>The product.</summary>
    /// <exception cref="OverflowException">It exceeds 256 bits.</exception>
    public static UInt256 operator checked *(UInt256 left, UInt256 right)
    {
        UInt256 product = Multiply(left, right, out bool overflows);
        return overflows ? throw Overflow() : product;
    }

    /// <summary>The quotient, rounded down.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    public static UInt256 operator /(UInt256 left, UInt256 right) => DivRem(left, right).Quotient;

    /// <summary>The remainder of the division.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    public static UInt256 operator %(UInt256 left, UInt256 right) => DivRem(left, right).Remainder;

    /// <summary>One more, modulo 2^256.</summary>
    public static UInt256 operator ++(UInt256 value) => value + One;

    /// <summary>One more.</summary>
    /// <exception cref="OverflowException">There is none.</exception>
    public static UInt256 operator checked ++(UInt256 value) => checked(value + One);

    /// <summary>One less, modulo 2^256.</summary>
    public static UInt256 operator --(UInt256 value) => value - One;

    /// <summary>One less.</summary>
    /// <exception cref="OverflowException">There is none.</exception>
    public static UInt256 operator checked --(UInt256 value) => checked(value - One);

    /// <summary>The bits that both have.</summary>
    public static UInt256 operator &(UInt256 left, UInt256 right) => new(left._high & right._high, left._low & right._low);

    /// <summary>The bits that one of them has.</summary>
    public static UInt256 operator |(UInt256 left, UInt256 right) => new(left._high | right._high, left._low | right._low);

    /// <summary>The bits that exactly one of them has.</summary>
    public static UInt256 operator ^(UInt256 left, UInt256 right) => new(left._high ^ right._high, left._low ^ right._low);

    /// <summary>The bits that it has not.</summary>
    public static UInt256 operator ~(UInt256 value) => new(~value._high, ~value._low);

    /// <summary>The bits moved up; the amount counts modulo 256.</summary>
    public static UInt256 operator <<(UInt256 value, int shiftAmount) => (shiftAmount & (Bits - 1)) switch
    {
        0 => value,
        >= 128 and int many => new UInt256(value._low << (many - 128), UInt128.Zero),
        int few => new UInt256((value._high << few) | (value._low >> (128 - few)), value._low << few),
    };

    /// <summary>The bits moved down; the amount counts modulo 256.</summary>
    public static UInt256 operator >>(UInt256 value, int shiftAmount) => value >>> shiftAmount;

    /// <summary>The bits moved down; the amount counts modulo 256.</summary>
    public static UInt256 operator >>>(UInt256 value, int shiftAmount) => (shiftAmount & (Bits - 1)) switch
    {
        0 => value,
        >= 128 and int many => new UInt256(UInt128.Zero, value._high >> (many - 128)),
        int few => new UInt256(value._high >> few, (value._low >> few) | (value._high << (128 - few))),
    };

    /// <summary>Quotient, rounded down, and remainder.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    public static (UInt256 Quotient, UInt256 Remainder) DivRem(UInt256 left, UInt256 right)
    {
        if (right == default)
        {
            throw new DivideByZeroException();
        }

        if (left._high == UInt128.Zero && right._high == UInt128.Zero)
        {
            (UInt128 quotient, UInt128 remainder) = UInt128.DivRem(left._low, right._low);
            return (new UInt256(UInt128.Zero, quotient), new UInt256(UInt128.Zero, remainder));
        }

        return left < right ? (default, left) : DivideLong(left, right);
    }

    private static UInt256 Multiply(UInt256 left, UInt256 right, out bool overflows)
    {
        Span<ulong> a = stackalloc ulong[Limbs];
        Span<ulong> b = stackalloc ulong[Limbs];
        Span<ulong> product = stackalloc ulong[2 * Limbs];
        left.CopyLimbs(a);
        right.CopyLimbs(b);
        product.Clear();
        for (int i = 0; i < Limbs; i++)
        {
            ulong carry = 0;
            for (int j = 0; a[i] != 0 && j < Limbs; j++)
            {
                ulong high = Math.BigMul(a[i], b[j], out ulong low);
                UInt128 sum = new UInt128(high, low) + product[i + j] + carry;
                product[i + j] = (ulong)sum;
                carry = (ulong)(sum >> 64);
            }

            product[i + Limbs] = carry;
        }

        overflows = product[Limbs..].ContainsAnyExcept(0UL);
        return new UInt256(new UInt128(product[3], product[2]), new UInt128(product[1], product[0]));
    }

    /// <summary>Knuth's algorithm D with digits of 32 bits. The dividend is at least the divisor.</summary>
    private static (UInt256 Quotient, UInt256 Remainder) DivideLong(UInt256 left, UInt256 right)
    {
        int shift = (int)LeadingZeroCount(right) & 31;
        Span<uint> divisor = stackalloc uint[HalfLimbs];
        Span<uint> rest = stackalloc uint[HalfLimbs + 1];
        Span<uint> quotient = stackalloc uint[HalfLimbs];
        quotient.Clear();
        (right << shift).CopyHalfLimbs(divisor);
        (left << shift).CopyHalfLimbs(rest);
        rest[HalfLimbs] = shift == 0 ? 0 : (uint)(ulong)(left >>> (Bits - shift))._low;
        int digits = HalfLimbs - ((int)LeadingZeroCount(right) / 32);
        divisor = divisor[..digits];
        for (int place = HalfLimbs - digits; place >= 0; place--)
        {
            quotient[place] = DivideDigit(rest.Slice(place, digits + 1), divisor);
        }

        return (OfHalfLimbs(quotient), OfHalfLimbs(rest) >>> shift);
    }

    /// <summary>Divides the rest, less than 2^32 times the divisor, and leaves the remainder in it.</summary>
    private static uint DivideDigit(Span<uint> rest, ReadOnlySpan<uint> divisor)
    {
        int digits = divisor.Length;
        ulong top = ((ulong)rest[digits] << 32) | rest[digits - 1];
        (ulong guess, ulong over) = Math.DivRem(top, divisor[digits - 1]);
        while (guess > uint.MaxValue || (digits > 1 && guess * divisor[digits - 2] > ((over << 32) | rest[digits - 2])))
        {
            guess--;
            over += divisor[digits - 1];
            if (over > uint.MaxValue)
            {
                break;
            }
        }

        ulong carry = 0;
        long borrow = 0;
        for (int i = 0; i < digits; i++)
        {
            ulong product = (guess * divisor[i]) + carry;
            carry = product >> 32;
            long difference = rest[i] - borrow - (uint)product;
            rest[i] = (uint)difference;
            borrow = difference < 0 ? 1 : 0;
        }

        long last = rest[digits] - borrow - (long)carry;
        rest[digits] = (uint)last;
        if (last < 0)
        {
            guess--;
            AddBack(rest, divisor);
        }

        return (uint)guess;
    }

    private static void AddBack(Span<uint> rest, ReadOnlySpan<uint> divisor)
    {
        ulong carry = 0;
        for (int i = 0; i < divisor.Length; i++)
        {
            carry += (ulong)rest[i] + divisor[i];
            rest[i] = (uint)carry;
            carry >>= 32;
        }

        rest[divisor.Length] += (uint)carry;
    }

    private static UInt256 OfHalfLimbs(ReadOnlySpan<uint> limbs) => new(
        new UInt128(((ulong)limbs[7] << 32) | limbs[6], ((ulong)limbs[5] << 32) | limbs[4]),
        new UInt128(((ulong)limbs[3] << 32) | limbs[2], ((ulong)limbs[1] << 32) | limbs[0]));

    private static OverflowException Overflow() => new($"The result is no {nameof(UInt256)}: it lies outside 0 to 2^256 - 1.");

    private void CopyLimbs(Span<ulong> limbs)
    {
        limbs[0] = (ulong)_low;
        limbs[1] = (ulong)(_low >> 64);
        limbs[2] = (ulong)_high;
        limbs[3] = (ulong)(_high >> 64);
    }

    private void CopyHalfLimbs(Span<uint> limbs)
    {
        Span<ulong> whole = stackalloc ulong[Limbs];
        CopyLimbs(whole);
        for (int i = 0; i < Limbs; i++)
        {
            limbs[2 * i] = (uint)whole[i];
            limbs[(2 * i) + 1] = (uint)(whole[i] >> 32);
        }
    }
}
