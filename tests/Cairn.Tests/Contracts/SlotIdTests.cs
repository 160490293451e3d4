using System.Security.Cryptography;
using Cairn.Contracts;
using Xunit;

namespace Cairn.Tests.Contracts;

public sealed class SlotIdTests
{
    [Theory]
    [InlineData(0, "372d46c3ada9f897c74d349bbfe0e450c798167c9f580f8daf85def57e96c3ea")]
    [InlineData(1, "e1ae23412792df6b6a98fb7c9839701fb8b02b6fc7ed022810f78346494685e7")]
    [InlineData(2, "ba005630745acf3014aaf162e9933040302ca0bef3f56fe2d73c0a08f82c610b")]
    [InlineData(3, "21b9e013f74608b92947861287b3de76c2c076fe839b7994761bd950cc2e7566")]
    [InlineData(4, "27a15e7450d9f04e9c3d8d2d856a8e9c78dfa0081ea2c128fdc93ce2df35ebd6")]
    [InlineData(5, "0adee6e60e60a425a36c0b1e7428161ff1a4ef1ed8945697e87e09223a61944c")]
    [InlineData(8, "264244e161a6ffb830c86947260df88e4b4a794dcbc40611b57d4fab33df5bc5")]
    [InlineData(16, "a860ee32d1b785e6f3bad050b3865d3c0427497a6195beebdd3726b6795449f4")]
    [InlineData(36, "d8034a25a19c5007f762ff255d504fabebdc712450823e4fbdd9242f910ccb3b")]
    [InlineData(4294967295, "09f0a0663717a8f80d42a3e2cbbda4f16a70ae65af98a2e26ad54c838873897d")]
    public void Indirect_FromTheRoot_IsAsKnown(uint offset, string id) => Assert.Equal(id, SlotId.Root.Indirect(offset).ToString());

    [Theory]
    [InlineData(0, "bfdea99fdd2f32ae3a48571d50e9e8dc07f410c7a7e8214c0e9f7352234d5396")]
    [InlineData(4, "bbd766d3072481eb4e6fc4af8800b0d3ccbec04601bfa1ef7943617ad1005c5d")]
    [InlineData(1, "46ab4ed267b461314630a508295379aa4fb33a414822ee9d72f0eb2e2ca66ec0")]
    public void Indirect_OfAnIndirection_IsAsKnown(uint first, string id) => Assert.Equal(id, SlotId.Root.Indirect(first).Indirect(0).ToString());

    [Fact]
    public void ManagedSha3_OfEveryLength_IsThePlatforms()
    {
        if (!SHA3_256.IsSupported)
        {
            Assert.Skip("The platform has no SHA3-256.");
        }

        SeededRandom.ForEach(5, random =>
        {
            for (int length = 0; length <= 135; length++)
            {
                byte[] message = new byte[length];
                random.NextBytes(message);
                byte[] hash = new byte[32];
                Sha3.HashManaged(message, hash);
                Assert.Equal(SHA3_256.HashData(message), hash);
            }
        });
    }

    [Fact]
    public void ManagedSha3_OfNothing_IsAsPublished()
    {
        byte[] hash = new byte[32];
        Sha3.HashManaged([], hash);
        Assert.Equal("a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a", Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void Order_OfIds_IsThatOfTheirBytes() => SeededRandom.ForEach(20, random =>
    {
        byte[] left = new byte[32];
        byte[] right = new byte[32];
        random.NextBytes(left);
        left.CopyTo(right, 0);
        right[random.Next(32)] = (byte)random.Next(256);
        Assert.Equal(Math.Sign(left.AsSpan().SequenceCompareTo(right)), Math.Sign(new SlotId(left).CompareTo(new SlotId(right))));
        Assert.Equal(Convert.ToHexStringLower(left), new SlotId(left).ToString());
        Assert.Equal(new SlotId(left), SlotId.FromInteger(new SlotId(left).ToInteger()));
        Assert.Equal(Math.Sign(left.AsSpan(0, 20).SequenceCompareTo(right.AsSpan(0, 20))), Math.Sign(new Address(left.AsSpan(0, 20)).CompareTo(new Address(right.AsSpan(0, 20)))));
    });

    [Fact]
    public void Addresses_AsText_ReadBack()
    {
        const string Text = "0x5b38da6a701c568545dcfcb03fcb875f56beddc4";
        Assert.Equal(Text, Address.Parse(Text).ToString());
        Assert.Equal(Address.Parse(Text), Address.Parse(Text[2..].ToUpperInvariant()));
        Assert.False(Address.TryParse("0x12", out _));
        Assert.False(Address.TryParse(null, out _));
        Assert.Throws<FormatException>(() => Address.Parse(Text + "0"));
    }

    [Fact]
    public void ChunkKeys_TakenApart_AreWhatTheyWereMadeOf()
    {
        Address contract = Address.Parse("0x5b38da6a701c568545dcfcb03fcb875f56beddc4");
        byte[] key = ContractKeys.ChunkKey(contract, SlotId.Root.Indirect(2), 0x01020304);
        Assert.Equal("02" + "5b38da6a701c568545dcfcb03fcb875f56beddc4" + "ba005630745acf3014aaf162e9933040302ca0bef3f56fe2d73c0a08f82c610b" + "01020304", Convert.ToHexStringLower(key));
        Assert.True(ContractKeys.TryParseChunkKey(key, out Address foundContract, out SlotId slot, out uint chunk));
        Assert.Equal((contract, SlotId.Root.Indirect(2), 0x01020304u), (foundContract, slot, chunk));
        Assert.False(ContractKeys.TryParseChunkKey(key.AsSpan(1), out _, out _, out _));
    }
}
