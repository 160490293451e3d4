using Cairn.Manifests;
using Xunit;

namespace Cairn.Tests.Manifests;

public sealed class LineMarkTests
{
    private static readonly LineMark Sample = new(SampleManifests.Id, new UInt128(0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210));

    [Fact]
    public void Mark_Written_IsTheGoldenFile() => GoldenFile.Check("line.bin", Sample.Encode());

    [Fact]
    public void Mark_WrittenAndRead_IsTheSame() => Assert.Equal(Sample, LineMark.Decode("line", Sample.Encode()));

    [Fact]
    public void Mark_AnyBitFlippedOrOtherLength_IsRefused()
    {
        for (int bit = 0; bit < LineMarkLayout.SizeBytes * 8; bit++)
        {
            byte[] bad = Sample.Encode();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            StateCorruptedException damage = Assert.Throws<StateCorruptedException>(() => LineMark.Decode("line", bad));
            Assert.Equal("line", damage.File);
        }

        for (int length = 0; length <= LineMarkLayout.SizeBytes + 3; length++)
        {
            byte[] bad = Sample.Encode();
            Array.Resize(ref bad, length);
            if (length != LineMarkLayout.SizeBytes)
            {
                Assert.Throws<StateCorruptedException>(() => LineMark.Decode("line", bad));
            }
        }
    }

    [Fact]
    public void Mark_RandomBytes_AreRefused() => SeededRandom.ForEach(200, random =>
    {
        byte[] bytes = new byte[random.Next(2 * LineMarkLayout.SizeBytes)];
        random.NextBytes(bytes);
        Assert.Throws<StateCorruptedException>(() => LineMark.Decode("line", bytes));
    });

    [Fact]
    public void Mark_OfALaterVersion_IsNotDamage()
    {
        byte[] later = Sample.Encode();
        later[LineMarkLayout.FormatVersionOffset] = 2;
        BitConverter.GetBytes(Cairn.Format.Crc32C.Compute(later.AsSpan(LineMarkLayout.FormatVersionOffset))).CopyTo(later, LineMarkLayout.ChecksumOffset);
        Assert.Throws<StoreFormatException>(() => LineMark.Decode("line", later));
    }
}
