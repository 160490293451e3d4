using System.Globalization;
using Cairn.Contracts.Values;
using Xunit;

namespace Cairn.Tests.Contracts.Values;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData(42, "42")]
    [InlineData(-42, "-42")]
    [InlineData(0, "0")]
    [InlineData(-0.0, "-0")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    [InlineData(1e21, "1000000000000000000000")]
    [InlineData(-1.5e21, "-1500000000000000000000")]
    [InlineData(1e-7, "0.0000001")]
    [InlineData(-1.25e-7, "-0.000000125")]
    [InlineData(123456789012345680, "123456789012345680")]
    [InlineData(9007199254740993, "9007199254740992")]
    [InlineData(1234.5, "1234.5")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "inf")]
    [InlineData(double.NegativeInfinity, "-inf")]
    public void Format_Number_IsShortestWithoutExponent(double number, string text) => Assert.Equal(text, NumberText.Format(number));

    [Fact]
    public void Format_LongestNumbers_FitMaxChars()
    {
        Assert.True(NumberText.Format(-2.2250738585072014e-308).Length <= NumberText.MaxChars);
        Assert.True(NumberText.Format(double.MinValue).Length <= NumberText.MaxChars);
        Assert.True(NumberText.Format(-double.Epsilon).Length <= NumberText.MaxChars);
    }

    [Theory]
    [InlineData("1.", 1)]
    [InlineData(".5", 0.5)]
    [InlineData("+1", 1)]
    [InlineData("-0", -0.0)]
    [InlineData("007", 7)]
    [InlineData("1e3", 1000)]
    [InlineData("1E+3", 1000)]
    [InlineData("1.e-3", 0.001)]
    [InlineData("inf", double.PositiveInfinity)]
    [InlineData("-inf", double.NegativeInfinity)]
    [InlineData("infinity", double.PositiveInfinity)]
    [InlineData("NaN", double.NaN)]
    [InlineData("1e999", double.PositiveInfinity)]
    [InlineData("-1e999999999999999999999", double.NegativeInfinity)]
    [InlineData("1e-999999999999999999999", 0)]
    [InlineData("9007199254740993", 9007199254740992)]
    public void TryParse_Literal_IsTaken(string text, double number)
    {
        Assert.True(NumberText.TryParse(text, out double read));
        Assert.Equal(BitConverter.DoubleToInt64Bits(number), BitConverter.DoubleToInt64Bits(read));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("+.")]
    [InlineData("e3")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1_0")]
    [InlineData("0x10")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1,5")]
    [InlineData("--1")]
    [InlineData("1.2.3")]
    [InlineData("१")]
    [InlineData("in")]
    [InlineData("∞")]
    public void TryParse_NoNumber_IsRefused(string text) => Assert.False(NumberText.TryParse(text, out _));

    [Fact]
    public void TryParse_Length_IsBounded()
    {
        Assert.True(NumberText.TryParse("0." + new string('0', 1000) + "1e1001", out double one));
        Assert.Equal(1, one);
        Assert.True(NumberText.TryParse(new string('0', NumberText.MaxLiteralChars), out _));
        Assert.False(NumberText.TryParse(new string('0', NumberText.MaxLiteralChars + 1), out _));
    }

    [Fact]
    public void Format_AnyNumber_ReadsBack() => SeededRandom.ForEach(20, random =>
    {
        for (int i = 0; i < 2_000; i++)
        {
            double number = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            string text = NumberText.Format(number);
            Assert.True(NumberText.TryParse(text, out double read), text);
            Assert.True(number.Equals(read) && (double.IsNaN(number) || BitConverter.DoubleToInt64Bits(number) == BitConverter.DoubleToInt64Bits(read)), text);
            Assert.DoesNotContain('E', text);
            Assert.True(text.Length <= NumberText.MaxChars, text);
        }
    });

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void Format_StrangeCulture_ChangesNothing(string name)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NumberDecimalSeparator = name == "de-DE" ? "," : "٫";
            culture.NumberFormat.NegativeSign = "−";
            CultureInfo.CurrentCulture = culture;
            Assert.Equal("-1234.5", NumberText.Format(-1234.5));
            Assert.Equal("-0.0000001", NumberText.Format(-1e-7));
            Assert.True(NumberText.TryParse("-1234.5", out double number));
            Assert.Equal(-1234.5, number);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
