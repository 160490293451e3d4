using System.Text;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Xunit;

namespace Cairn.Tests.Contracts.Namespaces;

/// <summary>Which texts are paths, and what is said of those that are none.</summary>
public sealed class StatePathTests
{
    private const string Pair = "\U0001F600";

    [Theory]
    [InlineData("a")]
    [InlineData("a/b")]
    [InlineData("org/acme/treasury/balance")]
    [InlineData("zürich/ı/\u0307/名")]
    [InlineData("...")]
    [InlineData(".a/b.")]
    [InlineData(" a /!")]
    [InlineData("global/x")]
    [InlineData(Pair)]
    public void Text_ThatKeepsTheRules_IsThePathItSays(string text)
    {
        StatePath path = StatePath.Parse(text);
        Assert.Equal(text, path.ToString());
        Assert.Equal(Encoding.UTF8.GetBytes(text), path.Utf8.ToArray());
        Assert.True(StatePath.TryParse(text, out StatePath? again));
        Assert.True(StatePath.TryParse(path.Utf8, out StatePath? ofBytes));
        Assert.Equal(path, again);
        Assert.Equal(path.GetHashCode(), ofBytes.GetHashCode());
        Assert.Equal(text, ofBytes.ToString());
        Assert.Equal(text.Split('/').Length, path.Depth);
        Assert.Equal(text.Split('/')[^1], path.Name);
    }

    [Theory]
    [InlineData("", 0, PathRule.NotEmpty)]
    [InlineData("/", 0, PathRule.SegmentNotEmpty)]
    [InlineData("/a", 0, PathRule.SegmentNotEmpty)]
    [InlineData("a/", 2, PathRule.SegmentNotEmpty)]
    [InlineData("a//b", 2, PathRule.SegmentNotEmpty)]
    [InlineData("../../x", 0, PathRule.Dots)]
    [InlineData("a/..", 2, PathRule.Dots)]
    [InlineData("a/./b", 2, PathRule.Dots)]
    [InlineData("a\\b", 1, PathRule.Characters)]
    [InlineData("a?", 1, PathRule.Characters)]
    [InlineData("a#", 1, PathRule.Characters)]
    [InlineData("[a", 0, PathRule.Characters)]
    [InlineData("a]", 1, PathRule.Characters)]
    [InlineData("ü*", 1, PathRule.Characters)]
    [InlineData("a\0b", 1, PathRule.Characters)]
    [InlineData("a\nb", 1, PathRule.Characters)]
    [InlineData("\u001f", 0, PathRule.Characters)]
    [InlineData("a\u007f", 1, PathRule.Characters)]
    [InlineData("aü\u0085", 2, PathRule.Characters)]
    [InlineData("a\u009f", 1, PathRule.Characters)]
    public void Text_ThatBreaksARule_IsRefusedWithPlaceAndRule(string text, int index, PathRule rule)
    {
        InvalidPathException fault = Assert.Throws<InvalidPathException>(() => StatePath.Parse(text));
        Assert.Equal((index, rule), (fault.Index, fault.Rule));
        Assert.Contains(fault.Path, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(fault.Message, one => char.IsControl(one) || char.IsSurrogate(one));
        Assert.False(StatePath.TryParse(text, out _));
    }

    [Fact]
    public void Text_WithHalfAPair_IsNone()
    {
        foreach ((string text, int index) in ((string, int)[])[("a\ud800", 1), ("\udc00a", 0), ("ü\ud800b", 1)])
        {
            InvalidPathException fault = Assert.Throws<InvalidPathException>(() => StatePath.Parse(text));
            Assert.Equal((index, PathRule.Text), (fault.Index, fault.Rule));
            Assert.DoesNotContain(fault.Message, char.IsSurrogate);
            Assert.False(StatePath.TryParse(text, out _));
            Assert.Throws<ArgumentException>(() => new Principal(text));
        }
    }

    [Fact]
    public void Text_OfAnyLength_IsRefusedAtOnce()
    {
        InvalidPathException fault = Assert.Throws<InvalidPathException>(() => StatePath.Parse(new string('x', 10_000_000)));
        Assert.Equal((NamespaceLimits.MaxPathBytes, PathRule.PathLength), (fault.Index, fault.Rule));
        Assert.True(fault.Message.Length < 300);
        Assert.False(StatePath.TryParse(new string('x', 10_000_000), out _));
        string segment = new('x', NamespaceLimits.MaxSegmentBytes);
        string longest = $"{segment}/{segment}/{segment}/12345";
        Assert.Equal(NamespaceLimits.MaxPathBytes, StatePath.Parse(longest).Utf8.Length);
        Assert.Equal(PathRule.PathLength, Assert.Throws<InvalidPathException>(() => StatePath.Parse(longest + "6")).Rule);
        fault = Assert.Throws<InvalidPathException>(() => StatePath.Parse($"a/{segment}y"));
        Assert.Equal((2 + NamespaceLimits.MaxSegmentBytes, PathRule.SegmentLength), (fault.Index, fault.Rule));
        Assert.Equal(PathRule.SegmentLength, Assert.Throws<InvalidPathException>(() => StatePath.Parse(new string('ü', 33))).Rule);
        Assert.Equal(64, StatePath.Parse(new string('ü', 32)).Utf8.Length);
        Assert.False(StatePath.TryParse([0xff], out _));
        Assert.False(StatePath.TryParse([.. "a/"u8, 0xc3], out _));
        Assert.Throws<ArgumentNullException>(() => StatePath.Parse(null!));
        Assert.False(StatePath.TryParse((string?)null, out _));
    }

    [Fact]
    public void RandomText_IsAPath_WhenTheRulesInShortSaySo() => SeededRandom.ForEach(3000, random =>
    {
        string[] parts = ["a", "b", "/", "/", ".", "..", "\\", "?", "*", "\n", "\u0080", "\u00a0", "ü", Pair, "\ud83d", new string('y', 63), "Â"];
        string text = string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => parts[random.Next(random.Next(4) == 0 ? parts.Length : 6)]));
        bool isText = !text.Any(char.IsSurrogate) || Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
        bool expected = isText && text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= 200 && !text.Any(one => char.IsControl(one) || @"\?#[]*".Contains(one, StringComparison.Ordinal))
            && text.Split('/').All(segment => segment.Length > 0 && segment is not ("." or "..") && Encoding.UTF8.GetByteCount(segment) <= 64);
        Assert.True(expected == StatePath.TryParse(text, out _), text);
        Assert.Equal(expected, Record.Exception(() => StatePath.Parse(text)) is null);
    });

    [Fact]
    public void Paths_AreOrderedByBytes_AndLieBelowBySegments()
    {
        StatePath[] paths = [.. ((string[])["ab", "a/b", "a!", "a", "a0", "ü", "Z"]).Select(StatePath.Parse)];
        Assert.Equal(["Z", "a", "a!", "a/b", "a0", "ab", "ü"], paths.Order().Select(path => path.ToString()));
        Assert.True(StatePath.Parse("a/b").IsAtOrBelow("a"));
        Assert.True(StatePath.Parse("a").IsAtOrBelow("a"));
        Assert.False(StatePath.Parse("ab").IsAtOrBelow("a"));
        Assert.False(StatePath.Parse("a").IsAtOrBelow("a/b"));
        StatePath one = "a";
        Assert.True(one == StatePath.Parse("a") && one != "b" && one < "b" && "c" > one && one <= "a" && one >= "a" && !one.Equals((object)"a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("anonymous")]
    [InlineData("a\nb")]
    [InlineData("a\u0080")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void Principal_WithAnImpossibleId_IsRefused(string id) => Assert.ThrowsAny<ArgumentException>(() => new Principal(id));

    [Fact]
    public void Principals_AreEqualById()
    {
        Assert.Equal(new Principal("ada"), new Principal("ada"));
        Assert.NotEqual(new Principal("ada"), new Principal("Ada"));
        Assert.True(Principal.Anonymous.IsAnonymous);
        Assert.Equal("anonymous", Principal.Anonymous.ToString());
        Assert.Equal(new Principal("ada").GetHashCode(), new Principal("ada").GetHashCode());
    }
}
