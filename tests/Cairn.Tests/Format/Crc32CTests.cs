using System.Text;
using Cairn.Format;
using Xunit;

namespace Cairn.Tests.Format;

/// <summary>The checksum of everything on disk.</summary>
public sealed class Crc32CTests
{
    /// <summary>RFC 3720, appendix B.4, and the usual check value.</summary>
    [Fact]
    public void Compute_OfKnownInputs_IsAsPublished()
    {
        Assert.Equal(0xe3069283u, Crc32C.Compute(Encoding.ASCII.GetBytes("123456789")));
        Assert.Equal(0x8a9136aau, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62a8ab43u, Crc32C.Compute([.. Enumerable.Repeat((byte)0xff, 32)]));
        Assert.Equal(0x46dd794eu, Crc32C.Compute([.. Enumerable.Range(0, 32).Select(static i => (byte)i)]));
    }

    /// <summary>Lanes of every length, all the places where one round ends and the next begins, and no alignment.</summary>
    [Fact]
    public void Append_OfAnyLength_IsThatOfOneChain()
    {
        SeededRandom.ForEach(3, random =>
        {
            byte[] bytes = new byte[80_000];
            random.NextBytes(bytes);
            for (int length = 0; length < 1_200; length++)
            {
                Check(random, bytes, length);
            }

            for (int i = 0; i < 500; i++)
            {
                Check(random, bytes, random.Next(bytes.Length - 64));
            }
        });
    }

    [Fact]
    public void Append_InParts_IsThatOfTheWhole()
    {
        SeededRandom.ForEach(20, random =>
        {
            byte[] bytes = new byte[random.Next(100_000)];
            random.NextBytes(bytes);
            int cut = random.Next(bytes.Length + 1);
            Assert.Equal(Crc32C.Compute(bytes), Crc32C.Append(Crc32C.Compute(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
        });
    }

    private static void Check(Random random, byte[] bytes, int length)
    {
        ReadOnlySpan<byte> part = bytes.AsSpan(random.Next(64), length);
        uint before = (uint)random.NextInt64();
        Assert.Equal(Crc32C.AppendPlain(before, part), Crc32C.Append(before, part));
    }
}
