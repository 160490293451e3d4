using Cairn.Homes;
using Cairn.Manifests;
using Xunit;

namespace Cairn.Tests.Manifests;

public sealed class HeadHintTests
{
    private static readonly HeadHint Sample = new(new LogPosition(77, 0x0000_0003_0000_4000, 0xcafebabe));

    [Fact]
    public void Hint_Written_IsTheGoldenFile() => GoldenFile.Check("head.bin", Encoded());

    [Fact]
    public void Hint_WrittenAndRead_IsTheSame()
    {
        Assert.True(HeadHint.TryRead(Encoded(), SampleManifests.Id, out HeadHint hint));
        Assert.Equal(Sample, hint);
    }

    [Fact]
    public void Hint_AnyBitFlippedOrOtherLength_IsNone()
    {
        for (int bit = 0; bit < HeadHintLayout.SizeBytes * 8; bit++)
        {
            byte[] bad = Encoded();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(HeadHint.TryRead(bad, SampleManifests.Id, out _));
        }

        for (int length = 0; length < HeadHintLayout.SizeBytes; length++)
        {
            Assert.False(HeadHint.TryRead(Encoded().AsSpan(0, length), SampleManifests.Id, out _));
        }
    }

    [Fact]
    public void Hint_OfAnotherStore_IsNone() => Assert.False(HeadHint.TryRead(Encoded(), new StoreId(1), out _));

    private static byte[] Encoded()
    {
        byte[] bytes = new byte[HeadHintLayout.SizeBytes];
        Sample.Write(bytes, SampleManifests.Id);
        return bytes;
    }
}
