using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests;

public sealed class KeyShapesTests
{
    [Fact]
    public void Make_EveryShape_GivesDifferentKeysWithinTheLimits() => SeededRandom.ForEach(20, random =>
    {
        foreach (KeyShape shape in KeyShapes.All)
        {
            byte[][] keys = KeyShapes.Make(random, shape, 100);
            Assert.True(keys.Length >= 30, $"{shape} gave {keys.Length} keys only.");
            Assert.Equal(keys.Length, keys.Distinct(ByteStringComparer.Instance).Count());
            Assert.All(keys, key => Assert.InRange(key.Length, 1, StateLimits.MaxKeyBytes));
        }
    });

    [Fact]
    public void Make_Comb_IsAsDeepAsItHasKeys() => SeededRandom.ForEach(20, random =>
    {
        byte[][] keys = [.. KeyShapes.Make(random, KeyShape.Comb, 200).Order(ByteStringComparer.Instance)];
        int[] indexes = [.. keys.Zip(keys.Skip(1), (left, right) => NaiveMerkle.FirstDifferingIndex(left, right))];
        Assert.True(indexes.Distinct().Count() > keys.Length * 3 / 4, $"{indexes.Distinct().Count()} different indexes for {keys.Length} keys.");
    });

    [Fact]
    public void ForEach_FailingBody_NamesTheSeed()
    {
        Xunit.Sdk.XunitException failure = Assert.Throws<Xunit.Sdk.XunitException>(() => SeededRandom.ForEach(1, _ => Assert.Fail("on purpose")));
        Assert.Contains("CAIRN_SEED=", failure.Message, StringComparison.Ordinal);
    }
}
