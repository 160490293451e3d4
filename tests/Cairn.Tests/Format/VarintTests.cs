using Cairn.Format;
using Xunit;

namespace Cairn.Tests.Format;

public sealed class VarintTests
{
    [Fact]
    public void TryRead_OfWritten_IsTheNumber()
    {
        byte[] bytes = new byte[Varint.MaxBytes];
        for (int bit = 0; bit <= 64; bit++)
        {
            ulong power = bit == 64 ? 0 : 1UL << bit;
            foreach (ulong value in (ulong[])[power, power - 1, power + 1])
            {
                int written = Varint.Write(bytes, value);

                Assert.Equal(written, Varint.Size(value));
                Assert.True(Varint.TryRead(bytes, out ulong back, out int read));
                Assert.Equal((value, written), (back, read));
                Assert.False(Varint.TryRead(bytes.AsSpan(0, written - 1), out _, out _));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("8000")] // zero in two bytes
    [InlineData("ff8000")]
    [InlineData("ffffffffffffffffff02")] // 65 bits
    [InlineData("ffffffffffffffffff8001")]
    public void TryRead_OfWhatIsNoShortestForm_Fails(string hex) => Assert.False(Varint.TryRead(Convert.FromHexString(hex), out _, out _));
}
