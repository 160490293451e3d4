using Cairn.Contracts.Generator.Layouts;
using Xunit;

namespace Cairn.Tests.Contracts.Layouts;

/// <summary>The file with the layouts of deployed contracts.</summary>
public sealed class LayoutFileTests
{
    private const string Text = """
        cairn-layouts 1
        # How deployed contracts lay out their storage. 'cairn layout ASSEMBLY --write FILE' writes this file; docs/contracts.md says what may change.

        contract N.C 36
          0 4 Name str
          4 20 Best N.R
          24 12 All map<address,list<N.R>>

        contract N.V rest
          0 rest Bytes vector<u8>

        record N.R 20
          0 20 Owner address

        """;

    private static readonly LayoutSet Set = LayoutText.Set(
        "N.R", "record{Owner:address}", "N.V", "contract{Bytes:vector<u8>}", "N.C", "contract{Name:str,Best:N.R,All:map<address,list<N.R>>}", "N.Unused", "record{A:u8}");

    [Fact]
    public void File_OfASet_HasContractsAndWhatIsInThem()
    {
        Assert.Equal(Text, LayoutFile.Write(Set));
        LayoutFile file = LayoutFile.Parse(Text.Split('\n'));
        Assert.Equal(Text, LayoutFile.Write(file.Layouts));
        Assert.Empty(LayoutComparer.Compare(file.Layouts, Set));
        Assert.Equal((4, 6, 12, 1), (file.LineOf("N.C"), file.LineOf("N.C", "Best"), file.LineOf("N.R"), file.LineOf("N.Other")));
    }

    [Fact]
    public void File_WithOtherLineEndsAndOrder_IsTheSame()
    {
        string text = Text.Replace("contract N.V rest\n  0 rest Bytes vector<u8>\n", "", StringComparison.Ordinal) + "contract N.V rest\n  0 rest Bytes vector<u8>\n";
        Assert.Equal(Text, LayoutFile.Write(LayoutFile.Parse(text.Replace("\n", "\r\n", StringComparison.Ordinal).Split('\n')).Layouts));
    }

    [Theory]
    [InlineData("cairn-layouts 1", "cairn-layouts 2", 1, "the first line is 'cairn-layouts 1', not 'cairn-layouts 2'")]
    [InlineData("contract N.C 36\n", "", 4, "a field before the first 'contract'")]
    [InlineData("contract N.C 36", "contract N.C 37", 4, "'N.C' has 36 bytes by its fields, not 37")]
    [InlineData("contract N.C 36", "struct N.C 36", 4, "expected 'contract NAME SIZE'")]
    [InlineData("contract N.C 36", "contract N.C", 4, "expected 'contract NAME SIZE'")]
    [InlineData("contract N.C 36", "contract C 36", 4, "'C' is no name")]
    [InlineData("contract N.V rest", "contract N.C rest", 9, "'N.C' is already described at line 4")]
    [InlineData("  4 20 Best", "  5 20 Best", 6, "'Best' is at '4 20' (offset and size) by the fields before it, not at '5 20'")]
    [InlineData("  4 20 Best N.R", "  4 20 Best", 6, "expected '  OFFSET SIZE NAME TYPE'")]
    [InlineData("  4 20 Best N.R", "  4 20 Best N.R<", 6, "a type is missing")]
    [InlineData("  4 20 Best", "  4 20 Name", 4, "two fields 'Name'")]
    [InlineData("record N.R 20", "record N.S 20", 4, "there is no layout of 'N.R'")]
    [InlineData("  0 20 Owner address", "  0 20 Owner adress", 4, "'adress' is no type")]
    public void File_ThatIsMalformed_IsRefusedWithItsLine(string from, string to, int line, string message)
    {
        Assert.Contains(from, Text, StringComparison.Ordinal);
        LayoutFileException exception = Assert.Throws<LayoutFileException>(() => LayoutFile.Parse(Text.Replace(from, to, StringComparison.Ordinal).Split('\n')));
        Assert.Equal((line, message), (exception.Line, exception.Message.Length >= message.Length && exception.Message.Contains(message, StringComparison.Ordinal) ? message : exception.Message));
    }

    [Fact]
    public void File_ThatIsEmptyOrAnything_IsRefused()
    {
        Assert.Throws<LayoutFileException>(() => LayoutFile.Parse([]));
        Assert.Throws<LayoutFileException>(() => LayoutFile.Parse(["", "# nothing"]));
        SeededRandom.ForEach(300, random =>
        {
            char[] text = Text.ToCharArray();
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                text[random.Next(text.Length)] = (char)random.Next(random.Next(2) == 0 ? 128 : 0x10000);
            }

            try
            {
                LayoutFile.Write(LayoutFile.Parse(new string(text).Split('\n')).Layouts);
            }
            catch (LayoutFileException exception)
            {
                Assert.InRange(exception.Line, 1, text.Length);
            }
        });
    }
}
