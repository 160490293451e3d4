using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>Copying page memory.</summary>
public sealed class PageMemoryTests
{
    private const int Margin = 70;

    [Fact]
    public void Copy_OfAnyLengthAndPlace_WritesTheBytesAndNoOthers()
    {
        SeededRandom.ForEach(3, static random =>
        {
            byte[] source = new byte[2_000];
            random.NextBytes(source);
            for (int length = 0; length < 700; length++)
            {
                int from = random.Next(64);
                int to = Margin + random.Next(64);
                byte[] target = new byte[to + length + Margin];
                PageMemory.Copy(source.AsSpan(from, length), target.AsSpan(to, length + random.Next(Margin)));

                Assert.True(source.AsSpan(from, length).SequenceEqual(target.AsSpan(to, length)), $"{length} bytes from {from} to {to}");
                Assert.False(target.AsSpan(0, to).ContainsAnyExcept((byte)0), $"{length} bytes to {to}: before them");
                Assert.False(target.AsSpan(to + length).ContainsAnyExcept((byte)0), $"{length} bytes to {to}: behind them");
            }
        });
    }

    [Theory]
    [InlineData(10, 9)]
    [InlineData(100, 99)]
    public void Copy_IntoTooLittleRoom_IsRefused(int length, int room)
    {
        byte[] target = new byte[room];

        Assert.ThrowsAny<ArgumentException>(() => PageMemory.Copy(new byte[length], target));

        Assert.False(target.AsSpan().ContainsAnyExcept((byte)0));
    }
}
