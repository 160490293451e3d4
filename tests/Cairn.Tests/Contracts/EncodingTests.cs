using System.Globalization;
using System.Numerics;
using Cairn.Contracts;
using Xunit;

namespace Cairn.Tests.Contracts;

/// <summary>The encodings of the primitives, byte for byte, and what is refused.</summary>
public sealed class EncodingTests
{
    private static readonly SlotId Content = SlotId.Root.Indirect(0);

    [Fact]
    public void Integers_AreLittleEndianTwosComplement()
    {
        Check(StorageCodecs.UInt16, (ushort)258, "0201");
        Check(StorageCodecs.Integer<uint>(bits: 24), 66051u, "030201");
        Check(StorageCodecs.UInt32, 16909060u, "04030201");
        Check(StorageCodecs.Integer<ulong>(bits: 40), 1ul, "0100000000");
        Check(StorageCodecs.UInt64, ulong.MaxValue, "ffffffffffffffff");
        Check(StorageCodecs.UInt128, UInt128.One << 127, new string('0', 30) + "80");
        Check(StorageCodecs.Int8, (sbyte)-128, "80");
        Check(StorageCodecs.Int16, (short)-2, "feff");
        Check(StorageCodecs.Integer<int>(bits: 24), -2, "feffff");
        Check(StorageCodecs.Int256, (Int256)(-2), "fe" + new string('f', 62));
        Check(StorageCodecs.Int128, Int128.MinValue, new string('0', 30) + "80");
        Check(StorageCodecs.UInt256, UInt256.MaxValue, new string('f', 64));
        Check(StorageCodecs.Integer<UInt256>(bits: 160), UInt256.One << 159, new string('0', 38) + "80");
    }

    [Fact]
    public void OtherFixedTypes_AreAsKnown()
    {
        Check(StorageCodecs.Boolean, value: true, "01");
        Check(StorageCodecs.Double, 0.5, "000000000000e03f");
        Check(StorageCodecs.Double, -1.0, "000000000000f0bf");
        Check(StorageCodecs.Double, 1e300, "9c7500883ce4377e");
        Check(StorageCodecs.Address, Address.Parse("0x5b38da6a701c568545dcfcb03fcb875f56beddc4"), "5b38da6a701c568545dcfcb03fcb875f56beddc4");
        Check(StorageCodecs.Hash256, Hash256.EmptyRoot, Hash256.EmptyRoot.ToString());
        Check(StorageCodecs.Enum(StorageCodecs.UInt16, value => (DayOfWeek)value, value => (ushort)value), DayOfWeek.Friday, "0500");
        Check(StorageCodecs.Nothing, default, "");
    }

    [Fact]
    public void AnyByteButZero_ReadsAsTrue()
    {
        StoragePlace place = StoragePlace.InMemory();
        place.Write([0x80]);
        Assert.True(StorageCodecs.Boolean.Read(place));
    }

    [Fact]
    public void Integers_OutOfRange_AreRefusedAndChangeNothing()
    {
        Refuse(StorageCodecs.Integer<uint>(bits: 24), 1u << 24);
        Refuse(StorageCodecs.Integer<int>(bits: 8), 128);
        Refuse(StorageCodecs.Integer<int>(bits: 8), -129);
        Refuse(StorageCodecs.Integer<long>(bits: 8), -1 - 128);
        Refuse(StorageCodecs.Integer<uint>(bits: 8), 256u);
        Refuse(StorageCodecs.Integer<UInt256>(bits: 128), UInt256.One << 128);
        Refuse(StorageCodecs.Integer<Int256>(bits: 128), Int256.MinValue);
        Assert.Throws<ArgumentOutOfRangeException>(() => StorageCodecs.Integer<uint>(bits: 40));
        Assert.Throws<ArgumentOutOfRangeException>(() => StorageCodecs.Integer<uint>(bits: 12));
    }

    [Theory]
    [InlineData("0", "02", "")]
    [InlineData("1", "03", "01")]
    [InlineData("-1", "03", "ffffff")]
    [InlineData("127", "03", "7f")]
    [InlineData("128", "03", "80")]
    [InlineData("-128", "03", "80ffff")]
    [InlineData("-129", "03", "7fffff")]
    [InlineData("255", "03", "ff")]
    [InlineData("256", "04", "0001")]
    [InlineData("-256", "04", "00ffffff")]
    [InlineData("65535", "04", "ffff")]
    [InlineData("65536", "05", "000001")]
    [InlineData("18446744073709551616", "0b", "000000000000000001")]
    [InlineData("-18446744073709551616", "0b", "0000000000000000ffffff")]
    public void BigIntegers_AreAsKnown(string value, string length, string content) =>
        CheckContent(StorageCodecs.BigInteger, BigInteger.Parse(value, CultureInfo.InvariantCulture), length, content);

    [Fact]
    public void BigIntegers_AreAsKnownAtTheSizeOfAWord() => CheckContent(StorageCodecs.BigInteger, BigInteger.One << 255, "22", new string('0', 62) + "80");

    [Theory]
    [InlineData("123", "03", "313233")]
    [InlineData("", "", "")]
    [InlineData("\u044b", "02", "d18b")]
    [InlineData("a\0b", "03", "610062")]
    public void Texts_AreUtf8(string value, string length, string content) => CheckContent(StorageCodecs.Text, value, length, content);

    [Fact]
    public void Bytes_AreAsTheyAre() => CheckContent(StorageCodecs.Bytes, new StorageBytes([0x00, 0xff]), "02", "00ff");

    [Theory]
    [InlineData(0xD800)]
    [InlineData(0xDC00)]
    public void Texts_WithHalfASurrogatePair_AreRefused(int half) => Refuse(StorageCodecs.Text, $"a{(char)half}b");

    [Fact]
    public void Texts_OrderByTheirBytes_NotByUtf16()
    {
        // U+FFFD is after the surrogates in UTF-16 units, and before U+10000 in UTF-8.
        StorageMap<string, byte> map = StorageCodecs.Map(StorageCodecs.Text, StorageCodecs.UInt8).Read(StoragePlace.InMemory());
        string[] ordered = ["", "I", "i", "z", "\u00e9", "\u0130", "\u0131", "\ufffd", "\U00010000"];
        foreach (string key in ordered.Reverse())
        {
            map[key] = 1;
        }

        Assert.Equal(ordered, map.Keys);
    }

    [Theory]
    [InlineData("2024-11-26T06:42:42.424242+00:00", "e26d4567000000003279060001000000000000000000000000")]
    [InlineData("2024-11-26T06:42:42.424242+04:00", "a2354567000000003279060001000000004038000000000000")]
    [InlineData("2024-11-26T06:42:42.424242-11:00", "92084667000000003279060001ffffffffd0b6000000000000")]
    [InlineData("1970-01-01T00:00:00+00:00", "00000000000000000000000001000000000000000000000000")]
    public void Instants_AreAsKnown(string value, string bytes)
    {
        DateTimeOffset instant = DateTimeOffset.Parse(value, CultureInfo.InvariantCulture);
        Check(StorageCodecs.DateTime, instant, bytes);
        StoragePlace place = StoragePlace.InMemory();
        StorageCodecs.DateTime.Write(place, instant);
        Assert.Equal(instant.Offset, StorageCodecs.DateTime.Read(place).Offset);
    }

    [Fact]
    public void Instants_WithoutAnOffset_ReadAsUtc()
    {
        StoragePlace place = StoragePlace.InMemory();
        place.Write(Convert.FromHexString("e26d4567000000003279060000ffffffffffffffffffffffff"));
        Assert.Equal(DateTimeOffset.Parse("2024-11-26T06:42:42.424242Z", CultureInfo.InvariantCulture), StorageCodecs.DateTime.Read(place));
        Assert.Equal(TimeSpan.Zero, StorageCodecs.DateTime.Read(place).Offset);
    }

    [Fact]
    public void Instants_Before1970_AreRefused() => Refuse(StorageCodecs.DateTime, DateTimeOffset.UnixEpoch.AddTicks(-1));

    [Fact]
    public void Instants_FromTheEnds_ReadBackToTheMicrosecond()
    {
        foreach (DateTimeOffset instant in (DateTimeOffset[])[DateTimeOffset.MaxValue, new(1970, 1, 1, 14, 0, 0, TimeSpan.FromHours(14)), new(9999, 12, 31, 9, 59, 59, TimeSpan.FromHours(-14))])
        {
            StoragePlace place = StoragePlace.InMemory();
            StorageCodecs.DateTime.Write(place, instant);
            DateTimeOffset back = StorageCodecs.DateTime.Read(place);
            Assert.InRange((instant - back).Ticks, 0, TimeSpan.TicksPerMicrosecond - 1);
            Assert.Equal(instant.Offset, back.Offset);
        }
    }

    [Fact]
    public void Unwritten_ReadsAsZeroOrEmpty()
    {
        StoragePlace place = StoragePlace.InMemory();
        Assert.Equal(0, StorageCodecs.Int32.Read(place));
        Assert.Equal(UInt256.Zero, StorageCodecs.UInt256.Read(place));
        Assert.False(StorageCodecs.Boolean.Read(place));
        Assert.Equal(0.0, StorageCodecs.Double.Read(place));
        Assert.Equal("", StorageCodecs.Text.Read(place));
        Assert.Equal(0, StorageCodecs.Bytes.Read(place).Length);
        Assert.Equal(BigInteger.Zero, StorageCodecs.BigInteger.Read(place));
        Assert.Equal(Address.Zero, StorageCodecs.Address.Read(place));
        Assert.Equal(DateTimeOffset.UnixEpoch, StorageCodecs.DateTime.Read(place));
        Assert.Empty(StorageCodecs.List(StorageCodecs.Text).Read(place));
        Assert.Empty(StorageCodecs.Map(StorageCodecs.Text, StorageCodecs.Text).Read(place));
        Assert.Empty(StorageCodecs.Vector(StorageCodecs.Text).Read(place));
    }

    [Fact]
    public void Bytes_ThatAreNoValue_AreATypedError()
    {
        StoragePlace place = StoragePlace.InMemory();
        place.Write([0xFF, 0xFF, 0xFF, 0xFF]);
        Assert.Throws<StorageLayoutException>(() => StorageCodecs.Text.Read(place));
        Assert.Throws<StorageLayoutException>(() => StorageCodecs.BigInteger.Read(place));
        Assert.Throws<StorageLayoutException>(() => StorageCodecs.List(StorageCodecs.UInt8).Read(place).Count);
        place.Write([1, 0, 0, 0]);
        place.Indirect().Write([0xC0]);
        Assert.Throws<StorageLayoutException>(() => StorageCodecs.Text.Read(place));
        place.Write(Convert.FromHexString("ffffffffffffffff"));
        Assert.Throws<StorageLayoutException>(() => StorageCodecs.DateTime.Read(place));
    }

    [Fact]
    public void ShorterContent_LeavesTheOldTail()
    {
        SlotStorage storage = SlotStorage.InMemory();
        StorageCodecs.Text.Write(storage.Root, "123");
        StorageCodecs.Text.Write(storage.Root, "9");
        Assert.Equal("393233", Read(storage, Content, 3));
        Assert.Equal("9", StorageCodecs.Text.Read(storage.Root));
    }

    internal static string Read(SlotStorage storage, SlotId slot, int length)
    {
        byte[] bytes = new byte[length];
        storage.Read(slot, 0, bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static void Check<T>(StorageCodec<T> codec, T value, string bytes)
    {
        SlotStorage storage = SlotStorage.InMemory();
        codec.Write(storage.Root, value);
        Assert.Equal((int)codec.Size, bytes.Length / 2);
        Assert.Equal(bytes + "00", Read(storage, SlotId.Root, (int)codec.Size + 1));
        Assert.Equal(value, codec.Read(storage.Root));

        // Between other bytes, over the border of two chunks.
        StoragePlace inside = storage.At(SlotId.Root, 255);
        storage.Write(SlotId.Root, 250, Enumerable.Repeat((byte)0xEE, 60).ToArray());
        codec.Write(inside, value);
        Assert.Equal(value, codec.Read(inside));
        byte[] around = new byte[60];
        storage.Read(SlotId.Root, 250, around);
        Assert.Equal("eeeeeeeeee" + bytes + string.Concat(Enumerable.Repeat("ee", 55 - (int)codec.Size)), Convert.ToHexStringLower(around));
    }

    private static void CheckContent<T>(StorageCodec<T> codec, T value, string length, string content)
    {
        SlotStorage storage = SlotStorage.InMemory();
        codec.Write(storage.Root, value);
        Assert.Equal(4u, codec.Size);
        Assert.Equal(length.PadRight(16, '0'), Read(storage, SlotId.Root, 8));
        Assert.Equal(content.PadRight(80, '0'), Read(storage, Content, 40));
        Assert.Equal(value, codec.Read(storage.Root));
    }

    private static void Refuse<T>(StorageCodec<T> codec, T value)
    {
        SlotStorage storage = SlotStorage.InMemory();
        storage.Write(SlotId.Root, 0, Enumerable.Repeat((byte)0x11, 40).ToArray());
        storage.Session.Accept();
        Assert.ThrowsAny<ArgumentException>(() => codec.Write(storage.Root, value));
        Assert.Empty(storage.Delta().Runs);
        Assert.Equal(0, storage.Session.ScopeDepth);
    }
}
