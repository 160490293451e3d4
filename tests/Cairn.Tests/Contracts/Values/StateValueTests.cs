using System.Text;
using Cairn.Contracts.Values;
using Xunit;

namespace Cairn.Tests.Contracts.Values;

public sealed class StateValueTests
{
    /// <summary>The encoded forms: what <c>docs/format.md</c> describes and stores hold.</summary>
    public static TheoryData<string, string, int> EncodedForms => new()
    {
        { "null", "00", 0 },
        { "true", "0101", 1 },
        { "false", "0100", 1 },
        { "42", "020000000000004540", 8 },
        { "-0", "020000000000000080", 8 },
        { "\"\"", "03", 0 },
        { "\"42\"", "033432", 2 },
        { "\"çöp ✓ 😀\"", "03c3a7c3b67020e29c9320f09f9880", 14 },
        { "{\"b\":1,\"a\":[true,null]}", "047b2261223a5b747275652c6e756c6c5d2c2262223a317d", 23 },
    };

    [Theory]
    [MemberData(nameof(EncodedForms))]
    public void Encode_Value_GivesTheBytesAndReadsBack(string json, string hex, int contentBytes)
    {
        StateValue value = StateValue.ParseJson(Encoding.UTF8.GetBytes(json));
        Assert.Equal(hex, Convert.ToHexStringLower(value.Encode()));
        Assert.Equal(contentBytes, value.ContentBytes);
        Assert.Equal(1 + contentBytes, value.EncodedBytes);
        Assert.Equal(value, StateValue.Decode(value.Encode()));
    }

    [Fact]
    public void Encode_AnyNaN_IsTheOne()
    {
        Assert.Equal("02000000000000f87f", Convert.ToHexStringLower(StateValue.FromNumber(double.NaN).Encode()));
        Assert.Equal("02000000000000f87f", Convert.ToHexStringLower(StateValue.FromNumber(BitConverter.UInt64BitsToDouble(0xFFF8_0000_0000_0001)).Encode()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("05")]
    [InlineData("ff00")]
    [InlineData("0000")]
    [InlineData("01")]
    [InlineData("0102")]
    [InlineData("010101")]
    [InlineData("0200000000000045")]
    [InlineData("02000000000000454000")]
    [InlineData("02000000000000f8ff")]
    [InlineData("03ff")]
    [InlineData("03eda080")]
    [InlineData("04")]
    [InlineData("047b207d")]
    [InlineData("0431")]
    [InlineData("047b2262223a312c2261223a317d")]
    public void Decode_OtherBytes_AreRefused(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Throws<ValueFormatException>(() => StateValue.Decode(bytes));
    }

    [Fact]
    public void Decode_RandomBytes_GivesAValueOfThoseBytesOrRefuses() => SeededRandom.ForEach(10, random =>
    {
        for (int i = 0; i < 2_000; i++)
        {
            byte[] bytes = new byte[random.Next(14)];
            random.NextBytes(bytes);
            if (bytes.Length > 0)
            {
                bytes[0] = (byte)random.Next(6);
            }

            try
            {
                Assert.Equal(bytes, StateValue.Decode(bytes).Encode());
            }
            catch (ValueFormatException)
            {
                // refused, which is fine
            }
        }
    });

    [Theory]
    [InlineData("{ \"z\" : 1.50 , \"a\\u0041\" : \"\\u00e9\\n\" }", "{\"aA\":\"é\\n\",\"z\":1.5}")]
    [InlineData("[1e3,1e21,1E-7,-0]", "[1000,1000000000000000000000,0.0000001,-0]")]
    [InlineData("{\"\\ud83d\\ude00\":1,\"\\uff5e\":2}", "{\"～\":2,\"😀\":1}")]
    [InlineData("{\"b\":{\"y\":[],\"x\":{}},\"a\":\"\\/\\u001f\"}", "{\"a\":\"/\\u001f\",\"b\":{\"x\":{},\"y\":[]}}")]
    public void ParseObject_Document_BecomesCanonical(string json, string canonical)
    {
        StateValue value = StateValue.ParseObject(Encoding.UTF8.GetBytes(json));
        Assert.Equal(canonical, value.Text);
        Assert.Equal(value, StateValue.ParseObject(Encoding.UTF8.GetBytes(canonical)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":1,\"b\":1,\"\\u0061\":2}")]
    [InlineData("{\"a\":1e999}")]
    [InlineData("{\"a\":NaN}")]
    [InlineData("[01]")]
    [InlineData("[\"\\ud800\"]")]
    [InlineData("{\"\\udc00\":1}")]
    [InlineData("/* no */ {}")]
    [InlineData("7")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    public void ParseObject_OtherText_IsRefused(string json) => Assert.Throws<ValueFormatException>(() => StateValue.ParseObject(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void ParseObject_Depth_IsBounded()
    {
        static byte[] Nested(int depth) => Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));
        Assert.Equal(128, StateValue.ParseObject(Nested(64)).Text.Length);
        Assert.Throws<ValueFormatException>(() => StateValue.ParseObject(Nested(65)));
        Assert.Throws<ValueFormatException>(() => StateValue.ParseObject(Nested(1_000_000)));
        Assert.Throws<ValueFormatException>(() => StateValue.ParseObject([0x22, 0xFF, 0x22]));
    }

    [Fact]
    public void IsTrue_Values_FollowTheRules()
    {
        StateValue[] trues = [StateValue.True, StateValue.FromNumber(-1), StateValue.FromNumber(double.PositiveInfinity), StateValue.FromText("0"), StateValue.ParseObject("{}"u8)];
        StateValue[] falses = [StateValue.False, StateValue.Null, StateValue.FromNumber(0), StateValue.FromNumber(-0.0), StateValue.FromNumber(double.NaN), StateValue.FromText("")];
        Assert.All(trues, static value => Assert.True(value.IsTrue));
        Assert.All(falses, static value => Assert.False(value.IsTrue));
    }

    [Fact]
    public void Equality_OfLanguageAndOfContent_DifferInNumbers()
    {
        StateValue nan = StateValue.FromNumber(double.NaN);
        StateValue zero = StateValue.FromNumber(0);
        StateValue minusZero = StateValue.FromNumber(-0.0);
        Assert.False(nan.IsEqualTo(nan));
        Assert.True(zero.IsEqualTo(minusZero));
        Assert.Equal(nan, nan);
        Assert.NotEqual(zero, minusZero);
        Assert.False(zero.IsEqualTo(StateValue.FromText("0")));
        Assert.False(zero.IsEqualTo(StateValue.False));
        Assert.False(zero.IsEqualTo(StateValue.Null));
        Assert.True(StateValue.FromText("ab").IsEqualTo(StateValue.FromText("a" + "b")));
        Assert.False(StateValue.FromText("[]").IsEqualTo(StateValue.ParseObject("[]"u8)));
        Assert.Equal(default, StateValue.Null);
        Assert.False(StateValue.False.IsEqualTo(StateValue.Null));
    }

    [Fact]
    public void ToJson_Value_IsJson()
    {
        Assert.Equal("\"a\\\"b\\\\\\u0001\"", StateValue.FromText("a\"b\\\u0001").ToJson());
        Assert.Equal("\"NaN\"", StateValue.FromNumber(double.NaN).ToJson());
        Assert.Equal("\"-inf\"", StateValue.FromNumber(double.NegativeInfinity).ToJson());
        Assert.Equal("1.5", StateValue.FromNumber(1.5).ToJson());
        Assert.Equal("null", StateValue.Null.ToJson());
        Assert.Equal("[1]", StateValue.ParseObject("[ 1 ]"u8).ToJson());
    }

    [Fact]
    public void FromText_HalfAPair_IsRefused() =>
        Assert.All(["\ud800", "a\udc00b", "\ud83d", "\udc00\ud83d", "😀\ud83d"], static text => Assert.Throws<ArgumentException>(() => StateValue.FromText(text)));

    [Fact]
    public void FromText_Pairs_AreTaken() => Assert.Equal("a😀b😀", StateValue.FromText("a😀b😀").Text);
}
