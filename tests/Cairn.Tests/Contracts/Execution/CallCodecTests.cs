using System.Numerics;
using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Xunit;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>The encodings of arguments and results: one for each value, and no bytes that mean something by chance.</summary>
public sealed class CallCodecTests
{
    private static readonly Address Seven = new([.. Enumerable.Repeat((byte)7, 20)]);
    private static readonly CallCodec<(string, bool)[]> Pairs = CallCodecs.Array(CallCodecs.Tuple(CallCodecs.Text, CallCodecs.Boolean));
    private static readonly CallCodec<Suit> Suits = CallCodecs.Enum(CallCodecs.UInt16, static value => (Suit)value, static value => (ushort)value);

    [Fact]
    public void Encodings_AreThoseOfTheTable()
    {
        Check(CallCodecs.UInt8, "u8", (byte)200, "c8");
        Check(CallCodecs.UInt16, "u16", (ushort)258, "0201");
        Check(CallCodecs.UInt32, "u32", 0x04030201u, "01020304");
        Check(CallCodecs.UInt64, "u64", ulong.MaxValue, "ffffffffffffffff");
        Check(CallCodecs.UInt128, "u128", UInt128.One << 127, "00000000000000000000000000000080");
        Check(CallCodecs.UInt256, "u256", (UInt256)1, "01" + new string('0', 62));
        Check(CallCodecs.Int8, "i8", (sbyte)-128, "80");
        Check(CallCodecs.Int16, "i16", (short)-2, "feff");
        Check(CallCodecs.Int32, "i32", -2, "feffffff");
        Check(CallCodecs.Int64, "i64", 1L, "0100000000000000");
        Check(CallCodecs.Int128, "i128", Int128.NegativeOne, new string('f', 32));
        Check(CallCodecs.Int256, "i256", (Int256)(-2), "fe" + new string('f', 62));
        Check(CallCodecs.Boolean, "bool", true, "01");
        Check(CallCodecs.Address, "address", Seven, string.Concat(Enumerable.Repeat("07", 20)));
        Check(CallCodecs.Hash256, "hash256", new Hash256([.. Enumerable.Repeat((byte)9, 32)]), string.Concat(Enumerable.Repeat("09", 32)));
        Check(CallCodecs.Text, "str", "ы", "02000000d18b");
        Check(CallCodecs.Text, "str", "", "00000000");
        Check(CallCodecs.Bytes, "bytes", new StorageBytes([0, 255]), "0200000000ff");
        Check(CallCodecs.BigInteger, "bigint", BigInteger.Zero, "0100000000");
        Check(CallCodecs.BigInteger, "bigint", new BigInteger(128), "020000008000");
        Check(CallCodecs.BigInteger, "bigint", new BigInteger(-128), "0100000080");
        Check(CallCodecs.DateTime, "datetime", new DateTimeOffset(1, 1, 1, 1, 0, 0, TimeSpan.FromHours(1)), "00000000000000003c00");
        Check(CallCodecs.DateTime, "datetime", DateTimeOffset.UnixEpoch, "0080b5f7f57f9f080000");
        Check(Suits, "u16", Suit.Hearts, "3412");
        Check(Suits, "u16", (Suit)9, "0900");
        Check(CallCodecs.Optional(CallCodecs.UInt16), "optional<u16>", null, "00");
        Check(CallCodecs.Optional(CallCodecs.UInt16), "optional<u16>", (ushort?)1, "010100");
        Check(CallCodecs.Tuple(CallCodecs.UInt8, CallCodecs.Text, CallCodecs.Boolean), "(u8,str,bool)", ((byte)1, "a", false), "01010000006100");
        Check(CallCodecs.Tuple(CallCodecs.UInt8, CallCodecs.UInt8, CallCodecs.UInt8, CallCodecs.UInt8), "(u8,u8,u8,u8)", ((byte)1, (byte)2, (byte)3, (byte)4), "01020304");
        Assert.Equal("array<(str,bool)>", Pairs.TypeName);
        Assert.Equal("02000000" + "010000006101" + "0000000000", Convert.ToHexStringLower(Pairs.Encode([("a", true), ("", false)])));
        Assert.Equal([("a", true), ("", false)], Pairs.Decode(Convert.FromHexString("02000000" + "010000006101" + "0000000000")));
    }

    [Theory]
    [InlineData("bool", "02")]
    [InlineData("bool", "")]
    [InlineData("bool", "0100")]
    [InlineData("u32", "010203")]
    [InlineData("u32", "0102030405")]
    [InlineData("address", "00")]
    [InlineData("str", "01000000")]
    [InlineData("str", "ffffffff61")]
    [InlineData("str", "01000000ff")]
    [InlineData("str", "03000000eda080")]
    [InlineData("str", "02000000c080")]
    [InlineData("str", "0000000000")]
    [InlineData("str", "000000")]
    [InlineData("bytes", "ffffff7f")]
    [InlineData("bigint", "00000000")]
    [InlineData("bigint", "020000000100")]
    [InlineData("bigint", "02000000ffff")]
    [InlineData("datetime", "ffffffffffffffff0000")]
    [InlineData("datetime", "0000000000000000ffff")]
    [InlineData("datetime", "ff3f37f47528ca2b0100")]
    [InlineData("datetime", "00000000000000004903")]
    [InlineData("datetime", "00ffff0000000000b7fc")]
    [InlineData("datetime", "00ffff0000000000008000")]
    [InlineData("pairs", "ffffffff")]
    [InlineData("pairs", "ffffff3f0000000000")]
    [InlineData("pairs", "010000000000000002")]
    [InlineData("optional", "0201")]
    [InlineData("optional", "0001")]
    [InlineData("optional", "01")]
    public void Bytes_ThatAreNoEncoding_AreRefused(string type, string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Throws<CallEncodingException>(() => Decode(type, bytes));
    }

    [Fact]
    public void RandomBytes_AreTheEncodingOfTheirValue_OrRefused() => SeededRandom.ForEach(400, random =>
    {
        foreach (string type in (string[])["bool", "u32", "address", "str", "bytes", "bigint", "datetime", "pairs", "optional"])
        {
            byte[] bytes = new byte[random.Next(30)];
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = random.Next(3) > 0 ? (byte)random.Next(3) : (byte)random.Next(256);
            }

            try
            {
                Assert.Equal(bytes, Decode(type, bytes));
            }
            catch (CallEncodingException)
            {
                // Refused by name.
            }
        }
    });

    [Fact]
    public void Values_WithoutEncoding_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => CallCodecs.Text.Encode("half \ud800"));
        Assert.Throws<ArgumentNullException>(() => CallCodecs.Text.Encode(null!));
        Assert.Throws<ArgumentNullException>(() => Pairs.Encode(null!));
        Assert.Equal(CallLimits.MaxEncodedBytes, CallCodecs.Bytes.Encode(new StorageBytes(new byte[CallLimits.MaxEncodedBytes - 4])).Length);
        Assert.Throws<CallEncodingException>(() => CallCodecs.Bytes.Encode(new StorageBytes(new byte[CallLimits.MaxEncodedBytes - 3])));
        Assert.Throws<ArgumentException>(() => CallCodecs.Text.Encode(new string('x', CallLimits.MaxEncodedBytes + 1)));
    }

    private static void Check<T>(CallCodec<T> codec, string typeName, T value, string hex)
    {
        Assert.Equal(typeName, codec.TypeName);
        Assert.Equal(hex, Convert.ToHexStringLower(codec.Encode(value)));
        T read = codec.Decode(Convert.FromHexString(hex));
        Assert.Equal(value, read);
        Assert.Equal(hex, Convert.ToHexStringLower(codec.Encode(read)));
    }

    /// <summary>Reads a value and writes it again.</summary>
    private static byte[] Decode(string type, byte[] bytes) => type switch
    {
        "bool" => CallCodecs.Boolean.Encode(CallCodecs.Boolean.Decode(bytes)),
        "u32" => CallCodecs.UInt32.Encode(CallCodecs.UInt32.Decode(bytes)),
        "address" => CallCodecs.Address.Encode(CallCodecs.Address.Decode(bytes)),
        "str" => CallCodecs.Text.Encode(CallCodecs.Text.Decode(bytes)),
        "bytes" => CallCodecs.Bytes.Encode(CallCodecs.Bytes.Decode(bytes)),
        "bigint" => CallCodecs.BigInteger.Encode(CallCodecs.BigInteger.Decode(bytes)),
        "datetime" => CallCodecs.DateTime.Encode(CallCodecs.DateTime.Decode(bytes)),
        "pairs" => Pairs.Encode(Pairs.Decode(bytes)),
        _ => CallCodecs.Optional(CallCodecs.UInt8).Encode(CallCodecs.Optional(CallCodecs.UInt8).Decode(bytes)),
    };
}
