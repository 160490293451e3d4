using System.Globalization;
using System.Numerics;
using Cairn.Contracts;
using Xunit;

namespace Cairn.Tests.Contracts;

/// <summary>256-bit integers against <see cref="BigInteger"/>: every operator, with the edges more often than chance would have them.</summary>
public sealed class WideIntegerTests
{
    private const int Rounds = 400;
    private static readonly BigInteger Modulus = BigInteger.One << 256;
    private static readonly BigInteger Half = BigInteger.One << 255;

    [Fact]
    public void Unsigned_Operators_AreThoseOfBigInteger() => SeededRandom.ForEach(8, random =>
    {
        for (int round = 0; round < Rounds; round++)
        {
            (UInt256 x, UInt256 y) = (Next(random), Next(random));
            (BigInteger a, BigInteger b) = (x, y);
            Check<UInt256>(a + b, Wrap(a + b), () => x + y, () => checked(x + y));
            Check<UInt256>(a - b, Wrap(a - b), () => x - y, () => checked(x - y));
            Check<UInt256>(a * b, Wrap(a * b), () => x * y, () => checked(x * y));
            Check<UInt256>(-a, Wrap(-a), () => -x, () => checked(-x));
            Check<UInt256>(a + 1, Wrap(a + 1), () => Increment(x), () => CheckedIncrement(x));
            Check<UInt256>(a - 1, Wrap(a - 1), () => Decrement(x), () => CheckedDecrement(x));
            CheckBits(x, y, a, b, random.Next(-300, 600));
            if (y != 0)
            {
                Assert.Equal((a / b, a % b), ((BigInteger)(x / y), (BigInteger)(x % y)));
            }
        }
    });

    [Fact]
    public void Signed_Operators_AreThoseOfBigInteger() => SeededRandom.ForEach(8, random =>
    {
        for (int round = 0; round < Rounds; round++)
        {
            (Int256 x, Int256 y) = ((Int256)Next(random), (Int256)Next(random));
            (BigInteger a, BigInteger b) = (x, y);
            Check<Int256>(a + b, WrapSigned(a + b), () => x + y, () => checked(x + y));
            Check<Int256>(a - b, WrapSigned(a - b), () => x - y, () => checked(x - y));
            Check<Int256>(a * b, WrapSigned(a * b), () => x * y, () => checked(x * y));
            Check<Int256>(-a, WrapSigned(-a), () => -x, () => checked(-x));
            Check<Int256>(a + 1, WrapSigned(a + 1), () => Increment(x), () => CheckedIncrement(x));
            Check<Int256>(a - 1, WrapSigned(a - 1), () => Decrement(x), () => CheckedDecrement(x));
            Assert.Equal(a.CompareTo(b), x.CompareTo(y));
            int shift = random.Next(0, 256);
            Assert.Equal(a >> shift, x >> shift);
            Assert.Equal(WrapSigned(a << shift), x << shift);
            Assert.Equal(WrapSigned(Wrap(a) >> shift), x >>> shift);
            Assert.Equal((a & b, a | b, a ^ b, ~a), ((BigInteger)(x & y), (BigInteger)(x | y), (BigInteger)(x ^ y), (BigInteger)(~x)));
            Assert.Equal(((IBinaryInteger<BigInteger>)a).GetShortestBitLength(), x.GetShortestBitLength());
            if (y != 0 && !(x == Int256.MinValue && y == Int256.NegativeOne))
            {
                Assert.Equal((a / b, a % b), ((BigInteger)(x / y), (BigInteger)(x % y)));
            }
        }
    });

    [Fact]
    public void Division_ByZeroOrBeyondTheRange_IsRefused()
    {
        Assert.Throws<DivideByZeroException>(() => UInt256.One / UInt256.Zero);
        Assert.Throws<DivideByZeroException>(() => UInt256.MaxValue % UInt256.Zero);
        Assert.Throws<DivideByZeroException>(() => Int256.One / Int256.Zero);
        Assert.Throws<OverflowException>(() => Int256.MinValue / Int256.NegativeOne);
    }

    [Fact]
    public void Text_OfEveryNumber_ReadsBack() => SeededRandom.ForEach(5, random =>
    {
        for (int round = 0; round < Rounds; round++)
        {
            UInt256 x = Next(random);
            Int256 y = (Int256)x;
            Assert.Equal(((BigInteger)x).ToString(CultureInfo.InvariantCulture), x.ToString());
            Assert.Equal(x, UInt256.Parse(x.ToString()));
            Assert.Equal(y, Int256.Parse(y.ToString()));
            Assert.Equal(x, UInt256.Parse(x.ToString("X", CultureInfo.InvariantCulture), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            Assert.Equal(y, Int256.Parse(y.ToString("x64", CultureInfo.InvariantCulture), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }
    });

    [Theory]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639936")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("1.5")]
    [InlineData("zero")]
    public void UnsignedText_OutOfRange_IsRefused(string text) => Assert.Throws<FormatException>(() => UInt256.Parse(text));

    [Fact]
    public void Conversions_OfGenericMath_KeepTheNumberOrSayNo() => SeededRandom.ForEach(5, random =>
    {
        for (int round = 0; round < Rounds; round++)
        {
            UInt256 x = Next(random);
            BigInteger a = x;
            Assert.Equal(a, BigInteger.CreateChecked(x));
            Assert.Equal(x, UInt256.CreateChecked(a));
            Assert.Equal(ulong.CreateTruncating(a), ulong.CreateTruncating(x));
            Assert.Equal(ulong.CreateSaturating(a), ulong.CreateSaturating(x));
            Assert.Equal((double)a, double.CreateChecked(x));
            CheckConversion(() => UInt128.CreateChecked(a), () => UInt128.CreateChecked(x));
            CheckConversion(() => Int256.CreateChecked(a), () => Int256.CreateChecked(x));
            Assert.Equal(WrapSigned(a), Int256.CreateTruncating(x));
            Assert.Equal(BigInteger.Min(a, Half - 1), Int256.CreateSaturating(x));
        }

        Assert.Equal(UInt256.Zero, UInt256.CreateSaturating(-5));
        Assert.Throws<OverflowException>(() => UInt256.CreateChecked(-5));
        Assert.Equal(UInt256.MaxValue, UInt256.CreateTruncating(-1));
        Assert.Equal(UInt256.MaxValue, UInt256.CreateSaturating(double.PositiveInfinity));
        Assert.Throws<OverflowException>(() => Int256.CreateChecked(double.NaN));
    });

    [Fact]
    public void Bytes_OfBothOrders_ReadBack() => SeededRandom.ForEach(5, random =>
    {
        Span<byte> bytes = stackalloc byte[32];
        UInt256 x = Next(random);
        x.WriteLittleEndian(bytes);
        Assert.Equal((BigInteger)x, new BigInteger(bytes, isUnsigned: true));
        Assert.Equal(x, UInt256.ReadLittleEndian(bytes));
        Assert.True(((IBinaryInteger<UInt256>)x).TryWriteBigEndian(bytes, out int written));
        Assert.Equal(32, written);
        Assert.True(UInt256.TryReadBigEndian(bytes, isUnsigned: true, out UInt256 back));
        Assert.Equal(x, back);
    });

    [Fact]
    public void GenericSums_Work() => Assert.Equal((UInt256)60, Sum<UInt256>([10, 20, 30]));

    private static T Sum<T>(IEnumerable<T> numbers)
        where T : INumber<T> => numbers.Aggregate(T.Zero, (sum, number) => checked(sum + number));

    private static T Increment<T>(T value)
        where T : IIncrementOperators<T> => unchecked(++value);

    private static T CheckedIncrement<T>(T value)
        where T : IIncrementOperators<T> => checked(++value);

    private static T Decrement<T>(T value)
        where T : IDecrementOperators<T> => unchecked(--value);

    private static T CheckedDecrement<T>(T value)
        where T : IDecrementOperators<T> => checked(--value);

    private static void CheckBits(UInt256 x, UInt256 y, BigInteger a, BigInteger b, int shift)
    {
        Assert.Equal((a & b, a | b, a ^ b, Modulus - 1 - a), ((BigInteger)(x & y), (BigInteger)(x | y), (BigInteger)(x ^ y), (BigInteger)(~x)));
        Assert.Equal(Wrap(a << (shift & 255)), x << shift);
        Assert.Equal(a >> (shift & 255), x >>> shift);
        Assert.Equal(a.CompareTo(b), x.CompareTo(y));
        Assert.Equal((a == b, a < b, a >= b), (x == y, x < y, x >= y));
        Assert.Equal(BigInteger.PopCount(a), UInt256.PopCount(x));
        Assert.Equal((int)(a.IsZero ? 0 : a.GetBitLength()), x.GetShortestBitLength());
        Assert.Equal(a.IsPowerOfTwo, UInt256.IsPow2(x));
        Assert.Equal(a.IsZero ? 256 : BigInteger.TrailingZeroCount(a), UInt256.TrailingZeroCount(x));
    }

    private static void Check<T>(BigInteger exact, BigInteger wrapped, Func<T> compute, Func<T> computeChecked)
        where T : INumber<T>
    {
        Assert.Equal(wrapped, BigInteger.CreateChecked(compute()));
        if (exact == wrapped)
        {
            Assert.Equal(exact, BigInteger.CreateChecked(computeChecked()));
        }
        else
        {
            Assert.Throws<OverflowException>(() => computeChecked());
        }
    }

    private static void CheckConversion<T>(Func<T> expected, Func<T> actual)
    {
        T value;
        try
        {
            value = expected();
        }
        catch (OverflowException)
        {
            Assert.Throws<OverflowException>(() => actual());
            return;
        }

        Assert.Equal(value, actual());
    }

    private static BigInteger Wrap(BigInteger value) => ((value % Modulus) + Modulus) % Modulus;

    private static BigInteger WrapSigned(BigInteger value) => Wrap(value + Half) - Half;

    /// <summary>A number with few limbs, all ones, or chance: what carries and borrows depend on.</summary>
    private static UInt256 Next(Random random)
    {
        byte[] bytes = new byte[32];
        for (int limb = 0; limb < 8; limb++)
        {
            Span<byte> part = bytes.AsSpan(4 * limb, 4);
            switch (random.Next(4))
            {
                case 0:
                    break;
                case 1:
                    part.Fill(0xFF);
                    break;
                case 2:
                    part[random.Next(4)] = (byte)(1 << random.Next(8));
                    break;
                default:
                    random.NextBytes(part);
                    break;
            }
        }

        return UInt256.ReadLittleEndian(bytes) >>> (random.Next(3) == 0 ? random.Next(256) : 0);
    }
}
