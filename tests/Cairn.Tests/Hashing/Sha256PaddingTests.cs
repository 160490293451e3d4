using System.Buffers.Binary;
using System.Security.Cryptography;
using Cairn.Hashing;
using Xunit;

namespace Cairn.Tests;

public sealed class Sha256PaddingTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(55, 1)]
    [InlineData(56, 2)]
    [InlineData(63, 2)]
    [InlineData(64, 2)]
    [InlineData(119, 2)]
    [InlineData(120, 3)]
    [InlineData(16 << 20, (1 << 18) + 1)]
    public void Pad_AtBoundaries_HashesAsTheMessage(int messageBytes, int blocks)
    {
        Assert.Equal(blocks, Sha256Padding.BlockCount(messageBytes));
        byte[] message = new byte[messageBytes];
        new Random(5).NextBytes(message);
        byte[] buffer = new byte[blocks * 64];
        buffer.AsSpan().Fill(0xff);
        message.CopyTo(buffer, 0);
        Sha256Padding.Pad(buffer, messageBytes);

        Assert.True(buffer.AsSpan(0, messageBytes).SequenceEqual(message));
        Assert.Equal(0x80, buffer[messageBytes]);
        Assert.False(buffer.AsSpan(messageBytes + 1)[..^8].ContainsAnyExcept((byte)0));
        Assert.Equal((ulong)messageBytes * 8, BinaryPrimitives.ReadUInt64BigEndian(buffer.AsSpan(buffer.Length - 8)));
        Assert.True(Sha256Padding.Unpad(buffer).SequenceEqual(message));
        foreach (Sha256Lanes lanes in Sha256Lanes.Supported)
        {
            byte[] digest = new byte[Hash256.SizeBytes];
            lanes.HashBlocks(buffer, blocks, 1, digest);
            Assert.True(digest.AsSpan().SequenceEqual(SHA256.HashData(message)), lanes.Name);
        }
    }

    [Fact]
    public void Pad_WrongBuffer_Refused()
    {
        Assert.Throws<ArgumentException>(() => Sha256Padding.Pad(new byte[64], 56));
        Assert.Throws<ArgumentException>(() => Sha256Padding.Pad(new byte[128], 55));
        Assert.Throws<ArgumentException>(() => Sha256Padding.Pad(new byte[63], 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha256Padding.BlockCount(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha256Padding.BlockCount(int.MaxValue - 64));
    }

    [Theory]
    [InlineData(64, 63, 1)]       // 1 bit: no whole byte
    [InlineData(64, 62, 2)]       // 512 bits need a second block
    [InlineData(64, 56, 1)]       // an absurd length
    [InlineData(64, 60, 0x7f)]    // a length beyond the buffer
    [InlineData(64, 0, 0x81)]     // no mark behind the message
    [InlineData(64, 20, 1)]       // padding that is not zero
    public void Unpad_NotPadded_Refused(int bytes, int offset, byte value)
    {
        byte[] buffer = new byte[bytes];
        Sha256Padding.Pad(buffer, 0);
        buffer[offset] = value;
        Assert.Throws<ArgumentException>(() => Sha256Padding.Unpad(buffer).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(128)]
    public void Unpad_WrongSize_Refused(int bytes) =>
        Assert.ThrowsAny<ArgumentException>(() => Sha256Padding.Unpad(new byte[bytes]).Length);
}
