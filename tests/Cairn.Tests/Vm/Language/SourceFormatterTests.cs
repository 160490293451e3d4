using Cairn.Vm.Language;
using Xunit;

namespace Cairn.Tests.Vm.Language;

public sealed class SourceFormatterTests
{
    [Fact]
    public void Format_KeepsCommentsGroupsAndWords()
    {
        const string source = "\uFEFF\n\n#  first\n#second  \npush   1e3 #one\n\n\n\nif:# as written\n  # inside, before\n   storep \"a\" \t # key\n\n\n  # inside, behind\n# before else\nelse :\n     keyexistsp   b\n          # deep\n  # shallow\n# out\ndef  f( a,b ) :\n\t\tload a # x\n\n\n# the end\n\n";
        const string formatted = """
            #  first
            #second
            push 1e3 #one

            """;
        CompileException exception = Assert.Throws<CompileException>(() => SourceFormatter.Format(source));
        Assert.Equal("unknown command 'if:#'", exception.Errors[0].Message[..22]);
        Assert.Equal(
            formatted + """

            if: # as written
                # inside, before
                storep "a" # key

                # inside, behind
            # before else
            else:
                keyexistsp b
                # deep
                # shallow
            # out
            def f(a, b):
                load a # x

            # the end

            """,
            SourceFormatter.Format(source.Replace("if:#", "if: #", StringComparison.Ordinal)));
    }

    [Fact]
    public void Format_OfNothing_IsNothing()
    {
        Assert.Equal("", SourceFormatter.Format(""));
        Assert.Equal("", SourceFormatter.Format(" \n\t\n\n"));
        Assert.Equal("# x\n", SourceFormatter.Format("\n\n   # x"));
    }

    [Fact]
    public void Format_CommentsBetweenBlocks_StayAtTheirLevel()
    {
        const string source = """
            loop 2:
                loop 3:
                    pop
                    # in the inner loop
                # in the outer loop
            # in the program
                # still in the program
            pop

            """;
        Assert.Equal(source.Replace("    # still", "# still", StringComparison.Ordinal), SourceFormatter.Format(source));
    }

    [Fact]
    public void Format_BeyondTheLimitOfASource_IsRefused()
    {
        string deep = string.Concat(Enumerable.Range(0, 60).Select(static i => new string('\t', i) + "loop 1:\n")) + string.Concat(Enumerable.Repeat(new string('\t', 60) + "pop\n", 10_000));
        Assert.Contains("formatted, the source", Assert.Throws<CompileException>(() => SourceFormatter.Format(deep)).Message, StringComparison.Ordinal);
    }
}
