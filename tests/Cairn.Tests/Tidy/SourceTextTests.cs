using Xunit;

namespace Cairn.Tests.Tidy;

/// <summary>The tidy test is only worth something if it sees code as it is.</summary>
public sealed class SourceTextTests
{
    [Theory]
    [InlineData("a // b { \nc", "a \nc")]
    [InlineData("a /* { \n */ b", "a \n b")]
    [InlineData("f(\"{ \\\" {\", '{', \"\");", "f( , , );")]
    [InlineData("f(@\"a\"\"{\\\", b)", "f(@ , b)")]
    [InlineData("f($\"{{ {x(\"}\", new { A = 1 })} }}\", b)", "f($ x( , new { A = 1 }) , b)")]
    [InlineData("f(\"\"\"\n { \"\" \n\"\"\", b)", "f( \n \n , b)")]
    public void CodeOf_Literals_AreBlank(string text, string code)
    {
        string actual = SourceText.CodeOf(text);
        Assert.Equal(text.Length, actual.Length);
        Assert.Equal(code, System.Text.RegularExpressions.Regex.Replace(actual, " +", " ", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Members_OfAFile_AreFoundWithTheirLengths()
    {
        const string Text = """
            namespace A;
            /// <summary>{</summary>
            [Some(1)]
            public sealed record struct R(int X) : I
            {
                private readonly int[] _a = [1, 2];
                public int P { get; init; }
                public R(int x, int y)
                    : this(x)
                {
                    if (x > 0)
                    {
                        F(() => { });
                    }
                }
                int G<T>() where T : class => 3;
                int H() => X switch
                {
                    0 => 1,
                    _ => 2,
                };
                private enum E { One }
                private sealed class C
                {
                    void M()
                    {
                    }
                }
            }
            """;
        Assert.Equal(
            ["public int P: 7, 1", "public R(int x, int y) : this(x): 8, 8", "int H() => X switch: 17, 5", "void M(): 25, 3"],
            Members.Of(Text).Select(member => $"{member.Header}: {member.Line}, {member.Lines}"));
    }
}
